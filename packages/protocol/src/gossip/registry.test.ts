import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { createSeededRandom } from '../sim/random.ts'
import { fingerprint, prefixOf, RegistryCopy } from './registry-copy.ts'
import { itemBurst, maxSenders } from './registry-inbox.ts'
import { lostMs } from './registry-office.ts'
import { cardBurst, copyTtlMs, leastWantMs } from './registry-following.ts'
import { checkInMs, gatherMs, maxSampled, maxSampledNews, Registry } from './registry.ts'
import type { RegistryOutput } from './registry.ts'
import { decodeRegistry, encodeRegistry, maxItemsPerMessage, maxRegistryEntries, registryTag } from './registry-wire.ts'
import type { CopyState, RegistryEntry, RegistryMessage } from './registry-wire.ts'

const start = 1_000_000
const random = createSeededRandom(11)

/** `chosen`: it checks in however many are online. */
function entryOf(name: string, since = start, chosen = false): RegistryEntry {
  const card = random.bytes(136)
  if (chosen) card.fill(0, 4, 8)
  return { session: formatHex(card.subarray(0, 32)), card, name, since }
}

function stateOf(copy: RegistryCopy, stream: number, version: number): CopyState {
  return { stream, version, count: copy.size, digestHigh: copy.digestHigh, digestLow: copy.digestLow }
}

class Rig {
  readonly self: RegistryEntry = entryOf('self')
  readonly registry: Registry
  sent: { to: string; message: RegistryMessage }[] = []
  timerAt: number | undefined
  checks = 0
  now = start

  constructor() {
    this.registry = new Registry(
      {
        own: this.self.session,
        random: random.bytes,
        emit: (output) => this.take(output),
        verifyCard: () => {
          this.checks++
          return true
        },
      },
      start,
    )
    this.registry.setSelf(this.self, start)
  }

  take(output: RegistryOutput): void {
    if (output.type === 'send') this.sent.push({ to: output.to, message: output.message })
    else if (output.type === 'timer') this.timerAt = output.at
  }

  run(forMs: number): void {
    const end = this.now + forMs
    while (this.timerAt !== undefined && this.timerAt <= end) {
      this.now = Math.max(this.now, this.timerAt)
      this.timerAt = undefined
      this.registry.timerFired(this.now)
    }
    this.now = end
  }

  of<T extends RegistryMessage['type']>(type: T): Extract<RegistryMessage, { type: T }>[] {
    return this.sent.flatMap(({ message }) =>
      message.type === type ? [message as Extract<RegistryMessage, { type: T }>] : [],
    )
  }
}

const entry: fc.Arbitrary<RegistryEntry> = fc
  .record({
    card: fc.uint8Array({ minLength: 32, maxLength: 192 }),
    name: fc.string({ maxLength: 30 }),
    since: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  })
  .map(({ card, name, since }) => ({ session: formatHex(card.subarray(0, 32)), card, name, since }))
const prefix = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(formatHex)
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const state: fc.Arbitrary<CopyState> = fc.record({
  stream: u32,
  version: fc.nat(),
  count: fc.integer({ min: 0, max: maxRegistryEntries }),
  digestHigh: u32,
  digestLow: u32,
})
const entries = fc.array(entry, { maxLength: 5 })
const prefixes = fc.array(prefix, { maxLength: 5 })
const message: fc.Arbitrary<RegistryMessage> = fc.oneof(
  fc.record({ type: fc.constant('checkIn' as const), entries, here: prefixes }),
  fc.record({ type: fc.constant('checkOut' as const), lost: prefixes }),
  fc.record({ type: fc.constant('ask' as const), sessions: prefixes }),
  fc.record({ type: fc.constant('push' as const), state, gone: prefixes, put: entries }),
  fc.record({ type: fc.constant('want' as const), have: fc.array(u32, { maxLength: 20 }) }),
  fc.record({
    type: fc.constant('copy' as const),
    state,
    last: fc.boolean(),
    gone: fc.array(u32, { maxLength: 20 }),
    put: entries,
  }),
)

