/** The `Crypto` capability in plain JavaScript: the same everywhere, and the reference for faster ones. */
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Random } from '../machine.ts'
import type { Crypto, KeyPair } from './crypto.ts'
import { nobleSha256 } from './noble-sha256.ts'
import { verifyStrict } from './verify.ts'

type Aead = typeof chacha20poly1305 | typeof xchacha20poly1305

/** `random` must be the platform's secure source, or a seeded one in simulations. */
export function createNobleCrypto(random: Random): Crypto {
  return {
    random,
    sha256: nobleSha256,
    hmacSha256: (key, ...parts) => {
      const mac = hmac.create(sha256, key)
      for (const part of parts) mac.update(part)
      return mac.digest()
    },
    hkdf: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),
    // A copy of the seed, because callers may erase or reuse theirs.
    signKeyPair: (seed): KeyPair => ({ secretKey: seed.slice(), publicKey: ed25519.getPublicKey(seed) }),
    sign: (secretKey, message) => ed25519.sign(message, secretKey),
    verify: verifyStrict,
    agreeKeyPair: (seed): KeyPair => ({ secretKey: seed.slice(), publicKey: x25519.getPublicKey(seed) }),
    agree: (secretKey, publicKey) => {
      if (publicKey.length !== 32) return undefined
      try {
        return x25519.getSharedSecret(secretKey, publicKey)
      } catch {
        return undefined // low-order share
      }
    },
    chachaSeal: (key, nonce, aad, plaintext) => chacha20poly1305(key, nonce, aad).encrypt(plaintext),
    chachaOpen: (key, nonce, aad, ciphertext) => open(chacha20poly1305, key, nonce, aad, ciphertext),
    xchachaSeal: (key, nonce, aad, plaintext) => xchacha20poly1305(key, nonce, aad).encrypt(plaintext),
    xchachaOpen: (key, nonce, aad, ciphertext) => open(xchacha20poly1305, key, nonce, aad, ciphertext),
  }
}

const tagBytes = 16

function open(
  aead: Aead,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length < tagBytes) return undefined
  const cipher = aead(key, nonce, aad)
  try {
    return cipher.decrypt(ciphertext)
  } catch {
    return undefined
  }
}
