import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex, parseHex } from '../codec/text.ts'
import type { Entry } from '../log/entry.ts'
import { arrive, createToyCrypto } from '../log/log-fixture.ts'
import { decodePage, encodePage } from '../log/page.ts'
import type { Content } from './content.ts'
import { verifyAll } from './room-result.ts'
import { Desk, createParty, withoutMarks } from './room-fixture.ts'

const toy = createToyCrypto('room')
const start = 1_700_000_000_000
const day = 86_400_000

interface Step {
  readonly who: number
  readonly what: 'text' | 'reply' | 'edit' | 'delete' | 'react' | 'unreact' | 'pin' | 'unpin' | 'name'
  readonly which: number
}

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(3),
  what: fc.constantFrom('text', 'text', 'text', 'reply', 'edit', 'delete', 'react', 'unreact', 'pin', 'unpin', 'name'),
  which: fc.nat(20),
})

/** Desks 0 and 3 are two sessions of one person. Everybody hears everybody at once, so every act finds its target. */
function talk(steps: readonly Step[]): {
  readonly desks: Desk[]
  /** As the first author holds them now, erased where they were deleted; and as they were sent. */
  readonly entries: Entry[]
  readonly sent: Uint8Array[]
  readonly now: number
} {
  const party = createParty(toy, ['ada', 'bo', 'cy'], start)
  const desks = [party.desk(0, start), party.desk(1, start), party.desk(2, start), party.desk(0, start)]
  const entries: Entry[] = []
  const sent: Uint8Array[] = []
  let now = start
  for (const { who, what, which } of steps) {
    now += 1 + (which % 3) * 500
    const desk = desks[who] as Desk
    const messages = desk.room.timeline.messages()
    const target = parseHex(messages[which % Math.max(1, messages.length)]?.entryId ?? '')
    const content = contentOf(what, which, target)
    const posted = content && desk.room.post(content, now)
    if (posted === undefined || !posted.ok) continue
    desk.apply(posted.value)
    for (const entry of posted.value.entries) {
      entries.push(entry)
      sent.push(entry.bytes)
      for (const other of desks) if (other !== desk) expect(other.receive(entry, now).outcome).toBe('accepted')
    }
  }
  return { desks, entries, sent, now }
}

function contentOf(what: Step['what'], which: number, target: Uint8Array | undefined): Content | undefined {
  if (what === 'text') return { type: 'text', text: `text ${which}` }
  if (what === 'name') return { type: 'profile', name: `name ${which}` }
  if (target?.length !== 32) return undefined
  if (what === 'reply') return { type: 'text', text: `reply ${which}`, replyTo: target }
  if (what === 'edit') return { type: 'edit', target, text: `edited ${which}` }
  if (what === 'delete') return { type: 'delete', target }
  if (what === 'pin' || what === 'unpin') return { type: 'pin', target, on: what === 'pin' }
  return { type: 'reaction', target, emoji: which % 2 === 0 ? '👍' : '🎉', on: what === 'react' }
}