describe('messages of the registry', () => {
  it('GOS81 decode to what was encoded', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeRegistry(encodeRegistry(value))).toEqual({ ok: true, value })
      }),
    )
  })

  it('GOS81 are rejected, not thrown on, when altered or cut', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), fc.nat(), (value, at, byte, cut) => {
        const encoded = encodeRegistry(value)
        encoded[at % encoded.length] = byte
        const decoded = decodeRegistry(encoded.subarray(0, encoded.length - (cut % encoded.length)))
        expect(decoded.ok || ['malformed', 'unknownTag'].includes(decoded.code)).toBe(true)
      }),
    )
    expect(decodeRegistry(Uint8Array.of(registryTag, 99))).toEqual({ ok: false, code: 'unknownTag' })
    expect(decodeRegistry(Uint8Array.of(registryTag, 2, maxItemsPerMessage + 1))).toEqual({
      ok: false,
      code: 'malformed',
    })
  })
})

describe('a copy of the registry', () => {
  it('GOS80 has the same digest however it came to its entries, and tells the difference of two', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: (e) => prefixOf(e.session), maxLength: 30 }),
        fc.nat(),
        (all, cut) => {
          const [one, other] = [new RegistryCopy(), new RegistryCopy()]
          for (const item of all) one.put(item)
          for (const item of all.toReversed()) other.put({ ...item, name: '' })
          for (const item of all) other.put(item)
          expect([other.digestHigh, other.digestLow]).toEqual([one.digestHigh, one.digestLow])
          const removed = all.slice(0, all.length === 0 ? 0 : cut % all.length)
          for (const item of removed) expect(other.remove(prefixOf(item.session))).toEqual(item)
          expect(one.difference(other.fingerprints())).toEqual({ put: removed, gone: [] })
          const { gone, put } = other.difference(one.fingerprints())
          expect(put).toEqual([])
          expect(new Set(gone)).toEqual(new Set(removed.map(fingerprint)))
          expect(one.withFingerprints(gone).toSorted()).toEqual(
            removed.map((item) => prefixOf(item.session)).toSorted(),
          )
        },
      ),
    )
  })
})

