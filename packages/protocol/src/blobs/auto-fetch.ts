/**
 * Who fetches a file without being asked: everybody a small one, four in five one of up to 8 MiB, one in five one of up
 * to 64 MiB, nobody a larger one. A hash of peer and root decides, so each peer decides alike every time, and a room
 * keeps enough copies without anybody counting them.
 */
import { label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'

const mebibyte: number = 1024 * 1024
/** Plaintext bytes up to which so many of all peers fetch. */
export const autoFetchShares: readonly { readonly upTo: number; readonly share: number }[] = [
  { upTo: 256 * 1024, share: 1 },
  { upTo: 8 * mebibyte, share: 0.8 },
  { upTo: 64 * mebibyte, share: 0.2 },
]
const fetchLabel = label('kith1/blob/fetch')

/** `peer`: any bytes that stay the same for this device. */
export function fetchesByItself(
  crypto: Pick<Crypto, 'sha256'>,
  peer: Uint8Array,
  root: Uint8Array,
  size: number,
): boolean {
  const share = autoFetchShares.find(({ upTo }) => size <= upTo)?.share ?? 0
  if (share === 0 || share === 1) return share === 1
  const [a = 0, b = 0, c = 0, d = 0] = crypto.sha256(fetchLabel, peer, root)
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 < share * 2 ** 32
}
