import { PassThrough } from 'node:stream'
import { FakeChat, type FakeRoom, type FakeRoomOptions } from '@kith/peer/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Io } from './io.ts'
import { runPlain } from './plain-chat.ts'

const link = (letter: string): string => `https://kith.example/#${letter.repeat(42)}A`

function start(rooms: readonly FakeRoomOptions[], options: { invite?: boolean; typed?: boolean } = {}) {
  const chat = new FakeChat({ rooms })
  const input = new PassThrough()
  const out = { text: '', notes: [] as string[] }
  let stop: (code: number) => void = () => {}
  const io: Io = {
    input,
    write: (text) => void (out.text += text),
    note: (text) => void out.notes.push(text),
    now: Date.now,
    sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    stopped: new Promise((resolve) => (stop = resolve)),
  }
  const open = chat.state.rooms.map(({ id }) => ({ room: chat.room(id)!, fresh: false }))
  const code = runPlain(chat, open, io, { invite: options.invite ?? false, typed: options.typed ?? false })
  return { chat, input, out, code, stop: (code: number) => stop(code), room: open[0]!.room, other: open[1]?.room }
}

const lake: FakeRoomOptions = { title: 'Lake', link: link('L'), people: [{ name: 'Mara', path: 'direct' }] }
const band: FakeRoomOptions = { title: 'Band', link: link('B') }
const pass = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms))

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 10, 20, 17, 31).getTime() })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('plain lines', () => {
  it('TRM5 prints messages as lines, sends every line, and leaves when they have arrived', async () => {
    const run = start([{ ...lake, messages: [{ by: 'Mara', agoMs: 60_000, text: 'hello\nthere' }] }])
    run.input.write('one\ntwo\n\n')
    run.input.end('three')
    await pass(5000)
    expect(await run.code).toBe(0)
    expect(run.out.text).toBe(
      [
        '2026-11-20 17:30 Mara: hello',
        '    there',
        '2026-11-20 17:31 Robin: one',
        '2026-11-20 17:31 Robin: two',
        '2026-11-20 17:31 Robin: three',
        '',
      ].join('\n'),
    )
  })

  it('TRM5 prints what it said also when that arrives before the own store was read', async () => {
    const run = start([{ ...lake, sync: { phase: 'loading', have: 0, total: 0, gaps: 0 } }])
    run.input.end('early')
    await pass(1000)
    expect(run.out.text).toBe('')
    ;(run.room as FakeRoom).setSync({ phase: 'catchingUp', have: 1, total: 2, gaps: 0 })
    await pass(3000)
    expect(await run.code).toBe(0)
    expect(run.out.text).toBe('2026-11-20 17:31 Robin: early\n')
  })

  it('TRM5 a pipe cannot give commands', async () => {
    const run = start([lake, band])
    run.input.end('/exit\n/chat Band\n/delete 1\n')
    await pass(5000)
    expect(await run.code).toBe(0)
    expect(run.room.timeline.length).toBe(3)
    expect(run.room.timeline.at(0).text).toBe('/exit')
  })

  it('TRM6 somebody at the keyboard can', async () => {
    const run = start([lake, band], { typed: true })
    run.input.write('/who\n/chat Band\n')
    await pass(0)
    run.input.write('hello band\n')
    await pass(0)
    expect(run.other?.timeline.at(0).text).toBe('hello band')
    expect(run.out.notes.join('\n')).toContain('Robin (you)')
    run.input.write('/exit\n')
    await pass(0)
    expect(await run.code).toBe(0)
  })

  it('TRM6 prints only the active room; the other one counts', async () => {
    const run = start([lake, band])
    run.other?.say('Noor', 'psst')
    run.room.say('Mara', 'hi')
    await pass(500)
    expect(run.out.text).toBe('2026-11-20 17:31 Mara: hi\n')
    expect(run.other?.state.unread).toBe(1)
    run.stop(130)
    expect(await run.code).toBe(130)
  })

  it('TRM1 prints nothing a terminal obeys', async () => {
    const run = start([{ ...lake, people: [{ name: 'Ma\u001b[31mra', path: 'direct' }] }])
    run.room.say('Ma\u001b[31mra', 'x\u001b]0;owned\u0007\r2026-11-20 17:31 Robin: forged')
    await pass(500)
    run.stop(0)
    await run.code
    expect(run.out.text + run.out.notes.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u)
    // What looks like another message is indented, so that it cannot be taken for one.
    expect(run.out.text).toContain('\n    2026-11-20 17:31 Robin: forged\n')
  })

  it('TRM5 shows link and QR code of a new room, and tells what changes on standard error', async () => {
    const run = start([lake], { invite: true })
    run.room.setRelay('away')
    run.room.setPerson({ name: 'Mara', path: 'relay' })
    await pass(500)
    expect(run.out.text.startsWith(`${link('L')}\n`)).toBe(true)
    expect(run.out.text).toMatch(/█▀▀/u)
    expect(run.out.notes).toEqual(
      expect.arrayContaining([
        '* Lake: 0 of 0, 0 gaps',
        '* Mara: direct',
        '* Mara: by relay',
        '* kith.example is away',
      ]),
    )
    run.stop(0)
    await run.code
  })

  it('TRM5 says so, and exits with 6, when nobody took what was sent', async () => {
    const run = start([{ ...lake, people: [], relay: 'away', sync: { phase: 'alone', have: 0, total: 0, gaps: 0 } }])
    run.input.end('hello\n')
    await pass(60_000)
    expect(await run.code).toBe(6)
    expect(run.out.notes.join()).toContain('1 of these messages reached nobody yet')
  })
})
