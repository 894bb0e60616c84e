import { FakeChat, type FakeRoom } from '@kith/peer/testing'
import { describe, expect, it } from 'vitest'
import { findRoom, perform, type Scene } from './actions.ts'
import { findPerson } from './find-person.ts'
import type { Outcome } from './outcome.ts'
import { parseInput } from './commands.ts'
import { rowsText } from './map-rows.ts'

const link = (letter: string): string => `https://kith.example/#${letter.repeat(42)}A`

function scene(
  refusing = false,
): Scene & { readonly room: FakeRoom; readonly say: (text: string) => Promise<Outcome> } {
  const chat = new FakeChat({
    rooms: [
      {
        title: 'Lake weekend',
        link: link('L'),
        refusing,
        people: [
          { name: 'Mara', path: 'direct', rttMs: 18.4 },
          { name: 'Jonas', path: 'relay', platform: 'node' },
          { name: 'Wren', online: false },
        ],
        messages: [
          { by: 'Mara', agoMs: 3000, text: 'first' },
          { agoMs: 2000, text: 'mine' },
          { by: 'Mara', agoMs: 1000, text: 'last' },
        ],
      },
      { title: 'Band', link: link('B') },
    ],
  })
  const rooms = chat.state.rooms.map(({ id }) => chat.room(id) as FakeRoom)
  const made = { chat, room: rooms[0] as FakeRoom, rooms, numbersFrom: undefined }
  const say = async (text: string): Promise<Outcome> => {
    const parsed = parseInput(text)
    if (!parsed.ok) throw new Error(parsed.code)
    return perform(parsed.value, made)
  }
  return { ...made, say }
}

