import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { createSeededRandom } from '../sim/random.ts'
import { Overlay } from './overlay.ts'
import type { OverlayOutput } from './overlay.ts'
import * as limits from './overlay-limits.ts'
import type { Contact, OverlayMessage, PeerKind } from './overlay-wire.ts'

const start = 1_000_000
const random = createSeededRandom(21)

function contactOf(): Contact {
  const card = random.bytes(136)
  return { session: formatHex(card.subarray(0, 32)), card }
}

/** One overlay; what it says is caught, links and answers are made by hand. */
class Rig {
  readonly own: Contact = contactOf()
  readonly overlay: Overlay
  outputs: OverlayOutput[] = []
  timerAt: number | undefined
  now = start

  /** Neighbours the trees run over, and those without which there were no place. */
  readonly carrying = new Set<string>()
  readonly needed = new Set<string>()

  constructor(kind: PeerKind = 'desktop', online = 1_000) {
    const emit = (output: OverlayOutput): void => {
      if (output.type === 'timer') this.timerAt = output.at
      else this.outputs.push(output)
    }
    const trees = {
      carries: (session: string): boolean => this.carrying.has(session),
      needs: (session: string): boolean => this.needed.has(session),
    }
    this.overlay = new Overlay({ own: this.own, random: createSeededRandom(5).bytes, emit, kind, trees }, start)
    this.overlay.setOnline(online, start)
  }

  run(forMs: number): void {
    const end = this.now + forMs
    while (this.timerAt !== undefined && this.timerAt <= end) {
      this.now = Math.max(this.now, this.timerAt)
      this.timerAt = undefined
      this.overlay.timerFired(this.now)
    }
    this.now = end
  }

  of<T extends OverlayOutput['type']>(type: T): Extract<OverlayOutput, { type: T }>[] {
    return this.outputs.filter((output): output is Extract<OverlayOutput, { type: T }> => output.type === type)
  }

  said<T extends OverlayMessage['type']>(type: T): { to: string; message: Extract<OverlayMessage, { type: T }> }[] {
    return this.of('send').flatMap(({ to, message }) =>
      message.type === type ? [{ to, message: message as Extract<OverlayMessage, { type: T }> }] : [],
    )
  }

  hear(from: Contact, message: OverlayMessage): void {
    this.overlay.receive(from.session, message, this.now)
  }

  link(contact: Contact, rttMs = 50, path: 'direct' | 'relay' | 'through' = 'direct'): void {
    this.overlay.linked(contact, { rttMs, path }, this.now)
  }

  /** A neighbour that asked for us; `count` of them. */
  neighbours(count: number): Contact[] {
    return Array.from({ length: count }, () => {
      const contact = contactOf()
      this.link(contact)
      if (this.said('neighbour').some(({ to }) => to === contact.session)) {
        this.hear(contact, { type: 'accept', kind: 'desktop', contacts: [] })
      } else this.hear(contact, { type: 'neighbour', priority: 'low', kind: 'desktop' })
      return contact
    })
  }
}

