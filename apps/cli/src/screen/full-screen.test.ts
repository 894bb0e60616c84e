import { PassThrough } from 'node:stream'
import { FakeChat, type FakeRoom } from '@kith/peer/testing'
import { describe, expect, it } from 'vitest'
import { runFullScreen } from './full-screen.ts'
import { enterScreen, leaveScreen } from './paint.ts'

const link = (letter: string): string => `https://kith.example/#${letter.repeat(42)}A`
const pause = async (ms = 60): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

interface Run {
  readonly lake: FakeRoom
  readonly band: FakeRoom
  readonly code: Promise<number>
  readonly raw: boolean[]
  /** Types, and answers with what was written since. */
  readonly type: (keys: string) => Promise<string>
  readonly stop: (code: number) => void
}

function start(): Run {
  const chat = new FakeChat({
    rooms: [
      { title: 'Lake', link: link('L'), people: [{ name: 'Mara', path: 'direct' }], draft: 'half ' },
      { title: 'Band', link: link('B') },
    ],
  })
  const [lake, band] = chat.state.rooms.map(({ id }) => chat.room(id) as FakeRoom)
  const raw: boolean[] = []
  const input = Object.assign(new PassThrough(), {
    setRawMode: (on: boolean) => void raw.push(on),
  }) as unknown as NodeJS.ReadStream
  const output = Object.assign(new PassThrough(), { columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream
  let written = ''
  output.on('data', (chunk: Buffer) => (written += chunk.toString()))
  let stop: (code: number) => void = () => {}
  const stopped = new Promise<number>((resolve) => (stop = resolve))
  const code = runFullScreen(
    chat,
    lake!,
    { input, output, color: false, suspend: async () => {} },
    { invite: false, stopped },
  )
  return {
    lake: lake!,
    band: band!,
    code,
    raw,
    stop: (code) => stop(code),
    type: async (keys) => {
      written = ''
      ;(input as unknown as PassThrough).write(keys)
      await pause()
      return written
    },
  }
}

describe('the full screen', () => {
  it('TRM6 sends what is typed, keeps drafts, and goes to another room by the menu', async () => {
    const { lake, band, type, code, raw } = start()
    expect(await type('')).toContain('half')
    expect(lake.typing).toBe(false)
    await type('done')
    expect(lake.typing).toBe(true)
    expect(await type('\r')).toContain('half done')
    expect(lake.timeline.at(0).text).toBe('half done')
    expect(lake.typing).toBe(false)

    await type('later')
    expect(await type('\u0003')).toContain('show history')
    const shown = await type('chat band\r')
    expect(shown).toContain('Band')
    expect(lake.state.draft).toBe('later')
    await type('in the band\r')
    expect(band.timeline.at(0).text).toBe('in the band')

    lake.say('Mara', 'psst')
    expect(await type('')).toMatch(/Lake +.*1/u)
    expect(lake.state.unread).toBe(1)
    await type('\u0003')
    const left = await type('exit\r')
    expect(await code).toBe(0)
    expect(left).toContain(leaveScreen)
    expect(raw).toEqual([true, false])
  })

  it('TRM6 answers by the numbers that were shown when the command was begun', async () => {
    const { lake, type, stop, code } = start()
    const first = lake.say('Mara', 'question')
    await type('\u0015/reply 1 ')
    lake.say('Mara', 'something else')
    await type('answer\r')
    expect(lake.timeline.at(2)).toMatchObject({ text: 'answer', replyTo: first })
    stop(130)
    expect(await code).toBe(130)
  })

  it('TRM13 shows what is taller than the window piece by piece', async () => {
    const { type, stop, code } = start()
    await type('\u0015')
    const top = await type('/help\r')
    expect(top).toContain('PgDn for more')
    expect(top).toContain('/chat NAME')
    expect(top).not.toContain('Ctrl+C twice leaves')
    // As many pages as the list of commands has by now.
    let end = ''
    for (let page = 0; page < 8 && !end.includes('PgUp for the beginning'); page++) end += await type('\u001b[6~')
    expect(end).toContain('PgUp for the beginning')
    expect(end).toContain('Ctrl+C twice leaves')
    expect(await type('\u001b[5~')).toContain('PgDn for more')
    expect(await type('/map\r')).toMatch(/Mara.*direct/u)
    stop(0)
    await code
  })

  it('gives back what was refused', async () => {
    const { lake, type, stop, code } = start()
    lake.refusing = true
    const shown = await type('try\r')
    expect(shown).toContain('Not taken')
    expect(await type('\f')).toMatch(/you > .*half try/u)
    stop(0)
    await code
  })

  it('TRM1 writes no sequence of somebody else’s', async () => {
    const { lake, type, stop, code } = start()
    await type('')
    lake.say('Mara', '\u001b[?1049l\u001b]52;c;aGk=\u0007\u009b2J')
    const shown = await type('')
    expect(shown).toContain('[?1049l]52;c;aGk=2J')
    expect(shown).not.toContain('\u001b[?1049l')
    expect(shown).not.toContain('\u009b')
    expect(shown).not.toContain(enterScreen)
    stop(0)
    await code
  })

  it('VIE12 TEL11 rings when somebody who looks elsewhere is called by name, once, and not when they look', async () => {
    const { lake, type: written, stop } = start()
    /** Whether it rang; the window's title ends with the same character. */
    const rings = async (happens: () => unknown): Promise<boolean> => {
      const heard = written('')
      await happens()
      return (await heard).replaceAll(/\u001b\][^\u0007]*\u0007/gu, '').includes('\u0007')
    }
    await pause()
    expect(await rings(() => lake.say('Mara', 'here, @Robin'))).toBe(false)
    await lake.setTelling('called')
    await written('\u001b[O')
    expect(await rings(() => lake.say('Mara', 'nobody'))).toBe(false)
    expect(await rings(() => lake.say('Mara', 'and there, @robin?'))).toBe(true)
    const { id } = lake.timeline.at(lake.timeline.length - 1)
    expect(await rings(async () => lake.edit(id, 'and there, @robin!'))).toBe(false)
    stop(0)
  })

  it('TRM63 shows a hint whole where its line is too short for it', async () => {
    const { type, stop } = start()
    await pause()
    const shown = await type(`\u0015/why ${'Somebody with a very long name '.repeat(3)}\r`)
    expect(shown).toContain('told')
    stop(0)
  })
})
