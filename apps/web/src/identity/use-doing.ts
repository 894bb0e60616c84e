/** Something asked of the chat: busy while it runs, and what it said when it could not be done. */
import { useState } from 'react'

export interface Doing {
  readonly busy: boolean
  readonly problem: string | undefined
  /** Undefined when it was refused. */
  run<T>(step: () => Promise<T>): Promise<T | undefined>
}

export function useDoing(fallback: string): Doing {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  return {
    busy,
    problem,
    async run(step) {
      setBusy(true)
      setProblem(undefined)
      try {
        return await step()
      } catch (reason) {
        // What the peer refuses it says in words.
        const isSaid =
          reason instanceof Error && (reason.name === 'IdentityRefused' || reason.name === 'RelayMalformed')
        setProblem(isSaid ? reason.message : fallback)
        return undefined
      } finally {
        setBusy(false)
      }
    },
  }
}
