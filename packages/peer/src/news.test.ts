import { describe, expect, it } from 'vitest'
import type { Message, TimelineView } from './chat.ts'
import { type Hearing, maxHeard, newsCount, newsOf, parseTelling } from './news.ts'
import { FakeTimeline } from './testing/fake-timeline.ts'

const id = (n: number): string => String(n).padStart(26, '0')

function message(n: number, change: Partial<Message> = {}): Message {
  return { id: id(n), author: 'ada', text: `message ${n}`, mine: false, replyTo: undefined, ...change } as Message
}

const timeline: TimelineView = new FakeTimeline([
  message(1, { mine: true, author: 'me' }),
  message(2),
  message(3, { text: 'what does @Mia say?' }),
  message(4, { replyTo: id(1) }),
  message(5, { replyTo: id(2) }),
  message(6, { author: 'muted', text: '@Mia!' }),
])

const hearing: Hearing = {
  telling: 'everything',
  name: 'Mia',
  isOfTwo: false,
  isUnread: ({ mine, author }) => !mine && author !== 'muted',
}

describe('news', () => {
  it('TEL1 are all that is unread, what means this person, or nothing', () => {
    expect(newsOf(timeline, 4, hearing)).toEqual({ count: 4, newest: id(5) })
    expect(newsOf(timeline, 4, { ...hearing, telling: 'called' })).toEqual({ count: 2, newest: id(4) })
    expect(newsOf(timeline, 4, { ...hearing, telling: 'called', name: 'Ada' })).toEqual({ count: 1, newest: id(4) })
    expect(newsOf(timeline, 4, { ...hearing, telling: 'nothing' })).toBeUndefined()
    expect(newsOf(timeline, 0, hearing)).toBeUndefined()
  })

  it('TEL1 are looked for only among the unread', () => {
    expect(newsOf(timeline, 1, { ...hearing, telling: 'called' })).toBeUndefined()
    expect(newsOf(timeline, 2, { ...hearing, telling: 'called' })).toEqual({ count: 1, newest: id(4) })
  })

  it('TEL1 are looked for among so many at most, however much arrives', () => {
    let looked = 0
    const long: TimelineView = {
      length: 10 * maxHeard,
      at: (index) => (looked++, message(index)),
      indexOf: () => -1,
    }
    expect(newsOf(long, long.length, { ...hearing, telling: 'called' })).toBeUndefined()
    expect(looked).toBe(maxHeard)
    expect(newsOf(long, long.length, hearing)).toEqual({ count: long.length, newest: id(10 * maxHeard - 1) })
    expect(looked).toBe(maxHeard + 1)
  })

  it('TEL2 of a room of two are all, unless nothing is wanted', () => {
    expect(newsOf(timeline, 4, { ...hearing, telling: 'called', isOfTwo: true })?.count).toBe(4)
    expect(newsOf(timeline, 4, { ...hearing, telling: 'nothing', isOfTwo: true })).toBeUndefined()
  })

  it('TEL3 reads what a newer program may have written as everything', () => {
    expect(['everything', 'called', 'nothing', 'sometimes', undefined, 7].map(parseTelling)).toEqual([
      'everything',
      'called',
      'nothing',
      'everything',
      'everything',
      'everything',
    ])
  })

  it('TEL10 counts those of all rooms', () => {
    const news = (count: number) => ({ news: { count, newest: id(count) } })
    expect(newsCount([news(2), { news: undefined }, news(5)])).toBe(7)
  })
})
