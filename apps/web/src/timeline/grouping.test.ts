import { describe, expect, it } from 'vitest'
import type { Message } from '@kith/peer'
import { groupGapMs, isSameDay, shapeOf } from './grouping.ts'

const noon = new Date(2026, 10, 20, 12).getTime()

function message(change: Partial<Message>): Message {
  return {
    id: `${change.time ?? noon}`,
    author: 'a',
    session: 's',
    name: 'Mara',
    time: noon,
    text: 'hello',
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
    ...change,
  }
}

describe('messages are grouped into paragraphs', () => {
  it('continues the same author within the gap', () => {
    expect(shapeOf(message({ time: noon + groupGapMs }), message({}), undefined)).toEqual({
      day: false,
      unread: false,
      head: false,
    })
  })

  it.each([
    ['after the gap', { time: noon + groupGapMs + 1 }],
    ['for another author', { author: 'b' }],
    ['for the same author under a new name', { name: 'Mara M.' }],
    ['for a reply', { replyTo: 'x' }],
  ])('sets the name again %s', (_, change) => {
    expect(shapeOf(message(change), message({}), undefined).head).toBe(true)
  })

  it('sets the day above the first message and after midnight', () => {
    expect(shapeOf(message({}), undefined, undefined).day).toBe(true)
    const late = new Date(2026, 10, 20, 23, 59).getTime()
    expect(shapeOf(message({ time: late + 120_000 }), message({ time: late }), undefined)).toMatchObject({
      day: true,
      head: true,
    })
  })

  it('sets the unread mark where reading stopped', () => {
    const first = message({ id: 'first', time: noon + 1 })
    expect(shapeOf(first, message({}), 'first')).toMatchObject({ unread: true, head: true })
  })
})

describe('a day is a day of the calendar', () => {
  it.each([
    [new Date(2026, 0, 1, 0, 0), new Date(2026, 0, 1, 23, 59), true],
    [new Date(2026, 0, 1, 23, 59), new Date(2026, 0, 2, 0, 0), false],
    [new Date(2026, 0, 1, 12), new Date(2026, 1, 1, 12), false],
    [new Date(2026, 0, 1, 12), new Date(2027, 0, 1, 12), false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(isSameDay(a.getTime(), b.getTime())).toBe(same)
    expect(isSameDay(b.getTime(), a.getTime())).toBe(same)
  })
})
