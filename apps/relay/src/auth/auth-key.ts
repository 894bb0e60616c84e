/**
 * The authentication service's key: `<data>/auth-key`, readable by its owner alone.
 *
 * The first line is the seed as 64 hex digits. Every further line is what an older key said about the next one, oldest
 * first, in base64url: clients that pinned an older key follow these. A new key takes the file's place at once or not.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Crypto,
  type Millis,
  formatBase64url,
  formatHex,
  maxSuccessions,
  parseBase64url,
  parseHex,
  succeed,
} from '@kith/protocol'

export const authKeyFile = 'auth-key'
const seedBytes = 32
const ownerOnly = 0o600

export interface AuthKey {
  readonly seed: Uint8Array
  readonly successions: readonly Uint8Array[]
}

export class AuthKeyUnreadable extends Error {
  override readonly name = 'AuthKeyUnreadable'
}

/** Reads the kept key, or makes and keeps one. */
export function loadAuthKey(dataDir: string): AuthKey {
  const path = join(dataDir, authKeyFile)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const fresh: AuthKey = { seed: new Uint8Array(randomBytes(seedBytes)), successions: [] }
  try {
    writeFileSync(path, formatAuthKey(fresh), { flag: 'wx', mode: ownerOnly })
    return fresh
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      const text = `The authentication service cannot keep its key in ${path}: choose another folder with --data.`
      throw new AuthKeyUnreadable(text, { cause })
    }
  }
  return readAuthKey(path)
}

/** A new key from now on; the old one says so. Answers the new public key. */
export function rotateAuthKey(dataDir: string, crypto: Pick<Crypto, 'sign' | 'signKeyPair'>, now: Millis): Uint8Array {
  const path = join(dataDir, authKeyFile)
  const { seed, successions } = loadAuthKey(dataDir)
  const nextSeed = new Uint8Array(randomBytes(seedBytes))
  const next = crypto.signKeyPair(nextSeed).publicKey
  const said = succeed(crypto, crypto.signKeyPair(seed), next, now)
  const kept = [...successions, said].slice(-maxSuccessions)
  // Written beside it and moved into its place: a key that is half written would be a service that is lost.
  writeFileSync(`${path}.new`, formatAuthKey({ seed: nextSeed, successions: kept }), { mode: ownerOnly })
  renameSync(`${path}.new`, path)
  return next
}

function formatAuthKey({ seed, successions }: AuthKey): string {
  return `${[formatHex(seed), ...successions.map(formatBase64url)].join('\n')}\n`
}

function readAuthKey(path: string): AuthKey {
  let text: string
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, ownerOnly)
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AuthKeyUnreadable(`The authentication service cannot read its key in ${path}.`, { cause })
  }
  const [first = '', ...rest] = text.trim().split('\n')
  const seed = parseHex(first)
  const successions = rest.map((line) => parseBase64url(line))
  if (seed?.length !== seedBytes || successions.includes(undefined)) {
    throw new AuthKeyUnreadable(`${path} holds no key of an authentication service. Restore it from a backup.`)
  }
  return { seed, successions: successions as Uint8Array[] }
}
