import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import type { Entry } from '../log/entry.ts'
import { Author, arrive, createToyCrypto } from '../log/log-fixture.ts'
import type { Chain } from '../log/chain.ts'
import { limits } from '../log/limits.ts'
import { pageBytes } from '../log/page.ts'
import { type Range, RangeSet } from '../log/ranges.ts'
import { pagesUnderWay } from './streams.ts'
import { Exchange } from './sync.ts'
import { Replica, type Traffic, exchange } from './sync-fixture.ts'
import { Outgoing } from './outgoing.ts'
import { chainsByName, encodeVector, nameBitsFor } from './vector.ts'
import { decodeSync, encodeSync } from './wire.ts'

const toy = createToyCrypto('sync')
const start = 1_700_000_000_000
const now = start + 86_400_000
const day = 86_400_000

function conversation(people: number, messages: number, flags = 0): Entry[] {
  const authors = Array.from({ length: people }, (_, i) => new Author(toy, start + i))
  const entries: Entry[] = []
  let time = start
  for (let i = 0; i < messages; i++) {
    const author = authors[(i * 7 + (i >> 3)) % people] as Author
    time += 1 + ((i * 13) % 997)
    if (author.entries.length === 0) entries.push(author.write({ flags, time: time++ }))
    entries.push(author.write({ flags, time }))
  }
  return entries
}

