import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { Author, arrive, createToyCrypto } from './log-fixture.ts'
import { limits } from './limits.ts'
import { Log } from './log.ts'
import { aheadEpochs, pastEpochs, settledEpochAt } from './settled.ts'

const toy = createToyCrypto('settled')
const start = 1_700_000_000_000
const day = 86_400_000

function digestOf(log: Log, epoch: number): string | undefined {
  const digest = log.settled(epoch)
  return digest && formatHex(digest)
}

describe('the digest of what is settled', () => {
  it('LOG22 is equal for equal entries, in whatever order and way they came, and tells every one that is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3_000 })), { minLength: 5, maxLength: 40 }),
        fc.nat(),
        fc.boolean(),
        (steps, missing, live) => {
          const authors = [0, 1, 2].map((i) => new Author(toy, start + i))
          let time = start
          const entries = steps.map(([who, later]) => (authors[who] as Author).write({ time: (time += later) }))
          const now = time + 60_000
          const epoch = settledEpochAt(now)
          const [all, other, less] = [0, 1, 2].map(() => new Log({ crypto: toy })) as [Log, Log, Log]
          for (const entry of entries) all.receive(arrive(toy, entry), time)
          const backwards = [...entries].reverse().map((entry) => arrive(toy, entry))
          if (live) for (const entry of backwards) other.receive(entry, time)
          else for (const entry of backwards) other.import(other.planImport([entry], now), [], now)
          const lost = entries[missing % entries.length]
          for (const entry of entries) if (entry !== lost) less.receive(arrive(toy, entry), time)
          for (const log of [all, other, less]) log.expire(now)
          expect(digestOf(all, epoch)).toBe(digestOf(other, epoch))
          expect(digestOf(all, epoch)).not.toBe(digestOf(less, epoch))
          less.receive(arrive(toy, lost as (typeof entries)[number]), now)
          expect(digestOf(all, epoch)).toBe(digestOf(less, epoch))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('LOG22 does not see what is younger than the border, and sees it when time has come', () => {
    const author = new Author(toy, start)
    const [a, b] = [new Log({ crypto: toy }), new Log({ crypto: toy })]
    const now = start + 100_000
    for (const log of [a, b]) log.receive(arrive(toy, author.entries[0] ?? author.write({ time: start })), now)
    const young = author.write({ time: now })
    a.receive(arrive(toy, young), now)
    const epoch = settledEpochAt(now)
    expect(digestOf(a, epoch)).toBe(digestOf(b, epoch))
    const later = settledEpochAt(now + 5_000)
    expect(digestOf(a, later)).not.toBe(digestOf(b, later))
    // A minute on nothing has changed but which sum holds it.
    for (const log of [a, b]) log.expire(now + 60_000)
    expect(digestOf(a, settledEpochAt(now + 60_000))).not.toBe(digestOf(b, settledEpochAt(now + 60_000)))
    b.receive(arrive(toy, young), now + 60_000)
    expect(digestOf(a, settledEpochAt(now + 60_000))).toBe(digestOf(b, settledEpochAt(now + 60_000)))
  })

  it('LOG22 is told only for borders near the present', () => {
    const log = new Log({ crypto: toy })
    log.expire(start)
    const present = Math.floor(start / 1_000)
    expect(log.settled(present - pastEpochs - 1)).toBeUndefined()
    expect(log.settled(present - pastEpochs)).toBeDefined()
    expect(log.settled(present + aheadEpochs)).toBeUndefined()
  })

  it('LOG23 an expiry does not tell replicas apart, whoever drops first', () => {
    const author = new Author(toy, start)
    const entries = author.writeMany(20, { flags: 1 })
    const [early, late] = [new Log({ crypto: toy }), new Log({ crypto: toy })]
    for (const log of [early, late]) {
      for (const entry of entries) log.receive(arrive(toy, entry), entry.time)
      log.expire(start + day - limits.epochMs)
    }
    // The first border at which all of them are over.
    const border = Math.ceil((start + day + 21_000) / limits.epochMs) * limits.epochMs
    early.expire(border + 500)
    expect(early.chain(formatHex(author.keys.publicKey))?.floor).toBeGreaterThan(1)
    late.expire(border - 1)
    const before = settledEpochAt(border + 500)
    expect(digestOf(early, before)).toBe(digestOf(late, before))
    late.expire(border + 1_500)
    expect(digestOf(early, before)).toBe(digestOf(late, before))
    const after = settledEpochAt(border + 9_000)
    for (const log of [early, late]) log.expire(border + 9_000)
    expect(digestOf(early, after)).toBe(digestOf(late, after))
    expect(digestOf(early, after)).not.toBe(digestOf(early, before))
  })

  it('LOG22 counts a closing, and a body that is missing; not a deletion', () => {
    const author = new Author(toy, start)
    author.writeMany(3)
    const twin = author.fork()
    const [entry, other] = [author.write(), twin.write()]
    const now = start + 60_000
    const logs = [0, 1].map(() => new Log({ crypto: toy })) as [Log, Log]
    for (const log of logs) {
      for (const each of author.entries) log.receive(arrive(toy, each), now)
      log.expire(now)
    }
    const [a, b] = logs
    const epoch = settledEpochAt(now)
    const held = a.chain(formatHex(author.keys.publicKey))?.entries.get(2)
    if (held === undefined) throw new Error('not held')
    a.strip(held)
    expect(digestOf(a, epoch)).toBe(digestOf(b, epoch))
    a.unstrip(held)
    expect(digestOf(a, epoch)).not.toBe(digestOf(b, epoch))
    a.receive(arrive(toy, author.entries[2] ?? entry), now)
    expect(digestOf(a, epoch)).toBe(digestOf(b, epoch))
    const { forks } = a.receive(arrive(toy, other), now)
    expect(forks.length).toBe(1)
    expect(digestOf(a, epoch)).not.toBe(digestOf(b, epoch))
    b.importFork(forks[0] as Uint8Array)
    expect(digestOf(a, epoch)).toBe(digestOf(b, epoch))
  })

  it('LOG22 survives a clock that jumps ahead and back', () => {
    const author = new Author(toy, start)
    const [a, b] = [new Log({ crypto: toy }), new Log({ crypto: toy })]
    for (const entry of author.writeMany(30)) for (const log of [a, b]) log.receive(arrive(toy, entry), entry.time)
    a.expire(start + 3_600_000)
    a.expire(start + 31_000)
    const now = start + 120_000
    for (const log of [a, b]) log.expire(now)
    expect(digestOf(a, settledEpochAt(now))).toBe(digestOf(b, settledEpochAt(now)))
  })
})
