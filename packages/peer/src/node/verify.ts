/**
 * Many signatures at once in Node: on libuv's threads, so that all cores work and sockets and the terminal stay alive
 * meanwhile. The strict rule's precheck comes first, as in `crypto.ts`.
 */
import { createPublicKey, verify } from 'node:crypto'
import { precheckSignature } from '@kith/protocol'
import type { SignatureCheck } from '@kith/protocol'

/** Checks handed to the threads in one go: about 10 ms of work, after which others have their turn. */
const sliceLength = 256

export async function verifyManyNative(checks: readonly SignatureCheck[]): Promise<readonly boolean[]> {
  const valid: boolean[] = []
  for (let at = 0; at < checks.length; at += sliceLength) {
    valid.push(...(await Promise.all(checks.slice(at, at + sliceLength).map(verifyOne))))
  }
  return valid
}

async function verifyOne({ publicKey, message, signature }: SignatureCheck): Promise<boolean> {
  if (!precheckSignature(publicKey, signature)) return false
  const x = Buffer.from(publicKey).toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return new Promise((resolve) => {
    verify(null, message, key, signature, (error, ok) => resolve(error === null && ok))
  })
}
