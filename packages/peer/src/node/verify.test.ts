import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseHex, verifyStrict } from '@kith/protocol'
import type { SignatureCheck } from '@kith/protocol'
import { createNativeCrypto } from './crypto.ts'
import { verifyManyNative } from './verify.ts'

const vectors = JSON.parse(
  readFileSync(new URL('../../../protocol/src/crypto/vectors/ed25519-cctv.json', import.meta.url), 'utf8'),
) as { key: string; sig: string; msg: string }[]

const bytes = (hex: string): Uint8Array => parseHex(hex) ?? new Uint8Array(0)

it('CRY1 bulk verification gives the answers of the strict rule for every published edge case', async () => {
  const checks = vectors.map(({ key, sig, msg }): SignatureCheck => {
    return { publicKey: bytes(key), message: new TextEncoder().encode(msg), signature: bytes(sig) }
  })
  const valid = await verifyManyNative(checks)
  expect(valid).toEqual(checks.map(({ publicKey, message, signature }) => verifyStrict(publicKey, message, signature)))
  expect(valid.filter(Boolean)).toHaveLength(43)
})

it('CRY1 keeps the order of more checks than one slice, and finds the one that is forged', async () => {
  const crypto = createNativeCrypto()
  const { publicKey, secretKey } = crypto.signKeyPair(new Uint8Array(32).fill(7))
  const checks = Array.from({ length: 600 }, (_, i): SignatureCheck => {
    const message = Uint8Array.of(i & 255, i >> 8)
    return { publicKey, message, signature: crypto.sign(secretKey, message) }
  })
  checks[400] = { ...(checks[400] as SignatureCheck), message: Uint8Array.of(1, 2, 3) }
  const valid = await verifyManyNative(checks)
  expect(valid.flatMap((ok, i) => (ok ? [] : [i]))).toEqual([400])
})

it('CRY2 has no answer but false for keys and signatures that are none', async () => {
  const nothing = new Uint8Array(0)
  expect(await verifyManyNative([{ publicKey: nothing, message: nothing, signature: nothing }])).toEqual([false])
})
