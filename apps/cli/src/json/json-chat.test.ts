import { PassThrough } from 'node:stream'
import { FakeChat, type FakeRoom, type FakeRoomOptions } from '@kith/peer/testing'
import { smallMap } from '@kith/peer/testing/fake-map'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aloneGiveUpMs, aloneSettleMs } from '../catch-up.ts'
import type { Io } from '../io.ts'
import { runJson } from './json-chat.ts'

type Line = Readonly<Record<string, unknown>> & { readonly type: string }

interface Run {
  readonly rooms: readonly FakeRoom[]
  readonly input: PassThrough
  readonly notes: string[]
  /** Lines since the last call. */
  take(): Line[]
  tell(line: unknown): void
  stop(code: number): void
  readonly code: Promise<number>
}

const fakeLink = (letter: string): string => `https://kith.example/#${letter.repeat(42)}A`

const nobody = { phase: 'alone', have: 0, total: 0, gaps: 0 } as const

function start(options: readonly FakeRoomOptions[], fresh = false): Run {
  const chat = new FakeChat({ name: 'Robin', rooms: options })
  const rooms = chat.state.rooms.map(({ id }) => chat.room(id) as FakeRoom)
  const input = new PassThrough()
  const notes: string[] = []
  let written = ''
  let stop: (code: number) => void = () => {}
  const io: Io = {
    input,
    write: (text) => void (written += text),
    note: (text) => void notes.push(text),
    now: Date.now,
    sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    stopped: new Promise((resolve) => (stop = resolve)),
  }
  const code = runJson(
    chat,
    rooms.map((room) => ({ room, fresh })),
    io,
  )
  return {
    rooms,
    input,
    notes,
    code,
    take: () => {
      expect(written === '' || written.endsWith('\n')).toBe(true)
      const lines = written.split('\n').slice(0, -1)
      written = ''
      return lines.map((line) => JSON.parse(line) as Line)
    },
    tell: (line) => void input.write(typeof line === 'string' ? `${line}\n` : `${JSON.stringify(line)}\n`),
    stop: (code) => stop(code),
  }
}

const room = (options: Partial<FakeRoomOptions> = {}): FakeRoomOptions => ({
  title: '',
  link: fakeLink('A'),
  ...options,
})

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
})

afterEach(() => {
  vi.useRealTimers()
})

const pass = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms))

