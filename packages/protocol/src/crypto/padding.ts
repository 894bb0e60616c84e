/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019): lengths
 * are rounded up so that at most O(log log n) bits of them leak, for at most 12 % more bytes.
 */

/** Lengths below this are rounded up to it: short lines all look alike. */
export const minPaddedBytes = 32

/** The length to pad to: at least `length`, at least `minPaddedBytes`, at most 12 % more than the larger of the two. */
export function paddedLength(length: number): number {
  if (length <= minPaddedBytes) return minPaddedBytes
  const exponent = Math.floor(Math.log2(length))
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** (exponent - mantissaBits)
  return Math.ceil(length / step) * step
}