describe('room', () => {
  it('ROM1 everybody shows the same, whatever was said', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { desks } = talk(steps)
        for (const desk of desks) {
          expect(desk.screen).toEqual(desks[0]?.screen)
          expect(desk.room.log.digest()).toEqual(desks[0]?.room.log.digest())
        }
      }),
      { numRuns: 40 },
    )
  })

  it('ROM1 any order of arrival, live or in pages, gives the same timeline', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (steps, numbers) => {
        const { desks, entries, sent, now } = talk(steps)
        const [first] = desks as [Desk]
        const next = (): number => numbers.next().value as number
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((item) => ({ item, place: next() }))
            .sort((a, b) => a.place - b.place)
            .map(({ item }) => item)
        const options = { crypto: toy, keys: first.room.keys }
        const live = new Desk(options)
        for (const bytes of shuffled(sent)) expect(live.apply(live.room.receive(bytes, now)).outcome).toBe('accepted')
        // A server that has erased what was deleted sends husks.
        const paged = new Desk(options)
        const size = 1 + (next() % 7)
        const runs: Entry[][] = []
        for (const desk of desks) {
          const own = entries.filter((entry) => formatHex(entry.session) === desk.session)
          for (let at = 0; at < own.length; at += size) runs.push(own.slice(at, at + size))
        }
        for (const run of shuffled(runs))
          paged.take(
            run.map((entry) => arrive(toy, entry)),
            now,
          )
        for (const desk of [live, paged]) {
          expect(desk.screen).toEqual(first.screen)
          expect(desk.room.log.digest()).toEqual(first.room.log.digest())
        }
      }),
      { numRuns: 60 },
    )
  })

  it('ROM2 the changes told add up to the timeline', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        for (const { room, shown } of talk(steps).desks) {
          const messages = room.timeline.messages()
          expect([...shown.keys()].sort()).toEqual(messages.map(({ id }) => id))
          expect(messages.map(({ id }) => shown.get(id))).toEqual(messages)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('ROM3 the records bring everything back, also after they were compacted, and hold nothing that was deleted', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const { desks, now } = talk(steps)
        for (const { room, records, screen } of desks) {
          const options = { crypto: toy, keys: room.keys }
          const again = new Desk(options, records, now)
          expect(again.screen).toEqual(screen)
          expect(again.room.log.digest()).toEqual(room.log.digest())
          expect(again.records.size).toBeLessThanOrEqual(records.size)
          const third = new Desk(options, again.records, now)
          expect(third.screen).toEqual(screen)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('ROM3 merges many small records into few', () => {
    const party = createParty(toy, ['ada'], start)
    const desk = party.desk(0, start)
    for (let i = 0; i < 200; i++) {
      const posted = desk.room.post({ type: 'text', text: `line ${i}` }, start + i)
      if (posted.ok) desk.apply(posted.value)
    }
    expect(desk.records.size).toBe(201)
    let records: ReadonlyMap<string, Uint8Array> = desk.records
    for (let i = 0; i < 3; i++) records = new Desk({ ...party }, records, start).records
    expect(records.size).toBeLessThan(20)
    const again = new Desk({ ...party }, records, start)
    expect(again.screen).toEqual(desk.screen)
    // Reading a page twice, or what arrived meanwhile, loses nothing.
    const [key, value] = [...again.records].at(-1) as [string, Uint8Array]
    again.apply(again.room.restore([{ key, value }], start))
    expect(again.records.has(key)).toBe(true)
  })

  it('ROM4 a session writes its opening right before its first post, and nothing for a name alone', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const [ada, bo] = [party.desk(0, start), party.desk(1, start)]
    const named = ada.room.post({ type: 'profile', name: 'Ada L.' }, start)
    expect(named).toMatchObject({ ok: true, value: { entries: [], id: '' } })
    expect(ada.room.counts.entries).toBe(0)
    const posted = ada.room.post({ type: 'text', text: 'hello' }, start)
    if (!posted.ok) throw new Error(posted.code)
    expect(posted.value.entries.map(({ seq }) => seq)).toEqual([0, 1])
    expect(posted.value.id).toBe(posted.value.entries[1]?.key)
    for (const entry of posted.value.entries) bo.receive(entry, start)
    const [message] = bo.room.timeline.messages()
    expect(message).toMatchObject({ author: party.members[0]?.author, name: 'Ada L.', text: 'hello' })
    expect(bo.room.counts).toEqual({ entries: 2, gaps: 0, missing: 0, withheld: 0, sessions: 1, authors: 1 })
  })

  it('ROM5 before its opening is here a session is its own author, unless it showed its chain on a link', () => {
    const party = createParty(toy, ['ada', 'bo', 'cy'], start)
    const ada = party.desk(0, start)
    const posted = ada.room.post({ type: 'text', text: 'hello' }, start)
    if (!posted.ok) throw new Error(posted.code)
    const [opening, hello] = posted.value.entries as [Entry, Entry]
    const [bo, cy] = [party.desk(1, start), party.desk(2, start)]
    bo.receive(hello, start)
    const session = formatHex(hello.session)
    expect(bo.room.timeline.messages()[0]).toMatchObject({ author: session, name: '' })
    const me = party.members[0]?.session(start)
    // A chain of another session proves nothing.
    bo.apply(bo.room.introduce(hello.session, me?.chain as Uint8Array, 'ada', start))
    expect(bo.room.timeline.messages()[0]).toMatchObject({ author: session, name: 'ada' })
    bo.receive(opening, start)
    expect(bo.room.timeline.messages()[0]).toMatchObject({ author: party.members[0]?.author, name: 'ada' })
    expect([...bo.shown.values()].map(withoutMarks)).toEqual(bo.room.timeline.messages().map(withoutMarks))

    const own = party.desk(0, start, { me })
    const second = own.room.post({ type: 'text', text: 'again' }, start)
    if (!second.ok || me === undefined) throw new Error('no session')
    cy.apply(cy.room.introduce(me.session.publicKey, me.chain, 'ada', start))
    cy.receive(second.value.entries[1] as Entry, start)
    expect(cy.room.timeline.messages()[0]).toMatchObject({ author: party.members[0]?.author, name: 'ada' })
    expect(cy.room.personOf(formatHex(me.session.publicKey), start).author).toBe(party.members[0]?.author)
  })

  it('ROM6 only the author edits and deletes, from any of its sessions', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const [ada, bo, phone] = [party.desk(0, start), party.desk(1, start), party.desk(0, start)]
    const desks = [ada, bo, phone]
    const say = (desk: Desk, content: Content, now: number): Entry => {
      const posted = desk.room.post(content, now)
      if (!posted.ok) throw new Error(posted.code)
      desk.apply(posted.value)
      for (const entry of posted.value.entries) for (const other of desks) if (other !== desk) other.receive(entry, now)
      return posted.value.entries.at(-1) as Entry
    }
    const hello = say(ada, { type: 'text', text: 'helo' }, start)
    expect(bo.room.post({ type: 'edit', target: hello.id, text: 'no' }, start)).toEqual({ ok: false, code: 'notYours' })
    expect(bo.room.post({ type: 'delete', target: hello.id }, start)).toEqual({ ok: false, code: 'notYours' })
    say(phone, { type: 'edit', target: hello.id, text: 'hello' }, start + 5)
    expect(bo.room.timeline.messages()[0]).toMatchObject({ text: 'hello', edited: true })
    say(ada, { type: 'delete', target: hello.id }, start + 10)
    for (const desk of desks) {
      expect(desk.screen).toMatchObject([{ text: '', deleted: true, edited: false, reactions: [] }])
      expect(desk.room.log.get(hello.key)?.husk).toBe(true)
      expect(desk.room.log.missing).toBe(0)
    }
    expect(bo.room.post({ type: 'reaction', target: hello.id, emoji: '👍', on: true }, start)).toMatchObject({
      ok: false,
    })
  })

  it('ROM6 a forged edit by somebody else is kept and not shown', () => {
    const party = createParty(toy, ['ada', 'mallory'], start)
    const [ada, mallory, reader] = [party.desk(0, start), party.desk(1, start), party.reader()]
    const hello = ada.room.post({ type: 'text', text: 'hello' }, start)
    if (!hello.ok) throw new Error(hello.code)
    for (const entry of hello.value.entries) {
      mallory.receive(entry, start)
      reader.receive(entry, start)
    }
    // Mallory's own program believes that both are one author, and so lets it pass.
    const me = party.members[1]?.session(start)
    const liar = party.desk(1, start, { me: me && { ...me, author: party.members[0]?.author as string } })
    for (const entry of hello.value.entries) liar.receive(entry, start)
    for (const type of ['edit', 'delete'] as const) {
      const forged = liar.room.post({ type, target: hello.value.entries[1]?.id as Uint8Array, text: 'forged' }, start)
      if (!forged.ok) throw new Error(forged.code)
      for (const entry of forged.value.entries) expect(reader.receive(entry, start).outcome).toBe('accepted')
    }
    expect(reader.screen).toMatchObject([{ text: 'hello', edited: false, deleted: false }])
  })

  it('ROM7 what is about an entry lives as long as it, or does not count', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const ada = party.desk(0, start, { expiry: 0 })
    const hello = ada.room.post({ type: 'text', text: 'keep' }, start)
    if (!hello.ok) throw new Error(hello.code)
    const brief = party.desk(0, start, { expiry: 1 })
    const reader = party.reader()
    for (const entry of hello.value.entries) {
      brief.receive(entry, start)
      reader.receive(entry, start)
    }
    const id = hello.value.entries[1]?.id as Uint8Array
    const edit = brief.room.post({ type: 'edit', target: id, text: 'kept' }, start)
    if (!edit.ok) throw new Error(edit.code)
    // Our own program gives an edit the longer of both lives.
    expect(edit.value.entries.map(({ flags }) => flags)).toEqual([1, 0])
    for (const entry of edit.value.entries) reader.receive(entry, start)
    expect(reader.screen).toMatchObject([{ text: 'kept' }])
  })

  it('ROM8 expired messages go from the screen, the store and the counts', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const [ada, bo] = [party.desk(0, start, { expiry: 1 }), party.desk(1, start, { expiry: 2 })]
    for (let i = 0; i < 3; i++) {
      for (const [desk, other] of [
        [ada, bo],
        [bo, ada],
      ] as const) {
        const posted = desk.room.post({ type: 'text', text: `secret ${i}` }, start + i)
        if (!posted.ok) throw new Error(posted.code)
        desk.apply(posted.value)
        for (const entry of posted.value.entries) other.receive(entry, start + i)
      }
    }
    expect(ada.shown.size).toBe(6)
    for (const desk of [ada, bo]) desk.apply(desk.room.expire(start + 2 * day))
    expect([ada.shown.size, bo.shown.size]).toEqual([3, 3])
    expect(ada.screen).toEqual(bo.screen)
    expect(ada.room.counts).toMatchObject({ entries: 4, gaps: 0, missing: 0 })
    const again = new Desk({ crypto: toy, keys: party.keys }, ada.records, start + 2 * day)
    expect(again.screen).toEqual(ada.screen)
    expect(again.room.log.digest()).toEqual(bo.room.log.digest())
    ada.apply(ada.room.expire(start + 10 * day))
    expect([ada.shown.size, ada.room.counts.entries]).toEqual([0, 0])
    expect([...ada.records.keys()].filter((key) => key.startsWith('e/'))).toEqual([])
  })

  it('ROM8 a name outlives the entry that set it, for as long as something is called by it', () => {
    const party = createParty(toy, ['ada'], start)
    const [ada, late] = [party.desk(0, start, { expiry: 1 }), party.reader()]
    const say = (content: Content, now: number): void => {
      const posted = ada.room.post(content, now)
      if (!posted.ok) throw new Error(posted.code)
      ada.apply(posted.value)
    }
    say({ type: 'text', text: 'one' }, start)
    say({ type: 'profile', name: 'Ada L.' }, start + 1)
    say({ type: 'text', text: 'two' }, start + day / 2)
    const now = start + 1.2 * day
    ada.apply(ada.room.expire(now))
    expect(ada.screen).toMatchObject([{ text: 'two', name: 'Ada L.' }])
    const kept = [...(ada.room.log.chain(ada.session)?.entries.values() ?? [])]
    late.take(
      kept.sort((a, b) => a.seq - b.seq).map((entry) => arrive(toy, entry)),
      now,
    )
    late.room.adoptFloor(ada.session, 3)
    expect(late.screen).toEqual(ada.screen)
    expect(late.room.log.digest()).toEqual(ada.room.log.digest())
    const again = new Desk({ crypto: toy, keys: party.keys }, ada.records, now)
    expect(again.screen).toEqual(ada.screen)
    expect(again.room.log.digest()).toEqual(ada.room.log.digest())
  })

  it('ROM9 receipts, sending and holding are marks beside a message', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const ada = party.desk(0, start)
    const posted = ada.room.post({ type: 'text', text: 'hello' }, start)
    if (!posted.ok) throw new Error(posted.code)
    ada.apply(posted.value)
    const { id, entries } = posted.value
    const hello = entries[1] as Entry
    expect(ada.shown.get(id)).toMatchObject({ sent: false, receipt: false, storedBy: 0 })
    expect(ada.apply(ada.room.markSent(id)).changes.length).toBe(1)
    expect(ada.room.markSent(id).changes).toEqual([])
    const session = formatHex(hello.session)
    const other = party.members[1]?.author as string
    ada.apply(ada.room.markHeld(other, session, 1))
    ada.apply(ada.room.markHeld(party.members[0]?.author as string, session, 1))
    expect(ada.shown.get(id)).toMatchObject({ sent: true, storedBy: 1 })
    expect(ada.room.markHeld(other, session, 1).changes).toEqual([])
    expect(ada.room.keyOfDigest(toy.sha256(hello.bytes))).toBe(id)
    const receipt = toy.random(150)
    ada.apply(ada.room.addReceipt(id, receipt))
    expect(ada.room.addReceipt(id, receipt).changes).toEqual([])
    expect(ada.shown.get(id)?.receipt).toBe(true)
    const again = new Desk({ crypto: toy, keys: party.keys }, ada.records, start)
    expect(again.shown.get(id)?.receipt).toBe(true)
    expect(again.room.receiptsOf(hello)).toEqual([receipt])
    // Compaction folds the receipt's own record into the entry's.
    const third = new Desk({ crypto: toy, keys: party.keys }, again.records, start)
    expect(third.room.receiptsOf(hello)).toEqual([receipt])
  })

  it('ROM10 references show what is withheld', () => {
    const party = createParty(toy, ['ada', 'bo', 'cy'], start)
    const [ada, bo, cy] = [party.desk(0, start), party.desk(1, start), party.desk(2, start)]
    const hello = ada.room.post({ type: 'text', text: 'hello' }, start)
    if (!hello.ok) throw new Error(hello.code)
    for (const entry of hello.value.entries) bo.receive(entry, start)
    const answer = bo.room.post({ type: 'text', text: 'hi' }, start)
    if (!answer.ok) throw new Error(answer.code)
    for (const entry of answer.value.entries) cy.receive(entry, start)
    expect(cy.room.counts).toMatchObject({ gaps: 0, withheld: 1 })
    for (const entry of hello.value.entries) cy.receive(entry, start)
    expect(cy.room.counts.withheld).toBe(0)
  })

  it('ROM11 refuses to post what cannot be read by others', () => {
    const party = createParty(toy, ['ada'], start)
    const { room } = party.desk(0, start)
    expect(party.reader().room.post({ type: 'text', text: 'hi' }, start)).toEqual({ ok: false, code: 'readOnly' })
    expect(room.post({ type: 'text', text: ' \n' }, start)).toEqual({ ok: false, code: 'empty' })
    expect(room.post({ type: 'text', text: 'x'.repeat(65_537) }, start)).toEqual({ ok: false, code: 'tooLong' })
    expect(room.post({ type: 'edit', target: toy.random(32), text: 'x' }, start)).toEqual({
      ok: false,
      code: 'unknownTarget',
    })
    expect(room.post({ type: 'text', text: 'x'.repeat(65_536) }, start).ok).toBe(true)
    const [message] = room.timeline.messages()
    const target = parseHex(message?.entryId ?? '') as Uint8Array
    expect(room.post({ type: 'edit', target, text: 'x'.repeat(65_536) }, start)).toEqual({
      ok: false,
      code: 'unchanged',
    })
    expect(room.post({ type: 'reaction', target, emoji: '👍', on: false }, start)).toEqual({
      ok: false,
      code: 'unchanged',
    })
    expect(room.post({ type: 'profile', name: 'ada' }, start)).toEqual({ ok: false, code: 'unchanged' })
  })

  it('plans name the signatures of chains too, and an answered plan verifies nothing in line', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const desks = [party.desk(0, start), party.desk(1, start)]
    const entries = desks.flatMap(({ room }) => {
      const posted = room.post({ type: 'text', text: 'hello' }, start)
      return posted.ok ? posted.value.entries : []
    })
    const page = decodePage(toy, encodePage({ entries, receipts: [] }))
    if (!page.ok) throw new Error(page.code)
    let verified = 0
    const counting = { ...toy, verify: (...args: Parameters<typeof toy.verify>) => (verified++, toy.verify(...args)) }
    const reader = new Desk({ crypto: counting, keys: party.keys })
    const plan = reader.room.plan(page.value, start)
    // Two heads, and per person a device and a session statement.
    expect(plan.checks.length).toBe(6)
    const valid = verifyAll(toy, plan)
    reader.apply(reader.room.import(plan, valid, start))
    expect(verified).toBe(0)
    expect(reader.screen.length).toBe(2)
    expect(reader.room.counts.authors).toBe(2)
  })
})
