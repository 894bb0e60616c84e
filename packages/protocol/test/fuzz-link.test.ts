/** Twelve thousand mutated frames against links, in every state they can be in. */
import { describe, expect, it } from 'vitest'
import { createSession } from '../src/identity/session.ts'
import { Link } from '../src/link/link.ts'
import type { LinkInput, LinkOutput } from '../src/link/link-io.ts'
import { createSeededRandom } from '../src/sim/random.ts'
import type { SeededRandom } from '../src/sim/random.ts'
import { heapInUse, mutate } from './mutation.ts'
import { createTestCrypto } from './talk.ts'

/** For each kind of carrier. */
const frames = 4_000
const kinds = ['dtls', 'socket', 'relay'] as const
type Kind = (typeof kinds)[number]
/** What one frame from outside may make a link say at most: a burst and the frame that fills it. */
const maxAnswerBytes = 128 * 1024
const maxGrowthBytes = 6 * 1024 * 1024
const now = 1_700_000_000_000

class Pair {
  readonly ends: readonly [Link, Link]
  readonly outputs: readonly [LinkOutput[], LinkOutput[]] = [[], []]
  readonly #waiting: { readonly to: 0 | 1; readonly bytes: Uint8Array }[] = []

  constructor(kind: Kind, random: SeededRandom) {
    const crypto = createTestCrypto(random.bytes)
    const psk = new Uint8Array(32).fill(7)
    const [left, right] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const common = {
      crypto,
      kind,
      psks: [psk],
      slot: 1_000,
      claims: new Uint8Array(20),
      expect: undefined,
      name: 'link/x',
    }
    this.ends = [
      new Link({ ...common, role: 'initiator', local: left, remote: right, session: createSession(crypto) }),
      new Link({ ...common, role: 'responder', local: right, remote: left, session: createSession(crypto) }),
    ]
    this.give(0, { type: 'start' })
    this.give(1, { type: 'start' })
  }

  give(to: 0 | 1, input: LinkInput): readonly LinkOutput[] {
    const outputs = this.ends[to].handle(input, now)
    this.outputs[to].push(...outputs)
    for (const output of outputs) {
      if (output.type === 'transmit') this.#waiting.push({ to: to === 0 ? 1 : 0, bytes: output.bytes })
    }
    return outputs
  }

  /** Delivers up to `count` frames, and tells `seen` of each. */
  deliver(count: number, seen?: Uint8Array[]): void {
    for (let i = 0; i < count; i++) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      seen?.push(next.bytes)
      this.give(next.to, { type: 'frame', bytes: next.bytes })
    }
  }

  /** Both ends say something of every kind. */
  talk(): void {
    for (const to of [0, 1] as const) {
      for (const priority of [0, 1, 2, 3] as const)
        this.give(to, { type: 'send', priority, payload: new Uint8Array(priority * 9_000 + 20) })
    }
  }

  isDown(end: 0 | 1): boolean {
    return this.outputs[end].some(({ type }) => type === 'down')
  }
}

function outcome(link: Pair, end: 0 | 1): string {
  return link.outputs[end].map(({ type }) => type).join(' ')
}

describe('a link under fire', () => {
  it.each(kinds)(
    'LNK11 LNK19 over %s: 4,000 of 12,000 mutated frames, no throw, no growth, one word of goodbye at most',
    { timeout: 60_000 },
    (kind) => {
      const random = createSeededRandom(kinds.indexOf(kind) + 1)
      const good: Uint8Array[] = []
      const honest = new Pair(kind, random)
      honest.deliver(100, good)
      honest.talk()
      honest.deliver(100, good)
      expect(good.length).toBeGreaterThan(12)

      let pair = new Pair(kind, random)
      let heap = 0
      let survived = 0
      for (let i = 0; i < frames; i++) {
        // Warm: everything that is made once has been made.
        if (i === frames / 5) heap = heapInUse()
        const victim = random.between(0, 1) as 0 | 1
        if (pair.isDown(victim)) {
          expect(pair.outputs[victim].filter(({ type }) => type === 'down').length).toBe(1)
          expect(pair.ends[victim].handle({ type: 'frame', bytes: random.pick(good) }, now)).toEqual([])
          pair = new Pair(kind, random)
          // In the middle of the handshake, or at any moment of a conversation.
          pair.deliver(random.between(0, 8))
          if (random.chance(0.5)) pair.talk()
          pair.deliver(random.between(0, 30))
        }
        const outputs = pair.give(victim, { type: 'frame', bytes: mutate(good, random) })
        const said = outputs.reduce((sum, output) => sum + (output.type === 'transmit' ? output.bytes.length : 0), 0)
        expect(said).toBeLessThanOrEqual(maxAnswerBytes)
        if (!pair.isDown(victim)) survived++
        // Whoever was not fired at goes on.
        pair.deliver(2)
      }
      expect(heapInUse() - heap).toBeLessThan(maxGrowthBytes)
      // Over dtls much of what is almost right is right enough; a stream that is sealed forgives nothing.
      if (kind === 'dtls') expect(survived).toBeGreaterThan(frames / 20)

      const after = new Pair(kind, random)
      after.deliver(100)
      after.talk()
      after.deliver(1_000)
      for (const end of [0, 1] as const) {
        expect(outcome(after, end)).toContain('up')
        expect(after.outputs[end].filter(({ type }) => type === 'payload').length).toBe(4)
      }
    },
  )
})
