/**
 * CPace (draft-irtf-cfrg-cpace, CPACE-RISTR255-SHA512), initiator-responder, with key confirmation both ways.
 *
 *     g   = map(SHA-512(lv(DSI) ‖ lv(password) ‖ lv(zeros) ‖ lv(channel) ‖ lv(sid)))      a generator nobody else can know
 *     Y   = y·g        share, sent beside the sender's own data AD
 *     K   = y·Y(far)   refused when it is the identity, or when Y is no canonical encoding
 *     ISK = SHA-512(lv("CPaceRistretto255_ISK") ‖ lv(sid) ‖ lv(K) ‖ lv(Ya) ‖ lv(ADa) ‖ lv(Yb) ‖ lv(ADb))
 *     tag = HMAC-SHA-512(SHA-512("CPaceMac" ‖ sid ‖ ISK), lv(own Y) ‖ lv(own AD))
 *
 * Two people who hold the same few digits get a common key; whoever guesses learns from one run whether that one guess
 * was right, and nothing about any other. So what counts as a try is sending a share (`members/pin.ts`). The two sides
 * must have different AD, or a tag could be thrown back at who sent it: `finish` refuses that.
 *
 * lv(x) is the length of x as LEB128, then x. Nothing here draws randomness: the caller hands over 64 fresh bytes.
 */
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { Writer } from '../codec/writer.ts'
import { BrokenPromise } from '../machine.ts'
import { equalSecrets } from './compare.ts'

export interface PakeOptions {
  readonly role: 'initiator' | 'responder'
  /** What both people know; of low entropy. */
  readonly password: Uint8Array
  /** CI of the draft: names who talks with whom; the same on both sides. */
  readonly channel: Uint8Array
  /** Names this run; the same on both sides and never used twice. */
  readonly sid: Uint8Array
  /** AD of the draft: own data that the far side has to see unchanged. */
  readonly data: Uint8Array
  /** 64 bytes, fresh for every run. */
  readonly seed: Uint8Array
}

export interface PakeOutcome {
  /** 64 bytes that both sides share when the passwords were equal; use only after `confirms`. */
  readonly key: Uint8Array
  /** Our confirmation, to be sent. */
  readonly tag: Uint8Array
  /** Did the far side know the password? */
  readonly confirms: (farTag: Uint8Array) => boolean
}

export const pakeShareBytes = 32
export const pakeTagBytes = 64

const { Point } = ristretto255
const generatorDomain = formatUtf8('CPaceRistretto255')
const keyDomain = formatUtf8('CPaceRistretto255_ISK')
const macDomain = formatUtf8('CPaceMac')
const hashBlockBytes = 128

export class Pake {
  readonly share: Uint8Array
  readonly #options: PakeOptions
  readonly #scalar: bigint

  constructor(options: PakeOptions) {
    if (options.seed.length !== 64) throw new BrokenPromise('a pake seed is 64 bytes')
    this.#options = options
    this.#scalar = Point.Fn.create(littleEndian(options.seed))
    if (this.#scalar === 0n) throw new BrokenPromise('a pake seed that is a multiple of the order')
    this.share = generatorOf(options).multiply(this.#scalar).toBytes()
  }

  /** Undefined when the far share is no element a peer could have sent, or the two sides are not told apart. */
  finish(farShare: Uint8Array, farData: Uint8Array): PakeOutcome | undefined {
    const { role, sid, data } = this.#options
    if (equalBytes(farData, data)) return undefined
    const secret = multiplied(farShare, this.#scalar)
    if (secret === undefined) return undefined
    const own = lengthValues(this.share, data)
    const far = lengthValues(farShare, farData)
    const transcript = role === 'initiator' ? concatBytes(own, far) : concatBytes(far, own)
    const key = sha512(concatBytes(lengthValues(keyDomain, sid, secret), transcript))
    const macKey = sha512(concatBytes(macDomain, sid, key))
    const expected = hmac(sha512, macKey, far)
    return { key, tag: hmac(sha512, macKey, own), confirms: (farTag) => equalSecrets(farTag, expected) }
  }
}

function generatorOf({ password, channel, sid }: PakeOptions): InstanceType<typeof Point> {
  // The password fills a hash block of its own, so that the time of hashing does not depend on its length.
  const used = lengthValues(generatorDomain, password).length
  const zeros = new Uint8Array(Math.max(0, hashBlockBytes - 1 - used))
  const element = ristretto255_hasher.deriveToCurve?.(
    sha512(lengthValues(generatorDomain, password, zeros, channel, sid)),
  )
  if (element === undefined) throw new BrokenPromise('noble without its ristretto255 map')
  return element
}

/** K of the draft; undefined for a non-canonical encoding and for the identity. */
function multiplied(share: Uint8Array, scalar: bigint): Uint8Array | undefined {
  if (share.length !== pakeShareBytes) return undefined
  try {
    const point = Point.fromBytes(share)
    return point.is0() ? undefined : point.multiply(scalar).toBytes()
  } catch {
    return undefined
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number)
  return value
}

/** The draft's `lv_cat`; our varints are the same LEB128. */
function lengthValues(...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer()
  for (const part of parts) writer.bytes(part)
  return writer.finish()
}
