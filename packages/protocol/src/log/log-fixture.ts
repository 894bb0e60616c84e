/** For tests: authors that write chains of entries without a room around them. */
import { label } from '../codec/bytes.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import type { Millis } from '../machine.ts'
import { type Entry, decodeEntry, encodeHeader, entryKinds, noPrev, signEntry } from './entry.ts'

export const epoch: Uint8Array = new Uint8Array(32).fill(7)

/**
 * Seeded crypto whose signatures are hashes anybody can make: a thousand times faster, for properties about order and
 * loss. Never for a test about forgery.
 */
export function createToyCrypto(seed: string): Crypto {
  const crypto = createSeededCrypto(seed)
  const state = new Uint32Array(crypto.random(16).slice().buffer)
  const mac = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
    const half = crypto.sha256(label('toy'), publicKey, message)
    const signature = new Uint8Array(64)
    signature.set(half)
    signature.set(half, 32)
    return signature
  }
  return {
    ...crypto,
    random: (length) => Uint8Array.from({ length }, () => xoshiro(state) >>> 24),
    signKeyPair: (secretKey) => ({ secretKey, publicKey: crypto.sha256(label('toy key'), secretKey) }),
    sign: (secretKey, message) => mac(crypto.sha256(label('toy key'), secretKey), message),
    verify: (publicKey, message, signature) => signature.length === 64 && equal(mac(publicKey, message), signature),
  }
}

/** xoshiro128+ (Blackman, Vigna, 2018). */
function xoshiro(state: Uint32Array): number {
  const [a, b, c, d] = state as unknown as [number, number, number, number]
  const result = (a + d) >>> 0
  state[2] = c ^ a
  state[3] = d ^ b
  state[1] = b ^ (c ^ a)
  state[0] = a ^ (d ^ b)
  state[2] = c ^ a ^ (b << 9)
  const last = d ^ b
  state[3] = (last << 11) | (last >>> 21)
  return result
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i])
}

export interface WriteOptions {
  readonly kind?: number | undefined
  readonly flags?: number | undefined
  readonly time?: Millis | undefined
  readonly body?: Uint8Array | undefined
  readonly epochId?: Uint8Array | undefined
  readonly session?: Uint8Array | undefined
  readonly seq?: number | undefined
  readonly prev?: Uint8Array | undefined
}

/** One session. `write` appends; `fork` makes a second writer that goes on from the same place. */
export class Author {
  readonly keys: KeyPair
  readonly entries: Entry[] = []
  readonly #crypto: Crypto
  #time: Millis

  constructor(crypto: Crypto, time: Millis = 1_700_000_000_000, keys: KeyPair = crypto.signKeyPair(crypto.random(32))) {
    this.#crypto = crypto
    this.#time = time
    this.keys = keys
  }

  write(options: WriteOptions = {}): Entry {
    const last = this.entries.at(-1)
    const seq = options.seq ?? (last === undefined ? 0 : last.seq + 1)
    this.#time = options.time ?? this.#time + 1000
    const header = encodeHeader({
      kind: seq === 0 ? entryKinds.opening : (options.kind ?? entryKinds.post),
      flags: options.flags ?? 0,
      time: this.#time,
      session: options.session ?? this.keys.publicKey,
      seq,
      prev: options.prev ?? last?.id ?? noPrev,
      epochId: options.epochId ?? epoch,
      nonce: this.#crypto.random(24),
    })
    const body = options.body ?? this.#crypto.random(16 + ((this.#crypto.random(1)[0] as number) % 32))
    const entry = signEntry(this.#crypto, this.keys.secretKey, header, body)
    this.entries.push(entry)
    return entry
  }

  writeMany(count: number, options: WriteOptions = {}): Entry[] {
    return Array.from({ length: count }, () => this.write(options))
  }

  fork(): Author {
    const twin = new Author(this.#crypto, this.#time, this.keys)
    twin.entries.push(...this.entries)
    return twin
  }
}

/** A copy as it arrives: nothing is known about its signature. `junk` breaks that signature. */
export function arrive(crypto: Pick<Crypto, 'sha256'>, entry: Entry, junk = false): Entry {
  const bytes = entry.bytes.slice()
  if (junk) bytes[140] = (bytes[140] as number) ^ 1
  const decoded = decodeEntry(crypto, bytes)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}
