import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from './chat.ts'
import { Posting, type PostingRules } from './posting-rules.ts'
import { ChunkedTimeline, type MessageChange } from './timeline-view.ts'

const rules: PostingRules = { since: 1_000, slowMs: 100, onlyAdmins: false, admins: new Set(['admin']) }

function said(time: number, author = 'ada', text = ''): Message {
  return {
    id: String(time).padStart(10, '0') + author,
    author,
    session: author,
    name: author,
    time,
    text,
    edited: false,
    deleted: false,
    mine: false,
    replyTo: undefined,
    reactions: [],
    attachments: [],
    delivery: 'stored',
    storedBy: 0,
    keptBy: 0,
    receipt: false,
  }
}

function put(...messages: readonly Message[]): readonly MessageChange<Message>[] {
  return messages.map((message) => ({ type: 'put', message }))
}

function show(posting: Posting<Message>, ...steps: readonly (readonly MessageChange<Message>[])[]): readonly string[] {
  let timeline = new ChunkedTimeline()
  for (const step of steps) timeline = timeline.apply(posting.apply(step))
  return [...timeline].map(({ time, author }) => `${author} ${time}`)
}

function under(given: PostingRules): Posting<Message> {
  const posting = new Posting<Message>()
  posting.setRules(given, [])
  return posting
}

describe('posting rules', () => {
  it('VIE10 shows of a flood one message in so long, of each person, and all of the admins', () => {
    const flood = put(...Array.from({ length: 300 }, (_, i) => said(2_000 + i)))
    expect(show(under(rules), flood, put(said(2_010, 'bo'), said(2_011, 'admin'), said(2_012, 'admin')))).toEqual([
      'ada 2000',
      'bo 2010',
      'admin 2011',
      'admin 2012',
      'ada 2100',
      'ada 2200',
    ])
  })

  it('VIE10 shows nothing of others where only admins write, and all that was said before', () => {
    const posting = under({ ...rules, slowMs: 0, onlyAdmins: true })
    expect(show(posting, put(said(900), said(1_100), said(1_200, 'admin')))).toEqual(['ada 900', 'admin 1200'])
  })

  it('VIE10 shows the same whatever order messages come in', () => {
    const times = fc.uniqueArray(fc.integer({ min: 900, max: 1_600 }), { maxLength: 20 })
    fc.assert(
      fc.property(times, fc.func(fc.integer()), (given, shuffle) => {
        const messages = given.map((time) => said(time, time % 2 === 0 ? 'ada' : 'bo'))
        const mixed = messages.toSorted((a, b) => shuffle(a.time) - shuffle(b.time))
        const atOnce = show(under(rules), put(...messages))
        expect(show(under(rules), ...mixed.map((message) => put(message)))).toEqual(atOnce)
      }),
    )
  })

  it('VIE10 shows what new rules allow again, and judges anew what they do not', () => {
    const posting = under(rules)
    let timeline = new ChunkedTimeline().apply(posting.apply(put(said(2_000), said(2_050), said(2_100))))
    expect(timeline.length).toBe(2)
    timeline = timeline.apply(posting.setRules({ ...rules, slowMs: 0 }, timeline))
    expect([...timeline].map(({ time }) => time)).toEqual([2_000, 2_050, 2_100])
    timeline = timeline.apply(posting.setRules({ ...rules, onlyAdmins: true, since: 2_060 }, timeline))
    expect([...timeline].map(({ time }) => time)).toEqual([2_000, 2_050])
    timeline = timeline.apply(posting.setRules({ ...rules, onlyAdmins: true, admins: new Set(['ada']) }, timeline))
    expect(timeline.length).toBe(3)
  })

  it('VIE10 takes an edit of what is shown, and none of what is not', () => {
    const edited = said(2_000, 'ada', 'better')
    const hidden = said(2_010, 'ada', 'sneaked in')
    const posting = under(rules)
    let timeline = new ChunkedTimeline()
    for (const step of [put(said(2_000), said(2_010)), put(edited, hidden)])
      timeline = timeline.apply(posting.apply(step))
    expect([...timeline].map(({ text }) => text)).toEqual(['better'])
  })
})
