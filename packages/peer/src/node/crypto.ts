/**
 * The `Crypto` capability on `node:crypto`: bit for bit the answers of noble, many times faster.
 *
 * OpenSSL's Ed25519 `verify` is cofactorless but lets low-order points pass, so every check starts with the precheck of
 * the one strict rule. XChaCha20 is not in OpenSSL: its subkey is derived in JavaScript, the rest is native. Results are
 * plain `Uint8Array`s, because `slice` on a `Buffer` shares memory instead of copying.
 */
import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  randomFillSync,
  sign,
  verify,
} from 'node:crypto'
import { type Crypto, type KeyPair, precheckSignature, xchachaToChacha } from '@kith/protocol'

/** Imported keys kept; importing one costs 5 to 40 µs. Few private ones, so that ephemeral secrets do not linger. */
const cachedPublicKeys = 1024
const cachedPrivateKeys = 64
const tagBytes = 16
const algorithm = 'chacha20-poly1305'

type Curve = 'Ed25519' | 'X25519'

export function createNativeCrypto(): Crypto {
  const privateKeys = new KeyCache(cachedPrivateKeys, (secretKey, curve) =>
    // OpenSSL computes the public half itself; a JWK needs the member to be there.
    createPrivateKey({ key: { kty: 'OKP', crv: curve, d: base64url(secretKey), x: '' }, format: 'jwk' }),
  )
  const publicKeys = new KeyCache(cachedPublicKeys, (publicKey, curve) =>
    createPublicKey({ key: { kty: 'OKP', crv: curve, x: base64url(publicKey) }, format: 'jwk' }),
  )

  function keyPair(seed: Uint8Array, curve: Curve): KeyPair {
    const { x } = privateKeys.get(seed, curve).export({ format: 'jwk' })
    return { secretKey: Uint8Array.from(seed), publicKey: Uint8Array.from(Buffer.from(x as string, 'base64url')) }
  }

  return {
    random: createPooledRandom(),
    sha256: (...parts) => sha256(parts),
    hmacSha256: (key, ...parts) => {
      const mac = createHmac('sha256', key)
      for (const part of parts) mac.update(part)
      return plain(mac.digest())
    },
    hkdf,
    signKeyPair: (seed) => keyPair(seed, 'Ed25519'),
    sign: (secretKey, message) => plain(sign(null, message, privateKeys.get(secretKey, 'Ed25519'))),
    verify: (publicKey, message, signature) =>
      precheckSignature(publicKey, signature) && verify(null, message, publicKeys.get(publicKey, 'Ed25519'), signature),
    agreeKeyPair: (seed) => keyPair(seed, 'X25519'),
    agree: (secretKey, publicKey) => {
      if (publicKey.length !== 32) return undefined
      const privateKey = privateKeys.get(secretKey, 'X25519')
      try {
        return plain(diffieHellman({ privateKey, publicKey: publicKeys.get(publicKey, 'X25519') }))
      } catch {
        return undefined // low-order share
      }
    },
    chachaSeal: seal,
    chachaOpen: open,
    xchachaSeal: (key, nonce, aad, plaintext) => {
      const chacha = xchachaToChacha(key, nonce)
      return seal(chacha.key, chacha.nonce, aad, plaintext)
    },
    xchachaOpen: (key, nonce, aad, ciphertext) => {
      const chacha = xchachaToChacha(key, nonce)
      return open(chacha.key, chacha.nonce, aad, ciphertext)
    },
  }
}

const poolBytes = 4096
/** More than this is asked of the system at once. */
const maxPooledBytes = 256

/**
 * The system's random bytes, fetched many at a time: a call takes 7 µs whatever its length, and engines draw eight bytes for
 * every jitter. What was given is erased from the pool.
 */
function createPooledRandom(): Crypto['random'] {
  const pool = new Uint8Array(poolBytes)
  let at = poolBytes
  return (length) => {
    if (length > maxPooledBytes) return randomFillSync(new Uint8Array(length))
    if (at + length > poolBytes) {
      randomFillSync(pool)
      at = 0
    }
    const drawn = pool.slice(at, at + length)
    pool.fill(0, at, at + length)
    at += length
    return drawn
  }
}

/** RFC 5869 by HMACs: node's own `hkdfSync` takes three times as long, most of it for wrapping keys. */
function hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const key = createHmac('sha256', salt).update(secret).digest()
  const output = new Uint8Array(length)
  let block: Uint8Array = new Uint8Array(0)
  for (let counter = 1, at = 0; at < length; counter++, at += block.length) {
    block = createHmac('sha256', key).update(block).update(info).update(Uint8Array.of(counter)).digest()
    output.set(block.subarray(0, length - at), at)
  }
  return output
}

/** Inputs up to this are joined for one call; larger ones are hashed part by part. */
const maxJoinedBytes = 65_536

/** Text out, because a digest as a Buffer costs three times the hashing: its memory is outside of the heap. */
function sha256(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  if (parts.length > 1 && length > maxJoinedBytes) {
    const state = createHash('sha256')
    for (const part of parts) state.update(part)
    return plain(state.digest())
  }
  const input = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, length)
  const text = hash('sha256', input, 'binary')
  const digest = new Uint8Array(32)
  for (let i = 0; i < 32; i++) digest[i] = text.charCodeAt(i)
  return digest
}

function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  if (aad.length > 0) cipher.setAAD(aad, { plaintextLength: plaintext.length })
  const sealed = new Uint8Array(plaintext.length + tagBytes)
  sealed.set(cipher.update(plaintext))
  cipher.final()
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

function open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  const length = ciphertext.length - tagBytes
  if (length < 0) return undefined
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  if (aad.length > 0) decipher.setAAD(aad, { plaintextLength: length })
  decipher.setAuthTag(ciphertext.subarray(length))
  const plaintext = plain(decipher.update(ciphertext.subarray(0, length)))
  try {
    decipher.final()
    return plaintext
  } catch {
    return undefined
  }
}

/** Keeps the keys used last; the oldest goes when there are too many. */
class KeyCache {
  readonly #limit: number
  readonly #create: (bytes: Uint8Array, curve: Curve) => KeyObject
  readonly #keys = new Map<string, KeyObject>()

  constructor(limit: number, create: (bytes: Uint8Array, curve: Curve) => KeyObject) {
    this.#limit = limit
    this.#create = create
  }

  get(bytes: Uint8Array, curve: Curve): KeyObject {
    const name = curve + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const known = this.#keys.get(name)
    if (known !== undefined) {
      // A map keeps the order of insertion: the first key is the one unused for longest.
      this.#keys.delete(name)
      this.#keys.set(name, known)
      return known
    }
    const key = this.#create(bytes, curve)
    if (this.#keys.size >= this.#limit) {
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest)
        break
      }
    }
    this.#keys.set(name, key)
    return key
  }
}

/** The same bytes without `Buffer`'s own methods. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
