/** Receipts (security.md §10). */
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis, Random, Result } from '../machine.ts'

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

export declare function makeReceipt(
  crypto: Crypto,
  relay: KeyPair,
  about: { readonly id: Uint8Array; readonly sender: Uint8Array; readonly digest: Uint8Array; readonly time: Millis },
): Uint8Array

/** Checks the signature under the key the receipt names; whether that relay is known is the caller's question. */
export declare function verifyReceipt(crypto: Crypto, bytes: Uint8Array): Result<Receipt, ReceiptRefusal>

/** Ids that only ever go up. */
export declare class ReceiptIds {
  constructor(random: Random)
  next(now: Millis): Uint8Array
}
