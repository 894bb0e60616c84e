import { describe, expect, it } from 'vitest'
import { type Circumstances, Notes, discreetTag } from './notes.ts'

type Rooms = Parameters<Notes['follow']>[0]

const away: Circumstances = { on: true, isDiscreet: false, isSeen: false }

function room(id: string, count: number, newest = '', phase: 'loading' | 'synced' = 'synced'): Rooms[number] {
  return { id, news: count === 0 ? undefined : { count, newest }, sync: { phase } }
}

function begun(...rooms: Rooms): Notes {
  const notes = new Notes()
  notes.follow(rooms, away)
  return notes
}

describe('what is notified', () => {
  it('TEL6 is one for each room, replaced when more comes, taken away when it is read', () => {
    const notes = begun(room('a', 0), room('b', 0))
    expect(notes.follow([room('a', 1, '01'), room('b', 0)], away)).toEqual({
      show: [{ tag: 'a', room: 'a', count: 1, message: '01', calls: true }],
      close: [],
    })
    expect(notes.follow([room('a', 1, '01'), room('b', 0)], away)).toEqual({ show: [], close: [] })
    expect(notes.follow([room('a', 3, '03'), room('b', 1, '02')], away).show).toEqual([
      { tag: 'a', room: 'a', count: 3, message: '03', calls: true },
      { tag: 'b', room: 'b', count: 1, message: '02', calls: true },
    ])
    expect(notes.follow([room('a', 0), room('b', 1, '02')], away)).toEqual({ show: [], close: ['a'] })
    expect(notes.follow([room('b', 0)], away)).toEqual({ show: [], close: ['b'] })
  })

  it('TEL6 loses what was deleted without a stir', () => {
    const notes = begun(room('a', 0))
    notes.follow([room('a', 2, '02')], away)
    expect(notes.follow([room('a', 1, '01')], away).show).toEqual([
      { tag: 'a', room: 'a', count: 1, message: '01', calls: false },
    ])
  })

  it('TEL7 is nothing that was here before, nor what is read from the store', () => {
    const notes = new Notes()
    expect(notes.follow([room('a', 5, '05')], away).show).toEqual([])
    expect(notes.follow([room('a', 5, '05'), room('b', 4, '04', 'loading')], away).show).toEqual([])
    expect(notes.follow([room('a', 5, '05'), room('b', 9, '09', 'loading')], away).show).toEqual([])
    expect(notes.follow([room('a', 5, '05'), room('b', 9, '09')], away).show).toEqual([])
    expect(notes.follow([room('a', 6, '06'), room('b', 9, '09')], away).show).toHaveLength(1)
  })

  it('TEL5 is nothing that came while somebody looked, not later either', () => {
    const notes = begun(room('a', 0))
    expect(notes.follow([room('a', 1, '01')], { ...away, isSeen: true }).show).toEqual([])
    expect(notes.follow([room('a', 1, '01')], away).show).toEqual([])
    expect(notes.follow([room('a', 2, '02')], away).show).toHaveLength(1)
    // It stays until it is read, and only that.
    expect(notes.follow([room('a', 2, '02')], { ...away, isSeen: true })).toEqual({ show: [], close: [] })
  })

  it('TEL4 is nothing while it is off', () => {
    const notes = begun(room('a', 0))
    expect(notes.follow([room('a', 1, '01')], { ...away, on: false }).show).toEqual([])
    expect(notes.follow([room('a', 1, '01')], away).show).toEqual([])
  })

  it('TEL8 is one count of all rooms, with no message, when nothing may be shown', () => {
    const discreet = { ...away, isDiscreet: true }
    const notes = begun(room('a', 2, '01'), room('b', 0))
    expect(notes.follow([room('a', 2, '01'), room('b', 1, '02')], discreet).show).toEqual([
      { tag: discreetTag, room: 'b', count: 3, message: undefined, calls: true },
    ])
    expect(notes.follow([room('a', 0), room('b', 1, '02')], discreet).show).toEqual([
      { tag: discreetTag, room: 'b', count: 1, message: undefined, calls: false },
    ])
    expect(notes.follow([room('a', 0), room('b', 0)], discreet)).toEqual({ show: [], close: [discreetTag] })
  })

  it('TEL8 loses its words when a lock is set meanwhile', () => {
    const notes = begun(room('a', 0))
    notes.follow([room('a', 1, '01')], away)
    expect(notes.follow([room('a', 1, '01')], { ...away, isDiscreet: true })).toEqual({ show: [], close: ['a'] })
  })
})
