/**
 * Crypto for tests of rules, not of keys: real hashes, and signatures that are hashes of public key and message. Whoever
 * knows the public key could make one, and no simulated attacker does; any other is refused, as a forged one has to be.
 */
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'

export function createCheapCrypto(seed: string): Crypto {
  const real = createSeededCrypto(seed)
  const keyPair = (secret: Uint8Array): { secretKey: Uint8Array; publicKey: Uint8Array } => ({
    secretKey: secret.slice(),
    publicKey: real.sha256(label('test/public'), secret),
  })
  const signature = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
    const head = real.sha256(label('test/sign'), publicKey, message)
    return concatBytes(head, head)
  }
  return {
    ...real,
    signKeyPair: keyPair,
    agreeKeyPair: keyPair,
    sign: (secretKey, message) => signature(keyPair(secretKey).publicKey, message),
    verify: (publicKey, message, given) => equalBytes(signature(publicKey, message), given),
  }
}
