/** Attacks on messages, as docs/threat-model.md lists them, with real signatures. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { Outgoing } from '../sync/outgoing.ts'
import { encodeBody } from './content.ts'
import { type Entry, decodeEntry, encodeHeader, maxEntryBytes, noPrev, signEntry } from '../log/entry.ts'
import { limits } from '../log/limits.ts'
import { arrive } from '../log/log-fixture.ts'
import { RangeSet } from '../log/ranges.ts'
import { openRoomKeys } from './keys.ts'
import { type Desk, type Party, createParty } from './room-fixture.ts'
import { BodySeal } from './seal.ts'

const crypto = createSeededCrypto('attacks')
const start = 1_700_000_000_000

function say(desk: Desk, text: string, now: number = start): Entry[] {
  const posted = desk.room.post({ type: 'text', text }, now)
  if (!posted.ok) throw new Error(posted.code)
  desk.apply(posted.value)
  return [...posted.value.entries]
}

function stage(): { party: Party; ada: Desk; mallory: Desk; bo: Desk } {
  const party = createParty(crypto, ['ada', 'mallory', 'bo'], start)
  return { party, ada: party.desk(0, start), mallory: party.desk(1, start), bo: party.desk(2, start) }
}

/** What a member can build, knowing the room's keys: any header, any body, signed by whom it likes to be. */
function build(
  party: Party,
  fields: {
    session: Uint8Array
    secretKey: Uint8Array
    seq: number
    prev: Uint8Array
    time?: number
    epochId?: Uint8Array
  },
  text: string,
  sealKey: Uint8Array = party.keys.epochKey,
): Entry {
  const nonce = crypto.random(24)
  const header = encodeHeader({
    kind: fields.seq === 0 ? 0 : 1,
    flags: 0,
    time: fields.time ?? start + 1000,
    session: fields.session,
    seq: fields.seq,
    prev: fields.prev,
    epochId: fields.epochId ?? party.keys.epochId,
    nonce,
  })
  const body = new BodySeal(crypto, sealKey).seal(
    header,
    nonce,
    encodeBody({ refs: [], content: { type: 'text', text } }),
  )
  return signEntry(crypto, fields.secretKey, header, body)
}

