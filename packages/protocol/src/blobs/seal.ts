/**
 * The nonce of a block: its number and whether it is the last, as in STREAM (Hoang and others, 2015) and age.
 *
 *   nonce   block u88 ‖ last u8 (1 for the last block, else 0)
 *
 * The key is fresh for every file, so no nonce is used twice; the last block says so, so no file can be cut short at a
 * border. AES-256-GCM itself is the host's: WebCrypto in browsers, `node:crypto` in Node.
 */
import { blocksOf } from './layout.ts'

export const nonceBytes = 12
export const blobKeyBytes = 32

export function nonceOf(size: number, index: number): Uint8Array {
  const nonce = new Uint8Array(nonceBytes)
  new DataView(nonce.buffer).setUint32(nonceBytes - 5, index)
  nonce[nonceBytes - 1] = index === blocksOf(size) - 1 ? 1 : 0
  return nonce
}
