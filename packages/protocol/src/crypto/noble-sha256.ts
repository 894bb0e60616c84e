/** Hashing alone, for whoever needs none of the curves and ciphers beside it: a page draws people before it has those. */
import { sha256 } from '@noble/hashes/sha2.js'
import type { Crypto } from './crypto.ts'

export const nobleSha256: Crypto['sha256'] = (...parts) => {
  if (parts.length === 1) return sha256(parts[0] as Uint8Array)
  const hash = sha256.create()
  for (const part of parts) hash.update(part)
  return hash.digest()
}
