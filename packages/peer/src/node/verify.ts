/**
 * Many signatures at once in Node: on libuv's threads, so that all cores work and sockets and the terminal stay alive
 * meanwhile. The strict rule's precheck comes first, as in `crypto.ts`. A key is imported once for all that it signed here: a
 * page of history is of few sessions, and importing one takes a fifth of a check, on the thread that everything waits for.
 */
import { type KeyObject, createPublicKey, verify } from 'node:crypto'
import { precheckSignature } from '@kith/protocol'
import type { SignatureCheck } from '@kith/protocol'

/** Checks handed to the threads in one go: about 10 ms of work, after which others have their turn. */
const sliceLength = 256

export async function verifyManyNative(checks: readonly SignatureCheck[]): Promise<readonly boolean[]> {
  const valid: boolean[] = []
  const keys = new Map<string, KeyObject>()
  for (let at = 0; at < checks.length; at += sliceLength) {
    const slice = checks.slice(at, at + sliceLength)
    valid.push(...(await Promise.all(slice.map((check) => verifyOne(check, keys)))))
  }
  return valid
}

async function verifyOne(check: SignatureCheck, keys: Map<string, KeyObject>): Promise<boolean> {
  const { publicKey, message, signature } = check
  if (!precheckSignature(publicKey, signature)) return false
  const key = keyOf(publicKey, keys)
  return new Promise((resolve) => {
    verify(null, message, key, signature, (error, ok) => resolve(error === null && ok))
  })
}

function keyOf(publicKey: Uint8Array, keys: Map<string, KeyObject>): KeyObject {
  const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.byteLength).toString('base64url')
  const known = keys.get(x)
  if (known !== undefined) return known
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  keys.set(x, key)
  return key
}
