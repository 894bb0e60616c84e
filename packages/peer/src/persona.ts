/**
 * The person somebody is in one room: made once, kept in the room's record, certified again before it runs out. On a linked
 * device the room identity itself is elsewhere, and only what it certified is here.
 */
import { certifyDevice, createDevice } from '@kith/protocol'
import type { Crypto, DeviceKeys, KeyPair, Millis, Persona } from '@kith/protocol'

/** A half that is not used any more, and since when. */
export interface RetiredAgree {
  readonly secret: Uint8Array
  readonly at: Millis
}

/** The secrets that make somebody the same person in this room after a reload. 32 bytes each. */
export interface PersonaSecrets {
  /** Undefined on a linked device; then `author` is set. */
  readonly identity: Uint8Array | undefined
  /** Public key of the room identity, on a linked device. */
  readonly author?: Uint8Array | undefined
  readonly device: Uint8Array
  readonly agree: Uint8Array
  /** Since when `agree` is used, and the halves before it (`agree-keys.ts`). */
  readonly agreeSince?: Millis | undefined
  readonly retired?: readonly RetiredAgree[] | undefined
  /** The identity's statement that the device acts for it. */
  readonly certificate: Uint8Array
  readonly certifiedAt: Millis
  /** What a linked device can show here of who one is: its main device prepared it. */
  readonly proof?: Uint8Array | undefined
}

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

/** What has to be kept from now on; the same object unless the certificate grew old and can be made here. */
export function renewPersonaSecrets(crypto: Crypto, secrets: PersonaSecrets, now: Millis): PersonaSecrets {
  if (secrets.identity === undefined || !isCertificateOld(secrets, now)) return secrets
  const identity = crypto.signKeyPair(secrets.identity)
  return { ...secrets, certificate: certify(crypto, identity, deviceOf(crypto, secrets), now), certifiedAt: now }
}

/** A certificate from the future was made by a clock that was wrong. */
export function isCertificateOld({ certifiedAt }: PersonaSecrets, now: Millis): boolean {
  return now < certifiedAt || now - certifiedAt >= recertifyAfterMs
}

export function openPersona(crypto: Crypto, secrets: PersonaSecrets): Persona {
  return {
    author: authorOf(crypto, secrets),
    device: deviceOf(crypto, secrets),
    statements: [secrets.certificate],
    olderAgree: (secrets.retired ?? []).map(({ secret }) => crypto.agreeKeyPair(secret)),
  }
}

/** Public key of the room identity. */
export function authorOf(crypto: Crypto, { identity, author }: PersonaSecrets): Uint8Array {
  return identity === undefined ? (author ?? new Uint8Array(32)) : crypto.signKeyPair(identity).publicKey
}

function deviceOf(crypto: Crypto, secrets: PersonaSecrets): DeviceKeys {
  return { sign: crypto.signKeyPair(secrets.device), agree: crypto.agreeKeyPair(secrets.agree) }
}

function certify(crypto: Crypto, identity: KeyPair, device: DeviceKeys, now: Millis): Uint8Array {
  return certifyDevice(crypto, identity, { sign: device.sign.publicKey, agree: device.agree.publicKey }, now)
}