function replicaOf(entries: readonly Entry[]): Replica {
  const replica = new Replica(toy)
  const bySession = [...entries].sort(
    (a, b) => compareText(formatHex(a.session), formatHex(b.session)) || a.seq - b.seq,
  )
  replica.take(
    bySession.map((entry) => arrive(toy, entry)),
    now,
  )
  return replica
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function ended(traffic: Traffic): boolean[] {
  return traffic.outputs.flatMap(({ output }) => (output.type === 'done' ? [output.equal] : []))
}

describe('sync', () => {
  it('SYN1 two logs with any parts of the same history are equal after one exchange', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 30, maxLength: 120 }),
        fc.integer({ min: 1, max: 6 }),
        (shares, people) => {
          const entries = conversation(people, shares.length)
          const pick = (side: 0 | 1): Entry[] => entries.filter((_, i) => shares[i]?.[side] ?? true)
          const [a, b] = [replicaOf(pick(0)), replicaOf(pick(1))]
          const union = entries.filter((_, i) => (shares[i]?.[0] ?? true) || (shares[i]?.[1] ?? true)).length
          const traffic = exchange(a, b, now)
          expect(ended(traffic).length).toBe(1)
          expect([a.log.size, b.log.size]).toEqual([union, union])
          expect(a.digest).toBe(b.digest)
          // Nothing was sent that the other side had.
          expect(traffic.entries).toBe(2 * union - pick(0).length - pick(1).length)
          expect(ended(exchange(b, a, now))).toEqual([true])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('SYN2 a newcomer gets everything newest first, with openings in front of who speaks, in pages of 64 KiB', () => {
    const entries = conversation(12, 2500)
    const [old, fresh] = [replicaOf(entries), new Replica(toy)]
    const seen = new Set<string>()
    const newest: number[] = []
    const traffic = exchange(fresh, old, now)
    for (const { at, output } of traffic.outputs) {
      if (at !== 'asker' || output.type !== 'page') continue
      for (const entry of output.page.entries) {
        const session = formatHex(entry.session)
        if (entry.seq === 0) seen.add(session)
        expect(seen.has(session)).toBe(true)
      }
      newest.push(Math.max(...output.page.entries.map(({ time }) => time)))
    }
    expect(newest.length).toBeGreaterThan(5)
    expect(newest).toEqual([...newest].sort((a, b) => b - a))
    expect(Math.max(...traffic.pageSizes)).toBeLessThanOrEqual(pageBytes + 16)
    expect([fresh.log.size, fresh.log.missing, fresh.digest]).toEqual([entries.length, 0, old.digest])
  })

  it('SYN3 pages newest first cost one signature per session, and one for an opening that travels ahead', () => {
    const entries = conversation(40, 2000)
    const traffic = exchange(new Replica(toy), replicaOf(entries), now)
    expect(traffic.checks).toBeLessThanOrEqual(80)
    const small = conversation(150, 1000)
    // With few entries each, a session travels whole and its opening costs nothing.
    expect(exchange(new Replica(toy), replicaOf(small), now).checks).toBe(150)
  })

  it('SYN4 progress ends with n of n and no gap', () => {
    const entries = conversation(5, 1000)
    const fresh = new Replica(toy)
    const traffic = exchange(fresh, replicaOf(entries), now)
    expect(traffic.progress[0]).toEqual({ have: 0, total: entries.length })
    expect(traffic.progress.at(-1)).toEqual({ have: entries.length, total: entries.length })
    expect(new Set(traffic.progress.map(({ total }) => total)).size).toBe(1)
    expect([fresh.log.size, fresh.log.gaps]).toEqual([entries.length, 0])
  })

  it('SYN5 equal logs exchange one small vector and nothing else', () => {
    const entries = conversation(50, 500)
    const traffic = exchange(replicaOf(entries), replicaOf(entries), now)
    expect(traffic.entries).toBe(0)
    expect(ended(traffic)).toEqual([true])
    expect(traffic.bytes).toBeLessThan(50 * 8 + 40)
    expect(traffic.messages).toBe(2)
  })

  it('SYN5 a vector takes at most 8 bytes a session', () => {
    const replica = new Replica(toy)
    replica.take(
      Array.from({ length: 2000 }, () => arrive(toy, new Author(toy, start).write())),
      now,
    )
    const chains = chainsByName(replica.log, 7)
    const bytes = encodeVector(chains, nameBitsFor(chains), 7).length
    expect(bytes / 2000).toBeLessThan(8)
  })

  it('SYN6 two sources asked for slices send everything once', () => {
    const entries = conversation(9, 900)
    const [one, two, fresh] = [replicaOf(entries), replicaOf(entries), new Replica(toy)]
    const first = exchange(fresh, one, now, { slice: { index: 0, of: 2 } })
    const second = exchange(fresh, two, now, { slice: { index: 1, of: 2 } })
    expect(first.entries + second.entries).toBe(entries.length)
    expect(Math.min(first.entries, second.entries)).toBeGreaterThan(0)
    expect(fresh.digest).toBe(one.digest)
  })

  it('SYN7 ranges end where they can be proved', () => {
    const author = new Author(toy, start)
    const entries = author.writeMany(50)
    const old = new Replica(toy)
    // Nothing but the head was ever verified, and one signature in the middle is junk.
    old.take(
      entries.map((entry) => arrive(toy, entry, entry.seq === 20)),
      now,
    )
    const chain = old.log.chain(formatHex(author.keys.publicKey)) as Chain
    const ranges: Range[] = [
      [3, 5],
      [18, 20],
      [40, 49],
    ]
    const outgoing = new Outgoing(toy, () => [], [{ chain, ranges, theirs: new RangeSet() }], now)
    const fresh = new Replica(toy)
    while (!outgoing.done) fresh.take(outgoing.nextPage().entries, now)
    // Entry 20 could not be proved without the one after it, so the range ends before it.
    expect([...(fresh.log.chain(formatHex(author.keys.publicKey))?.held ?? [])]).toEqual([
      [3, 5],
      [18, 19],
      [40, 49],
    ])
  })

  it('SYN8 receipts travel beside their entries', () => {
    const entries = conversation(3, 60)
    const [old, fresh] = [replicaOf(entries), new Replica(toy)]
    for (const entry of entries) if (entry.seq % 2 === 1) old.receipts.set(entry.key, [toy.random(100)])
    exchange(fresh, old, now)
    expect(new Map([...fresh.receipts]).size).toBe(old.receipts.size)
    expect(fresh.receipts.size).toBeGreaterThan(10)
  })

  it('SYN9 forks are found, proved and exchanged, and everybody closes the session at the same place', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 4, maxLength: 10 }),
        fc.boolean(),
        (shared, left, right, meetings, junk) => {
          const author = new Author(toy, start)
          author.writeMany(shared)
          const twin = author.fork()
          author.writeMany(left)
          twin.writeMany(right)
          const honest = new Author(toy, start).writeMany(5)
          const copy = (entry: Entry): Entry => arrive(toy, entry, junk && entry.seq === shared)
          const replicas = [author.entries, twin.entries, author.entries.slice(0, shared)].map((entries) => {
            const replica = new Replica(toy)
            const last = entries.at(-1) as Entry
            replica.take([...entries.slice(0, -1).map(copy), arrive(toy, last)], now)
            return replica
          })
          replicas[2]?.take(
            honest.map((entry) => arrive(toy, entry)),
            now,
          )
          const round: [number, number][] = [...meetings, [0, 1], [1, 2], [2, 0], [0, 1], [1, 2], [2, 0]]
          // An author that forks and helpers that break signatures can cost more rounds, not the result.
          for (let i = 0; i < 3; i++) {
            for (const [a, b] of round) if (a !== b) exchange(replicas[a] as Replica, replicas[b] as Replica, now)
          }
          expect(new Set(replicas.map(({ digest }) => digest)).size).toBe(1)
          const hex = formatHex(author.keys.publicKey)
          for (const { log } of replicas) {
            const chain = log.chain(hex)
            // Where signatures at the fork were lost, the lowest place that can be proved is one or more later.
            if (junk) expect(chain?.closedAt).toBeGreaterThanOrEqual(shared)
            else expect([chain?.closedAt, log.size]).toEqual([shared, shared + 5])
            for (const entry of author.entries.slice(0, shared))
              expect(chain?.entries.get(entry.seq)?.id).toEqual(entry.id)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('SYN10 expired beginnings are not gaps for a newcomer, also when nobody else is asked', () => {
    const author = new Author(toy, start)
    const entries = author.writeMany(20, { flags: 1 })
    const old = new Replica(toy)
    old.take(
      entries.map((entry) => arrive(toy, entry)),
      now - day / 2,
    )
    const late = start + day + limits.epochMs
    for (const entry of author.writeMany(5, { flags: 1 })) old.log.receive(arrive(toy, entry), late)
    const recent = author.write({ flags: 1, time: late })
    old.log.receive(arrive(toy, recent), late)
    old.log.expire(late)
    expect(old.log.chain(formatHex(author.keys.publicKey))?.floor).toBeGreaterThan(10)
    const fresh = new Replica(toy)
    exchange(fresh, old, late)
    // What came shows a beginning that is missing; the next vector's answer says that it has expired.
    exchange(fresh, old, late)
    expect([fresh.log.gaps, fresh.digest]).toEqual([0, old.digest])
    const other = new Replica(toy)
    exchange(old, other, late)
    exchange(fresh, other, late)
    expect(other.digest).toBe(old.digest)
  })

  it('SYN15 the latest profile of a session travels with its first page, also when it has expired', () => {
    const author = new Author(toy, start)
    author.writeMany(3, { flags: 1 })
    author.write({ flags: 1, kind: 2 })
    author.writeMany(10, { flags: 1 })
    const late = start + day + 2 * limits.epochMs
    for (let i = 0; i < 40; i++) author.write({ flags: 1, time: late + i })
    const [old, fresh] = [new Replica(toy), new Replica(toy)]
    for (const entry of author.entries) old.log.receive(arrive(toy, entry), entry.time)
    old.log.expire(late + 2 * limits.epochMs)
    const hex = formatHex(author.keys.publicKey)
    expect(old.log.chain(hex)?.pinned?.seq).toBe(3)
    exchange(fresh, old, late + 2 * limits.epochMs)
    exchange(fresh, old, late + 2 * limits.epochMs)
    expect(fresh.log.chain(hex)?.pinned?.seq).toBe(3)
    expect([fresh.digest, fresh.log.missing]).toEqual([old.digest, 0])
    expect(ended(exchange(fresh, old, late + 2 * limits.epochMs))).toEqual([true])
  })

  it('SYN11 at most two pages are under way', () => {
    const entries = conversation(4, 1500)
    const [old, fresh] = [replicaOf(entries), new Replica(toy)]
    const [asker, answerer] = [
      new Exchange({ crypto: toy, history: fresh }),
      new Exchange({ crypto: toy, history: old }),
    ]
    const [vector] = asker.start(now)
    const first = vector?.type === 'send' ? answerer.receive(vector.bytes, now) : []
    const pages = first.filter((output) => output.type === 'send' && output.bytes[0] === 0x22)
    expect(pages.length).toBe(pagesUnderWay)
    expect(asker.start(now)).toEqual([])
  })

  it('SYN12 what nobody asked for, or more than was promised, ends the exchange', () => {
    const entries = conversation(3, 30)
    const fresh = new Replica(toy)
    const machine = new Exchange({ crypto: toy, history: fresh })
    const page = { entries: entries.slice(0, 5), receipts: [] }
    const refused = (bytes: Uint8Array): unknown => machine.receive(bytes, now).find(({ type }) => type === 'refuse')
    const delta = { type: 'delta', id: 1, total: 3, wants: [], wantProofs: [], floors: [] } as const
    expect(refused(encodeSync({ type: 'page', id: 1, own: false, left: 9, page }))).toMatchObject({
      code: 'unasked',
    })
    expect(refused(encodeSync(delta))).toMatchObject({ code: 'unasked' })
    machine.start(now)
    expect(refused(encodeSync(delta))).toBeUndefined()
    expect(refused(encodeSync({ type: 'page', id: 1, own: false, left: 9, page }))).toMatchObject({
      code: 'tooMany',
    })
    expect(refused(encodeSync(delta))).toMatchObject({ code: 'unasked' })
    const wrongIndex = new Exchange({ crypto: toy, history: fresh })
    wrongIndex.start(now)
    const wants = encodeSync({ ...delta, wants: [{ index: 7, ranges: [[0, 3]] }] })
    expect(wrongIndex.receive(wants, now)).toEqual([{ type: 'refuse', code: 'malformed' }])
  })

  it('SYN13 mutated messages never throw and never get in what was not signed', () => {
    const entries = conversation(3, 40)
    const ids = new Set(entries.map(({ key }) => key))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(255)), { maxLength: 6 }), (edits) => {
        const [old, fresh] = [replicaOf(entries.slice(0, 30)), replicaOf(entries.slice(20))]
        let count = 0
        exchange(fresh, old, now, {
          deliver: (bytes) => {
            const changed = bytes.slice()
            for (const [message, at, value] of edits) if (message % 5 === count) changed[at % bytes.length] = value
            count++
            return changed
          },
        })
        for (const chain of fresh.log.chains()) {
          for (const entry of chain.entries.values()) expect(ids.has(entry.key)).toBe(true)
        }
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0x20, max: 0x2a }), (bytes, tag) => {
        if (bytes.length > 0) bytes[0] = tag
        expect(typeof decodeSync(bytes).ok).toBe('boolean')
        const machine = new Exchange({ crypto: toy, history: new Replica(toy) })
        machine.start(now)
        machine.receive(bytes, now)
      }),
    )
  })

  it('SYN14 tells how far the far side has own sessions', () => {
    const entries = new Author(toy, start).writeMany(30)
    const hex = formatHex((entries[0] as Entry).session)
    const [mine, other] = [replicaOf(entries), new Replica(toy)]
    other.take(
      entries.slice(0, 10).map((entry) => arrive(toy, entry)),
      now,
    )
    const heldAt = (traffic: Traffic, side: 'asker' | 'answerer'): (number | undefined)[] =>
      traffic.outputs.flatMap(({ at, output }) => {
        return at === side && output.type === 'held' ? [output.upToBySession.get(hex)] : []
      })
    expect(heldAt(exchange(other, mine, now), 'answerer')).toEqual([9])
    // What was sent and taken in is held from then on.
    const third = new Replica(toy)
    expect(heldAt(exchange(mine, third, now), 'asker')).toEqual([29])
    expect(third.digest).toBe(mine.digest)
  })
})
