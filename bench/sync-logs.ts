/** What `npm run bench -- sync` compares: two logs that differ in entries scattered over all sessions. */
import { createNativeCrypto } from '@kith/peer/node'
import type { Crypto } from '@kith/protocol'
import { Author } from '../packages/protocol/src/log/log-fixture.ts'
import type { Entry } from '../packages/protocol/src/log/entry.ts'
import { Replica, type Traffic, exchange } from '../packages/protocol/src/sync/sync-fixture.ts'

const start = 1_700_000_000_000
export const now: number = start + 86_400_000_000

/** Real hashes; signatures anybody can make, because none is checked when histories are only compared. */
export function createBenchCrypto(): Crypto {
  const native = createNativeCrypto()
  const half = (key: Uint8Array, message: Uint8Array): Uint8Array => native.hmacSha256(key, message)
  const mac = (key: Uint8Array, message: Uint8Array): Uint8Array => {
    const signature = new Uint8Array(64)
    signature.set(half(key, message))
    return signature
  }
  return {
    ...native,
    random: createRandom(native),
    signKeyPair: (secretKey) => ({ secretKey, publicKey: native.sha256(secretKey) }),
    sign: (secretKey, message) => mac(native.sha256(secretKey), message),
    verify: (publicKey, message, signature) => mac(publicKey, message).every((byte, i) => byte === signature[i]),
  }
}

/** The same bytes in every run. */
function createRandom(crypto: Crypto): Crypto['random'] {
  let pool = crypto.sha256(new Uint8Array(1))
  let at = 0
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      if (at === pool.length) {
        pool = crypto.sha256(pool)
        at = 0
      }
      bytes[i] = pool[at++] as number
    }
    return bytes
  }
}

export interface History {
  readonly crypto: Crypto
  readonly sessions: readonly (readonly Entry[])[]
}

export function writeHistory(sessions: number, entries: number): History {
  const crypto = createBenchCrypto()
  const body = crypto.random(48)
  const authors = Array.from({ length: sessions }, (_, i) => new Author(crypto, start + i))
  for (let i = 0; i < entries; i++) authors[i % sessions]?.write({ body })
  return { crypto, sessions: authors.map(({ entries: written }) => written) }
}

export interface Comparison {
  /** Everything that was said, both ways, but the entries and what pages are made of. */
  readonly bytes: number
  readonly roundTrips: number
  readonly ms: number
  readonly entries: number
}

/** Two replicas that lack `differences` entries between them; each was there when the others were. */
export function compareScattered(history: History, differences: number): Comparison {
  const { crypto, sessions } = history
  const random = mulberry(differences + 1)
  const lacking = [new Set<Entry>(), new Set<Entry>()] as const
  while (lacking[0].size + lacking[1].size < differences) {
    const session = sessions[Math.floor(random() * sessions.length)] as readonly Entry[]
    const entry = session[Math.floor(random() * session.length)] as Entry
    if (!lacking[0].has(entry) && !lacking[1].has(entry)) lacking[random() < 0.5 ? 0 : 1].add(entry)
  }
  const all = sessions.flat()
  return compare(
    crypto,
    lacking.map((without) => all.filter((entry) => !without.has(entry))),
    differences,
  )
}

/** Two replicas of which one or the other does not know the newest entries of `differences` sessions. */
export function compareHeads(history: History, differences: number): Comparison {
  const { crypto, sessions } = history
  const random = mulberry(differences + 2)
  const chosen = new Map<number, number>()
  while (chosen.size < differences) chosen.set(Math.floor(random() * sessions.length), random())
  const sides = [0, 1].map((side) =>
    sessions.flatMap((session, i) => {
      const draw = chosen.get(i)
      if (draw === undefined || (draw < 0.5 ? 0 : 1) !== side) return session
      return session.slice(0, session.length - 1 - Math.floor((draw * 10) % 2))
    }),
  )
  return compare(crypto, sides, undefined)
}

function compare(crypto: Crypto, sides: readonly (readonly Entry[])[], differences: number | undefined): Comparison {
  const [a, b] = sides.map((entries) => {
    const replica = new Replica(crypto)
    replica.log.restore(entries, now)
    return replica
  }) as [Replica, Replica]
  const union = new Set([...(sides[0] ?? []), ...(sides[1] ?? [])]).size
  // Digests, and what is kept from one exchange to the next, are there before.
  void [a.digest, b.digest]
  const began = performance.now()
  const traffic = exchange(a, b, now)
  const ms = performance.now() - began
  if (a.digest !== b.digest || a.log.size !== union) throw new Error('the logs are not equal after one exchange')
  if (differences !== undefined && traffic.entries !== differences) throw new Error('something was sent twice')
  return { bytes: traffic.around, roundTrips: roundTripsOf(traffic), ms, entries: traffic.entries }
}

/** Of what is compared, entries apart: a vector and its delta; with coded symbols, the sketch and the symbols before. */
function roundTripsOf(traffic: Traffic): number {
  const tags = traffic.outputs.flatMap(({ output }) => (output.type === 'send' ? [output.bytes[0]] : []))
  return tags.filter((tag) => tag === 0x21).length
}

/** The same numbers every time. */
export function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
