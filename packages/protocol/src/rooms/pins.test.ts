import { describe, expect, it } from 'vitest'
import { parseHex } from '../codec/text.ts'
import type { Entry } from '../log/entry.ts'
import { createToyCrypto } from '../log/log-fixture.ts'
import type { Content } from './content.ts'
import { maxPins } from './pins.ts'
import { type Desk, createParty, withoutMarks } from './room-fixture.ts'

const toy = createToyCrypto('pins')
const start = 1_700_000_000_000
const day = 86_400_000

function say(desk: Desk, content: Content, now: number, ...others: readonly Desk[]): readonly Entry[] {
  const posted = desk.room.post(content, now)
  if (!posted.ok) throw new Error(posted.code)
  desk.apply(posted.value)
  for (const other of others) for (const entry of posted.value.entries) other.receive(entry, now)
  return posted.value.entries
}

/** The texts of what is pinned, the newest pin first. */
function pinned(desk: Desk): readonly string[] {
  const messages = [...desk.shown.values()].flatMap(({ text, pinned: pin }) =>
    pin === undefined ? [] : [{ text, pin }],
  )
  return messages.sort((a, b) => b.pin.at - a.pin.at).map(({ text }) => text)
}

function pin(desk: Desk, text: string, on: boolean): Content {
  const message = [...desk.shown.values()].find((one) => one.text === text)
  return { type: 'pin', target: parseHex(message?.entryId ?? '') as Uint8Array, on }
}

describe('pins', () => {
  it('ROM27 anybody pins and takes off what anybody pinned; the last word counts, and it says whose it was', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const [ada, bo] = [party.desk(0, start), party.desk(1, start)]
    say(ada, { type: 'text', text: 'the address' }, start, bo)
    say(bo, pin(bo, 'the address', true), start + 1_000, ada)
    const by = party.members[1]?.author
    expect([...ada.shown.values()][0]?.pinned).toEqual({ by, at: expect.any(Number) })
    expect(ada.room.post(pin(ada, 'the address', true), start + 2_000)).toEqual({ ok: false, code: 'unchanged' })
    say(ada, pin(ada, 'the address', false), start + 3_000, bo)
    expect([pinned(ada), pinned(bo)]).toEqual([[], []])
    expect(bo.room.post(pin(bo, 'the address', false), start + 4_000)).toEqual({ ok: false, code: 'unchanged' })
    expect(ada.room.post({ type: 'pin', target: new Uint8Array(32), on: true }, start + 4_000)).toEqual({
      ok: false,
      code: 'unknownTarget',
    })
  })

  it('ROM27 a deleted message is not pinned any more, an edited one is', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    const [ada, bo] = [party.desk(0, start), party.desk(1, start)]
    say(ada, { type: 'text', text: 'at six' }, start, bo)
    say(bo, pin(bo, 'at six', true), start + 1_000, ada)
    const { target } = pin(ada, 'at six', true) as Extract<Content, { type: 'pin' }>
    say(ada, { type: 'edit', target, text: 'at seven' }, start + 2_000, bo)
    expect([pinned(ada), pinned(bo)]).toEqual([['at seven'], ['at seven']])
    say(ada, { type: 'delete', target }, start + 3_000, bo)
    expect([pinned(ada), pinned(bo)]).toEqual([[], []])
  })

  it('ROM28 of more than the limit the newest stand, the older come back when one is taken off, and it is told of each', () => {
    const party = createParty(toy, ['ada'], start)
    const ada = party.desk(0, start)
    const texts = Array.from({ length: maxPins + 2 }, (_, i) => `line ${i}`)
    for (const [i, text] of texts.entries()) say(ada, { type: 'text', text }, start + i * 1_000)
    for (const [i, text] of texts.entries()) say(ada, pin(ada, text, true), start + 100_000 + i * 1_000)
    expect(pinned(ada)).toEqual(texts.toReversed().slice(0, maxPins))
    say(ada, pin(ada, `line ${maxPins + 1}`, false), start + 300_000)
    expect(pinned(ada)).toEqual(texts.toReversed().slice(1, maxPins + 1))
    // What fell out can be pinned anew, and is the newest then.
    say(ada, pin(ada, 'line 0', true), start + 400_000)
    expect(pinned(ada)).toEqual(['line 0', ...texts.toReversed().slice(1, maxPins)])
    const again = party.reader()
    const entries = ada.room.log.chain(ada.session)?.entries.values() ?? []
    for (const entry of entries) again.receive(entry, start + 500_000)
    expect(again.screen).toEqual([...ada.shown.values()].map(withoutMarks))
  })

  it('ROM8 a pin lives as long as its message, which it does not keep', () => {
    const party = createParty(toy, ['ada', 'bo'], start)
    // Ada's messages stay for 7 days, Bo's for 24 hours.
    const [ada, bo] = [party.desk(0, start, { expiry: 2 }), party.desk(1, start, { expiry: 1 })]
    say(ada, { type: 'text', text: 'the plan' }, start, bo)
    const [, entry] = say(bo, pin(bo, 'the plan', true), start + 1_000, ada)
    expect(entry?.flags).toBe(2)
    for (const desk of [ada, bo]) {
      desk.apply(desk.room.expire(start + 2 * day))
      expect(pinned(desk)).toEqual(['the plan'])
      desk.apply(desk.room.expire(start + 8 * day))
      expect([...desk.shown]).toEqual([])
    }
  })
})
