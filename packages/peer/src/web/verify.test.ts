import { type SignatureCheck, createNobleCrypto, formatUtf8 } from '@kith/protocol'
import { expect, test } from 'vitest'
import { type SubtleVerify, verifyManyWebCrypto } from './verify.ts'

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const noble = createNobleCrypto(random)

function checks(count: number): { readonly all: SignatureCheck[]; readonly expected: boolean[] } {
  const keys = noble.signKeyPair(random(32))
  const all: SignatureCheck[] = []
  const expected: boolean[] = []
  for (let i = 0; i < count; i++) {
    const message = formatUtf8(`line ${i}`)
    const signature = noble.sign(keys.secretKey, message)
    if (i % 3 === 1) signature[i % 64]! ^= 1
    all.push({ publicKey: keys.publicKey, message, signature })
    expected.push(i % 3 !== 1)
  }
  return { all, expected }
}

test('CRY14 answers in order, with WebCrypto and without it', async () => {
  const { all, expected } = checks(40)
  const noEd25519: SubtleVerify = {
    importKey: () => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')),
    verify: () => Promise.reject(new Error('never asked')),
  }
  expect(await verifyManyWebCrypto(all)).toEqual(expected)
  expect(await verifyManyWebCrypto(all, noEd25519)).toEqual(expected)
  expect(await verifyManyWebCrypto([])).toEqual([])
})

test('CRY14 an engine that throws instead of saying no does not break the batch', async () => {
  const { all, expected } = checks(9)
  const moody: SubtleVerify = {
    importKey: crypto.subtle.importKey.bind(crypto.subtle),
    verify: () => Promise.reject(new DOMException('bad point', 'OperationError')),
  }
  expect(await verifyManyWebCrypto(all, moody)).toEqual(expected)
})
