/**
 * Eight bytes that tell whether two logs hold the same (network.md §5).
 *
 * Every chain's summary is hashed; the hashes are added as eight 32-bit words, so one changed chain costs two additions
 * however many there are; the sum is hashed and cut to 8 bytes. Whoever can spend 2^32 work finds two logs with one
 * digest whatever the construction, so the digest is a hint that saves traffic, never a proof.
 */
import { label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Chain } from './chain.ts'

export const digestBytes = 8

const chainLabel = label('kith1/chain')
const digestLabel = label('kith1/digest')

export class DigestSum {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #sum = new Uint32Array(8)
  readonly #termByChain = new Map<Chain, Uint32Array>()
  #digest: Uint8Array | undefined

  constructor(crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto
  }

  get terms(): ReadonlyMap<Chain, Uint32Array> {
    return this.#termByChain
  }

  /** The chain is new, has changed or counts no longer. */
  update(chain: Chain): void {
    this.remove(chain)
    if (!chain.counts) return
    const term = wordsOf(this.#crypto.sha256(chainLabel, chain.summary()))
    this.#termByChain.set(chain, term)
    this.#add(term, 1)
  }

  remove(chain: Chain): void {
    const term = this.#termByChain.get(chain)
    if (term === undefined) return
    this.#termByChain.delete(chain)
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

  #add(term: Uint32Array, sign: 1 | -1): void {
    for (let i = 0; i < 8; i++) this.#sum[i] = (this.#sum[i] as number) + sign * (term[i] as number)
    this.#digest = undefined
  }
}

function wordsOf(hash: Uint8Array): Uint32Array {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength)
  return Uint32Array.from({ length: 8 }, (_, i) => view.getUint32(i * 4))
}
