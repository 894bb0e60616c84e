/**
 * Many signatures at once through WebCrypto, which verifies on threads of its own: the host's answer to the engine's
 * `compute` request. Where WebCrypto lacks Ed25519, the JavaScript rule answers, in slices so that the page stays alive.
 *
 * Engines agree only behind the precheck of the one strict rule; without it the same crafted signature could count here
 * and not elsewhere.
 */
import { type SignatureCheck, parseHex, precheckSignature, verifyStrict } from '@kith/protocol'

/** The part of `SubtleCrypto` this needs. */
export type SubtleVerify = Pick<SubtleCrypto, 'importKey' | 'verify'>

/** Checks under way at a time: enough to keep the engine's threads busy, without ten thousand promises at once. */
const concurrent = 256
/** JavaScript verifications between two turns of the event loop, about 20 ms. */
const sliceLength = 16

const algorithm = { name: 'Ed25519' } as const

/** One answer per check, in order. Never rejects. `subtle` undefined: no WebCrypto here (an insecure origin). */
export async function verifyManyWebCrypto(
  checks: readonly SignatureCheck[],
  subtle: SubtleVerify | undefined = globalThis.crypto?.subtle,
): Promise<readonly boolean[]> {
  const known = subtle !== undefined && (await knowsEd25519(subtle)) ? subtle : undefined
  if (known === undefined) return verifyInSlices(checks)
  const keys = new Map<string, Promise<CryptoKey>>()
  const valid: boolean[] = []
  for (let at = 0; at < checks.length; at += concurrent) {
    const slice = checks.slice(at, at + concurrent)
    valid.push(...(await Promise.all(slice.map((check) => verifyOne(known, keys, check)))))
  }
  return valid
}

/** Asked once per call, with RFC 8032's first test key: an importable key means the algorithm is there. */
async function knowsEd25519(subtle: SubtleVerify): Promise<boolean> {
  try {
    await importKey(subtle, parseHex(probeKey) as Uint8Array)
    return true
  } catch {
    return false
  }
}

const probeKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'

async function verifyOne(
  subtle: SubtleVerify,
  keys: Map<string, Promise<CryptoKey>>,
  check: SignatureCheck,
): Promise<boolean> {
  const { publicKey, message, signature } = check
  if (!precheckSignature(publicKey, signature)) return false
  const name = publicKey.join()
  let key = keys.get(name)
  if (key === undefined) {
    key = importKey(subtle, publicKey)
    keys.set(name, key)
  }
  try {
    return await subtle.verify(algorithm, await key, owned(signature), owned(message))
  } catch {
    // Not every engine says plainly "no" to bytes that are no point; the reference does.
    return verifyStrict(publicKey, message, signature)
  }
}

async function importKey(subtle: SubtleVerify, publicKey: Uint8Array): Promise<CryptoKey> {
  return subtle.importKey('raw', owned(publicKey), algorithm, false, ['verify'])
}

async function verifyInSlices(checks: readonly SignatureCheck[]): Promise<readonly boolean[]> {
  const valid: boolean[] = []
  for (const { publicKey, message, signature } of checks) {
    if (valid.length > 0 && valid.length % sliceLength === 0) await nextTurn()
    valid.push(verifyStrict(publicKey, message, signature))
  }
  return valid
}

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 0)
  })
}

/** WebCrypto refuses views on shared memory; ours never are, which the type alone cannot say. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