describe('becoming neighbours', () => {
  it('GOS51 takes a link for a neighbour when both have confirmed over it', () => {
    const rig = new Rig()
    const other = contactOf()
    rig.overlay.learned([other], rig.now)
    expect(rig.of('connect')).toEqual([{ type: 'connect', contact: other, priority: 'high', via: undefined }])
    rig.link(other)
    expect(rig.said('neighbour')).toEqual([
      { to: other.session, message: { type: 'neighbour', priority: 'high', kind: 'desktop' } },
    ])
    expect(rig.overlay.active).toEqual([])
    rig.hear(other, { type: 'accept', kind: 'node', contacts: [] })
    expect(rig.overlay.active).toEqual([other.session])
    expect(rig.of('neighbour')).toEqual([{ type: 'neighbour', session: other.session, up: true }])
    expect(rig.said('join').map(({ to }) => to)).toEqual([other.session])
    rig.overlay.unlinked(other.session, rig.now)
    expect(rig.of('neighbour').at(-1)).toEqual({ type: 'neighbour', session: other.session, up: false })
    expect(rig.overlay.isLonely).toBe(true)
  })

  it('GOS51 takes two crossing requests for an agreement', () => {
    const rig = new Rig()
    const other = contactOf()
    rig.link(other)
    rig.hear(other, { type: 'neighbour', priority: 'high', kind: 'desktop' })
    expect(rig.overlay.isNeighbour(other.session)).toBe(true)
    rig.hear(other, { type: 'accept', kind: 'desktop', contacts: [] })
    expect(rig.of('neighbour')).toHaveLength(1)
  })

  it('GOS51 ends what only one side believes', () => {
    const rig = new Rig()
    const other = contactOf()
    rig.neighbours(8)
    rig.link(other)
    rig.hear(other, { type: 'accept', kind: 'desktop', contacts: [] })
    rig.hear(other, { type: 'shuffle', walk: 1, ttl: 0, contacts: [other] })
    expect(rig.said('disconnect').map(({ to }) => to)).toEqual([other.session, other.session])
    expect(rig.overlay.isNeighbour(other.session)).toBe(false)
  })

  it('GOS51 does not wait longer than 4 s for an answer, and releases a link nobody needs', () => {
    const rig = new Rig()
    const [silent] = [contactOf()]
    rig.neighbours(5)
    rig.link(silent as Contact)
    rig.run(limits.askMs + 1_000)
    rig.outputs = []
    rig.run(limits.idleMs + 1_000)
    expect(rig.of('release')).toEqual([{ type: 'release', session: silent?.session }])
  })

  it('GOS53 throws nobody out, and asks those to part that have enough', () => {
    const rig = new Rig()
    rig.neighbours(9)
    rig.run(10_000)
    for (let i = 0; i < 5; i++) {
      const needy = contactOf()
      rig.link(needy)
      rig.hear(needy, { type: 'neighbour', priority: 'high', kind: 'desktop' })
    }
    expect(rig.of('neighbour').every(({ up }) => up)).toBe(true)
    expect(rig.overlay.active.length).toBeGreaterThan(10)
    expect(rig.overlay.active.length).toBeLessThanOrEqual(14)
    rig.run(3_000)
    const asked = rig.said('part')
    expect(asked.length).toBeGreaterThan(0)
    expect(rig.overlay.active).toContain(asked[0]?.to)
    rig.overlay.receive(asked[0]?.to ?? '', { type: 'disconnect' }, rig.now)
    expect(rig.overlay.active).not.toContain(asked[0]?.to)
  })

  it('GOS53 parts when it has enough itself, and not otherwise', () => {
    const rig = new Rig()
    const [first] = rig.neighbours(7)
    rig.hear(first as Contact, { type: 'part' })
    expect(rig.overlay.active).toHaveLength(7)
    const [eighth] = rig.neighbours(1)
    rig.hear(eighth as Contact, { type: 'part' })
    expect(rig.overlay.active).toHaveLength(7)
    expect(rig.said('disconnect').map(({ to }) => to)).toEqual([eighth?.session])
  })

  it('GOS107 keeps the link without which it had no place in a tree', () => {
    const rig = new Rig()
    const all = rig.neighbours(9)
    for (const { session } of all.slice(1)) rig.needed.add(session)
    rig.hear(all[1] as Contact, { type: 'part' })
    expect(rig.said('disconnect')).toEqual([])
    rig.link(all[0] as Contact, 500)
    rig.run(10_000)
    for (let i = 0; i < 5; i++) {
      const needy = contactOf()
      rig.needed.add(needy.session)
      rig.link(needy)
      rig.hear(needy, { type: 'neighbour', priority: 'high', kind: 'desktop' })
    }
    rig.run(10_000)
    const asked = rig.said('part').map(({ to }) => to)
    expect(asked.length).toBeGreaterThan(1)
    expect(new Set(asked)).toEqual(new Set([all[0]?.session]))
  })

  it('GOS65 asks those to part first that no tree needs', () => {
    const rig = new Rig()
    const all = rig.neighbours(9)
    for (const { session } of all.slice(1)) rig.carrying.add(session)
    rig.link(all[0] as Contact, 500)
    rig.run(10_000)
    for (let i = 0; i < 3; i++) {
      const needy = contactOf()
      rig.carrying.add(needy.session)
      rig.link(needy)
      rig.hear(needy, { type: 'neighbour', priority: 'high', kind: 'desktop' })
    }
    rig.run(3_000)
    expect(rig.said('part').map(({ to }) => to)[0]).toBe(all[0]?.session)
  })

  it('GOS63 keeps places for neighbours of its own choice', () => {
    const rig = new Rig('desktop')
    // A crowd that never answers our requests and always asks, in need as it says.
    for (let i = 0; i < 100; i++) {
      const other = contactOf()
      if (!rig.overlay.admits(other.session, 'high', rig.now)) continue
      rig.link(other)
      rig.hear(other, { type: 'refuse', contacts: [] })
      rig.hear(other, { type: 'neighbour', priority: 'high', kind: 'desktop' })
    }
    expect(rig.overlay.active.length).toBe(14 - limits.ownChoices)
    rig.outputs = []
    const ours = contactOf()
    rig.overlay.learned([ours], rig.now)
    rig.run(1_000)
    expect(rig.of('connect').map(({ contact }) => contact)).toEqual([ours])
    rig.link(ours)
    expect(rig.said('neighbour').map(({ to }) => to)).toEqual([ours.session])
  })

  it('GOS59 keeps the view its kind can carry', () => {
    const sizes = { desktop: [8, 10], mobile: [5, 6], node: [8, 64], keeper: [4, 24] } as const
    for (const kind of ['desktop', 'mobile', 'node', 'keeper'] as const) {
      const [want, limit] = sizes[kind]
      const rig = new Rig(kind)
      rig.overlay.learned(
        Array.from({ length: 32 }, () => contactOf()),
        rig.now,
      )
      const asked = new Set<string>()
      for (let i = 0; i < 200; i++) {
        for (const { contact } of rig.of('connect')) {
          if (asked.has(contact.session)) continue
          asked.add(contact.session)
          rig.link(contact)
          rig.hear(contact, { type: 'accept', kind: 'desktop', contacts: [] })
        }
      }
      expect(rig.overlay.active).toHaveLength(want)
      for (let i = 0; i < 100; i++) {
        const other = contactOf()
        rig.link(other)
        rig.hear(other, { type: 'neighbour', priority: 'low', kind: 'desktop' })
      }
      expect(rig.overlay.active).toHaveLength(limit)
    }
  })

  it('GOS59 takes keepers and indirect links only beside others', () => {
    const rig = new Rig()
    for (let i = 0; i < 5; i++) {
      const keeper = contactOf()
      rig.link(keeper)
      rig.hear(keeper, { type: 'neighbour', priority: 'low', kind: 'keeper' })
    }
    rig.outputs = []
    rig.overlay.learned([contactOf()], rig.now)
    expect(rig.of('connect')).toHaveLength(1)
    const plain = new Rig()
    for (let i = 0; i < 6; i++) plain.link(contactOf(), 50, 'through')
    for (const { to } of plain.said('neighbour')) {
      plain.overlay.receive(to, { type: 'accept', kind: 'desktop', contacts: [] }, plain.now)
    }
    expect(plain.overlay.active.length).toBeLessThanOrEqual(limits.maxIndirectNeighbours)
    expect(plain.overlay.active.length).toBeGreaterThan(0)
  })
})

