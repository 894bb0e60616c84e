/**
 * Which receipts count: made by a relay this room has met, about exactly the bytes of an entry held here.
 *
 * A live receipt is checked at once. Those that come with pages of history are checked in bulk by the host, newest page
 * first, while the messages themselves are long on the screen.
 */
import { equalBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { decodeStatement, signatureCheckOf } from '../identity/statement.ts'
import type { Entry } from '../log/entry.ts'
import type { SignatureCheck } from '../machine.ts'
import { verifyReceipt } from '../relay/receipt.ts'

/** Relays one room has met: it may move, and a relay may lose its key. */
export const maxRelayKeys = 8
/** Receipts checked in one go. */
const batchSize = 128
/** Receipts waiting to be checked; more than a full history of pages in flight can bring. */
const maxWaiting = 16_384

interface Unchecked {
  readonly key: string
  readonly receipt: Uint8Array
  readonly check: SignatureCheck
}

export class Receipts {
  readonly #crypto: Crypto
  readonly #relayKeys = new Map<string, Uint8Array>()
  readonly #waiting: Unchecked[] = []
  #checking: readonly Unchecked[] = []

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** False when the key was known already. `isOther`: the room knew another one before. */
  know(relayKey: Uint8Array): { readonly isNew: boolean; readonly isOther: boolean } {
    const name = formatHex(relayKey)
    if (this.#relayKeys.has(name)) return { isNew: false, isOther: false }
    const isOther = this.#relayKeys.size > 0
    this.#relayKeys.set(name, relayKey)
    if (this.#relayKeys.size > maxRelayKeys) {
      for (const oldest of this.#relayKeys.keys()) {
        this.#relayKeys.delete(oldest)
        break
      }
    }
    return { isNew: true, isOther }
  }

  get knowsAnyRelay(): boolean {
    return this.#relayKeys.size > 0
  }

  encodeKeys(): Uint8Array {
    const writer = new Writer()
    for (const key of this.#relayKeys.values()) writer.raw(key)
    return writer.finish()
  }

  restoreKeys(bytes: Uint8Array): void {
    const reader = new Reader(bytes)
    while (reader.remaining >= 32) this.know(reader.raw(32))
  }

  /** Is this receipt about these encoded entry bytes, and by a relay we know? */
  isValid(receipt: Uint8Array, entryBytes: Uint8Array): boolean {
    const verified = verifyReceipt(this.#crypto, receipt)
    if (!verified.ok || !this.#relayKeys.has(formatHex(verified.value.relayKey))) return false
    return equalBytes(verified.value.digest, this.#crypto.sha256(entryBytes))
  }

  /** Remembers a receipt of history for checking; what cannot count is dropped here. */
  suggest(entry: Entry, receipt: Uint8Array): void {
    if (entry.husk || this.#waiting.length >= maxWaiting) return
    const statement = decodeStatement(receipt)
    if (!statement.ok || statement.value.type !== 'receipt') return
    if (!this.#relayKeys.has(formatHex(statement.value.issuer))) return
    if (!equalBytes(statement.value.subject, this.#crypto.sha256(entry.bytes))) return
    this.#waiting.push({ key: entry.key, receipt, check: signatureCheckOf(statement.value) })
  }

  /** The next signatures to check, or undefined when there is nothing to do or a batch is under way. */
  nextBatch(): readonly SignatureCheck[] | undefined {
    if (this.#checking.length > 0 || this.#waiting.length === 0) return undefined
    this.#checking = this.#waiting.splice(0, batchSize)
    return this.#checking.map(({ check }) => check)
  }

  /** The receipts of the batch that were found valid. */
  checked(valid: readonly boolean[]): readonly { readonly key: string; readonly receipt: Uint8Array }[] {
    const checked = this.#checking
    this.#checking = []
    return checked.filter((_, index) => valid[index] === true)
  }
}
