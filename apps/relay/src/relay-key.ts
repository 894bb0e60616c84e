/**
 * The relay's own key: receipts are signed with it, and clients remember it.
 *
 * A 32-byte seed, given as text (64 hex digits or 43 base64url characters), or kept in `<data>/relay-key` as hex: made at
 * the first start, readable by its owner alone. Losing it harms nobody much: rooms then see a relay with another key.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatHex, parseBase64url, parseHex } from '@kith/protocol'

export const relayKeyFile = 'relay-key'
const seedBytes = 32
const ownerOnly = 0o600

export class RelayKeyUnreadable extends Error {
  override readonly name = 'RelayKeyUnreadable'
}

export function parseRelayKey(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  const seed = trimmed.length === seedBytes * 2 ? parseHex(trimmed) : parseBase64url(trimmed)
  return seed?.length === seedBytes ? seed : undefined
}

/** Reads the kept key, or makes and keeps one. */
export function loadRelayKey(dataDir: string): Uint8Array {
  const path = join(dataDir, relayKeyFile)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const seed = new Uint8Array(randomBytes(seedBytes))
  try {
    // `wx` fails when the file exists: of two relays that start at once, both use what the first one wrote.
    writeFileSync(path, `${formatHex(seed)}\n`, { flag: 'wx', mode: ownerOnly })
    return seed
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new RelayKeyUnreadable(`The relay cannot keep its key in ${path}: choose another folder with --data.`, {
        cause,
      })
    }
  }
  return readRelayKey(path)
}

function readRelayKey(path: string): Uint8Array {
  let kept: Uint8Array | undefined
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, ownerOnly)
    kept = parseRelayKey(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new RelayKeyUnreadable(`The relay cannot read its key in ${path}.`, { cause })
  }
  if (kept === undefined) {
    throw new RelayKeyUnreadable(`${path} holds no relay key. Move it away, and the relay makes a new one.`)
  }
  return kept
}
