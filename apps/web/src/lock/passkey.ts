/**
 * A passkey as a lock: a WebAuthn credential whose authenticator answers 32 secret bytes for a salt (the `prf` extension),
 * after it has made sure of the person. Nothing of it goes to a server; the challenge is there because the API wants one.
 */
import type { PasskeyAnswer, PasskeyRef } from '@kith/peer'

const saltBytes = 32

/** The browser, the device or the person did not do it. */
export class PasskeyFailed extends Error {
  override readonly name = 'PasskeyFailed'
}

export function hasPasskeys(): boolean {
  return typeof window.PublicKeyCredential === 'function'
}

/** Makes a new one and asks it at once. Rejects with `PasskeyFailed`. */
export async function makePasskey(): Promise<PasskeyAnswer> {
  const salt = randomBytes(saltBytes)
  const made = await ask(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: 'Kith' },
        user: { id: randomBytes(16), name: 'Kith', displayName: 'Kith' },
        challenge: randomBytes(32),
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  )
  const { prf } = made.getClientExtensionResults()
  if (prf?.enabled !== true) throw new PasskeyFailed('this passkey cannot lock anything')
  const ref = { credential: toBase64url(new Uint8Array(made.rawId)), salt: toBase64url(salt) }
  // Many authenticators answer only when they are asked the second time.
  return prf.results === undefined ? askPasskey(ref) : { ...ref, secret: bytesOf(prf.results.first) }
}

/** Asks the one that was made. Rejects with `PasskeyFailed`. */
export async function askPasskey(passkey: PasskeyRef): Promise<PasskeyAnswer> {
  const answered = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: randomBytes(32),
        allowCredentials: [{ type: 'public-key', id: fromBase64url(passkey.credential) }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: fromBase64url(passkey.salt) } } },
      },
    }),
  )
  const secret = answered.getClientExtensionResults().prf?.results?.first
  if (secret === undefined) throw new PasskeyFailed('the passkey gave no answer')
  return { credential: passkey.credential, salt: passkey.salt, secret: bytesOf(secret) }
}

async function ask(question: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!hasPasskeys()) throw new PasskeyFailed('there are no passkeys here')
  let answer: Credential | null
  try {
    answer = await question()
  } catch (error) {
    throw new PasskeyFailed('the question was not answered', { cause: error })
  }
  if (answer instanceof PublicKeyCredential) return answer
  throw new PasskeyFailed('the question was not answered')
}

function bytesOf(source: BufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice()
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