describe('a peer of a registry', () => {
  it('GOS80 checks in every 30 s: its entry where it is not known, else its prefix', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: false, parent: 'parent', children: [] }, start)
    rig.run(5_000)
    expect(rig.of('checkIn')).toEqual([{ type: 'checkIn', entries: [rig.self], here: [] }])
    const copy = new RegistryCopy()
    copy.put(rig.self)
    const push = { type: 'push', state: stateOf(copy, 5, 1), gone: [], put: [rig.self] } as const
    rig.registry.receive('parent', push, rig.now)
    expect(rig.registry.entries()).toEqual([rig.self])
    rig.sent = []
    rig.run(2 * checkInMs)
    for (const { entries, here } of rig.of('checkIn')) {
      expect(entries).toEqual([])
      expect(here).toEqual([prefixOf(rig.self.session)])
    }
    expect(rig.of('checkIn').length).toBeGreaterThanOrEqual(1)
    expect(rig.of('checkIn').length).toBeLessThanOrEqual(3)
  })

  it('GOS82 asks its parent for the difference when its copy is another, and adopts the answer', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: false, parent: 'parent', children: ['child'] }, start)
    const copy = new RegistryCopy()
    const others = [rig.self, entryOf('a'), entryOf('b'), entryOf('c')]
    for (const other of others) copy.put(other)
    rig.registry.receive('parent', { type: 'push', state: stateOf(copy, 5, 7), gone: [], put: [] }, start)
    rig.run(100)
    expect(rig.of('want')).toEqual([{ type: 'want', have: [] }])
    rig.registry.receive('child', { type: 'want', have: [] }, rig.now)
    expect(rig.of('copy')).toEqual([])
    const answer = { type: 'copy', state: stateOf(copy, 5, 7), last: true, gone: [], put: others } as const
    rig.registry.receive('stranger', answer, rig.now)
    expect(rig.registry.size).toBe(0)
    rig.registry.receive('parent', answer, rig.now)
    expect(rig.registry.entries()).toEqual(others)
    // The child hears what the copy is now, and gets what it lacks.
    expect(rig.of('push').at(-1)?.state).toEqual(stateOf(copy, 5, 7))
    const have = [fingerprint(others[1] as RegistryEntry), 12_345]
    rig.registry.receive('child', { type: 'want', have }, rig.now)
    const given = rig.of('copy')
    expect(given.flatMap(({ put }) => put)).toEqual([others[0], others[2], others[3]])
    expect(given.at(-1)).toMatchObject({ last: true, gone: [12_345] })
  })

  it('GOS82 takes changes only from its parent', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: false, parent: 'parent', children: ['child'] }, start)
    const copy = new RegistryCopy()
    const other = entryOf('other')
    copy.put(other)
    const push = { type: 'push', state: stateOf(copy, 5, 1), gone: [], put: [other] } as const
    for (const from of ['child', 'stranger']) rig.registry.receive(from, push, start)
    expect(rig.registry.size).toBe(0)
    expect(rig.of('push')).toEqual([])
    rig.registry.receive('parent', push, start)
    expect(rig.registry.size).toBe(1)
    expect(rig.sent.filter(({ message }) => message.type === 'push')).toEqual([{ to: 'child', message: push }])
  })

  it('GOS80 gathers what its children say and passes it on once', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: false, parent: 'parent', children: ['a', 'b'] }, start)
    rig.run(1_000)
    rig.sent = []
    const others = [entryOf('a'), entryOf('b')]
    for (let i = 0; i < 5; i++) {
      rig.registry.receive('a', { type: 'checkIn', entries: others, here: ['00'.repeat(8)] }, rig.now)
      rig.registry.receive('b', { type: 'checkOut', lost: ['11'.repeat(8)] }, rig.now)
    }
    rig.run(300)
    expect(rig.sent).toEqual([
      { to: 'parent', message: { type: 'checkIn', entries: others, here: ['00'.repeat(8)] } },
      { to: 'parent', message: { type: 'checkOut', lost: ['11'.repeat(8)] } },
    ])
  })

  it('GOS84 shows itself when it is asked for', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: false, parent: 'parent', children: ['child'] }, start)
    rig.run(1_000)
    rig.sent = []
    const ask = { type: 'ask', sessions: [prefixOf(rig.self.session)] } as const
    rig.registry.receive('child', ask, rig.now)
    expect(rig.sent).toEqual([])
    rig.registry.receive('parent', ask, rig.now)
    expect(rig.sent).toEqual([
      { to: 'child', message: ask },
      { to: 'parent', message: { type: 'checkIn', entries: [rig.self], here: [] } },
    ])
  })

  it('GOS80 tells its new name at once', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: false, parent: 'parent', children: [] }, start)
    rig.run(3_000)
    rig.sent = []
    rig.registry.setSelf({ ...rig.self, name: 'renamed' }, rig.now)
    rig.run(2_500)
    expect(rig.of('checkIn')[0]?.entries[0]?.name).toBe('renamed')
    rig.registry.setSelf({ ...rig.self, name: 'x'.repeat(129) }, rig.now)
    rig.sent = []
    rig.run(checkInMs * 2)
    expect(rig.of('checkIn').every(({ entries }) => entries.every(({ name }) => name === 'renamed'))).toBe(true)
  })
})