describe('what is typed is carried out', () => {
  it('TRM6 answers, reacts, edits and deletes by number, 1 being the newest', async () => {
    const { room, say } = scene()
    await say('/reply 3 yes')
    expect(room.timeline.at(3)).toMatchObject({ text: 'yes', replyTo: room.timeline.at(0).id })
    await say('/react 2 👍')
    expect(room.timeline.at(2).reactions).toEqual([{ emoji: '👍', by: [room.state.me] }])
    await say('/react 2 👍')
    expect(room.timeline.at(2).reactions).toEqual([])
    await say('/edit 3 mine, better')
    expect(room.timeline.at(1)).toMatchObject({ text: 'mine, better', edited: true })
    await say('/delete 3')
    expect(room.timeline.at(1)).toMatchObject({ deleted: true })
  })

  it('TRM64 pins and unpins by number, and lists what is pinned with its numbers', async () => {
    const { room, say } = scene()
    expect(await say('/pins')).toMatchObject({
      type: 'hint',
      text: expect.stringContaining('Nothing is pinned') as string,
    })
    await say('/pin 3')
    await say('/pin #1')
    const shown = await say('/pins')
    expect(shown).toMatchObject({ type: 'rows', title: 'pinned' })
    if (shown.type !== 'rows') throw new Error(shown.type)
    expect(rowsText(shown.rows(60))).toMatch(/#1\n +last[\s\S]*#3\n +first/u)
    await say('/unpin 1')
    expect(room.state.pins).toEqual([room.timeline.at(0).id])
    expect(await say('/unpin 9')).toMatchObject({ type: 'hint' })
  })

  it('TRM6 counts from the message that was newest when the command was begun', async () => {
    const { room, chat, rooms } = scene()
    const numbersFrom = room.state.newest?.id
    room.say('Jonas', 'in between')
    await perform({ type: 'reply', number: 1, text: 'to last' }, { chat, room, rooms, numbersFrom })
    expect(room.timeline.at(4)).toMatchObject({ replyTo: numbersFrom })
  })

  it.each([
    ['/reply 9 x', 'no message 9'],
    ['/edit 1 x', 'not yours'],
    ['/delete 3', 'not yours'],
    ['/chat nowhere', 'no room'],
    ['/join nonsense', 'not the link'],
  ])('TRM6 says why %s does not work', async (text, said) => {
    expect(await scene().say(text)).toMatchObject({ type: 'hint', text: expect.stringContaining(said) as string })
  })

  it('TRM60 finds messages by their words, with the numbers that answer them', async () => {
    const { say } = scene()
    await say('Bring the CRÈME brûlée')
    const found = await say('/find creme')
    if (found.type !== 'rows') throw new Error('nothing was shown')
    expect(found.title).toBe('found: creme')
    expect(rowsText(found.rows(60))).toMatch(/^Robin .*#1\n\s+Bring the CRÈME brûlée$/u)
    const { rows } = (await say('/find a')) as Extract<Outcome, { type: 'rows' }>
    expect(rowsText(rows(60)).match(/#\d+/gu)).toEqual(['#2', '#4'])
    expect(await say('/find zeppelin')).toEqual({ type: 'hint', text: 'Nothing here says “zeppelin”.' })
    await expect(say('/find')).rejects.toThrow('Find what?')
  })

  it('TRM6 says why a message was not taken', async () => {
    expect(await scene(true).say('hello')).toMatchObject({
      type: 'hint',
      text: expect.stringMatching(/^Not taken/u) as string,
    })
  })

  it('TRM6 goes to rooms by title, beginning, number and id', () => {
    const { rooms } = scene()
    for (const name of ['Band', 'BAND', 'ba', '2', rooms[1]?.id.slice(0, 6) ?? ''])
      expect(findRoom(rooms, name)).toBe(rooms[1])
    expect(findRoom(rooms, '3')).toBeUndefined()
  })

  it('TRM6 forgets a room only by its whole name', async () => {
    const { chat, say, rooms } = scene()
    expect(await say('/forget Ban')).toMatchObject({ type: 'hint', text: expect.stringContaining('no room') as string })
    expect(chat.state.rooms).toHaveLength(2)
    expect(await say('/forget lake weekend')).toEqual({ type: 'go', room: rooms[1] })
    expect(chat.state.rooms.map(({ title }) => title)).toEqual(['Band'])
  })

  it('TRM6 says who is here and how they are reached', async () => {
    const outcome = await scene().say('/who')
    expect(outcome).toMatchObject({
      type: 'text',
      text: 'Robin (you)\nMara: direct 18 ms, browser\nJonas: by relay 24 ms, terminal\naway: Wren',
    })
  })

  it('TRM13 TRM14 draws the map, says how somebody is reached, and repeats it without names', async () => {
    const { say } = scene()
    const rows = (outcome: Outcome): string => (outcome.type === 'rows' ? rowsText(outcome.rows(80)) : outcome.type)
    expect(rows(await say('/map'))).toMatch(/^3 here · 3 links · no gaps\n/u)
    const why = await say('/why jon')
    expect(why).toMatchObject({ title: 'how do I reach Jonas?' })
    expect(rows(why)).toContain('What you and Jonas say goes by relay')
    expect(await say('/why wren')).toMatchObject({ title: 'why can’t I reach Wren?' })
    const redacted = await say('/redacted Jonas')
    expect(redacted).toMatchObject({ type: 'text', text: expect.stringMatching(/^Kith: how A reaches B/u) as string })
    expect(JSON.stringify(redacted)).not.toMatch(/jonas|mara|robin/iu)
    expect(await say('/why nobody')).toMatchObject({
      text: expect.stringContaining('nobody called “nobody”') as string,
    })
  })

  it('TRM14 tells people of one name apart by their keys', () => {
    const chat = new FakeChat({
      rooms: [
        {
          title: '',
          link: link('T'),
          people: [
            { name: 'Sam', id: 'abcdef'.padEnd(64, '1') },
            { name: 'Sam', id: '123456'.padEnd(64, '2') },
          ],
        },
      ],
    })
    const room = chat.first
    expect(findPerson(room, 'sam')).toBe('There are 2 whose name begins so: /why abcdef, /why 123456.')
    expect(findPerson(room, 'abcdef')).toMatchObject({ who: 'abcdef'.padEnd(32, '1') })
  })

  it('TRM6 says what is missing when history is asked for', async () => {
    const { room, say } = scene()
    expect(await say('/load history')).toMatchObject({ text: 'Everything is here: 3 of 3, 0 gaps.' })
    room.setSync({ phase: 'synced', have: 3, total: 5, gaps: 1 })
    expect(await say('/load history')).toMatchObject({
      text: expect.stringContaining('Nobody who is online') as string,
    })
    room.setSync({ phase: 'catchingUp', have: 3, total: 5, gaps: 0 })
    expect(await say('/load history')).toMatchObject({ text: 'On its way: catching up 3 of 5.' })
  })

  it('TRM6 gives the menu what it asks for', async () => {
    const { say, rooms } = scene()
    expect(await say('/exit')).toEqual({ type: 'exit' })
    expect(await say('/show history')).toEqual({ type: 'showHistory' })
    expect(await say('/chat band')).toEqual({ type: 'go', room: rooms[1] })
    expect(await say('/invite')).toEqual({ type: 'invite', link: link('L') })
  })
})
