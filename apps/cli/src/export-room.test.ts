import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeChat } from '@kith/peer/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { perform } from './actions.ts'
import { parseInput, type ChatCommand } from './commands.ts'
import { runExport } from './export-program.ts'
import type { Outcome } from './outcome.ts'
import { paintCopy } from './screen/paint.ts'

const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'kith-export-'))
  folders.push(made)
  return made
}

const chat = new FakeChat({
  rooms: [
    {
      title: 'Lake',
      link: `https://kith.example/#${'L'.repeat(42)}A`,
      people: [{ name: 'Mara' }],
      messages: [{ by: 'Mara', agoMs: 60_000, text: 'who has the **key**?' }],
    },
    { title: 'Band', link: `https://kith.example/#${'B'.repeat(42)}A` },
  ],
})
const rooms = chat.state.rooms.map(({ id }) => chat.room(id)!)

async function typed(text: string): Promise<Outcome> {
  const parsed = parseInput(text)
  if (!parsed.ok) throw new Error(parsed.code)
  const command: ChatCommand = parsed.value
  return perform(command, { chat, room: rooms[0]!, rooms, numbersFrom: undefined })
}

describe('taking a room along', () => {
  it('TRM61 writes Markdown or JSON into a file of one’s own, never over another', async () => {
    const place = await folder()
    expect(await typed(`/export ${place}/lake.md`)).toMatchObject({
      text: expect.stringContaining('lake.md') as string,
    })
    expect(await readFile(`${place}/lake.md`, 'utf8')).toMatch(
      /\*\*Mara\*\*, \d\d:\d\d\n\n> who has the \*\*key\*\*\?\n$/u,
    )
    expect((await stat(`${place}/lake.md`)).mode & 0o777).toBe(0o600)
    await typed(`/export ${place}/lake.md`)
    expect(await readFile(`${place}/lake (2).md`, 'utf8')).toContain('who has')
    await typed(`/export ${place}/lake.json`)
    expect(JSON.parse(await readFile(`${place}/lake.json`, 'utf8'))).toMatchObject({ room: { title: 'Lake' } })
    expect(await typed(`/export ${place}/nowhere/lake.md`)).toMatchObject({ type: 'hint' })
  })

  it('TRM61 from the command line names the room, and says which there are', async () => {
    const opened = rooms.map((room) => ({ room, fresh: false }))
    let written = ''
    const write = (part: string): void => void (written += part)
    expect(await runExport(opened, { name: 'lake', format: 'json' }, write)).toBe(0)
    expect(JSON.parse(written)).toMatchObject({ messages: [{ text: 'who has the **key**?' }] })
    await expect(runExport(opened, { name: undefined, format: 'markdown' }, write)).rejects.toThrow('“Lake”, “Band”')
  })

  it('TRM62 gives a message’s text to the clipboard, which nothing in it can leave', async () => {
    expect(await typed('/copy 1')).toEqual({ type: 'copy', text: 'who has the **key**?' })
    expect(await typed('/copy 9')).toMatchObject({ type: 'hint' })
    const hostile = '\u0007\u001b]0;mine\u0007'
    expect(paintCopy(hostile)).toBe(`\u001b]52;c;${Buffer.from(hostile).toString('base64')}\u0007`)
    expect(paintCopy('x'.repeat(60_000))).toBeUndefined()
  })
})
