/** What this machine itself has to bring: Node, a place to keep things, WebRTC. */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dialer, Storage, Transport } from '@kith/peer'
import { errorText, fine, trouble, within, type Finding } from './check.ts'

export const leastNode: readonly [number, number] = [20, 19]
const webrtcLimitMs = 15_000
/** Less than this and a busy room fills it. */
const leastFreeBytes = 100 * 1024 * 1024

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
    ? fine('node', version)
    : trouble('node', version, `Install Node ${leastNode.join('.')} or newer.`)
}

export interface StoreTools {
  /** Opens the store as the chat does: sealed, in this directory. */
  open(directory: string): Promise<Storage>
}

/** Writes into a store of its own beside the real one, reads it back, and looks for the plain text on the disk. */
export async function checkStorage(directory: string, tools: StoreTools): Promise<Finding> {
  const advice = 'Choose a directory you may write to with --data DIR, or free some space.'
  let probe: string | undefined
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    probe = await mkdtemp(join(directory, 'doctor-'))
    const secret = randomBytes(64)
    const storage = await tools.open(probe)
    await storage.write([{ key: 'm/doctor', value: new Uint8Array(secret) }])
    await storage.close()
    const again = await tools.open(probe)
    const [record] = await again.read({ prefix: 'm/doctor', limit: 1 })
    await again.close()
    if (record === undefined || !secret.equals(record.value))
      return trouble('storage', `What was written to ${directory} did not come back.`, advice)
    for (const name of await readdir(probe, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue
      const bytes = await readFile(join(name.parentPath, name.name))
      if (bytes.includes(secret))
        return trouble('storage', 'What was written can be read on the disk.', 'This is a fault of kith: report it.')
    }
    const { bavail, bsize } = await statfs(directory)
    const free = bavail * bsize
    return free < leastFreeBytes
      ? trouble('storage', `only ${Math.floor(free / 1024 / 1024)} MB free in ${directory}`, advice)
      : fine('storage', `writable and encrypted, ${(free / 1024 ** 3).toFixed(1)} GB free in ${directory}`)
  } catch (error) {
    return trouble('storage', errorText(error), advice)
  } finally {
    if (probe !== undefined) await rm(probe, { recursive: true, force: true })
  }
}

/** Connects this machine to itself over WebRTC and sends a frame each way. `load` fails when the addon does. */
export async function checkWebrtc(load: () => Promise<Dialer>, now: () => number): Promise<Finding> {
  let dial: Dialer
  try {
    dial = await load()
  } catch (error) {
    return trouble(
      'webrtc',
      `the native part does not load: ${errorText(error)}`,
      'Run npm install again on this machine. Until then messages go by the relay.',
    )
  }
  const start = now()
  const ends: Transport[] = []
  try {
    const met = new Promise<void>((resolve, reject) => {
      let heard = 0
      for (const side of [0, 1] as const) {
        const other = (): Transport | undefined => ends[1 - side]
        ends[side] = dial(side === 0, {
          // The other end exists by the time anything is signalled: both are made in this turn.
          signal: (bytes) => queueMicrotask(() => other()?.signal(bytes)),
          up: () => ends[side]?.send('control', Uint8Array.of(1)),
          frame: () => {
            if (++heard === 2) resolve()
          },
          full: () => {},
          drained: () => {},
          down: () => reject(new Error('the connection broke')),
        })
      }
    })
    if ((await within(webrtcLimitMs, met)) !== 'late')
      return fine('webrtc', `two local peers met in ${now() - start} ms`)
    return trouble(
      'webrtc',
      `two local peers did not meet within ${webrtcLimitMs / 1000} s`,
      'A firewall may block UDP on this machine. Messages go by the relay meanwhile.',
    )
  } catch (error) {
    return trouble(
      'webrtc',
      errorText(error),
      'Messages go by the relay meanwhile. Run kith doctor again; if it stays, report it.',
    )
  } finally {
    for (const end of ends) end.close()
  }
}
