/**
 * Where the members of a room meet on a relay (docs/spec/rendezvous.md): a fresh *topic* every ten minutes.
 *
 *     seed = HMAC-SHA256(R, "kith1/rdv\0" ‖ u64 slot)      slot = floor(unix seconds / 600)
 *     (secretKey, topic) = Ed25519(seed)
 *     sealKey = HKDF(R, salt = u64 slot, "kith1/announce\0")
 *
 * R is the room's rendezvous secret. The topic's name is a public key, so entering can demand a signature by its secret
 * half (`relay/wire.ts`): a stranger who reads the name cannot squat it, and the relay keeps no list of who may. Names
 * of different slots cannot be linked without R.
 */
import { label } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { BrokenPromise, type Millis } from '../machine.ts'

export const slotMs: Millis = 600_000

/** Around a boundary peers are in both slots: clocks differ, and those who come late must find those who went ahead. */
export const slotEdgeMs: Millis = 60_000
/** Whoever enters in the last moment of the edge is on its way to the relay when it ends. */
export const slotGraceMs: Millis = 5_000

const seedLabel = label('kith1/rdv')
const sealLabel = label('kith1/announce')

/** What one slot of one room needs. `topic` is public, the rest is known to members only. */
export interface TopicKeys {
  readonly slot: number
  /** Ed25519 public key, 32 bytes: the relay's name for the room in this slot. */
  readonly topic: Uint8Array
  readonly secretKey: Uint8Array
  /** Seals announcements, see `announcement.ts`. */
  readonly sealKey: Uint8Array
  /** End of the slot, its edge and the grace: nobody has business in this topic from then on. */
  readonly until: Millis
}

export function slotAt(now: Millis): number {
  return Math.floor(now / slotMs)
}

/** The slots to be in at `now`, the current one first: near a boundary also the neighbour. */
export function slotsAt(now: Millis): readonly number[] {
  const slot = slotAt(now)
  const within = now - slot * slotMs
  if (within < slotEdgeMs && slot > 0) return [slot, slot - 1]
  if (within >= slotMs - slotEdgeMs) return [slot, slot + 1]
  return [slot]
}

export function topicKeys(crypto: Crypto, secret: Uint8Array, slot: number): TopicKeys {
  const name = slotName(slot)
  const { publicKey, secretKey } = crypto.signKeyPair(crypto.hmacSha256(secret, seedLabel, name))
  return {
    slot,
    topic: publicKey,
    secretKey,
    sealKey: crypto.hkdf(secret, name, sealLabel, 32),
    until: (slot + 1) * slotMs + slotEdgeMs + slotGraceMs,
  }
}

/** u64 slot, big-endian. */
function slotName(slot: number): Uint8Array {
  if (!Number.isSafeInteger(slot) || slot < 0) throw new BrokenPromise(`not a slot: ${slot}`)
  return new Writer(8).u16(0).u48(slot).finish()
}
