import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from './chat.ts'
import { ChunkedTimeline, chunkSize, type Applied, type MessageChange } from './timeline-view.ts'

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function idOf(number: number): string {
  let text = ''
  for (let rest = number, i = 0; i < 26; i++) {
    text = crockford.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}

function message(number: number, text = ''): Message {
  return {
    id: idOf(number),
    author: 'a',
    session: 's',
    name: 'n',
    time: number,
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

function put(number: number, text?: string): MessageChange<Message> {
  return { type: 'put', message: message(number, text) }
}

const change = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.nat(3_000), fc.string()).map(([number, text]) => put(number, text)) },
  { weight: 1, arbitrary: fc.nat(3_000).map((number): MessageChange<Message> => ({ type: 'drop', id: idOf(number) })) },
)

describe('ChunkedTimeline', () => {
  it('VIE1 shows what an ordered map would, whatever comes in whatever batches', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 1_200 }), { maxLength: 8 }), (batches) => {
        const model = new Map<string, Message>()
        let view = new ChunkedTimeline()
        for (const batch of batches) {
          const before = [...view]
          const old = view
          view = view.apply(batch)
          for (const one of batch) {
            if (one.type === 'put') model.set(one.message.id, one.message)
            else model.delete(one.id)
          }
          expect([...old]).toEqual(before)
        }
        const ids = [...model.keys()].sort()
        expect(view.length).toBe(ids.length)
        expect([...view].map(({ id }) => id)).toEqual(ids)
        for (const [index, id] of ids.entries()) {
          expect(view.at(index)).toBe(model.get(id))
          expect(view.indexOf(id)).toBe(index)
        }
        expect(view.newest).toBe(model.get(ids.at(-1) ?? ''))
        expect(view.indexOf(idOf(4_000))).toBe(-1)
      }),
      { numRuns: 40 },
    )
  })

  it('VIE1 tells what came, changed and went', () => {
    const view = new ChunkedTimeline().apply([put(1), put(2), put(3)])
    const told: Applied<Message>[] = []
    view.apply([put(2, 'new'), { type: 'drop', id: idOf(3) }, put(4), { type: 'drop', id: idOf(9) }], (applied) =>
      told.push(applied),
    )
    expect(told.map(({ before, after }) => [before?.time, after?.text])).toEqual([
      [2, 'new'],
      [3, undefined],
      [undefined, ''],
    ])
  })

  it('VIE1 refuses positions that are not there, and is empty at first', () => {
    const view = new ChunkedTimeline().apply([put(1)])
    expect(() => view.at(1)).toThrow(RangeError)
    expect(() => view.at(-1)).toThrow(RangeError)
    expect(new ChunkedTimeline().newest).toBeUndefined()
    expect(view.apply([])).toBe(view)
  })

  it('VIE2 keeps chunks at least half full when history is prepended page by page', () => {
    let view = new ChunkedTimeline()
    let reads = 0
    for (let page = 200; page > 0; page--) {
      view = view.apply(Array.from({ length: 100 }, (_, i) => put(page * 100 + i)))
    }
    for (const one of view) reads += one.time > 0 ? 1 : 0
    expect([view.length, reads]).toEqual([20_000, 20_000])
    expect(view.chunks).toBeLessThan((20_000 / chunkSize) * 2.5)
  })

  it('VIE2 takes 100,000 messages in pages, and one more without copying the others', () => {
    let view = new ChunkedTimeline()
    const pages: MessageChange<Message>[][] = []
    for (let page = 0; page < 100; page++) {
      pages.push(Array.from({ length: 1_000 }, (_, i) => put((100 - page) * 1_000 + i)))
    }
    for (const page of pages) view = view.apply(page)
    expect(view.length).toBe(100_000)

    const before = view.at(50_000)
    for (let i = 0; i < 500; i++) view = view.apply([put(200_000 + i)])
    expect(view.length).toBe(100_500)
    expect(view.at(50_000)).toBe(before)
  })
})
