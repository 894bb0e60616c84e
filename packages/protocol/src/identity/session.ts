/**
 * Making keys and the statements that tie them together: identity → device → session.
 *
 * An identity signs devices and revocations only; a device signs sessions; a session signs what is said in one room.
 */
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type Millis } from '../machine.ts'
import { extensionTypes, signStatement } from './statement.ts'

/** The keys of a device or of a session: one to sign, one (X25519) to receive what is sealed for it. */
export interface SigningAndAgreeing {
  readonly sign: KeyPair
  readonly agree: KeyPair
}
export type DeviceKeys = SigningAndAgreeing
export type SessionKeys = SigningAndAgreeing

export const dayMs: Millis = 86_400_000
/** The longest a device certificate may run; `verifyChain` refuses longer ones. */
export const maxDeviceLifeMs: Millis = 400 * dayMs
/** The longest an attestation may run: offline, expiry is the only revocation. */
export const maxAttestationLifeMs: Millis = 90 * dayMs
export const sessionLifeMs: Millis = 60 * dayMs
/** Certificates begin this long before they are made, so that a clock that was ahead for a while does no harm. */
export const backdateMs: Millis = dayMs

export function createIdentity(crypto: Pick<Crypto, 'random' | 'signKeyPair'>): KeyPair {
  return crypto.signKeyPair(crypto.random(32))
}

export function createDevice(crypto: Pick<Crypto, 'random' | 'signKeyPair' | 'agreeKeyPair'>): DeviceKeys {
  return { sign: crypto.signKeyPair(crypto.random(32)), agree: crypto.agreeKeyPair(crypto.random(32)) }
}

/** A new one for every run and every room, so that rooms cannot be linked by key. */
export function createSession(crypto: Pick<Crypto, 'random' | 'signKeyPair' | 'agreeKeyPair'>): SessionKeys {
  return createDevice(crypto)
}

/** `identity` states that `device` acts for it, from a day before `now` for at most 400 days in all. */
export function certifyDevice(
  crypto: Pick<Crypto, 'sign'>,
  identity: KeyPair,
  device: { readonly sign: Uint8Array; readonly agree: Uint8Array },
  now: Millis,
): Uint8Array {
  const notBefore = Math.max(0, now - backdateMs)
  return signStatement(crypto, identity, {
    type: 'device',
    subject: device.sign,
    notBefore,
    notAfter: notBefore + maxDeviceLifeMs,
    extensions: [{ type: extensionTypes.agreeKey, critical: true, value: device.agree }],
  })
}

/** `device` states that `session` speaks for it. */
export function certifySession(
  crypto: Pick<Crypto, 'sign'>,
  device: KeyPair,
  session: Uint8Array,
  now: Millis,
): Uint8Array {
  return signStatement(crypto, device, {
    type: 'session',
    subject: session,
    notBefore: Math.max(0, now - backdateMs),
    notAfter: now + sessionLifeMs,
  })
}
