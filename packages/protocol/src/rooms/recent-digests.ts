/** Recent live and own entries by the hash of their bytes, which is what a receipt names. Hashed when somebody asks. */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'

const maxDigests = 4096

export class RecentDigests {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #keyByDigest = new Map<string, string>()
  /** Not in it yet. */
  #undigested: Entry[] = []

  constructor(crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto
  }

  note(entry: Entry): void {
    this.#undigested.push(entry)
    if (this.#undigested.length >= maxDigests * 2) this.#undigested = this.#undigested.slice(maxDigests)
  }

  /** Sorting key of the entry with this hash. */
  keyOf(digest: Uint8Array): string | undefined {
    for (const entry of this.#undigested) this.#digest(entry)
    this.#undigested = []
    return this.#keyByDigest.get(formatHex(digest))
  }

  #digest(entry: Entry): void {
    if (this.#keyByDigest.size >= maxDigests) {
      this.#keyByDigest.delete(this.#keyByDigest.keys().next().value as string)
    }
    this.#keyByDigest.set(formatHex(this.#crypto.sha256(entry.bytes)), entry.key)
  }
}
