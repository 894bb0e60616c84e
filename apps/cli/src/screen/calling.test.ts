import { FakeChat, type FakeRoom } from '@kith/peer/testing'
import { describe, expect, it } from 'vitest'
import { Calling, notifyBy } from './calling.ts'
import { paintNotification } from './paint.ts'

const link = (letter: string): string => `https://kith.example/#${letter.repeat(42)}A`

function scene(): { chat: FakeChat; lake: FakeRoom; band: FakeRoom; calling: Calling } {
  const people = [{ name: 'Mara', path: 'direct' as const }]
  const chat = new FakeChat({
    rooms: [
      { title: 'Lake', link: link('L'), people },
      { title: 'Band', link: link('B'), people },
    ],
  })
  const [lake, band] = chat.state.rooms.map(({ id }) => chat.room(id) as FakeRoom)
  const calling = new Calling()
  calling.follow(chat)
  return { chat, lake: lake!, band: band!, calling }
}

describe('calling who looks away', () => {
  it('TEL11 rings once for news until one looks again, and again for a call by name', () => {
    const { chat, lake, band, calling } = scene()
    lake.say('Mara', 'seen')
    expect(calling.follow(chat)).toBeUndefined()
    calling.look(false)
    expect(calling.follow(chat)).toBeUndefined()
    lake.say('Mara', 'one')
    expect(calling.follow(chat)).toEqual({ title: 'Lake', body: 'Mara: one' })
    expect(calling.follow(chat)).toBeUndefined()
    band.say('Mara', 'two')
    expect(calling.follow(chat)).toBeUndefined()
    band.say('Mara', '@Robin, three')
    band.say('Mara', 'four')
    expect(calling.follow(chat)).toEqual({ title: 'Band', body: 'Mara: four' })
    calling.look(true)
    calling.look(false)
    band.say('Mara', 'five')
    expect(calling.follow(chat)?.body).toBe('Mara: five')
  })

  it('TEL11 TEL1 is as quiet as the room, and silent when it is turned off', async () => {
    const { chat, lake, calling } = scene()
    calling.look(false)
    await lake.setTelling('called')
    lake.say('Mara', 'nobody')
    expect(calling.follow(chat)).toBeUndefined()
    await lake.setTelling('nothing')
    lake.say('Mara', '@Robin')
    expect(calling.follow(chat)).toBeUndefined()
    await lake.setTelling('everything')
    calling.follow(chat)
    await chat.setNotifying({ on: false })
    lake.say('Mara', '@Robin!')
    expect(calling.follow(chat)).toBeUndefined()
  })

  it('TEL11 TEL8 says no name and no word when it should not', async () => {
    const { chat, lake, calling } = scene()
    calling.look(false)
    await chat.setNotifying({ show: 'nothing' })
    lake.say('Mara', 'one')
    lake.say('Mara', 'two')
    expect(calling.follow(chat)).toEqual({ title: 'Kith', body: '2 new messages' })
    calling.look(false)
    await chat.setNotifying({ show: 'message' })
    await chat.setPassphrase('four words or more')
    lake.say('Mara', 'three')
    expect(calling.follow(chat)).toEqual({ title: 'Kith', body: '3 new messages' })
  })

  it('TEL11 knows how each terminal is told, and obeys nothing of a message', () => {
    expect(notifyBy({ TERM: 'xterm-kitty' })).toBe('osc9')
    expect(notifyBy({ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' })).toBe('osc9')
    expect(notifyBy({ TERM: 'foot' })).toBe('osc777')
    expect(notifyBy({ TERM: 'xterm-256color', VTE_VERSION: '7600' })).toBe('osc777')
    expect(notifyBy({ TERM: 'xterm-256color', TERM_PROGRAM: 'constructor' })).toBeUndefined()
    expect(notifyBy({ TERM: 'xterm-kitty', TMUX: '/tmp/tmux-0' })).toBeUndefined()
    const hostile = { title: 'a;b\u0007', body: 'x\u001b]52;c;aGk=\u0007\u009c' }
    expect(paintNotification(hostile, 'osc9')).toBe('\u001b]9;a;b: x]52;c;aGk=\u0007')
    expect(paintNotification(hostile, 'osc777')).toBe('\u001b]777;notify;a,b;x]52;c;aGk=\u0007')
  })
})
