import fc from 'fast-check'
import type { MapLink, MapNode, ReachAttempt, ReachReport, RoomMap } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { redactReport } from './reach-copy.ts'
import { fakeChat } from './testing/fake-fixtures.ts'

const program = { version: '0.1.0', platform: 'Node 20 on linux' }

/** People as numbers; who they are is put in by `dress`. */
interface Outline {
  readonly nodes: readonly Omit<MapNode, 'session' | 'author' | 'name' | 'isSelf'>[]
  readonly links: readonly (Omit<MapLink, 'a' | 'b' | 'through'> & { a: number; b: number; through: number })[]
  readonly gaps: readonly (readonly [number, number])[]
  readonly report: Omit<ReachReport, 'session' | 'name' | 'through' | 'attempts'> & { through: number }
  readonly attempts: readonly (Omit<ReachAttempt, 'through'> & { through: number })[]
}

const who = fc.nat(9)
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const path = fc.constantFrom('direct' as const, 'relay' as const, 'through' as const)
const time = fc.integer({ min: 1.7e12, max: 1.8e12 })

const outline: fc.Arbitrary<Outline> = fc.record({
  nodes: fc.array(
    fc.record({
      platform: maybe(fc.constantFrom('browser' as const, 'node' as const)),
      root: maybe(fc.constantFrom(0, 1, 'hot' as const)),
      hidden: fc.boolean(),
    }),
    { minLength: 2, maxLength: 8 },
  ),
  links: fc.array(fc.record({ a: who, b: who, through: who, path, rttMs: maybe(fc.nat(900)), isTree: fc.boolean() }), {
    maxLength: 12,
  }),
  gaps: fc.array(fc.tuple(who, who), { maxLength: 5 }),
  report: fc.record({
    path: maybe(path),
    through: who,
    rttMs: maybe(fc.nat(900)),
    relay: fc.constantFrom('none' as const, 'connecting' as const, 'up' as const, 'away' as const),
    isInTopic: fc.boolean(),
    clockAheadMs: maybe(fc.integer({ min: -1e7, max: 1e7 })),
    ownClockAheadMs: fc.integer({ min: -1e7, max: 1e7 }),
    heardAt: maybe(time),
  }),
  attempts: fc.array(
    fc.record({
      way: fc.constantFrom('socket' as const, 'webrtc' as const, 'relay' as const, 'through' as const),
      state: fc.constantFrom('up' as const, 'trying' as const, 'waiting' as const, 'failed' as const, 'off' as const),
      step: fc.constantFrom('signal' as const, 'transport' as const, 'handshake' as const, 'none' as const),
      code: maybe(fc.constantFrom('timeout', 'badMembership', 'Mara <mara@example.org>')),
      failures: fc.nat(20),
      since: maybe(time),
      nextAt: maybe(time),
      through: who,
    }),
    { maxLength: 4 },
  ),
})

const key = fc.string({ minLength: 64, maxLength: 64, unit: fc.constantFrom(...'0123456789abcdef') })
const dress = fc.record({
  keys: fc.uniqueArray(key, { minLength: 10, maxLength: 10 }),
  authors: fc.array(key, { minLength: 10, maxLength: 10 }),
  names: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 10, maxLength: 10 }),
})

function redact(drawn: Outline, { keys, authors, names }: Dress): string {
  const session = (i: number): string => keys[i] as string
  const inOrder = (a: string, b: string): { a: string; b: string } => (a < b ? { a, b } : { a: b, b: a })
  const map: RoomMap = {
    self: session(0),
    mode: 'small',
    online: drawn.nodes.length,
    nodes: drawn.nodes.map((node, i) => ({
      ...node,
      session: session(i),
      author: authors[i] as string,
      name: names[i] as string,
      isSelf: i === 0,
    })),
    links: drawn.links.map((link) => ({
      ...link,
      ...inOrder(session(link.a), session(link.b)),
      through: link.path === 'through' ? session(link.through) : undefined,
    })),
    gaps: drawn.gaps.map(([a, b]) => {
      const ordered = inOrder(session(a), session(b))
      return [ordered.a, ordered.b] as const
    }),
    trees: [],
  }
  const report: ReachReport = {
    ...drawn.report,
    session: session(1),
    name: names[1] as string,
    through: drawn.report.path === 'through' ? session(drawn.report.through) : undefined,
    attempts: drawn.attempts.map((attempt) => ({
      ...attempt,
      through: attempt.way === 'through' ? session(attempt.through) : undefined,
    })),
  }
  return redactReport(report, map, program, 1.75e12)
}

type Dress = typeof dress extends fc.Arbitrary<infer T> ? T : never

describe('the copy of a reach report', () => {
  it('says the same whoever the people are: nothing of a name or a key is in it', () => {
    fc.assert(
      fc.property(outline, dress, dress, (drawn, one, other) => {
        expect(redact(drawn, one)).toBe(redact(drawn, other))
      }),
    )
  })

  it('repeats no code that is not one', () => {
    fc.assert(
      fc.property(outline, dress, (drawn, worn) => {
        expect(redact(drawn, worn)).not.toMatch(/mara/i)
      }),
    )
  })

  it('says what was tried, by letters and relative times', async () => {
    const now = 1.75e12
    const { first } = fakeChat('map3', { now: () => now })
    const priya = first.state.people.find(({ name }) => name === 'Priya')
    const report = await first.reachReport(priya?.id ?? '')
    expect(redactReport(report, await first.map(), program, now)).toBe(
      [
        'Kith: how A reaches B. Letters stand for people; there are no names, keys or addresses in this.',
        'A: kith 0.1.0, Node 20 on linux',
        'B: browser',
        'path: through by C, 120 ms',
        'relay of A: up; B is not seen there',
        'last heard of B: 1 s ago',
        'clock of B: 0.1 s ahead; clock of A: right of the room',
        'tried:',
        '  webrtc: trying, step signal, code timeout, failed 6 times, for 11 s',
        '  relay: waiting, step handshake, code notInTopic',
        '  through: up by C, for 150 s',
        'room: 3 online, mode small, 3 known, gaps: 1',
        '  A-B through by C, 120 ms, no direct link',
        '  A-C direct, 18 ms',
        '  B-C direct, 377 ms',
        '',
      ].join('\n'),
    )
  })
})