describe('looking for neighbours', () => {
  it('GOS56 makes two connects at once, and one in 5 s after the first minute', () => {
    const rig = new Rig()
    rig.neighbours(5)
    rig.overlay.learned(
      Array.from({ length: 20 }, () => contactOf()),
      rig.now,
    )
    expect(rig.of('connect')).toHaveLength(2)
    rig.outputs = []
    rig.run(limits.youngMs)
    rig.outputs = []
    const from = rig.now
    rig.overlay.learned(
      Array.from({ length: 20 }, () => contactOf()),
      rig.now,
    )
    const at: number[] = []
    while (rig.now < from + 60_000) {
      rig.run(100)
      for (const { contact } of rig.of('connect')) {
        at.push(rig.now)
        rig.overlay.failed(contact.session, 'failed', rig.now)
      }
      rig.outputs = rig.outputs.filter(({ type }) => type !== 'connect')
    }
    expect(at.length).toBeGreaterThan(3)
    const waits = at.slice(1).map((time, i) => time - (at[i] ?? 0))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(limits.connectPaceMs - 100)
  })

  it('GOS57 replaces a suspect at once', () => {
    const rig = new Rig()
    const neighbours = rig.neighbours(8)
    const spare = contactOf()
    rig.hear(neighbours[1] as Contact, { type: 'shuffle', walk: 1, ttl: 0, contacts: [spare] })
    rig.run(limits.youngMs + 20_000)
    expect(rig.of('connect')).toEqual([])
    rig.overlay.suspect(neighbours[0]?.session ?? '', true, rig.now)
    expect(rig.of('connect').map(({ contact }) => contact)).toEqual([spare])
    expect(rig.overlay.active).toContain(neighbours[0]?.session)
  })

  it('GOS54 makes up to eight connects at once in an emergency, and more while nobody answers', () => {
    const rig = new Rig()
    const neighbours = rig.neighbours(8)
    rig.overlay.learned(
      Array.from({ length: 32 }, () => contactOf()),
      rig.now,
    )
    rig.run(limits.youngMs)
    rig.outputs = []
    for (const { session } of neighbours.slice(0, 5)) rig.overlay.suspect(session, true, rig.now)
    expect(rig.of('connect')).toHaveLength(limits.maxEmergencyConnects)
    rig.run(limits.emergencyFreshMs + 300)
    expect(rig.of('connect').length).toBeGreaterThan(limits.maxEmergencyConnects)
    rig.run(1_000)
    expect(rig.of('connect').length).toBeLessThanOrEqual(limits.passiveSize)
    expect(new Set(rig.of('connect').map(({ contact }) => contact.session)).size).toBe(rig.of('connect').length)
  })

  it('GOS66 tries four at once who never had neighbours, and no more than it lacks when those have a place', () => {
    const rig = new Rig()
    rig.overlay.learned(
      Array.from({ length: 32 }, () => contactOf()),
      rig.now,
    )
    expect(rig.of('connect')).toHaveLength(limits.maxNewcomerConnects)
    for (let round = 0; round < 2; round++) {
      for (const { contact } of rig.of('connect')) rig.overlay.welcomed(contact.session, rig.now)
      rig.run(limits.newcomerFreshMs + 300)
    }
    expect(rig.of('connect')).toHaveLength(limits.viewSize('desktop', 1_000).want)
    // Nothing came of it: others are tried.
    rig.run(limits.hopeMs)
    expect(rig.of('connect').length).toBeGreaterThan(limits.viewSize('desktop', 1_000).want)
  })

  it('GOS66 looks for fewer while others are on their way to it', () => {
    const rig = new Rig()
    for (let i = 0; i < 7; i++) rig.overlay.admits(contactOf().session, 'low', rig.now)
    rig.overlay.learned(
      Array.from({ length: 32 }, () => contactOf()),
      rig.now,
    )
    expect(rig.of('connect')).toHaveLength(1)
  })

  it('GOS67 gives up whom only the relay or a member brings once there are enough others', () => {
    for (const path of ['relay', 'through'] as const) {
      const rig = new Rig()
      const carried = contactOf()
      rig.link(carried, 50, path)
      rig.hear(carried, { type: 'neighbour', priority: 'high', kind: 'desktop' })
      expect(rig.overlay.active).toEqual([carried.session])
      const idle = contactOf()
      rig.neighbours(8)
      rig.link(idle, 50, 'relay')
      rig.run(limits.partAgeMs + 2 * limits.partMs)
      expect(rig.of('release').map(({ session }) => session)).toEqual([idle.session])
      expect(rig.said('part').map(({ to }) => to)).toContain(carried.session)
      expect(new Set(rig.said('part').map(({ to }) => to)).size).toBe(1)
    }
  })

  it('GOS55 asks the relay when it is alone, ever more seldom', () => {
    const rig = new Rig()
    const at: number[] = []
    for (let i = 0; i < 1_200; i++) {
      rig.run(100)
      if (rig.of('lonely').length > 0) at.push(rig.now - start)
      rig.outputs = []
    }
    expect(at[0]).toBeLessThanOrEqual(limits.lonelyMs + 100)
    expect(at.length).toBeGreaterThan(4)
    expect(at.length).toBeLessThan(14)
    rig.neighbours(1)
    rig.outputs = []
    rig.overlay.setOnline(2, rig.now)
    rig.run(60_000)
    expect(rig.of('lonely')).toEqual([])
  })

  it('GOS55 asks the relay on an island: few neighbours, nobody to try, and more peers than that', () => {
    const rig = new Rig()
    rig.neighbours(2)
    rig.run(limits.starvedMs + 2_500)
    expect(rig.of('lonely').length).toBeGreaterThan(0)
  })

  it('GOS55 takes itself for shattered while most are gone at once and two or fewer are left', () => {
    const rig = new Rig()
    const neighbours = rig.neighbours(6)
    for (const { session } of neighbours.slice(0, 3)) rig.overlay.suspect(session, true, rig.now)
    expect(rig.overlay.isShattered(rig.now)).toBe(false)
    rig.overlay.suspect(neighbours[3]?.session ?? '', true, rig.now)
    expect(rig.overlay.isShattered(rig.now)).toBe(true)
    expect(rig.overlay.isShattered(rig.now + limits.emergencyMs)).toBe(false)
    rig.neighbours(1)
    expect(rig.overlay.isShattered(rig.now)).toBe(false)
  })

  it('GOS58 tries lost neighbours again, ever more seldom, and forgets who said goodbye', () => {
    const rig = new Rig()
    const neighbours = rig.neighbours(8)
    const [lost, left] = neighbours
    rig.run(limits.youngMs)
    rig.overlay.unlinked(lost?.session ?? '', rig.now)
    rig.overlay.unlinked(left?.session ?? '', rig.now, true)
    const at: number[] = []
    const from = rig.now
    for (let i = 0; i < 3_000; i++) {
      rig.run(100)
      for (const { contact } of rig.of('connect')) {
        expect(contact).toEqual(lost)
        at.push(rig.now - from)
        rig.overlay.failed(contact.session, 'timeout', rig.now)
      }
      rig.outputs = []
    }
    expect(at.length).toBeGreaterThanOrEqual(3)
    expect(at.length).toBeLessThanOrEqual(limits.maxLostTries)
    expect(at.at(-1)).toBeGreaterThan((at[0] ?? 0) * 3)
  })

  it('GOS62 forgets a wrong card and who never has a place', () => {
    const rig = new Rig()
    const [wrong, busy] = [contactOf(), contactOf()]
    const [by] = rig.neighbours(1)
    rig.hear(by as Contact, { type: 'shuffle', walk: 1, ttl: 0, contacts: [wrong, busy] })
    expect(rig.overlay.viaOf(wrong.session)).toBe(by?.session)
    expect(rig.overlay.drop(wrong.session, rig.now)).toBe(by?.session)
    expect(rig.overlay.passive).not.toContainEqual(wrong)
    rig.overlay.learned([wrong], rig.now)
    expect(rig.overlay.passive).not.toContainEqual(wrong)
    for (let i = 0; i < 200; i++) {
      rig.run(1_000)
      for (const { contact } of rig.of('connect')) rig.overlay.failed(contact.session, 'busy', rig.now)
      rig.outputs = rig.outputs.filter(({ type }) => type !== 'connect')
    }
    expect(rig.overlay.passive).toEqual([])
  })

  it('GOS64 changes one neighbour now and then, never a near one, and not before the new one is there', () => {
    const rig = new Rig()
    const neighbours = rig.neighbours(8)
    const near = neighbours.slice(0, 2).map(({ session }) => session)
    for (const { session } of neighbours) rig.overlay.measured(session, near.includes(session) ? 5 : 80)
    for (let i = 0; i < 20; i++) {
      const fresh = contactOf()
      rig.overlay.learned([fresh], rig.now)
      for (let waited = 0; waited < limits.exploreMs * 1.6 && rig.of('connect').length === 0; waited += 500)
        rig.run(500)
      expect(rig.of('connect')).toHaveLength(1)
      for (const { contact } of rig.of('connect')) {
        rig.link(contact, 60)
        expect(rig.said('part')).toEqual([])
        rig.hear(contact, { type: 'accept', kind: 'desktop', contacts: [] })
        const [asked] = rig.said('part')
        expect(near).not.toContain(asked?.to)
        expect(asked?.to).not.toBe(contact.session)
        rig.overlay.receive(asked?.to ?? '', { type: 'disconnect' }, rig.now)
        rig.overlay.unlinked(asked?.to ?? '', rig.now)
      }
      rig.outputs = []
      expect(rig.overlay.active.length).toBeGreaterThanOrEqual(8)
    }
    for (const session of near) expect(rig.overlay.active).toContain(session)
    expect(
      rig.overlay.active.filter((session) => neighbours.some((first) => first.session === session)).length,
    ).toBeLessThan(8)
  })
})

