/**
 * A stand-in for the public-key half of `Crypto`, so that a thousand simulated histories fit in a test.
 *
 * Hashes, HKDF and sealing are the real ones. Signatures are hashes of public key and message: whoever knows the public
 * key could make one, and no simulated attacker does; every other signature is refused, as a forged one has to be. Key
 * agreement is a hash of both public keys. Nothing outside the simulator may use this.
 */
import { compareBytes, concatBytes, equalBytes, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { createNobleCrypto } from '../crypto/noble.ts'
import type { Random } from '../machine.ts'

const publicLabel = label('sim/public')
const signLabel = label('sim/sign')
const tailLabel = label('sim/tail')
const agreeLabel = label('sim/agree')

/** `real` hashes and seals; a host with native hashes passes its own. */
export function createCheapCrypto(random: Random, real: Crypto = createNobleCrypto(random)): Crypto {
  const keyPair = (seed: Uint8Array): { secretKey: Uint8Array; publicKey: Uint8Array } => ({
    secretKey: seed.slice(),
    publicKey: real.sha256(publicLabel, seed),
  })
  const signature = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
    const head = real.sha256(signLabel, publicKey, message)
    return concatBytes(head, real.sha256(tailLabel, head))
  }
  return {
    ...real,
    random,
    signKeyPair: keyPair,
    agreeKeyPair: keyPair,
    sign: (secretKey, message) => signature(keyPair(secretKey).publicKey, message),
    verify: (publicKey, message, given) => equalBytes(signature(publicKey, message), given),
    agree(secretKey, publicKey) {
      const own = keyPair(secretKey).publicKey
      const [low, high] = compareBytes(own, publicKey) < 0 ? [own, publicKey] : [publicKey, own]
      return real.sha256(agreeLabel, low, high)
    },
  }
}
