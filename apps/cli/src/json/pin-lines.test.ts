import { FakeChat, type FakeRoom } from '@kith/peer/testing'
import { describe, expect, it } from 'vitest'
import { PinsPrinter, pinsLine } from './pin-lines.ts'
import { parseLine } from './lines.ts'

describe('pins in --json', () => {
  it('TRM65 reads what is to be pinned, and says what is missing', () => {
    const read = (line: unknown): unknown => parseLine(JSON.stringify(line))
    expect(read({ type: 'pin', id: 'x' })).toEqual({ ok: true, value: { type: 'pin', id: 'x', on: true } })
    expect(read({ type: 'pin', id: 'x', on: false, room: 'r' })).toEqual({
      ok: true,
      value: { type: 'pin', id: 'x', on: false, room: 'r' },
    })
    expect(read({ type: 'pins' })).toEqual({ ok: true, value: { type: 'pins' } })
    for (const line of [{ type: 'pin' }, { type: 'pin', id: 4 }, { type: 'pin', id: 'x', on: 'yes' }])
      expect(read(line)).toEqual({ ok: false, code: 'pinMalformed' })
  })

  it('TRM65 tells all of them when they changed, and only then', async () => {
    const messages = [
      { by: 'Mara', agoMs: 2000, text: 'the address' },
      { by: 'Mara', agoMs: 1000, text: 'the time' },
    ]
    const people = [{ name: 'Mara', path: 'direct' as const }]
    const chat = new FakeChat({ rooms: [{ title: 'Lake', link: `kith:#${'L'.repeat(42)}A`, people, messages }] })
    const room = chat.room(chat.state.rooms[0]?.id ?? '') as FakeRoom
    const printer = new PinsPrinter()
    expect(printer.observe(room)).toEqual([])
    const [address, time] = [room.timeline.at(0).id, room.timeline.at(1).id]
    await room.pin(time, true)
    room.pinAs(room.timeline.at(0).author, address, true)
    expect(printer.observe(room)).toMatchObject([
      {
        type: 'pins',
        pins: [
          { id: address, name: 'Mara' },
          { id: time, by: room.state.me },
        ],
      },
    ])
    expect(printer.observe(room)).toEqual([])
    await room.pin(time, false)
    await room.pin(address, false)
    expect(printer.observe(room)).toEqual([{ type: 'pins', pins: [] }])
    expect(pinsLine(room)).toEqual({ type: 'pins', pins: [] })
  })
})
