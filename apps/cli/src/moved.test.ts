import { describe, expect, it } from 'vitest'
import type { Chat, NewRoom, Room, RoomState } from '@kith/peer'
import { perform } from './actions.ts'
import { parseInput } from './commands.ts'
import { MembersWatch } from './members/watch.ts'

const moved = { by: 'b'.repeat(64), name: 'Mara', invite: 'https://kith.example/#i-there', chosen: false }

function stateOf(change: Partial<RoomState>): RoomState {
  const state = { id: 'old', kind: 'open', title: 'Kitchen', link: 'https://kith.example/#secret', me: 'a'.repeat(64) }
  return { ...state, people: [], ...change } as unknown as RoomState
}

describe('a room that goes on elsewhere', () => {
  it('TRM46 its people are told once, and not who moved it', () => {
    const watch = new MembersWatch()
    expect(watch.observe(stateOf({ moved }))).toEqual([
      'Mara made a members room for the people here: /follow goes there.',
    ])
    expect(watch.observe(stateOf({ moved }))).toEqual([])
    expect(new MembersWatch().observe(stateOf({ moved, me: moved.by }))).toEqual([])
  })

  it('TRM46 /move makes a members room in its place, /follow goes there, and each says why not', async () => {
    const made: NewRoom[] = []
    const joined: string[] = []
    const there = { id: 'new' } as Room
    const chat = {
      create: async (options: NewRoom) => (made.push(options), there),
      join: async (link: string) => (joined.push(link), there),
    } as unknown as Chat
    const run = (text: string, change: Partial<RoomState>) => {
      const parsed = parseInput(text)
      if (!parsed.ok) throw new Error('no command')
      return perform(parsed.value, { chat, room: { id: 'old', state: stateOf(change) } as Room, rooms: [] } as never)
    }
    expect(await run('/move', {})).toEqual({ type: 'go', room: there })
    expect(made).toEqual([{ kind: 'members', title: 'Kitchen', relay: 'https://kith.example', from: 'old' }])
    const people = [
      { id: 'c1', name: 'Mara Lind', me: false, online: true },
      { id: 'c2', name: 'Sam', me: false, online: true },
    ] as unknown as RoomState['people']
    expect(await run('/move mara, Sam', { people })).toEqual({ type: 'go', room: there })
    expect(made.at(-1)).toMatchObject({ from: 'old', along: ['c1', 'c2'] })
    expect(await run('/move Sam, Noor', { people })).toMatchObject({ type: 'hint' })
    expect(made).toHaveLength(2)
    expect(await run('/move', { kind: 'members', link: '' })).toMatchObject({ type: 'hint' })
    expect(await run('/move', { link: 'kith:#secret' })).toMatchObject({ type: 'hint' })
    expect(await run('/follow', {})).toMatchObject({ type: 'hint' })
    expect(await run('/follow', { moved })).toEqual({ type: 'go', room: there })
    expect(joined).toEqual([moved.invite])
  })
})
