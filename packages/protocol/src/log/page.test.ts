import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { type Entry, maxSeq } from './entry.ts'
import { Log } from './log.ts'
import { Author, arrive, createToyCrypto } from './log-fixture.ts'
import { decodePage, encodePage, maxPageBytes, pageBytes, pageCost, runCost } from './page.ts'

const toy = createToyCrypto('page')
const now = 1_700_000_000_000

function verified(log: Log, entries: readonly Entry[]): number {
  const plan = log.planImport(entries, now + 1e9)
  const change = log.import(plan, [], now + 1e9)
  return change.added.length
}

describe('page', () => {
  it('LOG4 decodes what it encodes: entries, husks, epochs and receipts', () => {
    const entry = fc.record({
      session: fc.nat(3),
      skip: fc.boolean(),
      husk: fc.boolean(),
      newEpoch: fc.boolean(),
      receipts: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 2 }),
    })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (plan) => {
        const authors = Array.from({ length: 4 }, () => new Author(toy, now))
        const entries: Entry[] = []
        const receipts: { entry: Entry; receipt: Uint8Array }[] = []
        for (const { session, skip, husk, newEpoch, receipts: some } of plan) {
          const written = authors[session]?.write({ epochId: newEpoch ? toy.random(32) : undefined }) as Entry
          if (skip) continue
          const copy = arrive(toy, written)
          if (husk) copy.strip(toy)
          entries.push(copy)
          for (const receipt of some) receipts.push({ entry: copy, receipt })
        }
        entries.sort((a, b) => (a.session[0] as number) - (b.session[0] as number) || a.seq - b.seq)
        const bytes = encodePage({ entries, receipts })
        const decoded = decodePage(toy, bytes)
        expect(decoded.ok).toBe(true)
        if (!decoded.ok) return
        expect(decoded.value.entries.map(({ bytes: wire }) => wire)).toEqual(entries.map(({ bytes: wire }) => wire))
        expect(decoded.value.entries.map(({ id }) => id)).toEqual(entries.map(({ id }) => id))
        const shown = (list: typeof receipts): unknown[] => list.map(({ entry: { key }, receipt }) => [key, receipt])
        expect(shown([...decoded.value.receipts])).toEqual(shown(receipts))
        const bound = entries.reduce((sum, some) => sum + pageCost(some) + runCost, 8)
        expect(bytes.length).toBeLessThanOrEqual(bound + receipts.length * 46)
      }),
    )
  })

  it('LOG4 leaves out of a run what follows from the entry before', () => {
    const author = new Author(toy, now)
    const entries = author.writeMany(100, { body: undefined })
    const plain = entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
    expect(encodePage({ entries, receipts: [] }).length).toBeLessThan(plain - 95 * 100)
  })

  it('LOG4 a changed byte anywhere loses the run, and nothing else gets in', () => {
    const author = new Author(toy, now)
    const entries = author.writeMany(4)
    const bytes = encodePage({ entries, receipts: [] })
    const ids = new Set(entries.map(({ key }) => key))
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] as number) ^ 0x10
      const decoded = decodePage(toy, changed)
      if (!decoded.ok) continue
      const log = new Log({ crypto: toy })
      verified(log, decoded.value.entries)
      // A broken middle signature leaves the entries what they were; everything else is refused.
      for (const chain of log.chains())
        for (const entry of chain.entries.values()) expect(ids.has(entry.key)).toBe(true)
    }
  })

  it('never throws, whatever the bytes', () => {
    const author = new Author(toy, now)
    const good = encodePage({ entries: author.writeMany(3), receipts: [] })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof decodePage(toy, bytes).ok).toBe('boolean')
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }), (edits) => {
        const bytes = good.slice()
        for (const [at, value] of edits) bytes[at] = value
        expect(typeof decodePage(toy, bytes).ok).toBe('boolean')
      }),
    )
  })

  it('refuses runs that leave the space of seqs or times, and pages that are too long', () => {
    const author = new Author(toy, now)
    const entry = author.write({ seq: maxSeq, prev: toy.random(32), time: 0xffff_ffff_ffff })
    const bytes = encodePage({ entries: [entry], receipts: [] })
    expect(decodePage(toy, bytes).ok).toBe(true)
    const two = bytes.slice()
    const count = 1 + 32 + 5 + 32 + 32 + 6
    expect(two[count]).toBe(1)
    two[count] = 2
    expect(decodePage(toy, two)).toEqual({ ok: false, code: 'malformed' })
    expect(decodePage(toy, new Uint8Array(maxPageBytes + 1))).toEqual({ ok: false, code: 'oversize' })
    expect(maxPageBytes).toBeGreaterThan(pageBytes)
  })

  it('carries the largest entry', () => {
    const crypto = createSeededCrypto('large')
    const author = new Author(crypto, now)
    author.write()
    const entry = author.write({ body: new Uint8Array(256 * 1024) })
    const page = decodePage(
      crypto,
      encodePage({ entries: [entry], receipts: [{ entry, receipt: new Uint8Array(1024) }] }),
    )
    expect(page.ok && page.value.entries[0]?.id).toEqual(entry.id)
  })
})
