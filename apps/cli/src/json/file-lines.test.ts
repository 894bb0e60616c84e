import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { FakeChat } from '@kith/peer/testing'
import { fakeKey } from '@kith/peer/testing/fake-keys'
import type { FakeRoom } from '@kith/peer/testing/fake-room'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runJson } from './json-chat.ts'

type Line = Readonly<Record<string, unknown>>

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-json-'))
})
afterEach(() => rm(folder, { recursive: true }))

function start(): { readonly room: FakeRoom; readonly lines: Line[]; tell(line: unknown): void; stop(): void } {
  const link = `https://kith.example/#${'L'.repeat(42)}A`
  const chat = new FakeChat({ rooms: [{ title: '', link, people: [{ name: 'Mara', path: 'direct' }] }] })
  const input = new PassThrough()
  const lines: Line[] = []
  let stop: (code: number) => void = () => undefined
  void runJson(chat, [{ room: chat.first, fresh: false }], {
    input,
    write: (text) => {
      for (const line of text.trim().split('\n')) lines.push(JSON.parse(line) as Line)
    },
    note: () => undefined,
    now: Date.now,
    sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    stopped: new Promise((resolve) => (stop = resolve)),
  })
  return {
    room: chat.first,
    lines,
    tell: (line) => void input.write(`${JSON.stringify(line)}\n`),
    stop: () => stop(0),
  }
}

describe('--json and files', () => {
  it('TRM21 gives a file to the room, tells how far another has come, and saves it', async () => {
    const { room, lines, tell, stop } = start()
    await writeFile(join(folder, 'list.txt'), 'bread')
    tell({ type: 'attach', path: join(folder, 'list.txt'), text: 'what we need' })
    await vi.waitFor(() => expect(lines.some(({ type }) => type === 'file')).toBe(true))
    const sent = lines.find(({ type, files }) => type === 'message' && files !== undefined)
    expect(sent).toMatchObject({
      text: 'what we need',
      files: [{ name: 'list.txt', mediaType: 'text/plain', size: 5 }],
    })
    expect(lines.find(({ type }) => type === 'file')).toMatchObject({
      state: 'here',
      have: 5,
      message: sent?.['id'],
      why: null,
    })

    lines.length = 0
    room.say('Mara', '', undefined, [
      { name: 'boat.bin', type: 'application/zip', bytes: Uint8Array.of(1, 2, 3, 4), part: 0 },
    ])
    const root = room.timeline.at(room.timeline.length - 1).attachments[0]?.root ?? ''
    room.files.set(root, { state: 'fetching', have: 2, sources: 2, bytesPerSecond: 10.4, leftMs: 199.7 })
    room.files.set(root, { bytesPerSecond: 11 })
    room.files.set(root, { state: 'here', have: 4 })
    await vi.waitFor(() => expect(lines.filter(({ type }) => type === 'file')).toHaveLength(3))
    expect(lines.filter(({ type }) => type === 'file')).toMatchObject([
      { state: 'waiting', have: 0 },
      { state: 'fetching', have: 2, sources: 2, bytesPerSecond: 10, leftMs: 200 },
      { state: 'here', have: 4 },
    ])

    lines.length = 0
    tell({ type: 'save', id: root.slice(0, 6), path: join(folder, 'boat.bin') })
    await vi.waitFor(() => expect(lines).toEqual([{ type: 'saved', id: root, path: join(folder, 'boat.bin') }]))
    expect(new Uint8Array(await readFile(join(folder, 'boat.bin')))).toEqual(Uint8Array.of(1, 2, 3, 4))
    stop()
  })

  it('FIL6 says in words what cannot be done, and goes on', async () => {
    const { lines, tell, stop } = start()
    lines.length = 0
    tell({ type: 'attach', path: join(folder, 'nowhere') })
    await vi.waitFor(() => expect(lines).toMatchObject([{ type: 'error', code: 'FileFailed' }]))
    expect(lines[0]?.['message']).toMatch(/could not be read/)
    lines.length = 0
    tell({ type: 'save', id: fakeKey('none') })
    tell({ type: 'save' })
    tell({ type: 'attach' })
    await vi.waitFor(() => expect(lines).toHaveLength(3))
    expect(lines.map(({ code }) => String(code)).sort()).toEqual(['FileFailed', 'idMissing', 'pathMissing'])
    stop()
  })
})
