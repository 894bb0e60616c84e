import { describe, expect, it } from 'vitest'
import { formatHex, parseHex } from '../codec/text.ts'
import type { Entry } from '../log/entry.ts'
import { createToyCrypto } from '../log/log-fixture.ts'
import type { Content } from './content.ts'
import { type Desk, type Party, createParty } from './room-fixture.ts'
import type { RoomRules, Saying } from './room.ts'
import type { RoomEpochs } from './seals.ts'

const toy = createToyCrypto('members room')
const start = 1_700_000_000_000

/** Epochs as one member holds them: the test says which keys are here, and under which one writes. */
class Keys implements RoomEpochs {
  readonly held = new Map<string, Uint8Array>()
  known = new Set<string>()
  current: string | undefined

  readonly all: ReadonlyMap<string, Uint8Array>

  constructor(all: ReadonlyMap<string, Uint8Array>) {
    this.all = all
    this.known = new Set(all.keys())
  }

  keyOf(id: string): Uint8Array | undefined {
    return this.held.get(id)
  }

  accepts(id: string): boolean {
    return this.known.has(id)
  }

  sending(): ReturnType<RoomEpochs['sending']> {
    const key = this.current === undefined ? undefined : this.held.get(this.current)
    if (key === undefined || this.current === undefined) return undefined
    return { id: this.current, epochId: parseHex(this.current) as Uint8Array, key }
  }

  gets(id: string): void {
    this.held.set(id, this.all.get(id) as Uint8Array)
    this.current = id
  }
}

class Rules implements RoomRules {
  readonly cuts = new Map<string, number>()
  readonly outside = new Set<string>()
  readonly silent = new Set<string>()

  readonly people: ReadonlySet<string>

  constructor(people: ReadonlySet<string>) {
    this.people = people
  }

  counts({ author, session, seq }: Saying): boolean {
    if (!this.people.has(author)) return false
    return seq <= (this.cuts.get(session) ?? (this.outside.has(author) ? -1 : Infinity))
  }

  mayPost(identity: string): boolean {
    return !this.silent.has(identity) && !this.outside.has(identity)
  }

  mayPin(identity: string): boolean {
    return !this.silent.has(identity)
  }
}

interface Stage {
  readonly party: Party
  readonly rules: Rules
  readonly first: string
  readonly second: string
  open(member: number): { readonly desk: Desk; readonly keys: Keys }
}

function stage(): Stage {
  const party = createParty(toy, ['ada', 'bo', 'cy'], start)
  const rules = new Rules(new Set(party.members.map((member) => member.session(start).author)))
  const all = new Map([0, 1].map(() => [formatHex(toy.random(32)), toy.random(32)] as const))
  const [first, second] = [...all.keys()] as [string, string]
  const open: Stage['open'] = (member) => {
    const keys = new Keys(all)
    const desk = party.desk(member, start, { epochs: keys, rules })
    return { desk, keys }
  }
  return { party, rules, first, second, open }
}

function say(desk: Desk, text: string, now: number): readonly Entry[] {
  return post(desk, { type: 'text', text }, now)
}

function post(desk: Desk, content: Content, now: number): readonly Entry[] {
  const posted = desk.room.post(content, now)
  if (!posted.ok) throw new Error(posted.code)
  desk.apply(posted.value)
  return posted.value.entries
}

function texts(desk: Desk): readonly string[] {
  return desk.screen.map((message) => (message as { text: string }).text)
}

describe('a room of several epochs', () => {
  it('ROM17 is written in the epoch of now, read in those whose keys are here', () => {
    const { first, second, open } = stage()
    const [a, b] = [open(0), open(1)]
    a.keys.gets(first)
    b.keys.gets(first)
    const before = say(a.desk, 'under the first', start + 1)
    a.keys.gets(second)
    const after = say(a.desk, 'under the second', start + 2)
    expect(after.map(({ epochId }) => formatHex(epochId))).toEqual([second])
    for (const entry of [...before, ...after]) b.desk.receive(entry, start + 3)
    expect(texts(b.desk)).toEqual(['under the first'])
    b.keys.gets(second)
    b.desk.apply(b.desk.room.epochsOpened([second]))
    expect(texts(b.desk)).toEqual(['under the first', 'under the second'])
  })

  it('ROM17 what came before its key, opening and name included, is read when the key comes', () => {
    const { first, open } = stage()
    const [a, b] = [open(0), open(1)]
    a.keys.gets(first)
    const entries = [
      ...say(a.desk, 'hello', start + 1),
      ...post(a.desk, { type: 'profile', name: 'Ada L.' }, start + 2),
    ]
    entries.push(...say(a.desk, 'again', start + 3))
    for (const entry of entries) expect(b.desk.receive(entry, start + 4).outcome).toBe('accepted')
    expect(texts(b.desk)).toEqual([])
    b.keys.gets(first)
    b.desk.apply(b.desk.room.epochsOpened([first]))
    expect(b.desk.screen).toEqual(a.desk.screen)
    expect(b.desk.room.log.digest()).toEqual(a.desk.room.log.digest())
  })

  it('ROM18 without an epoch that fits nothing is written; an epoch nobody knows is refused', () => {
    const { first, second, open } = stage()
    const [a, b] = [open(0), open(1)]
    expect(a.desk.room.post({ type: 'text', text: 'x' }, start)).toEqual({ ok: false, code: 'noEpoch' })
    a.keys.gets(second)
    b.keys.known = new Set([first])
    const [opening] = say(a.desk, 'hello', start + 1)
    expect(b.desk.receive(opening as Entry, start + 2).outcome).toBe('foreign')
  })
})

