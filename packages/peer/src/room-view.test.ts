import type { EngineEvent, TimelineMessage } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import type { Message } from './chat.ts'
import { maxNotices } from './notices.ts'
import { RoomView } from './room-view.ts'
import { firstIdAt } from './unread.ts'

const me = 'a'.repeat(64)
const ada = 'b'.repeat(64)

function id(number: number): string {
  return String(number).padStart(26, '0')
}

function said(number: number, change: Partial<TimelineMessage> = {}): TimelineMessage {
  return {
    id: id(number),
    entryId: number.toString(16).padStart(64, '0'),
    author: ada,
    session: 's1',
    name: 'Ada',
    time: number,
    text: `message ${number}`,
    edited: false,
    deleted: false,
    replyTo: undefined,
    reactions: [],
    receipt: false,
    storedBy: 0,
    keptBy: 0,
    sent: false,
    ...change,
  }
}

function timeline(...messages: readonly TimelineMessage[]): EngineEvent {
  return { type: 'timeline', changes: messages.map((message) => ({ type: 'put', message })) }
}

interface Scene {
  readonly view: RoomView
  /** Ends the turn of the event loop. */
  turn(): void
  /** Roots of files that nothing carries any more. */
  readonly dropped: readonly string[]
  readonly calls: { changes: number; readonly messages: (readonly Message[])[] }
}

function scene(readMark = ''): Scene {
  const waiting: (() => void)[] = []
  const dropped: string[] = []
  const view = new RoomView({
    id: 'room',
    title: 'Kitchen',
    link: 'https://relay.example/#secret',
    relayHost: 'relay.example',
    me,
    name: 'Robin',
    draft: '',
    readMark,
    kind: 'open',
    quiet: new Map(),
    entering: false,
    members: undefined,
    draftFiles: [],
    dropFile: (root) => dropped.push(root),
    nextTurn: (run) => waiting.push(run),
  })
  const calls = { changes: 0, messages: [] as (readonly Message[])[] }
  view.subscribe(() => calls.changes++)
  view.onMessages((messages) => calls.messages.push(messages))
  return {
    view,
    calls,
    dropped,
    turn() {
      for (const run of waiting.splice(0)) run()
    },
  }
}

