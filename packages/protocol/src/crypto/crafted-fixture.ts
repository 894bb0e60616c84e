/**
 * For tests: Ed25519 signatures that engines are known to disagree about, made by the owner of the key, who alone can (the
 * kinds of the CCTV vectors). A member that signs an entry so would split a room whose members judge differently.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import type { KeyPair } from './crypto.ts'

const { Point } = ed25519
const order = Point.Fn.ORDER
/** A point of order 8. */
const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')

/**
 * - `torsionR`: R and a point of order 8. Cofactored rules accept it, cofactorless ones do not.
 * - `largeS`: S + L. Engines that forget S < L accept it.
 * - `smallR`: R the neutral point.
 * - `torsionKey`: the key and a point of order 8, with k divisible by 8: right under every equation, and accepted.
 */
export const craftedKinds = ['torsionR', 'largeS', 'smallR', 'torsionKey'] as const
export type CraftedKind = (typeof craftedKinds)[number]

const littleEndian = (value: bigint): Uint8Array =>
  (parseHex(value.toString(16).padStart(64, '0')) as Uint8Array).slice().reverse()
const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${formatHex(bytes.slice().reverse())}`)

/** The key pair to sign with: of `torsionKey` the public half is not what the secret gives. */
export function craftedKeys(pair: KeyPair, kind: CraftedKind): KeyPair {
  if (kind !== 'torsionKey') return pair
  return { ...pair, publicKey: Point.fromBytes(pair.publicKey).add(torsion).toBytes() }
}

/** Signs `message` with `craftedKeys`. */
export function signCrafted(pair: KeyPair, kind: CraftedKind, message: Uint8Array): Uint8Array {
  const { scalar } = ed25519.utils.getExtendedPublicKey(pair.secretKey)
  for (let r = 1n; ; r++) {
    const nonce = (toNumber(sha512(concatBytes(message, littleEndian(r))).subarray(0, 32)) % order) + 1n
    const honest = kind === 'smallR' ? Point.ZERO : Point.BASE.multiply(nonce)
    const point = kind === 'torsionR' ? honest.add(torsion) : honest
    const k = toNumber(sha512(concatBytes(point.toBytes(), pair.publicKey, message))) % order
    if (kind === 'torsionKey' && k % 8n !== 0n) continue
    const s = ((kind === 'smallR' ? 0n : nonce) + k * scalar) % order
    return concatBytes(point.toBytes(), littleEndian(kind === 'largeS' ? s + order : s))
  }
}
