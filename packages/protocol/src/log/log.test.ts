import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { type Entry, decodeEntry, huskOf, noPrev } from './entry.ts'
import { verifyForkProof } from './fork.ts'
import { limits } from './limits.ts'
import { Log } from './log.ts'
import { Author, arrive, createToyCrypto } from './log-fixture.ts'

const toy = createToyCrypto('log')
const start = 1_700_000_000_000
const now = start + 3_600_000
const day = 86_400_000

function importAll(log: Log, entries: readonly Entry[], at: number = now): ReturnType<Log['import']> {
  return log.import(log.planImport(entries, at), [], at)
}

function digestOf(log: Log): string {
  return formatHex(log.digest())
}

/** Runs of a chain as pages would bring them: newest first, `size` entries each. */
function backwards(entries: readonly Entry[], size: number): Entry[][] {
  const runs: Entry[][] = []
  for (let end = entries.length; end > 0; end -= size) runs.push(entries.slice(Math.max(0, end - size), end))
  return runs
}

describe('log', () => {
  it('LOG9 any order of the same live entries gives the same log, and duplicates change nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: 1, maxLength: 25 }),
        fc.infiniteStream(fc.nat()),
        (turns, numbers) => {
          const authors = Array.from({ length: 3 }, () => new Author(toy, start))
          const entries = turns.map((turn) => (authors[turn] as Author).write())
          const next = (): number => numbers.next().value as number
          const shuffled = [...entries, ...entries]
            .map((entry) => ({ entry, place: next() }))
            .sort((a, b) => a.place - b.place)
            .map(({ entry }) => arrive(toy, entry))
          const [ordered, mixed] = [new Log({ crypto: toy }), new Log({ crypto: toy })]
          for (const entry of entries) expect(ordered.receive(arrive(toy, entry), now).outcome).toBe('accepted')
          for (const entry of shuffled) mixed.receive(entry, now)
          expect(digestOf(mixed)).toBe(digestOf(ordered))
          expect([mixed.size, mixed.missing, mixed.gaps]).toEqual([entries.length, 0, 0])
          for (const entry of entries) expect(mixed.get(entry.key)?.id).toEqual(entry.id)
        },
      ),
    )
  })

  it('LOG16 the digest tells logs apart by one entry, one gap or one fork', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(11), { maxLength: 12 }),
        fc.uniqueArray(fc.nat(11), { maxLength: 12 }),
        (a, b) => {
          const entries = new Author(toy, start).writeMany(12)
          const [first, second] = [new Log({ crypto: toy }), new Log({ crypto: toy })]
          for (const seq of a) first.receive(arrive(toy, entries[seq] as Entry), now)
          for (const seq of b) second.receive(arrive(toy, entries[seq] as Entry), now)
          const same = a.length === b.length && a.every((seq) => b.includes(seq))
          expect(digestOf(first) === digestOf(second)).toBe(same)
          expect(first.missing).toBe(a.length === 0 ? 0 : Math.max(...a) + 1 - a.length)
        },
      ),
    )
  })

  it('LOG4 newest-first pages give what oldest-first pages give, with one signature for the whole chain', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 }), (count, size) => {
        const entries = new Author(toy, start).writeMany(count)
        const newest = new Log({ crypto: toy })
        let checks = 0
        for (const run of backwards(entries, size)) {
          const plan = newest.planImport(
            run.map((entry) => arrive(toy, entry)),
            now,
          )
          checks += plan.checks.length
          const valid = plan.checks.map((check) => toy.verify(check.publicKey, check.message, check.signature))
          expect(newest.import(plan, valid, now).outcomes).toEqual(new Map([['accepted', run.length]]))
        }
        const oldest = new Log({ crypto: toy })
        for (const run of backwards(entries, size).reverse())
          importAll(
            oldest,
            run.map((entry) => arrive(toy, entry)),
          )
        expect(checks).toBe(1)
        expect(digestOf(newest)).toBe(digestOf(oldest))
        expect(newest.missing).toBe(0)
      }),
    )
  })

  it('LOG4 refuses a run whose last signature is not good, and a run that is not the one held before it', () => {
    const entries = new Author(toy, start).writeMany(6)
    const log = new Log({ crypto: toy })
    const run = entries.map((entry) => arrive(toy, entry, entry.seq === 5))
    expect(importAll(log, run).outcomes).toEqual(new Map([['forged', 6]]))
    expect([log.size, digestOf(log)]).toEqual([0, digestOf(new Log({ crypto: toy }))])
    const stranger = new Author(toy, start).writeMany(3)
    importAll(
      log,
      entries.slice(3).map((entry) => arrive(toy, entry)),
    )
    expect(
      importAll(
        log,
        stranger.map((entry) => arrive(toy, entry, entry.seq === 2)),
      ).outcomes.get('forged'),
    ).toBe(3)
  })

  it('LOG5 after a gap the next run needs its own head', () => {
    const entries = new Author(toy, start).writeMany(9)
    const log = new Log({ crypto: toy })
    const pieces = [...entries.slice(0, 3), ...entries.slice(6)]
    const plan = log.planImport(
      pieces.map((entry) => arrive(toy, entry)),
      now,
    )
    expect(plan.runs.map((run) => run.length)).toEqual([3, 3])
    expect(plan.checks.length).toBe(2)
    log.import(plan, [], now)
    expect([log.size, log.missing, log.gaps]).toEqual([6, 3, 1])
    // The missing run ends where an accepted entry begins, so it needs no signature at all.
    const filling = log.planImport(
      entries.slice(3, 6).map((entry) => arrive(toy, entry, true)),
      now,
    )
    expect(filling.checks.length).toBe(0)
    log.import(filling, [], now)
    expect([log.size, log.missing]).toEqual([9, 0])
  })

  it('LOG20 what has changed since a plan was made is checked in line', () => {
    const author = new Author(toy, start)
    const entries = author.writeMany(8)
    const log = new Log({ crypto: toy })
    importAll(
      log,
      entries.slice(4).map((entry) => arrive(toy, entry)),
    )
    // Planned without a signature, because entry 4 is held ...
    const plan = log.planImport(
      entries.slice(0, 4).map((entry) => arrive(toy, entry, entry.seq === 3)),
      now,
    )
    expect(plan.checks.length).toBe(0)
    // ... but by the time it is imported, the session is closed before that.
    const twin = new Author(toy, start, author.keys)
    twin.entries.push(...entries.slice(0, 4))
    const conflicting = twin.write()
    expect(log.receive(arrive(toy, conflicting), now).outcome).toBe('forked')
    expect(log.import(plan, [], now).outcomes).toEqual(new Map([['forged', 4]]))
    expect(log.size).toBe(0)
    // A lie about signatures that were not in the plan is no use either.
    const other = new Log({ crypto: toy })
    const junk = other.planImport([arrive(toy, entries[0] as Entry, true)], now)
    expect(other.import(junk, [], now).outcomes).toEqual(new Map([['forged', 1]]))
  })

  it('LOG10 keeps at most 1,024 missing ranges of a session, and live entries within 4,096 of the newest', () => {
    const author = new Author(toy, start)
    author.write()
    const log = new Log({ crypto: toy })
    log.receive(arrive(toy, author.entries[0] as Entry), now)
    const entries = author.writeMany(2 * limits.gapRanges + 4)
    const odd = entries.filter((entry) => entry.seq % 2 === 0)
    const outcomes = importAll(
      log,
      odd.map((entry) => arrive(toy, entry)),
    ).outcomes
    expect(outcomes).toEqual(
      new Map([
        ['accepted', limits.gapRanges],
        ['tooManyGaps', odd.length - limits.gapRanges],
      ]),
    )
    expect(log.gaps).toBe(limits.gapRanges)
    const fresh = new Log({ crypto: toy })
    const prev = toy.random(32)
    const far = new Author(toy, start)
    expect(fresh.receive(arrive(toy, far.write({ seq: limits.liveAhead, prev })), now).outcome).toBe('tooFar')
    expect(fresh.receive(arrive(toy, far.write({ seq: limits.liveAhead - 1, prev })), now).outcome).toBe('accepted')
    // A verified head in a page may be as far ahead as it likes: that makes one range.
    importAll(fresh, [arrive(toy, far.write({ seq: 4_000_000_000, prev }))])
    expect([fresh.gaps, fresh.missing]).toEqual([2, 4_000_000_000 - 1])
  })

  it('LOG11 parks what is more than 2 minutes ahead, at most 256 of a session, and lets it in when its time has come', () => {
    const author = new Author(toy, now)
    const log = new Log({ crypto: toy })
    const entries = author.writeMany(260, {})
    const ahead = entries.filter((entry) => entry.time > now + limits.aheadMs)
    const outcomes = new Map<string, number>()
    for (const entry of entries) {
      const { outcome } = log.receive(arrive(toy, entry), now)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    expect(outcomes).toEqual(
      new Map([
        ['accepted', 120],
        ['parked', ahead.length],
      ]),
    )
    expect([log.size, log.missing]).toEqual([120, 0])
    expect(log.receive(arrive(toy, ahead[0] as Entry), now).outcome).toBe('duplicate')
    expect(log.clock.newest).toBe(now + limits.aheadMs)
    expect(log.expire(now + 60_000).added.map(({ seq }) => seq)).toEqual(ahead.slice(0, 60).map(({ seq }) => seq))
    expect(log.expire(now + 600_000).added.length).toBe(ahead.length - 60)
    expect([log.size, log.missing]).toEqual([260, 0])
    const flood = new Author(toy, now + day).writeMany(300)
    const last = flood.map((entry) => log.receive(arrive(toy, entry), now).outcome)
    expect(last.filter((outcome) => outcome === 'parked').length).toBe(limits.parkedPerSession)
    expect(last.at(-1)).toBe('parkFull')
    // Nobody parks what is not signed.
    expect(log.receive(arrive(toy, new Author(toy, now + day).write(), true), now).outcome).toBe('forged')
  })

  it('LOG11 parks the end of a run that is ahead and takes in the beginning', () => {
    const author = new Author(toy, now)
    const entries = author.writeMany(200)
    const log = new Log({ crypto: toy })
    expect(
      importAll(
        log,
        entries.map((entry) => arrive(toy, entry)),
      ).outcomes,
    ).toEqual(
      new Map([
        ['accepted', 120],
        ['parked', 80],
      ]),
    )
    log.expire(now + 600_000)
    expect([log.size, log.missing]).toEqual([200, 0])
  })

  it('LOG12 the clock is never behind what was seen, and never ahead by more than 2 minutes', () => {
    const log = new Log({ crypto: toy })
    expect(log.clock.next(now)).toBe(now)
    log.receive(arrive(toy, new Author(toy, now + 100_000).write()), now)
    expect(log.clock.next(now)).toBe(now + 101_001)
    log.receive(arrive(toy, new Author(toy, now + day).write()), now)
    expect(log.clock.next(now)).toBe(now + 101_001)
    expect(log.clock.next(now + day)).toBe(now + day)
  })

  it('LOG13 drops a prefix that has expired, at 10-minute epochs, and nothing behind an entry that lives', () => {
    const author = new Author(toy, start)
    const log = new Log({ crypto: toy })
    const lives = [0, 1, 1, 2, 1, 1]
    for (const flags of lives) log.receive(arrive(toy, author.write({ flags })), now)
    const [, one, two] = author.entries as [Entry, Entry, Entry]
    const epoch = Math.ceil((two.time + day) / limits.epochMs) * limits.epochMs
    expect(log.expire(epoch - 1).removed).toEqual([])
    expect(log.expire(epoch).removed.map(({ key }) => key)).toEqual([one.key, two.key])
    // Entry 3 lives for a week, so what follows it stays too.
    expect(log.expire(epoch + 2 * day).removed).toEqual([])
    expect([log.size, log.missing]).toEqual([4, 0])
    expect(log.expire(epoch + 8 * day).removed.length).toBe(3)
  })

  it('LOG13 replicas whose clocks differ by seconds have one digest', () => {
    const entries = new Author(toy, start).writeMany(10, { flags: 1 })
    const logs = [new Log({ crypto: toy }), new Log({ crypto: toy })]
    for (const log of logs)
      importAll(
        log,
        entries.map((entry) => arrive(toy, entry)),
      )
    const later = start + day + limits.epochMs * 2 - (start % limits.epochMs)
    logs[0]?.expire(later + 1_000)
    logs[1]?.expire(later + 9_000)
    expect(digestOf(logs[0] as Log)).toBe(digestOf(logs[1] as Log))
  })

  it('LOG14 keeps entry 0 as long as any later entry, then leaves the session out, and takes it up again', () => {
    const author = new Author(toy, start)
    const log = new Log({ crypto: toy })
    author.writeMany(3, { flags: 1 })
    for (const entry of author.entries) log.receive(arrive(toy, entry), now)
    const late = author.write({ flags: 1, time: start + day })
    log.receive(arrive(toy, late), start + day)
    expect(log.expire(start + 1.5 * day).removed.length).toBe(2)
    const chain = log.chain(formatHex(author.keys.publicKey))
    expect([...(chain?.entries.keys() ?? [])]).toEqual([0, 3])
    expect([log.size, log.missing, log.gaps]).toEqual([2, 0, 0])
    // With the last later entry gone the session counts no more, but is remembered.
    log.expire(start + 3 * day)
    expect([log.size, digestOf(log)]).toEqual([0, digestOf(new Log({ crypto: toy }))])
    expect(chain?.entries.has(0)).toBe(true)
    const again = author.write({ flags: 1, time: start + 3 * day })
    expect(log.receive(arrive(toy, again), start + 3 * day).outcome).toBe('accepted')
    expect([log.size, log.missing]).toEqual([2, 0])
    expect(log.expire(start + 90 * day).removed.length).toBe(2)
    expect(log.chain(formatHex(author.keys.publicKey))).toBeUndefined()
  })

  it('LOG21 the latest profile lives as long as any later entry, and reaches who comes later', () => {
    const author = new Author(toy, start)
    const log = new Log({ crypto: toy })
    for (const kind of [1, 2, 1, 2, 1]) {
      if (author.entries.length === 0) author.write({ flags: 1 })
      author.write({ flags: 1, kind })
    }
    const late = start + day + 2 * limits.epochMs
    author.write({ flags: 1, time: late - day / 2 })
    for (const entry of author.entries) log.receive(arrive(toy, entry), late)
    const hex = formatHex(author.keys.publicKey)
    expect(log.expire(late).removed).toEqual([])
    const held = (some: Log): number[] => [...(some.chain(hex)?.entries.keys() ?? [])].sort((a, b) => a - b)
    // They had expired when they came: only what stays was kept.
    expect(held(log)).toEqual([0, 4, 6])
    expect([log.size, log.missing, log.gaps]).toEqual([3, 0, 0])
    // Who has none of it takes the profile on its own signature, once the beginning is known to have expired.
    const [opening, profile, newest] = [0, 4, 6].map((seq) => author.entries[seq] as Entry) as [Entry, Entry, Entry]
    for (const order of [
      [opening, profile, newest],
      [newest, opening, profile],
    ]) {
      const other = new Log({ crypto: toy })
      for (const entry of order) importAll(other, [arrive(toy, entry)], late)
      other.adoptFloor(hex, 6)
      expect([held(other), other.missing, digestOf(other)]).toEqual([[0, 4, 6], 0, digestOf(log)])
      importAll(other, [arrive(toy, author.entries[2] as Entry)], late)
      expect(digestOf(other)).toBe(digestOf(log))
      expect(importAll(other, [arrive(toy, author.entries[5] as Entry, true)], late).added).toEqual([])
    }
    // Of two that were held before the floor was known, the earlier one goes.
    const both = new Log({ crypto: toy })
    for (const seq of [0, 2, 4, 6]) importAll(both, [arrive(toy, author.entries[seq] as Entry)], start + 60_000)
    importAll(both, [arrive(toy, newest)], late)
    expect(both.adoptFloor(hex, 6)).toMatchObject({ adopted: true, removed: [{ seq: 2 }] })
    expect([held(both), digestOf(both)]).toEqual([[0, 4, 6], digestOf(log)])
    // The next one takes its place, and it goes with the last entry that needs it.
    const again = author.write({ flags: 1, kind: 2, time: late })
    log.receive(arrive(toy, again), late)
    author.write({ flags: 1, time: late + day / 2 })
    log.receive(arrive(toy, author.entries.at(-1) as Entry), late + day / 2)
    log.expire(late + day + 2 * limits.epochMs)
    expect(held(log)).toEqual([0, 7, 8])
    log.expire(late + 3 * day)
    expect(log.size).toBe(0)
  })

  it('LOG13 does not take back what has expired here, but takes what has not', () => {
    const author = new Author(toy, start)
    const entries = author.writeMany(6, { flags: 1 })
    const log = new Log({ crypto: toy })
    importAll(
      log,
      entries.map((entry) => arrive(toy, entry)),
    )
    const later = start + day + 2 * limits.epochMs
    const fresh = author.write({ flags: 1, time: later })
    log.receive(arrive(toy, fresh), later)
    log.expire(later)
    const size = log.size
    expect(
      importAll(
        log,
        entries.slice(1).map((entry) => arrive(toy, entry)),
        later,
      ).outcomes.get('expired'),
    ).toBe(5)
    expect(log.size).toBe(size)
  })

  it('LOG15 adopts a floor only where nothing is held below, and gives it up for entries that still live', () => {
    const author = new Author(toy, start)
    const entries = author.writeMany(10)
    const log = new Log({ crypto: toy })
    importAll(
      log,
      [entries[0] as Entry, ...entries.slice(6)].map((entry) => arrive(toy, entry)),
    )
    const hex = formatHex(author.keys.publicKey)
    expect(log.missing).toBe(5)
    expect(log.adoptFloor(hex, 9).adopted).toBe(true)
    // Not beyond what is held: that would be a lie about entries that are here.
    expect([log.chain(hex)?.floor, log.missing]).toEqual([6, 0])
    expect(log.adoptFloor(hex, 9).adopted).toBe(false)
    // Somebody lied: an honest peer brings one of them.
    importAll(
      log,
      entries.slice(3, 6).map((entry) => arrive(toy, entry)),
    )
    expect([log.chain(hex)?.floor, log.missing, log.size]).toEqual([3, 0, 8])
    importAll(
      log,
      entries.slice(1, 3).map((entry) => arrive(toy, entry)),
    )
    const whole = new Log({ crypto: toy })
    importAll(
      whole,
      entries.map((entry) => arrive(toy, entry)),
    )
    expect(digestOf(log)).toBe(digestOf(whole))
  })

  it('LOG17 limits new sessions per source and minute, and what one session may send', () => {
    const log = new Log({ crypto: toy })
    const outcomes = Array.from({ length: limits.newSessionsPerMinute + 5 }, () => {
      return log.receive(arrive(toy, new Author(toy, start).write()), now, 'flooder').outcome
    })
    expect(outcomes.filter((outcome) => outcome === 'overBudget').length).toBe(5)
    expect(log.size).toBe(limits.newSessionsPerMinute)
    expect(log.receive(arrive(toy, new Author(toy, start).write()), now, 'somebody else').outcome).toBe('accepted')
    expect(log.receive(arrive(toy, new Author(toy, start).write()), now + 60_000, 'flooder').outcome).toBe('accepted')
    const talker = new Author(toy, start - 9_000_000)
    const spoken = Array.from({ length: limits.entryBurst + 10 }, () => talker.write())
    const heard = spoken.map((entry) => log.receive(arrive(toy, entry), now).outcome)
    expect(heard.filter((outcome) => outcome === 'overBudget').length).toBe(10)
    // What was over the budget is not seen, so it comes again with the next page.
    importAll(
      log,
      spoken.slice(limits.entryBurst).map((entry) => arrive(toy, entry)),
    )
    expect(log.missing).toBe(0)
  })

  it('LOG17 a forged entry costs nobody else a budget', () => {
    const log = new Log({ crypto: toy })
    const victim = new Author(toy, start)
    for (let i = 0; i < limits.entryBurst + 10; i++)
      log.receive(arrive(toy, victim.write({ seq: 0, prev: noPrev }), true), now)
    expect(log.chain(formatHex(victim.keys.publicKey))).toBeUndefined()
    expect(log.receive(arrive(toy, new Author(toy, start, victim.keys).write()), now).outcome).toBe('accepted')
  })

  it('LOG19 a husk keeps the chain provable, counts as missing, and is filled by the body', () => {
    const entries = new Author(toy, start).writeMany(4)
    const log = new Log({ crypto: toy })
    const copies = entries.map((entry) => arrive(toy, entry))
    copies[1]?.strip(toy)
    copies[2]?.strip(toy)
    importAll(log, copies)
    expect([log.size, log.missing, log.gaps]).toEqual([4, 2, 1])
    // The room knows that one of them was deleted.
    log.strip(copies[1] as Entry)
    expect([log.missing, log.gaps]).toEqual([1, 1])
    const change = importAll(
      log,
      entries.map((entry) => arrive(toy, entry)),
    )
    expect(change.outcomes).toEqual(
      new Map([
        ['duplicate', 3],
        ['filled', 1],
      ]),
    )
    expect(change.added).toEqual([copies[2]])
    expect([copies[1]?.husk, copies[2]?.husk, log.missing]).toEqual([true, false, 0])
    log.unstrip(copies[1] as Entry)
    expect(log.missing).toBe(1)
  })

  it('LOG18 refuses entries of an epoch this room never had', () => {
    const log = new Log({ crypto: toy, acceptsEpoch: ({ epochId }) => epochId[0] === 7 })
    const author = new Author(toy, start)
    const entries = [author.write(), author.write(), author.write({ epochId: new Uint8Array(32) }), author.write()]
    expect(log.receive(arrive(toy, entries[2] as Entry), now).outcome).toBe('foreign')
    expect(
      importAll(
        log,
        entries.map((entry) => arrive(toy, entry)),
      ).outcomes.get('foreign'),
    ).toBe(1)
    expect(log.get(entries[2]?.key as string)).toBeUndefined()
    expect(log.size).toBe(3)
  })

  it('restores marks from the own store and still refuses what does not fit', () => {
    const entries = new Author(toy, start).writeMany(5)
    const log = new Log({ crypto: toy })
    expect(
      log.restore(
        entries.slice(0, 2).map((entry) => arrive(toy, entry, true)),
        now,
      ).added.length,
    ).toBe(2)
    expect(log.size).toBe(2)
  })

  it('LOG7 proofs and husks decode', () => {
    const author = new Author(toy, start)
    author.writeMany(3)
    const twin = author.fork()
    const [a, b] = [author.write(), twin.write()]
    const log = new Log({ crypto: toy })
    importAll(
      log,
      author.entries.map((entry) => arrive(toy, entry)),
    )
    const { forks } = log.receive(arrive(toy, b), now)
    const proof = verifyForkProof(toy, forks[0] as Uint8Array)
    expect(proof).toMatchObject({ ok: true, value: { session: author.keys.publicKey, closesAt: 3 } })
    expect(decodeEntry(toy, huskOf(toy, a)).ok).toBe(true)
  })
})
