/**
 * Eight bytes that tell whether two logs hold the same of what was said some seconds ago
 * (docs/spec/log.md, "Settled digest").
 *
 * The digest of everything (`digest.ts`) differs all the time while people talk, because an entry needs a moment to reach
 * everybody. This one leaves out what is younger than a border both sides name, a whole second of author time, so it is
 * equal under constant traffic and differs only where something was lost.
 *
 *   sum      four 32-bit words, added: of every entry held with its body, of a session that counts, the first 16 bytes of
 *            its id; of every floor above 1 and of every closing a hash of session and seq
 *   settled  SHA-256("kith1/settled\0" ‖ sum over entries whose time is before the border), first 8 bytes
 *
 * What is older than 16 s is in one sum; younger entries are kept in sums of their second until they are that old. An
 * expiry takes effect for borders after it, so that it does not matter who drops first: for earlier ones what the last
 * expiry took away is added again.
 *
 * Sums of ids can be forged by whoever makes many entries of its own; as with the other digest, it is a hint that saves
 * traffic, and new links compare more than this.
 */
import { label } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'

/** Borders are whole seconds of author time. */
export const settledEpochMs = 1_000
/** In calm times the border is this long ago: everything before it has arrived, or is lost. */
export const settledAgeMs = 4_000
/** Borders that can be told: so long ago, and so far ahead for authors whose clocks are. */
export const pastEpochs = 16
export const aheadEpochs = 128

const words = 4
const slots: number = pastEpochs + aheadEpochs
const settledLabel = label('kith1/settled')
const termLabel = label('kith1/settledTerm')

/** The last border that is at least `ageMs` ago. */
export function settledEpochAt(time: Millis, ageMs: Millis = settledAgeMs): number {
  return Math.max(0, Math.floor((time - ageMs) / settledEpochMs))
}

export type SettledTerm = 'floor' | 'closed'

export class SettledSum {
  readonly #crypto: Pick<Crypto, 'sha256'>
  /** Everything before `#low`. */
  readonly #base = new Int32Array(words)
  /** One sum per epoch from `#low` on, at epoch modulo slots; made when the first young entry comes. */
  #ring: Int32Array | undefined
  #low = 0
  /** What the last expiry took from the base, for borders before it. */
  #expired: Int32Array | undefined
  #expiredBefore = 0
  #sweeping: Int32Array | undefined
  #read: { readonly epoch: number; readonly digest: Uint8Array } | undefined

  constructor(crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto
  }

  add(id: Uint8Array, time: Millis): void {
    this.#count(id, time, 1)
  }

  remove(id: Uint8Array, time: Millis): void {
    this.#count(id, time, -1)
  }

  /** A floor or a closing counts at once, whatever the border. */
  term(kind: SettledTerm, session: Uint8Array, seq: number, sign: 1 | -1): void {
    const said = new Writer(40)
      .raw(session)
      .u8(kind === 'floor' ? 1 : 2)
      .varint(seq)
    addWords(this.#base, 0, this.#crypto.sha256(termLabel, said.finish()), sign)
    this.#read = undefined
  }

  /** Time passes: what has become old goes into one sum. Call with every change and tick. */
  advance(now: Millis): void {
    const low = Math.max(0, Math.floor(now / settledEpochMs) - pastEpochs)
    const from = this.#low
    if (low === from) return
    this.#low = low
    if (this.#ring === undefined) return
    this.#read = undefined
    // A clock that was set back leaves epochs beyond the ring: they are mixed up until time has come there again.
    if (low > from) this.#fold(this.#ring, from, Math.min(low, from + slots))
    else this.#fold(this.#ring, Math.max(from, low + slots), from + slots)
  }

  /** Around a sweep that drops what has expired at `border`. */
  sweep(border: Millis, drop: () => void): void {
    const before = (this.#sweeping ??= new Int32Array(words))
    before.set(this.#base)
    drop()
    let any = 0
    for (let i = 0; i < words; i++) {
      before[i] = (before[i] as number) - (this.#base[i] as number)
      any |= before[i] as number
    }
    this.#expired = any === 0 ? undefined : before
    this.#sweeping = any === 0 ? before : undefined
    this.#expiredBefore = border
    this.#read = undefined
  }

  /** 8 bytes about everything before the border; undefined when it is too long ago or too far ahead. Not to be changed. */
  read(epoch: number): Uint8Array | undefined {
    if (epoch < this.#low || epoch >= this.#low + slots) return undefined
    if (this.#read?.epoch === epoch) return this.#read.digest
    const sum = this.#base.slice()
    const ring = this.#ring
    if (ring !== undefined) for (let at = this.#low; at < epoch; at++) addSlot(sum, ring, at)
    const expired = this.#expired
    if (expired !== undefined && epoch * settledEpochMs < this.#expiredBefore)
      for (let i = 0; i < words; i++) sum[i] = (sum[i] as number) + (expired[i] as number)
    const bytes = new Writer(words * 4)
    for (const word of sum) bytes.u32(word >>> 0)
    const digest = this.#crypto.sha256(settledLabel, bytes.finish()).slice(0, 8)
    this.#read = { epoch, digest }
    return digest
  }

  #count(id: Uint8Array, time: Millis, sign: 1 | -1): void {
    const epoch = Math.floor(time / settledEpochMs)
    if (epoch < this.#low || epoch >= this.#low + slots) addWords(this.#base, 0, id, sign)
    else addWords((this.#ring ??= new Int32Array(slots * words)), (epoch % slots) * words, id, sign)
    this.#read = undefined
  }

  #fold(ring: Int32Array, from: number, to: number): void {
    for (let epoch = from; epoch < to; epoch++) {
      addSlot(this.#base, ring, epoch)
      ring.fill(0, (epoch % slots) * words, (epoch % slots) * words + words)
    }
  }
}

function addWords(sum: Int32Array, at: number, id: Uint8Array, sign: 1 | -1): void {
  for (let i = 0; i < words; i++) {
    const from = i * 4
    const word =
      ((id[from] as number) << 24) |
      ((id[from + 1] as number) << 16) |
      ((id[from + 2] as number) << 8) |
      (id[from + 3] as number)
    sum[at + i] = (sum[at + i] as number) + sign * word
  }
}

function addSlot(sum: Int32Array, ring: Int32Array, epoch: number): void {
  const at = (epoch % slots) * words
  for (let i = 0; i < words; i++) sum[i] = (sum[i] as number) + (ring[at + i] as number)
}