describe('RoomView', () => {
  it('VIE5 notifies at most once per turn, with every message that came or changed', () => {
    const { view, turn, calls } = scene()
    view.handle(timeline(said(2)))
    view.handle(timeline(said(1), said(2, { text: 'edited' })))
    view.handle({ type: 'relay', state: 'up' })
    expect(calls).toEqual({ changes: 0, messages: [] })
    turn()
    turn()
    expect(calls.changes).toBe(1)
    expect(calls.messages.map((messages) => messages.map(({ text }) => text))).toEqual([['message 1', 'edited']])
  })

  it('VIE15 tells what is pinned, the newest pin first, of what is shown', () => {
    const { view } = scene()
    view.handle(timeline(said(1, { pinned: { by: ada, at: 50 } }), said(2), said(3, { pinned: { by: ada, at: 90 } })))
    const [first, , third] = [1, 2, 3].map((number) => said(number).id)
    expect(view.state.pins).toEqual([third, first])
    const { pins } = view.state
    view.handle(timeline(said(1, { pinned: { by: ada, at: 50 }, text: 'edited' })))
    expect(view.state.pins).toBe(pins)
    view.handle(timeline(said(3)))
    expect(view.state.pins).toEqual([first])
    view.setQuiet(said(1).author, 'hidden')
    expect(view.state.pins).toEqual([])
    view.setQuiet(said(1).author, undefined)
    expect(view.state.pins).toEqual([first])
    view.handle({ type: 'timeline', changes: [{ type: 'drop', id: first as string }] })
    expect(view.state.pins).toEqual([])
  })

  it('VIE4 keeps every snapshot that did not change', () => {
    const { view, turn, calls } = scene()
    view.handle(timeline(said(1)))
    view.handle({ type: 'sync', phase: 'synced', have: 1, total: 1, gaps: 0 })
    turn()
    const { state } = view
    const shown = view.timeline
    view.handle({ type: 'sync', phase: 'synced', have: 1, total: 1, gaps: 0 })
    view.handle({ type: 'relay', state: 'connecting' })
    view.handle({ type: 'typing', session: 'nobody', author: ada, typing: true })
    view.setTitle('Kitchen')
    turn()
    expect(view.state).toBe(state)
    expect(view.timeline).toBe(shown)
    expect(calls.changes).toBe(1)
    view.handle({ type: 'relay', state: 'up' })
    expect(view.state).not.toBe(state)
    expect(view.state.people).toBe(state.people)
    expect(view.state.sync).toBe(state.sync)
    expect(view.timeline).toBe(shown)
  })

  it('VIE4 keeps the other messages when one changes, and the older view as it was', () => {
    const { view } = scene()
    view.handle(timeline(said(1), said(2)))
    const before = view.timeline
    const first = before.at(0)
    view.handle(timeline(said(2, { text: 'new' })))
    expect([view.timeline.at(0), view.timeline.at(1).text, before.at(1).text]).toEqual([first, 'new', 'message 2'])
    expect(view.timeline.at(0)).toBe(first)
    expect(view.state.newest?.text).toBe('new')
  })

  it('VIE6 tells how far an own message has come', () => {
    const { view } = scene()
    const steps: Partial<TimelineMessage>[] = [
      {},
      { sent: true },
      { sent: true, receipt: true },
      { sent: true, storedBy: 2 },
    ]
    const seen = steps.map((step) => {
      view.handle(timeline(said(1, { author: me, ...step })))
      const { mine, delivery, storedBy, receipt } = view.timeline.at(0)
      return { mine, delivery, storedBy, receipt }
    })
    expect(seen).toEqual([
      { mine: true, delivery: 'waiting', storedBy: 0, receipt: false },
      { mine: true, delivery: 'sent', storedBy: 0, receipt: false },
      { mine: true, delivery: 'sent', storedBy: 0, receipt: true },
      { mine: true, delivery: 'stored', storedBy: 2, receipt: false },
    ])
    view.handle(timeline(said(2)))
    expect(view.timeline.at(1)).toMatchObject({ mine: false, delivery: 'stored' })
  })

  it('VIE7 counts what others wrote after the mark, in whatever order it comes', () => {
    const { view } = scene(id(5))
    view.handle(timeline(said(9), said(8), said(4), said(7, { author: me })))
    expect([view.state.unread, view.state.firstUnread]).toEqual([2, id(8)])
    view.handle(timeline(said(6)))
    expect([view.state.unread, view.state.firstUnread]).toEqual([3, id(6)])
    view.handle(timeline(said(9, { text: 'edited' })))
    expect(view.state.unread).toBe(3)
    view.handle(timeline(said(9, { text: '', deleted: true })))
    expect(view.state.unread).toBe(2)
    view.handle({ type: 'timeline', changes: [{ type: 'drop', id: id(8) }] })
    expect([view.state.unread, view.timeline.length]).toEqual([1, 4])
    view.markRead()
    expect([view.state.unread, view.state.firstUnread, view.readMark]).toEqual([0, id(6), id(9)])
    view.handle(timeline(said(10)))
    expect([view.state.unread, view.state.firstUnread]).toEqual([1, id(10)])
  })

  it('VIE12 tells the oldest unread message that calls me by my name, until it is read, edited or gone', () => {
    const { view } = scene(id(5))
    view.rename('Mia Lang')
    view.handle(timeline(said(4, { text: '@Mia Lang, before' }), said(9, { text: 'and @mia lang?' }), said(7)))
    expect(view.state.mentioned).toBe(id(9))
    view.handle(timeline(said(6, { text: '@Mia Langley' }), said(8, { text: 'hey @Mia Lang', author: me })))
    expect(view.state.mentioned).toBe(id(9))
    view.handle(timeline(said(7, { text: 'you, @Mia Lang' })))
    expect(view.state.mentioned).toBe(id(7))
    view.handle(timeline(said(7, { text: 'nobody' })))
    expect(view.state.mentioned).toBe(id(9))
    view.handle({ type: 'timeline', changes: [{ type: 'drop', id: id(9) }] })
    expect([view.state.mentioned, view.state.unread]).toEqual([undefined, 2])
    view.handle(timeline(said(10, { text: '@Mia Lang!' })))
    view.setQuiet(ada, 'muted')
    expect(view.state.mentioned).toBeUndefined()
    view.setQuiet(ada, undefined)
    expect(view.state.mentioned).toBe(id(10))
    view.markRead()
    expect(view.state.mentioned).toBeUndefined()
  })

  it('TEL1 tells of news as they come, are read, and are wanted or not', () => {
    const { view } = scene()
    view.rename('Mia')
    view.handle(timeline(said(1, { author: me }), said(2), said(3, { text: '@Mia?' }), said(4, { replyTo: id(1) })))
    expect(view.state.news).toEqual({ count: 3, newest: id(4) })
    const { news } = view.state
    view.handle(timeline(said(2, { text: 'changed' })))
    expect(view.state.news).toBe(news)
    view.setTelling('called')
    expect(view.state.news).toEqual({ count: 2, newest: id(4) })
    view.handle(timeline(said(4, { deleted: true, text: '' })))
    expect(view.state.news).toEqual({ count: 1, newest: id(3) })
    view.setQuiet(ada, 'muted')
    expect(view.state.news).toBeUndefined()
    view.setQuiet(ada, undefined)
    view.setContact('somebody')
    expect(view.state.news).toEqual({ count: 2, newest: id(3) })
    view.markRead()
    expect(view.state.news).toBeUndefined()
  })

  it('VIE7 does not count what was said before one joined', () => {
    const time = 1_800_000_000_000
    const mark = firstIdAt(time)
    expect(mark).toHaveLength(26)
    const older = firstIdAt(time - 1)
    expect(older < mark && mark < firstIdAt(time + 1)).toBe(true)
    const { view } = scene(mark)
    view.handle(timeline(said(1, { id: older }), said(2, { id: firstIdAt(time + 1) })))
    expect(view.state.unread).toBe(1)
  })

  it('VIE3 keeps who wrote among the people, and nobody types once the message is there', () => {
    const { view } = scene()
    view.handle({
      type: 'peer',
      peer: { session: 's1', author: ada, name: 'Ada', platform: 'browser', path: 'direct', state: 'linked', rttMs: 5 },
    })
    view.handle({ type: 'typing', session: 's1', author: ada, typing: true })
    expect(view.state.people[1]?.typing).toBe(true)
    view.handle(timeline(said(1)))
    expect(view.state.people[1]?.typing).toBe(false)
    view.restarted()
    expect(view.state.people[1]).toMatchObject({ name: 'Ada', online: false, presences: [] })
  })

  it('VIE8 keeps a notice once, until it is dismissed, and not without bound', () => {
    const { view } = scene()
    view.handle({ type: 'notice', code: 'clockWrong' })
    view.handle({ type: 'notice', code: 'clockWrong' })
    view.handle({ type: 'notice', code: 'floodLimited', about: 's1' })
    expect(view.state.notices.map(({ code, about }) => [code, about])).toEqual([
      ['clockWrong', undefined],
      ['floodLimited', 's1'],
    ])
    view.dismissNotice(view.state.notices[0]!.id)
    expect(view.state.notices.map(({ code }) => code)).toEqual(['floodLimited'])
    for (let i = 0; i < maxNotices * 2; i++) view.notice('floodLimited', String(i))
    expect(view.state.notices).toHaveLength(maxNotices)
    expect(view.state.notices.at(-1)?.about).toBe(String(maxNotices * 2 - 1))
  })

  it('VIE9 counts nothing of somebody muted, and shows nothing of somebody hidden until they are not', () => {
    const { view } = scene()
    view.handle(timeline(said(1), said(2, { author: me }), said(3)))
    expect(view.state.unread).toBe(2)
    view.setQuiet(ada, 'muted')
    expect(view.state.unread).toBe(0)
    view.handle(timeline(said(4)))
    expect(view.state.unread).toBe(0)
    expect(view.timeline.length).toBe(4)
    view.setQuiet(ada, 'hidden')
    view.handle(timeline(said(5), said(3, { text: 'edited' })))
    expect([...view.timeline].map(({ author }) => author)).toEqual([me])
    expect(view.state.people.find(({ id }) => id === ada)?.quiet).toBe('hidden')
    view.handle({ type: 'timeline', changes: [{ type: 'drop', id: id(4) }] })
    view.setQuiet(ada, undefined)
    expect([...view.timeline].map(({ id }) => Number(id))).toEqual([1, 2, 3, 5])
    expect(view.timeline.find(id(3))?.text).toBe('edited')
    expect(view.state.unread).toBe(3)
    expect(view.quiet.size).toBe(0)
  })

  it('VIE9 FIL12 keeps the files of somebody hidden, until what they said is gone', () => {
    const { view, dropped } = scene()
    const file = { root: new Uint8Array(32).fill(7), key: new Uint8Array(32), size: 9, type: '', name: 'a' }
    const attachments = [{ ...file, preview: new Uint8Array() }]
    view.handle(timeline(said(1, { attachments }), said(2)))
    view.setQuiet(ada, 'hidden')
    expect(view.timeline.length).toBe(0)
    view.setQuiet(ada, undefined)
    expect(view.timeline.find(id(1))?.attachments).toHaveLength(1)
    expect(dropped).toEqual([])
    view.setQuiet(ada, 'hidden')
    view.handle({ type: 'timeline', changes: [{ type: 'drop', id: id(1) }] })
    expect(dropped).toEqual(['07'.repeat(32)])
  })

  it('VIE2 takes 100,000 messages newest first without telling anybody twice', () => {
    const { view, turn, calls } = scene()
    for (let page = 100; page > 0; page--) {
      const messages = Array.from({ length: 1_000 }, (_, i) => said(page * 1_000 + i))
      view.handle(timeline(...messages))
      if (page % 10 === 0) turn()
    }
    turn()
    expect(view.timeline.length).toBe(100_000)
    expect(view.state.unread).toBe(100_000)
    expect(view.state.firstUnread).toBe(id(1_000))
    expect(calls.messages.reduce((sum, messages) => sum + messages.length, 0)).toBe(100_000)
  }, 20_000)
})
