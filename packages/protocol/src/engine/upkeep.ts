/**
 * What a member's program does for the keys of a room unasked: it makes one that is due, and tells the others which half of
 * its device is in use.
 */
import { emptyBytes, equalBytes } from '../codec/bytes.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { Epochs } from '../members/epochs.ts'
import type { Membership } from '../members/membership.ts'
import type { OperationBody } from '../members/operation-body.ts'

/** Whoever notices that a key is due waits up to so long, in case somebody else makes one. */
const jitterMs: Millis = 3_000

export interface UpkeepContext {
  readonly crypto: Pick<Crypto, 'random'>
  /** Own identity and device, hex. */
  readonly self: string
  readonly device: string
  /** The newest statement about this device, if there is one. */
  readonly papers: Uint8Array | undefined
  readonly membership: Membership
  readonly epochs: Epochs
  readonly isIn: () => boolean
  readonly corrected: (now: Millis) => Millis
  /** Says this, and makes the key it asks for at once. */
  readonly write: (bodies: readonly OperationBody[], now: Millis) => void
}

export class Upkeep {
  readonly #context: UpkeepContext
  /** What lockboxes for this device are to be sealed for. */
  #agree: KeyPair
  #hasShownPapers = false
  #keyDueAt: Millis | undefined

  constructor(context: UpkeepContext, agree: KeyPair) {
    this.#context = context
    this.#agree = agree
  }

  /** Another half of this device is in use. */
  turn(agree: KeyPair, now: Millis): void {
    this.#agree = agree
    this.#publishAgree(now)
  }

  tick(now: Millis): void {
    this.#publishAgree(now)
    this.#renewWhenDue(now)
  }

  /** When the room's record names another half. */
  #publishAgree(now: Millis): void {
    const { membership, self, device, papers, isIn, write } = this.#context
    if (!isIn()) return
    const published = membership.devicesOf(self).find((one) => one.device === device)
    const agree = this.#agree.publicKey
    if (published !== undefined && equalBytes(published.agree, agree)) return
    if (published !== undefined) return write([{ type: 'device', agree, certificate: emptyBytes }], now)
    // A device nobody has certified here: its person came back by the twelve words, and holds the identity itself. Once:
    // papers that do not count now will not count when they are shown again.
    if (papers === undefined || this.#hasShownPapers) return
    this.#hasShownPapers = true
    write([{ type: 'device', agree, certificate: papers }], now)
  }

  #renewWhenDue(now: Millis): void {
    const { crypto, epochs, isIn, corrected, write } = this.#context
    if (!isIn() || epochs.need(corrected(now)) === 'none') {
      this.#keyDueAt = undefined
      return
    }
    const [byte = 0] = crypto.random(1)
    this.#keyDueAt ??= now + Math.floor((byte / 256) * jitterMs)
    if (now < this.#keyDueAt) return
    this.#keyDueAt = undefined
    write([], now)
  }
}
