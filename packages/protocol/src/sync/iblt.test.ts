import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Chain } from '../log/chain.ts'
import type { Entry } from '../log/entry.ts'
import { Author, arrive, createToyCrypto } from '../log/log-fixture.ts'
import { Log } from '../log/log.ts'
import {
  CodedSums,
  SumsCache,
  divide,
  estimateDifference,
  keyOf,
  multiply,
  prime,
  sharedSalt,
  symbolBytes,
} from './iblt.ts'
import { IbltDecoder } from './iblt-decoder.ts'

const toy = createToyCrypto('iblt')
const start = 1_700_000_000_000
const now = start + 1_000_000

const authors = Array.from({ length: 600 }, (_, i) => {
  const author = new Author(toy, start + i)
  author.writeMany(3)
  return author
})

/** Everybody's first entries; of each author as many as `count` says. */
function logOf(count: (author: number) => number): Log {
  const log = new Log({ crypto: toy })
  const entries: Entry[] = authors.flatMap((author, i) => author.entries.slice(0, count(i)))
  log.restore(
    entries.map((entry) => arrive(toy, entry)),
    now,
  )
  return log
}

function sumsOf(log: Log, salt: number): CodedSums {
  const sums = new CodedSums(salt)
  sums.update(log)
  return sums
}

function symbols(sums: CodedSums, from: number, to: number): Uint32Array {
  sums.extend(to)
  return Uint32Array.from({ length: (to - from) * 2 }, (_, i) => {
    const at = from + (i >> 1)
    return i % 2 === 0 ? sums.first(at) : sums.second(at)
  })
}

/** Symbols it takes; undefined when it does not end. */
function decode(decoder: IbltDecoder, theirs: CodedSums, step: number, most: number): number | undefined {
  while (decoder.state === 'open' && decoder.length < most) {
    decoder.take(symbols(theirs, decoder.length, decoder.length + step))
  }
  return decoder.state === 'decoded' ? decoder.length : undefined
}

function hexes(chains: readonly Chain[]): string[] {
  return chains.map(({ hex }) => hex).toSorted()
}

describe('coded symbols', () => {
  it('SYN17 name exactly the sessions that differ, whoever has more, and those only the other side has', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 60 }),
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        (counts, salt, step) => {
          const ours = logOf((i) => counts[i]?.[0] ?? 2)
          const theirs = logOf((i) => counts[i]?.[1] ?? 2)
          const decoder = new IbltDecoder(sumsOf(ours, salt), 1_000)
          expect(decode(decoder, sumsOf(theirs, salt), step, 1_000)).toBeDefined()
          const { chains, lacking } = decoder.result()
          const hexOf = (i: number): string => ours.chain(hexName(i))?.hex ?? ''
          const differing = counts.flatMap(([a, b], i) => (a !== b && a > 0 ? [hexOf(i)] : []))
          const unknown = counts.flatMap(([a, b], i) => (a === 0 && b > 0 ? [keyOf(keyBytesOf(i), salt)] : []))
          expect(hexes(chains)).toEqual(differing.toSorted())
          expect(lacking).toEqual(unknown.toSorted((a, b) => a - b))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('SYN17 about 1.4 for each difference', () => {
    const ours = logOf((i) => (i % 3 === 0 ? 1 : 2))
    const theirs = logOf((i) => (i % 3 === 1 ? 3 : 2))
    const needed = [1, 2, 3, 4, 5].map((salt) => {
      return decode(new IbltDecoder(sumsOf(ours, salt), 2_000), sumsOf(theirs, salt), 1, 2_000) ?? Infinity
    })
    expect(Math.max(...needed)).toBeLessThan(400 * 1.6)
    expect(symbolBytes).toBe(8)
  })

  it('SYN17 the estimate comes within a factor of two', () => {
    for (const differing of [4, 40, 400]) {
      const [a, b] = [logOf(() => 2), logOf((i) => (i < differing ? 3 : 2))].map((log) => sumsOf(log, 9))
      const estimate = estimateDifference((a as CodedSums).estimate, (b as CodedSums).estimate, 0)
      expect(estimate).toBeGreaterThan(differing / 2)
      expect(estimate).toBeLessThan(differing * 2)
    }
  })

  it('SYN18 sums that are brought up to date are those that are made anew', () => {
    const log = logOf((i) => (i < 500 ? 2 : 0))
    const cache = new SumsCache(log)
    const salt = sharedSalt(now)
    const before = cache.take(salt, now)
    before.extend(200)
    const rest = authors.flatMap((author, i) =>
      i >= 500 ? author.entries : i % 7 === 0 ? author.entries.slice(2) : [],
    )
    log.restore(
      rest.map((entry) => arrive(toy, entry)),
      now,
    )
    const after = cache.take(salt, now)
    expect(after).toBe(before)
    const fresh = sumsOf(log, salt)
    expect(symbols(after, 0, 300)).toEqual(symbols(fresh, 0, 300))
    expect([...after.estimate]).toEqual([...fresh.estimate])
    // While somebody reads them they stay as they are.
    after.readers++
    log.receive(arrive(toy, (authors[1] as Author).write()), now + 10_000)
    expect(symbols(cache.take(salt, now), 0, 300)).toEqual(symbols(fresh, 0, 300))
    expect(cache.take(salt, now + 60_000)).not.toBe(after)
  })

  it('SYN18 any symbols end decoding within the limit', () => {
    const ours = logOf((i) => (i < 50 ? 2 : 0))
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff)), { maxLength: 50 }), { maxLength: 8 }),
        fc.nat(3),
        (rounds, zeros) => {
          const decoder = new IbltDecoder(sumsOf(ours, 5), 100)
          for (const round of rounds) {
            if (decoder.state !== 'open') break
            decoder.take(Uint32Array.from(round.flatMap(([a, b], i) => (i % 4 < zeros ? [0, 0] : [a, b]))))
          }
          const { chains, lacking } = decoder.result()
          expect(chains.length + lacking.length).toBeLessThanOrEqual(decoder.length)
          if (decoder.length >= 100) expect(decoder.state).not.toBe('open')
          decoder.release()
        },
      ),
    )
  })

  it('SYN17 division undoes multiplication', () => {
    const element = fc.integer({ min: 1, max: prime - 1 })
    fc.assert(
      fc.property(element, element, (a, b) => {
        expect(multiply(a, b)).toBe(Number((BigInt(a) * BigInt(b)) % BigInt(prime)))
        expect(divide(multiply(a, b), b)).toBe(a)
      }),
    )
  })
})

function keyBytesOf(author: number): Uint8Array {
  return (authors[author] as Author).keys.publicKey
}

function hexName(author: number): string {
  return [...keyBytesOf(author)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
