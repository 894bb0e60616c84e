/**
 * Short names of sessions, other ones in every exchange.
 *
 * A name is 48 bits of a hash of session key and salt; of it a vector sends as many leading bits as keep the sessions of a
 * room apart, and `iblt.ts` works with the first 32. What tells whether two peers have the same entry on top is a hash of
 * its id and the salt. Two that happen to agree do so for one salt, hence for one exchange: the digests still differ, and
 * the next one, with another salt, finds out. The hash is no cryptography: a session that looks like another costs a
 * needless page, never an entry, because pages are judged by the log.
 */

export const nameBits = 48
/** Of a name that are used by the sums of `iblt.ts`. */
export const keyBits = 32

export function nameOf(session: Uint8Array, salt: number): number {
  let a = salt ^ 0x9e37_79b9
  let b = Math.imul(salt, 0x85eb_ca6b) ^ 0x2545_f491
  for (let at = 0; at < 32; at += 4) {
    const word = wordAt(session, at)
    a = Math.imul(a ^ word, 0xcc9e_2d51)
    a ^= a >>> 15
    b = Math.imul(b ^ a ^ (word >>> 16), 0x1b87_3593)
    b ^= b >>> 13
  }
  a = scramble(a ^ b)
  b = scramble(b + a)
  return (a >>> 0) * 0x1_0000 + (b >>> 16)
}

/** 16 bits of an entry's id. */
export function checkOf(id: Uint8Array, salt: number): number {
  return scramble(scramble(wordAt(id, 0) ^ salt) ^ wordAt(id, 4)) >>> 16
}

/** The finalizer of MurmurHash3 (Appleby, public domain). */
export function scramble(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85eb_ca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2_ae35)
  return mixed ^ (mixed >>> 16)
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}
