/** One of the two sides of `blobs-peers.ts`, in a process of its own: told what to do, it answers how long it took. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Handed {
  readonly peers: number
  readonly bytes: number
  /** Where the library is. */
  readonly library?: string | undefined
}

const folders: string[] = []

export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-bench-'))
  folders.push(folder)
  return folder
}

/** Runs once when told to, and ends the process. */
export function report(run: (handed: Handed) => Promise<number>): void {
  process.once('message', (handed: Handed) => {
    const answer = async (): Promise<void> => {
      try {
        const ms = await run(handed)
        process.send?.({ ms })
      } catch (error) {
        process.stderr.write(`${String(error)}\n`)
      }
      for (const folder of folders) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
      process.exit()
    }
    void answer()
  })
}
