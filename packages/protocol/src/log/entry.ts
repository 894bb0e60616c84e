/** SIGNATURES: being filled in. */
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis, Result } from '../machine.ts'

export type EntryRefusal = 'malformed' | 'oversize' | 'unknownVersion'

/** One signed record of a session's chain. Immutable but for `mark`. */
export declare class Entry {
  /** Wire bytes: header ‖ signature ‖ sealed body. */
  readonly bytes: Uint8Array
  readonly id: Uint8Array
  readonly kind: number
  readonly flags: number
  readonly time: Millis
  readonly seq: number
  /** True when the body was deleted: `bytes` hold its hash instead. */
  readonly husk: boolean
  readonly session: Uint8Array
  readonly prev: Uint8Array
  readonly epochId: Uint8Array
  readonly signature: Uint8Array
  readonly body: Uint8Array
  /** 26 characters that sort by time. */
  readonly key: string
}

export declare function decodeEntry(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array): Result<Entry, EntryRefusal>
export declare function encodeEntry(entry: Entry): Uint8Array
