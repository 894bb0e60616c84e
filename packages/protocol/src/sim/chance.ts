/**
 * Chance that needs no memory: the same numbers always give the same answer, whoever asks and when. What belongs to a pair
 * of machines (their distance, whether they can link) is looked up nowhere and stored nowhere.
 */

/** 32 well-mixed bits of up to three integers. */
export function mix(a: number, b: number, c = 0): number {
  let x = Math.imul(a | 0, 0x9e37_79b1) ^ Math.imul((b | 0) + 0x7f4a_7c15, 0x85eb_ca77)
  x = Math.imul(x ^ (x >>> 15) ^ Math.imul((c | 0) + 0x165667b1, 0xc2b2_ae3d), 0x2c1b_3c6d)
  x = Math.imul(x ^ (x >>> 12), 0x297a_2d39)
  return (x ^ (x >>> 15)) >>> 0
}

/** [0, 1). */
export function mixFraction(a: number, b: number, c = 0): number {
  return mix(a, b, c) / 0x1_0000_0000
}

/** The same for both orders of a pair. */
export function pairFraction(seed: number, a: number, b: number): number {
  return a < b ? mixFraction(seed, a, b) : mixFraction(seed, b, a)
}

/** One step of a 32-bit xorshift; never give it 0. */
export function xorshift(state: number): number {
  let x = state
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  return x >>> 0
}