describe('walks', () => {
  it('GOS60 sends the answer of a shuffle back the way it came, and takes it only from there', () => {
    const rig = new Rig()
    const [from, ...others] = rig.neighbours(4)
    const origin = contactOf()
    rig.outputs = []
    rig.hear(from as Contact, { type: 'shuffle', walk: 77, ttl: 3, contacts: [origin] })
    const [passed] = rig.said('shuffle')
    expect(passed?.message).toEqual({ type: 'shuffle', walk: 77, ttl: 2, contacts: [origin] })
    const next = others.find(({ session }) => session === passed?.to) as Contact
    const wrong = others.find(({ session }) => session !== passed?.to) as Contact
    const answer = { type: 'shuffleReply', walk: 77, contacts: [contactOf()] } as const
    rig.hear(wrong, answer)
    expect(rig.said('shuffleReply')).toEqual([])
    rig.hear(next, answer)
    expect(rig.said('shuffleReply')).toEqual([{ to: from?.session, message: answer }])
    expect(rig.overlay.viaOf(answer.contacts[0]?.session ?? '')).toBe(next.session)
    rig.hear(next, answer)
    expect(rig.said('shuffleReply')).toHaveLength(1)
  })

  it('GOS60 lets nobody take over a walk by its number', () => {
    const rig = new Rig()
    const [from, thief] = rig.neighbours(4)
    rig.outputs = []
    rig.hear(from as Contact, { type: 'shuffle', walk: 77, ttl: 3, contacts: [contactOf()] })
    rig.hear(thief as Contact, { type: 'shuffle', walk: 77, ttl: 3, contacts: [contactOf()] })
    const [passed] = rig.said('shuffle')
    rig.overlay.receive(passed?.to ?? '', { type: 'shuffleReply', walk: 77, contacts: [] }, rig.now)
    expect(rig.said('shuffleReply').map(({ to }) => to)).toEqual([from?.session])
  })

  it('GOS60 carries a newcomer on, remembers it on the way, and knocks where the walk ends', () => {
    const rig = new Rig()
    const [from] = rig.neighbours(4)
    const newcomer = contactOf()
    rig.outputs = []
    rig.hear(from as Contact, { type: 'forwardJoin', ttl: 4, contact: newcomer })
    expect(rig.said('forwardJoin')[0]?.message).toEqual({ type: 'forwardJoin', ttl: 3, contact: newcomer })
    expect(rig.overlay.passive).toEqual([])
    expect(rig.overlay.viaOf(newcomer.session)).toBe(from?.session)
    rig.hear(from as Contact, { type: 'forwardJoin', ttl: 3, contact: newcomer })
    expect(rig.overlay.passive).toEqual([newcomer])
    const other = contactOf()
    rig.hear(from as Contact, { type: 'forwardJoin', ttl: 0, contact: other })
    expect(rig.of('connect').at(-1)).toEqual({
      type: 'connect',
      contact: other,
      priority: 'low',
      via: from?.session,
    })
    rig.overlay.unlinked(from?.session ?? '', rig.now)
    expect(rig.overlay.viaOf(newcomer.session)).toBeUndefined()
  })

  it('GOS60 takes no contact that is itself', () => {
    const rig = new Rig()
    const [from] = rig.neighbours(2)
    rig.hear(from as Contact, { type: 'forwardJoin', ttl: 0, contact: rig.own })
    rig.hear(from as Contact, { type: 'shuffle', walk: 1, ttl: 0, contacts: [rig.own] })
    rig.hear(from as Contact, { type: 'shuffle', walk: 2, ttl: 0, contacts: [from as Contact, rig.own] })
    rig.overlay.learned([rig.own], rig.now)
    rig.link(rig.own)
    expect(rig.overlay.passive).toEqual([])
    expect(rig.overlay.active).not.toContain(rig.own.session)
    expect(rig.overlay.admits(rig.own.session, 'high', rig.now)).toBe(false)
  })

  it('GOS61 does little for a neighbour that floods', () => {
    const rig = new Rig()
    const [flooder, ...others] = rig.neighbours(8)
    rig.outputs = []
    for (let i = 0; i < 2_000; i++) {
      const contacts = Array.from({ length: 8 }, () => contactOf())
      rig.hear(flooder as Contact, { type: 'join' })
      rig.hear(flooder as Contact, { type: 'forwardJoin', ttl: 6, contact: contactOf() })
      rig.hear(flooder as Contact, { type: 'shuffle', walk: i, ttl: 3, contacts })
      rig.hear(flooder as Contact, { type: 'shuffle', walk: 10_000 + i, ttl: 0, contacts })
      rig.hear(flooder as Contact, { type: 'shuffleReply', walk: i, contacts })
    }
    expect(rig.outputs.length).toBeLessThanOrEqual(limits.messageBurst * limits.joinWalks)
    expect(rig.overlay.passive.length).toBeLessThanOrEqual(limits.passiveSize)
    // What it told does not fill the view: the others' contacts have their place.
    for (const [i, other] of others.entries()) {
      rig.run(limits.takenShuffleMs)
      rig.hear(other, { type: 'shuffle', walk: 50_000 + i, ttl: 0, contacts: [contactOf(), contactOf(), contactOf()] })
      rig.hear(flooder as Contact, {
        type: 'shuffle',
        walk: 60_000 + i,
        ttl: 0,
        contacts: Array.from({ length: 8 }, () => contactOf()),
      })
    }
    const byFlooder = rig.overlay.passive.filter(({ session }) => rig.overlay.viaOf(session) === flooder?.session)
    expect(byFlooder.length).toBeLessThanOrEqual(12)
    expect(rig.overlay.passive.length - byFlooder.length).toBeGreaterThanOrEqual(15)
  })

  it('GOS61 keeps no more promises than it has places', () => {
    const rig = new Rig()
    let admitted = 0
    for (let i = 0; i < 200; i++) if (rig.overlay.admits(contactOf().session, 'high', rig.now)) admitted++
    expect(admitted).toBeLessThanOrEqual(14)
    rig.run(limits.promiseMs + 1_100)
    expect(rig.overlay.admits(contactOf().session, 'low', rig.now)).toBe(true)
  })

  it('GOS61 hears nothing from somebody without a link', () => {
    const rig = new Rig()
    rig.hear(contactOf(), { type: 'neighbour', priority: 'high', kind: 'desktop' })
    rig.overlay.suspect(contactOf().session, true, rig.now)
    rig.overlay.measured(contactOf().session, 5)
    rig.overlay.failed(contactOf().session, 'busy', rig.now)
    expect(rig.outputs).toEqual([])
  })
})
