import { Pake, type SignatureCheck, formatHex, formatUtf8, parseHex, verifyStrict } from '@kith/protocol'
import { expect, test } from 'vitest'
import cctv from '../../../protocol/src/crypto/vectors/ed25519-cctv.json'
import cpace from '../../../protocol/src/crypto/vectors/cpace-ristretto255.json'
import speccheck from '../../../protocol/src/crypto/vectors/ed25519-speccheck.json'
import { verifyManyWebCrypto } from './verify.ts'

const bytes = (hex: string): Uint8Array => parseHex(hex)!

const cctvChecks: SignatureCheck[] = cctv.map((one) => ({
  publicKey: bytes(one.key),
  message: formatUtf8(one.msg),
  signature: bytes(one.sig),
}))
const speccheckChecks: SignatureCheck[] = speccheck.map((one) => ({
  publicKey: bytes(one.pub_key),
  message: bytes(one.message),
  signature: bytes(one.signature),
}))

test('CRY1 this browser has Ed25519, so that the next test means something', async () => {
  const keys = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
  expect(keys).toHaveProperty('publicKey')
})

test.each([
  { name: 'CCTV', checks: cctvChecks, count: 914, valid: 43 },
  { name: 'speccheck', checks: speccheckChecks, count: 10, valid: 1 },
])('CRY1 noble and guarded WebCrypto give the same answer to every $name case', async ({ checks, count, valid }) => {
  const noble = checks.map((one) => verifyStrict(one.publicKey, one.message, one.signature))
  const webCrypto = await verifyManyWebCrypto(checks)
  expect(checks.length).toBeGreaterThanOrEqual(count)
  expect(webCrypto).toEqual(noble)
  expect(webCrypto.filter(Boolean).length).toBe(valid)
})

test('CRY1 WebCrypto alone accepts more: the precheck is what makes screens agree', async () => {
  let accepted = 0
  for (const { publicKey, message, signature } of cctvChecks) {
    try {
      const key = await crypto.subtle.importKey('raw', publicKey.slice(), { name: 'Ed25519' }, false, ['verify'])
      if (await crypto.subtle.verify({ name: 'Ed25519' }, key, signature.slice(), message.slice())) accepted++
    } catch {
      continue
    }
  }
  expect(accepted).toBeGreaterThan(43)
})

test('CRY15 CPace gives the published vector in this browser too', () => {
  const { PRS, CI, sid, ADa, ADb, ya, yb, Ya, Yb, ISK_IR } = cpace.ristretto255
  const lower = (hex: string): Uint8Array => bytes(hex.toLowerCase())
  const common = { password: lower(PRS), channel: lower(CI), sid: lower(sid) }
  const seed = (scalar: string): Uint8Array => lower(scalar.padEnd(128, '0'))
  const a = new Pake({ ...common, role: 'initiator', data: lower(ADa), seed: seed(ya) })
  const b = new Pake({ ...common, role: 'responder', data: lower(ADb), seed: seed(yb) })
  expect([a.share, b.share].map(formatHex)).toEqual([Ya.toLowerCase(), Yb.toLowerCase()])
  expect(formatHex(a.finish(b.share, lower(ADb))!.key)).toBe(ISK_IR.toLowerCase())
  for (const point of [cpace.ristretto255_points['Invalid Y1'], cpace.ristretto255_points['Invalid Y2']]) {
    expect(a.finish(lower(point), lower(ADb))).toBeUndefined()
  }
})
