/** For tests: logs that exchange history over a perfect wire, and what that took. */
import type { Crypto } from '../crypto/crypto.ts'
import { formatHex } from '../codec/text.ts'
import type { Entry } from '../log/entry.ts'
import { Log } from '../log/log.ts'
import type { Millis } from '../machine.ts'
import type { ExchangeOutput, History } from './streams.ts'
import { Exchange } from './sync.ts'
import type { Slice } from './wire.ts'

export class Replica implements History {
  readonly log: Log
  readonly crypto: Crypto
  readonly receipts: Map<string, Uint8Array[]> = new Map()

  constructor(crypto: Crypto) {
    this.crypto = crypto
    this.log = new Log({ crypto })
  }

  receiptsOf(entry: Entry): readonly Uint8Array[] {
    return this.receipts.get(entry.key) ?? []
  }

  adoptFloor(session: string, floor: number): void {
    this.log.adoptFloor(session, floor)
  }

  isOwn(): boolean {
    return true
  }

  take(entries: readonly Entry[], now: Millis): ReturnType<Log['import']> {
    return this.log.import(this.log.planImport(entries, now), [], now)
  }

  get digest(): string {
    return formatHex(this.log.digest())
  }
}

const pageTag = 0x22
/** Tag, id, whose, how many are left: at most so many bytes. */
const pageEnvelope = 8

export interface Traffic {
  bytes: number
  messages: number
  pages: number
  entries: number
  /** Bytes of messages that are not pages, and what is put around a page. */
  around: number
  /** Signatures that had to be checked to take the pages in. */
  checks: number
  readonly pageSizes: number[]
  readonly outputs: { readonly at: 'asker' | 'answerer'; readonly output: ExchangeOutput }[]
  /** What the asker said to be on its way, each time that changed. */
  readonly progress: { readonly have: number; readonly total: number }[]
}

/** One exchange, started by `asker`, run to its end. `deliver` may drop or change what is sent. */
export function exchange(
  asker: Replica,
  answerer: Replica,
  now: Millis,
  options: {
    readonly slice?: Slice | undefined
    /** The answerer pushes its newest entries first. */
    readonly push?: boolean | undefined
    readonly deliver?: ((bytes: Uint8Array, to: 'asker' | 'answerer') => Uint8Array | undefined) | undefined
  } = {},
): Traffic {
  const sides = {
    asker: { replica: asker, machine: new Exchange({ crypto: asker.crypto, history: asker }) },
    answerer: { replica: answerer, machine: new Exchange({ crypto: answerer.crypto, history: answerer }) },
  }
  const traffic: Traffic = {
    bytes: 0,
    messages: 0,
    pages: 0,
    entries: 0,
    checks: 0,
    around: 0,
    pageSizes: [],
    outputs: [],
    progress: [],
  }
  const wire: { readonly to: 'asker' | 'answerer'; readonly bytes: Uint8Array }[] = []

  const run = (at: 'asker' | 'answerer', outputs: readonly ExchangeOutput[]): void => {
    const { replica, machine } = sides[at]
    for (const output of outputs) {
      traffic.outputs.push({ at, output })
      if (output.type === 'send') {
        traffic.bytes += output.bytes.length
        traffic.messages++
        traffic.around += output.bytes[0] === pageTag ? pageEnvelope : output.bytes.length
        wire.push({ to: at === 'asker' ? 'answerer' : 'asker', bytes: output.bytes })
      } else if (output.type === 'page') {
        const plan = replica.log.planImport(output.page.entries, now)
        traffic.pages++
        traffic.entries += output.page.entries.length
        traffic.checks += plan.checks.length
        replica.log.import(plan, [], now)
        for (const { entry, receipt } of output.page.receipts) replica.receipts.set(entry.key, [receipt])
        run(at, machine.imported(output.token, now))
      } else if (output.type === 'fork') {
        replica.log.importFork(output.proof)
      } else if (output.type === 'progress' && at === 'asker') {
        traffic.progress.push(machine.progress)
      }
    }
  }

  if (options.push === true) run('answerer', sides.answerer.machine.pushRecent(now))
  for (let next = wire.shift(); next !== undefined; next = wire.shift())
    run(next.to, sides[next.to].machine.receive(next.bytes, now))
  run('asker', sides.asker.machine.start(now, options.slice))
  for (let next = wire.shift(); next !== undefined; next = wire.shift()) {
    const bytes = options.deliver === undefined ? next.bytes : options.deliver(next.bytes, next.to)
    if (bytes === undefined) continue
    if (bytes[0] === pageTag) traffic.pageSizes.push(bytes.length)
    run(next.to, sides[next.to].machine.receive(bytes, now))
  }
  return traffic
}
