/** Asks again and again while it is looked at: maps and reports are answers of the moment. */
import { useCallback, useEffect, useState } from 'react'

export interface Polled<T> {
  readonly value: T | undefined
  /** The newest question was not answered. */
  readonly failed: boolean
  readonly again: () => void
}

export function usePolled<T>(ask: () => Promise<T>, everyMs: number): Polled<T> {
  const [answer, setAnswer] = useState<{ readonly of: () => Promise<T>; readonly value: T }>()
  const [failed, setFailed] = useState(false)
  const [round, setRound] = useState(0)
  useEffect(() => {
    let timer: number | undefined
    let over = false
    const next = (): void => {
      if (over) return
      if (document.visibilityState === 'hidden') {
        timer = window.setTimeout(next, everyMs)
        return
      }
      ask().then(
        (value) => {
          if (over) return
          setAnswer({ of: ask, value })
          setFailed(false)
          timer = window.setTimeout(next, everyMs)
        },
        () => {
          if (over) return
          setFailed(true)
          timer = window.setTimeout(next, everyMs)
        },
      )
    }
    next()
    return () => {
      over = true
      window.clearTimeout(timer)
    }
  }, [ask, everyMs, round])
  const again = useCallback(() => {
    setFailed(false)
    setRound((before) => before + 1)
  }, [])
  // What was asked before about somebody else is no answer.
  return { value: answer?.of === ask ? answer.value : undefined, failed, again }
}
