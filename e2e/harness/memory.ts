/** What a process of ours holds in its memory, to be searched for what must not be there. */
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { until } from './waiting.ts'

/** Flags of Node for a program whose heap is looked at. */
export function snapshotFlags(folder: string): string[] {
  return ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`]
}

/** Of a program started with `snapshotFlags`. */
export async function heapSnapshot(child: ChildProcess, folder: string): Promise<Buffer> {
  child.kill('SIGUSR2')
  return until('the heap snapshot', 60_000, async () => {
    const name = readdirSync(folder).find((file) => file.endsWith('.heapsnapshot'))
    const bytes = name === undefined ? undefined : await readFile(`${folder}/${name}`)
    return bytes?.subarray(-8).toString().trimEnd().endsWith(']}') === true ? bytes : undefined
  })
}

/** All memory the process can write: buffers outside of the heap too. Linux only has it to read. */
export function* writableMemory(pid: number | undefined): Generator<Buffer> {
  if (process.platform !== 'linux' || pid === undefined) return
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const region = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line)
      if (region === null) continue
      const start = Number.parseInt(region[1] ?? '', 16)
      const size = Number.parseInt(region[2] ?? '', 16) - start
      if (size > 1 << 28) continue
      const bytes = Buffer.alloc(size)
      try {
        yield bytes.subarray(0, readSync(memory, bytes, 0, size, start))
      } catch {
        // Pages that were never touched cannot be read.
      }
    }
  } finally {
    closeSync(memory)
  }
}
