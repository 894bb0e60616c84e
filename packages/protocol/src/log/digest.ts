/**
 * Eight bytes that tell whether two logs hold the same (docs/spec/log.md, "Digest").
 *
 * Every chain's summary is hashed; the hashes are added as eight 32-bit words, so one changed chain costs two additions
 * however many there are; the sum is hashed and cut to 8 bytes. Whoever can spend 2^32 work finds two logs with one
 * digest whatever the construction, so the digest is a hint that saves traffic, never a proof.
 */
import { keepSmall, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Chain } from './chain.ts'

export const digestBytes = 8

const chainLabel = label('kith1/chain')
const digestLabel = label('kith1/digest')

export class DigestSum {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #sum = new Uint32Array(8)
  #digest: Uint8Array | undefined

  constructor(crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto
  }

  /** The chain is new, has changed or counts no longer. */
  update(chain: Chain): void {
    this.remove(chain)
    if (!chain.counts) return
    const hash = this.#crypto.sha256(chainLabel, chain.summary())
    // Of a shelf already when it is shorter than its buffer.
    const term = hash.buffer.byteLength > hash.length ? hash : keepSmall(hash)
    chain.term = term
    this.#add(term, 1)
  }

  remove(chain: Chain): void {
    const { term } = chain
    if (term === undefined) return
    chain.term = undefined
    this.#add(term, -1)
  }

  read(): Uint8Array {
    if (this.#digest === undefined) {
      const bytes = new Uint8Array(32)
      const view = new DataView(bytes.buffer)
      this.#sum.forEach((word, i) => view.setUint32(i * 4, word))
      this.#digest = this.#crypto.sha256(digestLabel, bytes).slice(0, digestBytes)
    }
    return this.#digest
  }

  #add(term: Uint8Array, sign: 1 | -1): void {
    for (let i = 0; i < 8; i++) this.#sum[i] = (this.#sum[i] as number) + sign * wordAt(term, i)
    this.#digest = undefined
  }
}

/** The `i`-th 32 bits of a hash. */
export function wordAt(hash: Uint8Array, i: number): number {
  const at = i * 4
  const high = ((hash[at] as number) << 24) | ((hash[at + 1] as number) << 16)
  return (high | ((hash[at + 2] as number) << 8) | (hash[at + 3] as number)) >>> 0
}