describe('a root of a registry', () => {
  it('GOS81 keeps no more than it may, whatever arrives', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: true, parent: undefined, children: ['a', 'b', 'c'] }, start)
    for (let i = 0; i < 40; i++) {
      for (const from of ['a', 'b', 'c']) {
        const flood = Array.from({ length: maxItemsPerMessage }, () => entryOf('flood'))
        rig.registry.receive(from, { type: 'checkIn', entries: flood, here: [] }, rig.now)
      }
    }
    expect(rig.registry.size).toBeLessThanOrEqual(maxRegistryEntries)
    expect(rig.checks).toBeLessThanOrEqual(cardBurst)
    const stray = Array.from({ length: maxItemsPerMessage }, () => formatHex(random.bytes(8)))
    for (let i = 0; i < 500; i++) {
      rig.registry.receive(`s${i}`, { type: 'checkIn', entries: [], here: stray }, rig.now)
      rig.registry.receive(`s${i}`, { type: 'checkOut', lost: stray }, rig.now)
    }
    rig.sent = []
    rig.run(1_000)
    expect(rig.of('ask').length).toBeLessThanOrEqual(3 * 2)
    expect(maxSenders).toBeLessThan(500)
    expect(itemBurst).toBeLessThan(maxItemsPerMessage * 40)
  })

  it('GOS81 passes no flood on', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: false, parent: 'parent', children: ['a'] }, start)
    for (let i = 0; i < 200; i++) {
      const flood = Array.from({ length: maxItemsPerMessage }, () => entryOf('flood'))
      const lost = flood.map(({ session }) => prefixOf(session))
      rig.registry.receive('a', { type: 'checkIn', entries: flood, here: lost }, rig.now)
      rig.registry.receive('a', { type: 'checkOut', lost }, rig.now)
    }
    rig.run(1_000)
    expect(rig.of('checkIn').reduce((sum, { entries, here }) => sum + entries.length + here.length, 0)).toBeLessThan(
      2 * maxRegistryEntries + 2,
    )
    expect(rig.of('checkOut')).toHaveLength(1)
  })

  it('GOS82 answers a child no more often than it may ask', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: true, parent: undefined, children: ['a'] }, start)
    for (let i = 0; i < 100; i++) rig.registry.receive('a', { type: 'want', have: [] }, rig.now + i)
    expect(rig.of('copy')).toHaveLength(1)
    rig.registry.receive('a', { type: 'want', have: [] }, rig.now + leastWantMs)
    expect(rig.of('copy')).toHaveLength(2)
  })

  it('GOS105 tells of few new ones at once where presence is sampled, and its digest is of those', () => {
    const rig = new Rig()
    const [root, child] = [rig, new Rig()]
    root.registry.setTree({ isRoot: true, parent: undefined, children: ['child'] }, start)
    child.registry.setTree({ isRoot: false, parent: 'root', children: [] }, start)
    for (const { registry } of [root, child]) registry.setOnline(10 * maxSampled, start)
    const chosen = Array.from({ length: 5 * maxSampledNews }, (_, i) => entryOf(`peer ${i}`, start, true))
    root.registry.receive('child', { type: 'checkIn', entries: chosen, here: [] }, root.now)
    for (let pushed = 0; root.registry.size < chosen.length; pushed = root.sent.length) {
      root.run(gatherMs)
      for (const { message } of root.sent.slice(pushed)) {
        if (message.type === 'push') expect(message.put.length).toBeLessThanOrEqual(maxSampledNews)
        child.registry.receive('root', message, start)
      }
    }
    expect(root.of('push').length).toBeGreaterThanOrEqual(5)
    expect(child.registry.size).toBe(root.registry.size)
    // Had a digest been of more than was told, the rest would have been asked for.
    child.run(leastWantMs)
    expect(child.of('want')).toEqual([])
  })

  it('GOS84 believes a report only when nothing is heard for 10 s', () => {
    const rig = new Rig()
    rig.registry.setTree({ isRoot: true, parent: undefined, children: ['a'] }, start)
    const [silent, talkative] = [entryOf('silent'), entryOf('talkative')]
    rig.registry.receive('a', { type: 'checkIn', entries: [silent, talkative], here: [] }, rig.now)
    rig.run(1_000)
    const lost = [prefixOf(silent.session), prefixOf(talkative.session), prefixOf(rig.self.session)]
    rig.registry.receive('a', { type: 'checkOut', lost }, rig.now)
    rig.run(1_000)
    expect(rig.of('ask')).toEqual([{ type: 'ask', sessions: lost.slice(0, 2) }])
    rig.registry.receive('a', { type: 'checkIn', entries: [], here: [prefixOf(talkative.session)] }, rig.now)
    rig.run(lostMs + 1_000)
    expect(rig.registry.get(silent.session)).toBeUndefined()
    expect(rig.registry.get(talkative.session)).toEqual(talkative)
    expect(rig.registry.get(rig.self.session)).toEqual(rig.self)
    expect(copyTtlMs).toBeGreaterThan(lostMs)
  })
})
