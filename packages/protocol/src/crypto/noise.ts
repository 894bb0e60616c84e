/**
 * Noise_NNpsk0_25519_ChaChaPoly_SHA256 (The Noise Protocol Framework, revision 34), and plain NN for its vectors.
 *
 *   1  I→R   psk, e
 *   2  R→I   e, ee
 *
 * The caller hands over the ephemeral key pair, so that nothing here draws randomness. Besides the two transport keys,
 * `finish` gives the handshake hash, to be signed, and an exported secret that is independent of both keys.
 */
import { concatBytes, emptyBytes, label } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { BrokenPromise, type Result, accept, reject } from '../machine.ts'
import type { Crypto, KeyPair } from './crypto.ts'

export interface NoiseOptions {
  readonly crypto: Crypto
  readonly initiator: boolean
  readonly prologue: Uint8Array
  /** 32 bytes; without it the pattern is NN. */
  readonly psk?: Uint8Array | undefined
  /** Fresh for every handshake. */
  readonly ephemeral: KeyPair
}

export type NoiseRejection = 'malformed' | 'lowOrderShare' | 'badTag'

export interface NoiseOutcome {
  readonly send: CipherState
  readonly receive: CipherState
  /** Names this handshake: covers prologue, psk and both ephemeral keys. */
  readonly hash: Uint8Array
  readonly exported: Uint8Array
}

const keyBytes = 32
const tagBytes = 16

/** One direction of an ordered stream: each frame uses the next nonce. */
export class CipherState {
  readonly #crypto: Crypto
  readonly #key: Uint8Array
  #count = 0

  constructor(crypto: Crypto, key: Uint8Array) {
    this.#crypto = crypto
    this.#key = key
  }

  seal(plaintext: Uint8Array, aad: Uint8Array = emptyBytes): Uint8Array {
    return this.#crypto.chachaSeal(this.#key, nonceOf(this.#count++), aad, plaintext)
  }

  /** Undefined when the tag does not match; the nonce then stays where it was. */
  open(ciphertext: Uint8Array, aad: Uint8Array = emptyBytes): Uint8Array | undefined {
    const plaintext = this.#crypto.chachaOpen(this.#key, nonceOf(this.#count), aad, ciphertext)
    if (plaintext !== undefined) this.#count++
    return plaintext
  }
}

export class NoiseHandshake {
  readonly #options: NoiseOptions
  #chainingKey: Uint8Array
  #hash: Uint8Array
  #cipher: CipherState | undefined
  #shared: Uint8Array | undefined
  /** Messages written or read so far. */
  #messages = 0

  constructor(options: NoiseOptions) {
    this.#options = options
    const name = formatUtf8(`Noise_NN${options.psk ? 'psk0' : ''}_25519_ChaChaPoly_SHA256`)
    this.#hash = name.length > 32 ? options.crypto.sha256(name) : name
    this.#chainingKey = this.#hash
    this.#mixHash(options.prologue)
  }

  write(payload: Uint8Array = emptyBytes): Uint8Array {
    this.#turn(true)
    const share = this.#options.ephemeral.publicKey
    this.#mixShare(share)
    return concatBytes(share, this.#sealAndHash(payload))
  }

  read(message: Uint8Array): Result<Uint8Array, NoiseRejection> {
    this.#turn(false)
    if (message.length < keyBytes) return reject('malformed')
    const share = message.subarray(0, keyBytes)
    // Also in message 1, where it is only mixed in later: a useless share ends the handshake at once.
    this.#shared = this.#options.crypto.agree(this.#options.ephemeral.secretKey, share)
    if (this.#shared === undefined) return reject('lowOrderShare')
    this.#mixShare(share)
    const payload = this.#openAndHash(message.subarray(keyBytes))
    return payload === undefined ? reject('badTag') : accept(payload)
  }

  /** After both messages. */
  finish(): NoiseOutcome {
    if (this.#messages !== 2) throw new BrokenPromise('noise: handshake not finished')
    const { crypto, initiator } = this.#options
    const [first, second] = this.#derive(emptyBytes)
    const toResponder = new CipherState(crypto, first)
    const toInitiator = new CipherState(crypto, second)
    return {
      send: initiator ? toResponder : toInitiator,
      receive: initiator ? toInitiator : toResponder,
      hash: this.#hash,
      exported: crypto.hkdf(this.#chainingKey, this.#hash, label('kith1/link/export'), 32),
    }
  }

  /** Checks whose turn it is, and mixes the psk in before the first message. */
  #turn(writing: boolean): void {
    const { initiator, psk } = this.#options
    if (this.#messages >= 2 || (this.#messages === 0) !== (initiator === writing)) {
      throw new BrokenPromise('noise: not this turn')
    }
    if (this.#messages === 0 && psk !== undefined) {
      const [chainingKey, toHash, key] = this.#derive(psk)
      this.#chainingKey = chainingKey
      this.#mixHash(toHash)
      this.#cipher = new CipherState(this.#options.crypto, key)
    }
    this.#messages++
  }

  #mixShare(share: Uint8Array): void {
    this.#mixHash(share)
    if (this.#options.psk !== undefined) this.#mixKey(share)
    if (this.#messages === 2) {
      if (this.#shared === undefined) {
        throw new BrokenPromise('noise: answering without having read')
      }
      this.#mixKey(this.#shared)
    }
  }

  #mixKey(input: Uint8Array): void {
    const [chainingKey, key] = this.#derive(input)
    this.#chainingKey = chainingKey
    this.#cipher = new CipherState(this.#options.crypto, key)
  }

  #mixHash(bytes: Uint8Array): void {
    this.#hash = this.#options.crypto.sha256(this.#hash, bytes)
  }

  #sealAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher?.seal(plaintext, this.#hash) ?? plaintext
    this.#mixHash(ciphertext)
    return ciphertext
  }

  #openAndHash(ciphertext: Uint8Array): Uint8Array | undefined {
    if (this.#cipher !== undefined && ciphertext.length < tagBytes) return undefined
    const plaintext = this.#cipher === undefined ? ciphertext : this.#cipher.open(ciphertext, this.#hash)
    this.#mixHash(ciphertext)
    return plaintext
  }

  /** HKDF of section 4.3: three outputs, of which two are often enough. */
  #derive(input: Uint8Array): readonly [Uint8Array, Uint8Array, Uint8Array] {
    const { crypto } = this.#options
    const secret = crypto.hmacSha256(this.#chainingKey, input)
    const first = crypto.hmacSha256(secret, Uint8Array.of(1))
    const second = crypto.hmacSha256(secret, first, Uint8Array.of(2))
    return [first, second, crypto.hmacSha256(secret, second, Uint8Array.of(3))]
  }
}

/** For one at a time: sealing is never interrupted, and keeps no nonce. */
const nonce = new Uint8Array(12)

/** Four zero bytes, then the counter as a 64-bit little-endian integer. */
function nonceOf(count: number): Uint8Array {
  for (let i = 4, rest = count; i < 12; i++, rest = Math.floor(rest / 0x100)) nonce[i] = rest
  return nonce
}
