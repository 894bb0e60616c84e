/**
 * Receipts (docs/spec/relay.md): a relay's signed word that it saw these bytes from this session at this time.
 *
 * A statement (`identity/statement.ts`) of type `receipt`: issuer = relay key, subject = SHA-256 of the entry's encoded
 * bytes, notBefore = notAfter = the relay's time, extensions `sender` and `receiptId`. 206 bytes. It decides nothing: not
 * order, not validity, not membership. A relay can lie about time; it cannot sign for another.
 *
 * Receipt id, 16 bytes: ms u48 ‖ instance u16 ‖ counter u16 ‖ random 48 bits; as text 26 Crockford base32 characters that
 * sort by time. One instance's ids strictly increase also when its clock steps back.
 */
import { concatBytes } from '../codec/bytes.ts'
import { formatBase32 } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { extensionOf, extensionTypes, openStatement, signStatement } from '../identity/statement.ts'
import { type Millis, type Random, type Result, accept, reject } from '../machine.ts'

export const receiptIdBytes = 16

export interface Receipt {
  readonly relayKey: Uint8Array
  /** 26 characters of Crockford base32: sorts by time, unique. */
  readonly id: string
  /** The session key proved on the socket the entry came by. */
  readonly sender: Uint8Array
  /** SHA-256 of the entry's encoded bytes. */
  readonly digest: Uint8Array
  readonly time: Millis
}

export type ReceiptRefusal = 'malformed' | 'forged'

export function makeReceipt(
  crypto: Pick<Crypto, 'sign'>,
  relay: KeyPair,
  about: { readonly id: Uint8Array; readonly sender: Uint8Array; readonly digest: Uint8Array; readonly time: Millis },
): Uint8Array {
  return signStatement(crypto, relay, {
    type: 'receipt',
    subject: about.digest,
    notBefore: about.time,
    notAfter: about.time,
    extensions: [
      { type: extensionTypes.sender, critical: false, value: about.sender },
      { type: extensionTypes.receiptId, critical: false, value: about.id },
    ],
  })
}

/** Checks the signature under the key the receipt names; whether that relay is known is the caller's question. */
export function verifyReceipt(crypto: Pick<Crypto, 'verify'>, bytes: Uint8Array): Result<Receipt, ReceiptRefusal> {
  const opened = openStatement(crypto, bytes)
  if (!opened.ok) return reject(opened.code === 'badSignature' ? 'forged' : 'malformed')
  const statement = opened.value
  const sender = extensionOf(statement, extensionTypes.sender)
  const id = extensionOf(statement, extensionTypes.receiptId)
  if (statement.type !== 'receipt' || statement.notBefore !== statement.notAfter) return reject('malformed')
  if (sender === undefined || id === undefined) return reject('malformed')
  return accept({
    relayKey: statement.issuer,
    id: formatBase32(id),
    sender,
    digest: statement.subject,
    time: statement.notBefore,
  })
}

const instanceBytes = 2
const tailBytes = 6
const maxCounter = 0xffff

/** Makes ids that only ever go up. Two relays, or one restarted, differ in the instance and in 48 random bits. */
export class ReceiptIds {
  readonly #random: Random
  readonly #instance: Uint8Array
  #ms: Millis = 0
  #counter = 0

  constructor(random: Random) {
    this.#random = random
    this.#instance = concatBytes(random(instanceBytes))
  }

  next(now: Millis): Uint8Array {
    if (now > this.#ms) {
      this.#ms = now
      this.#counter = 0
    } else if (this.#counter < maxCounter) {
      this.#counter++
    } else {
      this.#ms++
      this.#counter = 0
    }
    const writer = new Writer(receiptIdBytes).u48(this.#ms).raw(this.#instance).u16(this.#counter)
    return writer.raw(this.#random(tailBytes)).finish()
  }
}