describe('a room with members', () => {
  it('ROM19 shows nothing of somebody outside, and of the removed nothing past the cut; it comes back with the rules', () => {
    const { rules, first, open, party } = stage()
    const [a, b, c] = [open(0), open(1), open(2)]
    for (const one of [a, b, c]) one.keys.gets(first)
    const entries = [1, 2, 3].flatMap((n) => say(c.desk, `word ${n}`, start + n))
    for (const entry of entries) a.desk.receive(entry, start + 9)
    expect(texts(a.desk)).toEqual(['word 1', 'word 2', 'word 3'])
    const removed = party.members[2]?.session(start).author as string
    rules.outside.add(removed)
    rules.cuts.set(c.desk.session, 2)
    a.desk.apply(a.desk.room.membersChanged())
    expect(texts(a.desk)).toEqual(['word 1', 'word 2'])
    for (const entry of entries) b.desk.receive(entry, start + 9)
    expect(b.desk.screen).toEqual(a.desk.screen)
    rules.cuts.delete(c.desk.session)
    a.desk.apply(a.desk.room.membersChanged())
    expect(texts(a.desk)).toEqual([])
    rules.outside.clear()
    a.desk.apply(a.desk.room.membersChanged())
    expect(texts(a.desk)).toEqual(['word 1', 'word 2', 'word 3'])
  })

  it('ROM19 edits, deletions and reactions past the cut do nothing', () => {
    const { rules, first, open, party } = stage()
    const [a, c] = [open(0), open(2)]
    for (const one of [a, c]) one.keys.gets(first)
    const [opening, message] = say(c.desk, 'as it was', start + 1) as [Entry, Entry]
    // Deleting erases the body with its author at once.
    const sent = [opening.bytes.slice(), message.bytes.slice()]
    const acts = [
      ...post(c.desk, { type: 'edit', target: message.id, text: 'changed' }, start + 2),
      ...post(c.desk, { type: 'delete', target: message.id }, start + 3),
    ]
    rules.outside.add(party.members[2]?.session(start).author as string)
    rules.cuts.set(c.desk.session, 1)
    for (const bytes of [...sent, ...acts.map((act) => act.bytes)]) a.desk.apply(a.desk.room.receive(bytes, start + 4))
    expect(texts(a.desk)).toEqual(['as it was'])
    expect(a.desk.screen[0]).toMatchObject({ edited: false, deleted: false })
  })

  it('ROM19 a session that shows no chain of a member’s says nothing', () => {
    const { rules, first, open } = stage()
    const [a, c] = [open(0), open(2)]
    for (const one of [a, c]) one.keys.gets(first)
    const entries = say(c.desk, 'who am I?', start + 1)
    a.desk.receive(entries[1] as Entry, start + 2)
    expect(texts(a.desk)).toEqual([])
    a.desk.receive(entries[0] as Entry, start + 2)
    expect(texts(a.desk)).toEqual(['who am I?'])
    expect(rules.people.size).toBe(3)
  })

  it('ROM27 where only some may write only their pins and unpins count; it changes with the rules', () => {
    const { rules, first, open, party } = stage()
    const [a, b] = [open(0), open(1)]
    for (const one of [a, b]) one.keys.gets(first)
    const said = say(a.desk, 'the plan', start + 1)
    for (const entry of said) b.desk.receive(entry, start + 1)
    const target = (said[1] as Entry).id
    for (const entry of post(b.desk, { type: 'pin', target, on: true }, start + 2)) a.desk.receive(entry, start + 2)
    const isPinned = ({ desk }: { readonly desk: Desk }): boolean => [...desk.shown.values()][0]?.pinned !== undefined
    expect([a, b].map(isPinned)).toEqual([true, true])
    rules.silent.add(party.members[1]?.session(start).author as string)
    for (const { desk } of [a, b]) desk.apply(desk.room.membersChanged())
    expect([a, b].map(isPinned)).toEqual([false, false])
    rules.silent.clear()
    for (const { desk } of [a, b]) desk.apply(desk.room.membersChanged())
    expect([a, b].map(isPinned)).toEqual([true, true])
  })

  it('ROM20 whoever is out, or may not write here, is told so before writing', () => {
    const { rules, first, open, party } = stage()
    const a = open(0)
    a.keys.gets(first)
    const author = party.members[0]?.session(start).author as string
    rules.silent.add(author)
    expect(a.desk.room.post({ type: 'text', text: 'x' }, start)).toEqual({ ok: false, code: 'notAllowed' })
    rules.silent.clear()
    rules.outside.add(author)
    expect(a.desk.room.post({ type: 'text', text: 'x' }, start)).toEqual({ ok: false, code: 'notAllowed' })
  })
})
