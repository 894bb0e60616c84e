/** The person somebody is in one room: made once, kept in the room's record, certified again before it runs out. */
import { certifyDevice, createDevice } from '@kith/protocol'
import type { Crypto, DeviceKeys, KeyPair, Millis, Persona } from '@kith/protocol'
import type { PersonaSecrets } from './chat-store.ts'

/** A device certificate runs 400 days; half of that is left at least whenever a room is opened. */
export const recertifyAfterMs: Millis = 200 * 86_400_000

/** `identitySecret` is who one is in the room (`IdentityDesk.roomIdentity`). */
export function createPersonaSecrets(
  crypto: Crypto,
  now: Millis,
  identitySecret: Uint8Array = crypto.random(32),
): PersonaSecrets {
  const identity = crypto.signKeyPair(identitySecret)
  const device = createDevice(crypto)
  return {
    identity: identitySecret,
    device: device.sign.secretKey,
    agree: device.agree.secretKey,
    certificate: certify(crypto, identity, device, now),
    certifiedAt: now,
  }
}

/** What has to be kept from now on; the same object unless the certificate grew old. */
export function renewPersonaSecrets(crypto: Crypto, secrets: PersonaSecrets, now: Millis): PersonaSecrets {
  const age = now - secrets.certifiedAt
  // A certificate from the future was made by a clock that was wrong.
  if (age >= 0 && age < recertifyAfterMs) return secrets
  const identity = crypto.signKeyPair(secrets.identity)
  return { ...secrets, certificate: certify(crypto, identity, deviceOf(crypto, secrets), now), certifiedAt: now }
}

export function openPersona(crypto: Crypto, secrets: PersonaSecrets): Persona {
  return {
    author: crypto.signKeyPair(secrets.identity).publicKey,
    device: deviceOf(crypto, secrets),
    statements: [secrets.certificate],
  }
}

function deviceOf(crypto: Crypto, secrets: PersonaSecrets): DeviceKeys {
  return { sign: crypto.signKeyPair(secrets.device), agree: crypto.agreeKeyPair(secrets.agree) }
}

function certify(crypto: Crypto, identity: KeyPair, device: DeviceKeys, now: Millis): Uint8Array {
  return certifyDevice(crypto, identity, { sign: device.sign.publicKey, agree: device.agree.publicKey }, now)
}
