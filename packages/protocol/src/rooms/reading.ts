/**
 * Entries as bytes, and the bodies in them, read. Where many engines of one process are in the room, each is read once and
 * all hold what was read.
 */
import type { ReadOnce } from '../codec/read-once.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Entry, decodeEntry } from '../log/entry.ts'
import { openBody } from './content.ts'
import { type Opened, unreadable } from './room-result.ts'
import type { Seals } from './seals.ts'

/** A view that keeps more than this part of a larger buffer alive for nothing is copied. */
const wasteful = 2

export class Reading {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #seals: Pick<Seals, 'open'>
  readonly #readOnce: ReadOnce | undefined

  constructor(crypto: Pick<Crypto, 'sha256'>, seals: Pick<Seals, 'open'>, readOnce: ReadOnce | undefined) {
    this.#crypto = crypto
    this.#seals = seals
    this.#readOnce = readOnce
  }

  decode(bytes: Uint8Array): ReturnType<typeof decodeEntry> {
    const read = (): ReturnType<typeof decodeEntry> => decodeEntry(this.#crypto, ownBytes(bytes))
    return this.#readOnce === undefined ? read() : this.#readOnce.bytes('entry', bytes, read)
  }

  /** What an entry says, as far as it can be opened. */
  open(entry: Entry): Opened {
    return this.#readOnce === undefined ? this.#openNow(entry) : this.#readOnce.about(entry, () => this.#openNow(entry))
  }

  #openNow(entry: Entry): Opened {
    const plaintext = this.#seals.open(entry)
    if (plaintext === undefined) return unreadable
    const body = openBody(plaintext)
    return body.ok ? body.value : unreadable
  }
}

function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > bytes.length * wasteful ? bytes.slice() : bytes
}
