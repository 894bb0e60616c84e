/** `kith keep`: keepers of one room, each with a folder and an identity of its own, until a signal ends them. */
import { join } from 'node:path'
import { openKeeper, type RunningKeeper } from '@kith/peer/node'
import { usage } from './failure.ts'
import type { KeepStatus } from './keep-status.ts'
import type { StatusAddress } from './status-address.ts'

export interface KeepOptions {
  readonly from: string
  readonly data: string
  readonly hours: number
  readonly quotaBytes: number
  readonly count: number
  readonly name: string | undefined
  /** Where its state is told; nowhere when not given. */
  readonly status: StatusAddress | undefined
}

export async function runKeep(
  options: KeepOptions,
  stopped: Promise<number>,
  note: (text: string) => void,
): Promise<number> {
  const { count, hours, quotaBytes, from } = options
  const keepers: RunningKeeper[] = []
  let status: KeepStatus | undefined
  try {
    for (let i = 1; i <= count; i++) {
      const keeper = await openKeeper({
        from,
        dataDir: join(options.data, String(i)),
        name: options.name ?? (count === 1 ? 'Keeper' : `Keeper ${i}`),
        hours,
        quotaBytes: Math.floor(quotaBytes / count),
      })
      if (keeper === undefined)
        throw usage(
          'keepMalformed',
          'kith keep needs a keeper’s ticket (kith-keep:…, from /keeper in the room) or the link of an open room, in quotes.',
        )
      keepers.push(keeper)
    }
    const blind = keepers[0]?.status().blind === true
    const what = count === 1 ? 'Keeping' : `${count} keepers are keeping`
    note(
      `${what} the last ${hours} hours of a room, ` +
        (blind ? 'without being able to read it.' : 'and able to read it, because it was given the link.'),
    )
    if (options.status !== undefined) {
      // Most keepers are run without, and its library takes a while to load.
      const { KeepStatus: Status } = await import('./keep-status.ts')
      status = new Status(() => keepers.map((keeper) => keeper.status()))
      note(`Its state is at ${await status.listen(options.status)}: /status, /metrics and /healthz.`)
    }
    return await stopped
  } finally {
    await status?.close()
    await Promise.all(keepers.map((keeper) => keeper.stop()))
  }
}

/** `200MB`, `1.5 GB`, `64MiB`: bytes. Undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,6}(?:\.\d{1,3})?)\s*([kmg])(i?)b?$/iu.exec(text.trim())
  const [, amount, unit, binary] = match ?? []
  if (amount === undefined || unit === undefined) return undefined
  const base = binary === '' ? 1000 : 1024
  const power = { k: 1, m: 2, g: 3 }[unit.toLowerCase() as 'k' | 'm' | 'g']
  return Math.floor(Number(amount) * base ** power)
}
