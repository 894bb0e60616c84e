/**
 * What one person's keys grow from: 16 random bytes, written down once as twelve words.
 *
 * The long-term identity and every room identity made from now on are derived from the root, so whoever has the words is
 * the same person again, in every room. Without the root nothing links two room identities. Room identities that were
 * made before there was a root stay as they are.
 */
import { emptyBytes, label } from '../codec/bytes.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'

/** 128 bits: twelve words. */
export const identityRootBytes = 16

type Derive = Pick<Crypto, 'hkdf' | 'signKeyPair'>

/** The person's passport. It says which room identities are theirs, and nothing else; it is shown when they choose. */
export function longTermIdentity(crypto: Derive, root: Uint8Array): KeyPair {
  return crypto.signKeyPair(crypto.hkdf(root, emptyBytes, label('kith1/identity'), 32))
}

/**
 * The 32-byte secret of who founds a members room. The room's id is not known before its first operation is signed, so
 * that operation's salt stands in for it: whoever has the words and that operation is the founder again.
 */
export function founderSecret(crypto: Pick<Crypto, 'hkdf'>, root: Uint8Array, salt: Uint8Array): Uint8Array {
  return crypto.hkdf(root, salt, label('kith1/founder'), 32)
}

/** The 32-byte secret of who one is in a room; the room's id salts it. */
export function roomIdentitySecret(crypto: Pick<Crypto, 'hkdf'>, root: Uint8Array, roomId: Uint8Array): Uint8Array {
  return crypto.hkdf(root, roomId, label('kith1/persona'), 32)
}