describe('attacks on messages', () => {
  it('LOG3 an author forged by another member, who has the group key', () => {
    const { party, ada, bo } = stage()
    const [opening, hello] = say(ada, 'hello') as [Entry, Entry]
    for (const entry of [opening, hello]) bo.receive(entry, start)
    const thief = crypto.signKeyPair(crypto.random(32))
    const forged = build(
      party,
      { session: hello.session, secretKey: thief.secretKey, seq: 2, prev: hello.id },
      'I owe mallory 100',
    )
    expect(bo.receive(forged, start).outcome).toBe('forged')
    expect(bo.take([arrive(crypto, forged)], start).outcomes).toEqual(new Map([['forged', 1]]))
    expect(bo.screen.length).toBe(1)
    // A forged copy that comes first suppresses nothing.
    const real = say(ada, 'the real one', start + 5)[0] as Entry
    expect(bo.receive(real, start).outcome).toBe('accepted')
    expect(bo.screen).toMatchObject([{ text: 'hello' }, { text: 'the real one' }])
  })

  it("ROM5 somebody else's chain in an own opening", () => {
    const { party, ada, bo } = stage()
    const me = party.members[0]?.session(start)
    const keys = crypto.signKeyPair(crypto.random(32))
    // The chain is real, but it is about a session whose key mallory does not have.
    const liar = party.desk(1, start, { me: me && { ...me, session: keys } })
    for (const entry of say(liar, 'I am ada')) bo.receive(entry, start)
    expect(bo.screen).toMatchObject([{ author: formatHex(keys.publicKey) }])
    expect(ada.session).not.toBe(formatHex(keys.publicKey))
  })

  it('LOG5 LOG9 a seq gap, and a repeat', () => {
    const { ada, bo } = stage()
    const entries = ['one', 'two', 'three'].flatMap((text, i) => say(ada, text, start + i))
    for (const at of [0, 1, 3]) expect(bo.receive(entries[at] as Entry, start).outcome).toBe('accepted')
    expect(bo.room.counts).toMatchObject({ gaps: 1, missing: 1 })
    expect(bo.receive(entries[3] as Entry, start)).toMatchObject({
      outcome: 'duplicate',
      changes: [],
    })
    expect(bo.receive(entries[2] as Entry, start).outcome).toBe('accepted')
    expect(bo.room.counts).toMatchObject({ gaps: 0, missing: 0 })
  })

  it('LOG7 LOG8 a fork is proved, its session is closed everywhere, and everything after is hidden and refused', () => {
    const { party, mallory, bo, ada } = stage()
    const [opening, hello] = say(mallory, 'hello') as [Entry, Entry]
    const me = { session: hello.session, secretKey: new Uint8Array(32) }
    const keys = crypto.signKeyPair(crypto.random(32))
    const forker = { session: keys.publicKey, secretKey: keys.secretKey }
    expect(me.session).not.toEqual(forker.session)
    const first = build(party, { ...forker, seq: 1, prev: opening.id }, 'yes')
    const second = build(party, { ...forker, seq: 1, prev: opening.id }, 'no')
    const after = build(party, { ...forker, seq: 2, prev: first.id, time: start + 2000 }, 'and then')
    for (const entry of [opening, hello]) for (const desk of [ada, bo]) desk.receive(entry, start)
    for (const entry of [first, after]) expect(bo.receive(entry, start).outcome).toBe('accepted')
    expect(ada.receive(second, start).outcome).toBe('accepted')
    const found = bo.receive(second, start)
    expect(found.outcome).toBe('forked')
    expect(found.forks.length).toBe(1)
    expect(bo.screen).toMatchObject([{ text: 'hello' }])
    expect(bo.receive(after, start).outcome).toBe('closed')
    // The proof alone convinces everybody else, and is kept.
    const proof = found.forks[0] as Uint8Array
    ada.apply(ada.room.importFork(proof))
    expect(ada.screen).toMatchObject([{ text: 'hello' }])
    expect(ada.room.importFork(proof).forks).toEqual([])
    expect([...bo.records.keys()].filter((key) => key.startsWith('f/') && key.length > 60).length).toBe(1)
    // Nobody is framed by a proof that does not verify.
    for (let at = 0; at < proof.length; at += 7) {
      const changed = proof.slice()
      changed[at] = (changed[at] as number) ^ 1
      const reader = party.reader()
      reader.apply(reader.room.importFork(changed))
      expect(reader.room.log.chain(formatHex(keys.publicKey))).toBeUndefined()
    }
  })

  it('LOG7 a chain whose time goes back, and a prev of another session, close the session', () => {
    const { party, ada, bo } = stage()
    const [, hello] = say(ada, 'hello') as [Entry, Entry]
    const keys = crypto.signKeyPair(crypto.random(32))
    const writer = { session: keys.publicKey, secretKey: keys.secretKey }
    const one = build(party, { ...writer, seq: 1, prev: crypto.random(32), time: start + 10 }, 'one')
    const backwards = build(party, { ...writer, seq: 2, prev: one.id, time: start + 10 }, 'two')
    const elsewhere = build(party, { ...writer, seq: 2, prev: hello.id, time: start + 20 }, 'two')
    for (const order of [
      [one, backwards],
      [backwards, one],
    ]) {
      const reader = party.reader()
      expect(reader.receive(order[0] as Entry, start).outcome).toBe('accepted')
      expect(reader.receive(order[1] as Entry, start).outcome).toBe('forked')
      expect(reader.room.log.chain(formatHex(keys.publicKey))?.closedAt).toBe(2)
    }
    for (const order of [
      [one, elsewhere],
      [elsewhere, one],
    ]) {
      const reader = party.reader()
      reader.receive(order[0] as Entry, start)
      expect(reader.receive(order[1] as Entry, start).outcome).toBe('forked')
      expect(reader.room.log.chain(formatHex(keys.publicKey))?.closedAt).toBe(1)
    }
    expect(bo.screen).toEqual([])
  })

  it('ROM12 a ciphertext under another epoch, or sealed with another key', () => {
    const { party, bo } = stage()
    const keys = crypto.signKeyPair(crypto.random(32))
    const writer = { session: keys.publicKey, secretKey: keys.secretKey, seq: 1, prev: crypto.random(32) }
    const other = openRoomKeys(crypto, crypto.random(32))
    expect(bo.receive(build(party, { ...writer, epochId: other.epochId }, 'x', other.epochKey), start).outcome).toBe(
      'foreign',
    )
    // Named as this epoch but sealed under another: a link of the chain, and nothing on the screen.
    expect(bo.receive(build(party, writer, 'x', other.epochKey), start).outcome).toBe('accepted')
    expect(bo.screen).toEqual([])
  })

  it('ROM12 a body moved under another header', () => {
    const { party, ada, bo } = stage()
    const [opening, hello] = say(ada, 'hello') as [Entry, Entry]
    const keys = crypto.signKeyPair(crypto.random(32))
    const header = hello.header.slice()
    header.set(keys.publicKey, 9)
    const moved = signEntry(crypto, keys.secretKey, header, hello.body)
    expect(bo.receive(moved, start).outcome).toBe('accepted')
    expect(bo.screen).toEqual([])
    for (const entry of [opening, hello]) bo.receive(entry, start)
    expect(bo.screen).toMatchObject([{ text: 'hello' }])
    expect(party.keys.epochId).toEqual(hello.epochId)
  })

  it('LOG3 a header altered in any byte', () => {
    const { ada, bo } = stage()
    const [opening, hello] = say(ada, 'hello') as [Entry, Entry]
    bo.receive(opening, start)
    for (let at = 0; at < hello.bytes.length; at += 3) {
      const bytes = hello.bytes.slice()
      bytes[at] = (bytes[at] as number) ^ 4
      expect(['malformed', 'forged', 'foreign', 'tooFar']).toContain(bo.room.receive(bytes, start).outcome)
    }
    expect(bo.receive(hello, start).outcome).toBe('accepted')
  })

  it('LOG6 a junk signature in the middle of a run is not passed on alone', () => {
    const { ada, bo, party } = stage()
    const entries = ['one', 'two', 'three', 'four'].flatMap((text, i) => say(ada, text, start + i))
    // Mallory serves a run with a broken signature in the middle; the head covers it.
    bo.take(
      entries.map((entry) => arrive(crypto, entry, entry.seq === 2)),
      start + 10,
    )
    expect(bo.screen.length).toBe(4)
    const chain = bo.room.log.chain(ada.session)
    if (chain === undefined) throw new Error('no chain')
    const alone = new Outgoing(crypto, () => [], [{ chain, ranges: [[2, 2]], theirs: new RangeSet() }], start)
    expect(alone.nextPage().entries).toEqual([])
    expect(chain.entries.get(2)?.mark).toBe('junk')
    const whole = new Outgoing(crypto, () => [], [{ chain, ranges: [[0, 4]], theirs: new RangeSet() }], start)
    const reader = party.reader()
    reader.take(
      whole.nextPage().entries.map((entry) => arrive(crypto, entry)),
      start + 10,
    )
    expect(reader.screen).toEqual(bo.screen)
    // The first good copy that comes along repairs it.
    bo.receive(entries[2] as Entry, start + 10)
    expect(chain.entries.get(2)?.mark).toBe('valid')
  })

  it('LOG18 an entry replayed from another room', () => {
    const { ada } = stage()
    const elsewhere = createParty(crypto, ['ada'], start)
    const reader = elsewhere.reader()
    const entries = say(ada, 'said in another room')
    for (const entry of entries) expect(reader.receive(entry, start).outcome).toBe('foreign')
    expect(
      reader.take(
        entries.map((entry) => arrive(crypto, entry)),
        start,
      ).outcomes,
    ).toEqual(new Map([['foreign', 2]]))
    expect(reader.room.counts).toMatchObject({ entries: 0, sessions: 0 })
  })

  it('LOG11 times far off', () => {
    const { party, bo } = stage()
    const keys = crypto.signKeyPair(crypto.random(32))
    const writer = { session: keys.publicKey, secretKey: keys.secretKey, seq: 1, prev: crypto.random(32) }
    const ahead = build(party, { ...writer, time: start + 3_600_000 }, 'from the future')
    expect(bo.receive(ahead, start).outcome).toBe('parked')
    expect([bo.screen, bo.room.log.clock.newest]).toEqual([[], 0])
    bo.apply(bo.room.expire(start + 3_600_000))
    expect(bo.screen).toMatchObject([{ text: 'from the future' }])
    const old = crypto.signKeyPair(crypto.random(32))
    const ancient = build(
      party,
      { session: old.publicKey, secretKey: old.secretKey, seq: 1, prev: crypto.random(32), time: 5 },
      'from 1970',
    )
    // Old times are nobody's harm: they sort to the beginning. A chain cannot go back behind itself.
    expect(bo.receive(ancient, start + 3_600_000).outcome).toBe('accepted')
    expect(bo.screen).toMatchObject([{ text: 'from 1970' }, { text: 'from the future' }])
  })

  it('LOG2 an oversize body', () => {
    const { ada, bo } = stage()
    const [, hello] = say(ada, 'hello') as [Entry, Entry]
    const bytes = concatBytes(hello.bytes, new Uint8Array(maxEntryBytes - hello.bytes.length + 1))
    expect(decodeEntry(crypto, bytes)).toEqual({ ok: false, code: 'oversize' })
    expect(bo.room.receive(bytes, start).outcome).toBe('malformed')
    expect(limits.bodyBytes).toBe(256 * 1024)
  })

  it('LOG19 a server that erases what nobody deleted', () => {
    const { ada, bo } = stage()
    const entries = ['one', 'two'].flatMap((text, i) => say(ada, text, start + i))
    const served = entries.map((entry) => arrive(crypto, entry))
    served[1]?.strip(crypto)
    bo.take(served, start + 10)
    expect(bo.screen).toMatchObject([{ text: 'two' }])
    expect(bo.room.counts).toMatchObject({ gaps: 1, missing: 1 })
    bo.take(entries, start + 10)
    expect(bo.screen).toMatchObject([{ text: 'one' }, { text: 'two' }])
    expect(bo.room.counts).toMatchObject({ gaps: 0, missing: 0 })
  })

  it('LOG17 a flood of sessions costs its source, not the room', { timeout: 60_000 }, () => {
    const { party, bo } = stage()
    let refused = 0
    for (let i = 0; i < limits.newSessionsPerMinute + 20; i++) {
      const keys = crypto.signKeyPair(crypto.random(32))
      const entry = build(party, { session: keys.publicKey, secretKey: keys.secretKey, seq: 1, prev: noPrev }, 'spam')
      if (bo.room.receive(entry.bytes, start, 'mallory').outcome === 'overBudget') refused++
    }
    expect(refused).toBe(20)
  })
})
