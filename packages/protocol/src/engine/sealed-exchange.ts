/**
 * Sealed operations between members and keepers, and between keepers: who lacks what, and what it is.
 *
 *     sealedState ──▶ differs? ──sealedNames──▶ what I lack: wantSealed;  what you lack: sealed …
 *
 * What one gives is bounded by a budget, because a keeper answers whoever knows a lobby it listens in.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { digestOfNames } from '../keepers/sealed-shelf.ts'
import type { SealedOperation } from '../keepers/sealed-operation.ts'
import type { KeeperMessage } from '../keepers/wire.ts'
import { Budgets, Budget } from '../log/budget.ts'
import { equalBytes } from '../codec/bytes.ts'
import type { Millis } from '../machine.ts'

/** Bytes one session may be given: at once, and per minute. */
export const givenBurstBytes: number = 8 * 1024 * 1024
export const givenBytesPerMinute: number = 8 * 1024 * 1024
const askCostBytes = 4096
/** Sessions whose budgets are remembered. */
const maxBudgets = 256

/** What there is on one side. */
export interface SealedSource {
  /** 16 bytes each. */
  names(): readonly Uint8Array[]
  get(name: string): SealedOperation | undefined
  /** Is it wanted from somebody who has it? */
  lacks(name: string): boolean
}

type Say = (message: KeeperMessage) => void

export class SealedExchange {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #source: SealedSource
  readonly #budgets = new Budgets(maxBudgets, () => new Budget(givenBurstBytes, givenBytesPerMinute))

  constructor(crypto: Pick<Crypto, 'sha256'>, source: SealedSource) {
    this.#crypto = crypto
    this.#source = source
  }

  begin(say: Say): void {
    say({ type: 'sealedState', digest: digestOfNames(this.#crypto, this.#source.names()) })
  }

  /** `gives`: it may be given what it lacks unasked. */
  receive(from: string, message: KeeperMessage, gives: boolean, say: Say, now: Millis): void {
    const source = this.#source
    if (message.type === 'sealedState') {
      if (!this.#budgets.take(from, askCostBytes, now)) return
      const names = source.names()
      if (!equalBytes(digestOfNames(this.#crypto, names), message.digest)) say({ type: 'sealedNames', names })
    } else if (message.type === 'sealedNames') {
      const theirs = new Set(message.names.map(formatHex))
      const wanted = message.names.filter((name) => source.lacks(formatHex(name)))
      if (wanted.length > 0) say({ type: 'wantSealed', names: wanted })
      if (!gives) return
      this.#give(
        from,
        source.names().filter((name) => !theirs.has(formatHex(name))),
        say,
        now,
      )
    } else if (message.type === 'wantSealed') {
      this.#give(from, message.names, say, now)
    }
  }

  #give(from: string, names: readonly Uint8Array[], say: Say, now: Millis): void {
    for (const name of names) {
      const operation = this.#source.get(formatHex(name))
      if (operation === undefined) continue
      if (!this.#budgets.take(from, operation.box.length + 256, now)) return
      say({ type: 'sealed', operation })
    }
  }
}