describe('--json', () => {
  it('TRM2 says ready first, then what is here, then synced', async () => {
    const run = start([
      room({
        messages: [
          { by: 'Mara', agoMs: 10, text: 'one' },
          { agoMs: 5, text: 'two' },
        ],
      }),
    ])
    const lines = run.take()
    expect(lines.map(({ type }) => type)).toEqual(['ready', 'message', 'message', 'synced'])
    expect(lines[0]).toEqual({ type: 'ready', room: run.rooms[0]?.id, link: fakeLink('A') })
    expect(lines[1]).toMatchObject({ name: 'Mara', text: 'one', receipt: true, time: 1_800_000_000_000 - 10 })
    expect(lines[1]?.['id']).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/u)
    expect(lines[3]).toEqual({ type: 'synced', entries: 2, gaps: 0 })
    run.tell({ type: 'leave' })
    await pass(0)
    expect(await run.code).toBe(0)
  })

  it('TRM2 prints all history before synced, and synced again after a later catch-up', async () => {
    const run = start([room({ sync: { phase: 'loading', have: 0, total: 0, gaps: 0 } })])
    const [first] = run.rooms
    await pass(0)
    first?.setSync({ phase: 'catchingUp', have: 1, total: 3, gaps: 0 })
    first?.prepend([
      { by: 'Mara', agoMs: 30, text: 'one' },
      { by: 'Mara', agoMs: 20, text: 'two' },
    ])
    first?.setSync({ phase: 'synced', have: 3, total: 3, gaps: 0 })
    await pass(0)
    expect(run.take().map(({ type }) => type)).toEqual(['ready', 'message', 'message', 'synced'])
    first?.say('Mara', 'live')
    await pass(2000)
    expect(run.take().map(({ type }) => type)).toEqual(['message'])
    first?.setSync({ phase: 'catchingUp', have: 4, total: 6, gaps: 1 })
    await pass(0)
    first?.setSync({ phase: 'synced', have: 6, total: 6, gaps: 0 })
    await pass(0)
    expect(run.take()).toEqual([{ type: 'synced', entries: 6, gaps: 0 }])
    run.stop(0)
    await run.code
  })

  it('TRM2 prints what comes from the own store once, with the receipts that were kept beside it', async () => {
    const run = start([room({ sync: { phase: 'loading', have: 0, total: 0, gaps: 0 }, relay: 'connecting' })])
    const [first] = run.rooms
    first?.prepend([{ agoMs: 30, text: 'one' }])
    await pass(0)
    first?.setRelay('up')
    const id = first?.timeline.at(0).id ?? ''
    await first?.edit(id, 'one, edited')
    await pass(0)
    expect(run.take().map(({ type }) => type)).toEqual(['ready'])
    first?.setSync({ phase: 'synced', have: 1, total: 1, gaps: 0 })
    await pass(0)
    expect(run.take().map(({ type, text }) => [type, text])).toEqual([
      ['message', 'one, edited'],
      ['synced', undefined],
    ])
    run.stop(0)
    await run.code
  })

  it('TRM4 says synced at once in a room made just now, and to a newcomer only when nobody comes', async () => {
    const made = start([room({ sync: nobody })], true)
    expect(made.take().map(({ type }) => type)).toEqual(['ready', 'synced'])
    made.stop(0)
    await made.code

    const joined = start([room({ sync: nobody })])
    await pass(aloneSettleMs - 500)
    expect(joined.take().map(({ type }) => type)).toEqual(['ready'])
    await pass(1000)
    expect(joined.take()).toEqual([{ type: 'synced', entries: 0, gaps: 0 }])
    joined.stop(0)
    await joined.code

    const away = start([room({ sync: nobody, relay: 'connecting' })])
    await pass(aloneGiveUpMs - 500)
    expect(away.take().map(({ type }) => type)).toEqual(['ready'])
    await pass(1000)
    expect(away.take().map(({ type }) => type)).toEqual(['synced'])
    away.stop(0)
    await away.code
  })

  it('TRM2 prints a peer again when its path or name changes, and when it has gone', async () => {
    const run = start([room({ people: [{ name: 'Mara' }] })])
    const peers = (): Line[] => run.take().filter(({ type }) => type === 'peer')
    expect(peers()).toEqual([
      { type: 'peer', session: expect.any(String) as string, name: 'Mara', path: null, state: 'joining' },
    ])
    for (const path of ['relay', 'direct', 'direct'] as const) {
      run.rooms[0]?.setPerson({ name: 'Mara', path, rttMs: Math.random() })
      await pass(300)
    }
    expect(peers().map(({ path, state }) => [path, state])).toEqual([
      ['relay', 'linked'],
      ['direct', 'linked'],
    ])
    run.rooms[0]?.setPerson({ name: 'Mara', online: false })
    await pass(0)
    expect(peers().map(({ path, state }) => [path, state])).toEqual([[null, 'gone']])
    run.stop(0)
    await run.code
  })

  it('TRM2 prints a message again when, and only when, something in it changed', async () => {
    const run = start([room({ people: [{ name: 'Mara', path: 'direct' }], paceMs: 10 })])
    run.take()
    run.tell({ type: 'send', text: 'hello' })
    await pass(100)
    const own = run.take()
    expect(own.map(({ text, receipt }) => [text, receipt])).toEqual([
      ['hello', false],
      ['hello', true],
    ])
    const [first] = run.rooms
    const id = own[0]?.['id'] as string
    first?.reactAs('00', id, '👍', true)
    await pass(0)
    expect(run.take()).toEqual([])
    await first?.edit(id, 'hello!')
    await pass(0)
    expect(run.take()).toMatchObject([{ id, text: 'hello!' }])
    await first?.delete(id)
    await pass(0)
    expect(run.take()).toMatchObject([{ id, text: '' }])
    run.stop(0)
    await run.code
  })

  it('TRM3 answers history and who whether or not anything changed', async () => {
    const messages = ['one', 'two', 'three'].map((text, i) => ({ by: 'Mara', agoMs: 30 - i, text }))
    const run = start([room({ people: [{ name: 'Mara', path: 'relay' }], messages })])
    run.take()
    run.tell({ type: 'history', limit: 2 })
    await pass(0)
    expect(run.take().map(({ text }) => text)).toEqual(['two', 'three'])
    run.tell({ type: 'history' })
    await pass(0)
    expect(run.take()).toHaveLength(3)
    run.tell({ type: 'who' })
    await pass(0)
    expect(run.take()).toMatchObject([{ type: 'peer', name: 'Mara', path: 'relay', state: 'linked' }])
    run.stop(0)
    await run.code
  })

  it('TRM3 survives malformed lines and goes on', async () => {
    const run = start([room()])
    run.take()
    run.tell('nonsense')
    run.tell({ type: 'dance' })
    run.tell('')
    run.tell(`{"type":"send","text":"${'x'.repeat(300_000)}"}`)
    run.tell({ type: 'send', text: 'still here', room: 'elsewhere' })
    run.tell({ type: 'send', text: 'still here' })
    await pass(100)
    const lines = run.take()
    expect(lines.filter(({ type }) => type === 'error').map(({ code }) => code)).toEqual([
      'notJson',
      'typeUnknown',
      'lineTooLong',
      'roomUnknown',
    ])
    expect(lines.filter(({ type }) => type === 'message')[0]).toMatchObject({ text: 'still here' })
    run.stop(0)
    await run.code
  })

  it('TRM3 says what was refused, and tells notices once', async () => {
    const run = start([room({ refusing: true })])
    run.take()
    run.tell({ type: 'send', text: 'hello' })
    await pass(0)
    expect(run.take()).toMatchObject([{ type: 'error', code: 'storeFull' }])
    run.rooms[0]?.notice('clockWrong', '7 min')
    await pass(1000)
    expect(run.take()).toMatchObject([{ type: 'error', code: 'clockWrong' }])
    run.stop(0)
    await run.code
  })

  it('TRM2 names the room in every object when there are several', async () => {
    const run = start([room(), room({ link: fakeLink('B') })])
    const [a, b] = run.rooms
    expect(run.take().map(({ type, room }) => [type, room])).toEqual([
      ['ready', a?.id],
      ['ready', b?.id],
      ['synced', a?.id],
      ['synced', b?.id],
    ])
    run.tell({ type: 'send', text: 'to the second', room: b?.id })
    run.tell({ type: 'send', text: 'to the first' })
    await pass(0)
    const said = new Set(run.take().map(({ room, text }) => `${String(room)} ${String(text)}`))
    expect(said).toEqual(new Set([`${b?.id} to the second`, `${a?.id} to the first`]))
    run.stop(0)
    await run.code
  })

  it('TRM5 leaves at the end of the input once everything has arrived', async () => {
    const run = start([room({ people: [{ name: 'Mara', path: 'direct' }], paceMs: 700 })])
    run.input.end('{"type":"send","text":"hello"}')
    let code: number | undefined
    void run.code.then((ended) => (code = ended))
    await pass(1000)
    expect(code).toBeUndefined()
    await pass(1000)
    expect(code).toBe(0)
    expect(run.take().at(-1)).toMatchObject({ text: 'hello', receipt: true })
  })

  it('TRM5 leaves with code 6 when nobody has taken it, and says that it is kept', async () => {
    const run = start([room({ relay: 'away', sync: nobody })], true)
    run.input.end('{"type":"send","text":"hello"}\n')
    await pass(30_000)
    expect(await run.code).toBe(6)
    expect(run.notes.join()).toContain('kept')
  })

  it('TRM5 leaves at once when there is nothing to wait for', async () => {
    const run = start([room()])
    run.input.end()
    await pass(0)
    expect(await run.code).toBe(0)
  })

  it('TRM5 stops at a signal with its code', async () => {
    const run = start([room()])
    run.stop(143)
    expect(await run.code).toBe(143)
  })

  it('TRM13 answers map with everybody, every link and every gap, null for what is not known', async () => {
    const run = start([
      room({
        people: [
          { name: 'Mara', path: 'direct', rttMs: 18 },
          { name: 'Priya', path: 'through', rttMs: 120 },
        ],
        map: (people) => smallMap(people, { gaps: [['Mara', 'Priya']] }),
      }),
    ])
    await pass(0)
    run.take()
    run.tell({ type: 'map' })
    await pass(0)
    const [map] = run.take()
    const [robin, mara, priya] = run.rooms[0]?.state.people.map(({ presences }) => presences[0]?.session) ?? []
    expect(map).toMatchObject({ type: 'map', self: robin, mode: 'small', online: 3, trees: [] })
    expect(map?.['nodes']).toContainEqual({
      session: mara,
      author: run.rooms[0]?.state.people[1]?.id,
      name: 'Mara',
      platform: 'browser',
      isSelf: false,
      root: null,
      hidden: false,
    })
    expect(map?.['links']).toHaveLength(2)
    expect(map?.['links']).toContainEqual({
      a: [robin, priya].sort()[0],
      b: [robin, priya].sort()[1],
      path: 'through',
      through: mara,
      rttMs: 120,
      isTree: false,
    })
    expect(map?.['gaps']).toEqual([[mara, priya].sort()])
    run.stop(0)
  })

  it('TRM14 answers why with verdict, advice, attempts and a report without names', async () => {
    const run = start([room({ people: [{ name: 'Aiko', path: 'relay', rttMs: 64 }] })])
    await pass(0)
    run.take()
    run.tell({ type: 'why', name: 'aiko' })
    run.tell({ type: 'why', session: run.rooms[0]?.state.people[1]?.presences[0]?.session })
    await pass(0)
    const [why, again] = run.take()
    expect(why).toEqual(again)
    expect(why).toMatchObject({ type: 'why', name: 'Aiko', path: 'relay', through: null, verdict: 'relay' })
    expect(why).toMatchObject({ advice: ['strictNetwork'], relay: 'up', isInTopic: true, ownClockAheadMs: 0 })
    expect(why?.['attempts']).toMatchObject([
      { way: 'webrtc', state: 'waiting', step: 'transport', code: 'timeout', failures: 4, through: null },
      { way: 'relay', state: 'up', step: 'none', code: null, nextAt: null },
    ])
    expect(why?.['report']).toMatch(/^Kith: how A reaches B/u)
    expect(String(why?.['report'])).not.toMatch(/aiko|robin/iu)
    run.tell({ type: 'why', name: 'nobody' })
    run.tell({ type: 'why' })
    await pass(0)
    expect(run.take()).toMatchObject([
      { type: 'error', code: 'personUnknown' },
      { type: 'error', code: 'nameMissing' },
    ])
    run.stop(0)
  })

  it('TRM13 says when there is no map to be had', async () => {
    const run = start([room({ mapState: 'failing' })])
    await pass(0)
    run.take()
    run.tell({ type: 'map' })
    await pass(0)
    expect(run.take()).toMatchObject([{ type: 'error', message: 'the room is closed' }])
    run.stop(0)
  })
})
