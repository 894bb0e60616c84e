import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatBytes } from '@kith/protocol'
import { filesOf, type Attachment } from '@kith/peer'
import { fakeChat } from '@kith/peer/testing/fake-fixtures'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { perform } from '../actions.ts'
import type { Outcome } from '../outcome.ts'
import { parseInput } from '../commands.ts'
import { decodePicture } from './decode-picture.ts'
import { fileLine, findRoomFile, progressBar, shortId, sizeText, stateText } from './file-words.ts'
import { pictureRows } from './picture-rows.ts'
import { openFile } from './send-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-files-'))
})
afterEach(() => rm(folder, { recursive: true }))

const secret = 'GPS 52.5163N'

function photo(width = 40, height = 30): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).map((_, i) => (i % 4 === 0 || i % 4 === 3 ? 255 : 20))
  const plain = jpeg.encode({ width, height, data: rgba }, 90).data
  const hidden = Buffer.from(`Exif\0\0${secret}`)
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, hidden.length + 2]), hidden])
  return concatBytes(plain.subarray(0, 2), segment, plain.subarray(2))
}

function text(outcome: Outcome): string {
  return 'text' in outcome ? outcome.text : outcome.type
}

async function type(
  line: string,
  draws = false,
): Promise<{ readonly outcome: Outcome; readonly files: readonly Attachment[] }> {
  const room = chat.first
  const parsed = parseInput(line)
  if (!parsed.ok) return { outcome: { type: 'hint', text: parsed.code }, files: [] }
  const outcome = await perform(parsed.value, { chat, room, rooms: [room], numbersFrom: undefined, draws })
  return { outcome, files: filesOf(room).map(({ file }) => file) }
}

let chat = fakeChat('full')
beforeEach(() => {
  chat = fakeChat('full')
})

describe('files in a terminal', () => {
  it('TRM20 go out with /send, a photo without its hidden data and with its colours ahead', async () => {
    await writeFile(join(folder, 'my photo.jpg'), photo())
    const { outcome, files } = await type(`/send '${join(folder, 'my photo.jpg')}'`)
    expect(text(outcome)).toBe('Sent my photo.jpg.')
    const [sent] = files
    expect(sent).toMatchObject({ name: 'my photo.jpg', type: 'image/jpeg', preview: { width: 40, height: 30 } })
    expect(sent?.preview?.thumb.length).toBeGreaterThan(4)
    const bytes = await chat.first.readFile(sent?.root ?? '', 0, 1e6)
    expect(Buffer.from(photo()).includes(secret)).toBe(true)
    expect(Buffer.from(bytes).includes(secret)).toBe(false)
    expect(decodePicture(bytes)).toMatchObject({ width: 40, height: 30 })
  })

  it('go out untouched when that is asked for', async () => {
    await writeFile(join(folder, 'a.jpg'), photo())
    const { files } = await type(`/send --original ${join(folder, 'a.jpg')}`)
    expect(Buffer.from(await chat.first.readFile(files[0]?.root ?? '', 0, 1e6)).includes(secret)).toBe(true)
  })

  it('FIL6 that cannot be sent are told in words', async () => {
    await writeFile(join(folder, 'empty'), '')
    expect(text((await type(`/send ${join(folder, 'empty')}`)).outcome)).toMatch(/empty/)
    expect(text((await type(`/send ${join(folder, 'nowhere')}`)).outcome)).toMatch(/could not be read/)
    expect(text((await type(`/send ${folder}`)).outcome)).toMatch(/could not be read/)
    chat.first.files.refusing = 'storeFull'
    await writeFile(join(folder, 'b'), 'bytes')
    expect(text((await type(`/send ${join(folder, 'b')}`)).outcome)).toMatch(/no space left/)
  })

  it('TRM20 come back with /save, byte for byte and never over what is there', async () => {
    await writeFile(join(folder, 'list.txt'), 'bread, charcoal')
    const { files } = await type(`/send ${join(folder, 'list.txt')}`)
    const id = shortId(files[0] as Attachment)
    expect(text((await type(`/save ${id} ${folder}/`)).outcome)).toBe(`Saved ${join(folder, 'list (2).txt')}.`)
    expect(text((await type(`/save last ${join(folder, 'other.txt')}`)).outcome)).toContain('other.txt')
    expect(await readFile(join(folder, 'list (2).txt'), 'utf8')).toBe('bread, charcoal')
    expect(await readFile(join(folder, 'list.txt'), 'utf8')).toBe('bread, charcoal')
    expect((await readdir(folder)).toSorted()).toEqual(['list (2).txt', 'list.txt', 'other.txt'])
  })

  it('FIL6 that nobody has now are not half on the disk, and it says why', async () => {
    chat = fakeChat('filesFailing')
    for (const { name } of chat.first.state.people) chat.first.setPerson({ name, online: false })
    expect(text((await type(`/save Boat ${folder}/`)).outcome)).toMatch(/Nobody who is here right now has this file/)
    expect(text((await type(`/save last ${join(folder, 'no', 'where')}`)).outcome)).toMatch(/no such folder/)
    expect(await readdir(folder)).toEqual([])
  })

  it('are listed, named by their beginning, fetched, paused and freed', async () => {
    chat = fakeChat('filesComing', { paceMs: 60_000 })
    expect(text((await type('/files')).outcome)).toContain('Sauna plan.pdf · 24 MB · paused at 60 %')
    expect(text((await type('/pause All')).outcome)).toMatch(/^Paused All the photos\.zip/)
    expect(text((await type('/free Sauna')).outcome)).toMatch(/^Erased Sauna plan\.pdf here/)
    expect(text((await type('/fetch Sauna')).outcome)).toBe('Fetching Sauna plan.pdf.')
    const sauna = findRoomFile(chat.first, 'sauna')
    expect(typeof sauna === 'string' ? sauna : sauna.file.state).toBe('fetching')
    expect(text((await type('/save nothing')).outcome)).toMatch(/\/files lists them/)
    expect(text((await type('/save')).outcome)).toMatch(/Which file/)
  })

  it('TRM20 with a picture are drawn where colours can be seen', async () => {
    await writeFile(join(folder, 'red.jpg'), photo())
    await type(`/send ${join(folder, 'red.jpg')}`)
    const { outcome } = await type('/show last', true)
    const rows = outcome.type === 'rows' ? outcome.rows(20) : []
    expect(rows).toHaveLength(7)
    const [first] = rows[0] ?? []
    expect(first?.text).toBe('▀')
    expect(first?.style.pixel?.above[0]).toBeGreaterThan(200)
    expect(first?.style.pixel?.above[1]).toBeLessThan(60)
    expect(text((await type('/show last', false)).outcome)).toMatch(/cannot be drawn here/)
  })
})

describe('a picture from strangers', () => {
  it('is drawn from JPEG and PNG, and not at all from what is broken or claims to be huge', () => {
    const png = new PNG({ width: 3, height: 2 })
    const bytes = new Uint8Array(PNG.sync.write(png))
    expect(decodePicture(bytes)).toMatchObject({ width: 3, height: 2 })
    expect(decodePicture(bytes.subarray(0, 40))).toBeUndefined()
    const huge = bytes.slice()
    new DataView(huge.buffer).setUint32(16, 100_000)
    new DataView(huge.buffer).setUint32(20, 100_000)
    expect(decodePicture(huge)).toBeUndefined()
    expect(decodePicture(photo().subarray(0, 60))).toBeUndefined()
    expect(decodePicture(Uint8Array.of(1, 2, 3))).toBeUndefined()
  })

  it('fits the columns, whatever its shape', () => {
    const tall = { width: 10, height: 400, rgba: new Uint8Array(10 * 400 * 4) }
    const rows = pictureRows(tall, 30, 10)
    expect(rows).toHaveLength(10)
    expect(rows.every((row) => row.length === (rows[0]?.length ?? 0) && row.length <= 30)).toBe(true)
  })
})

describe('the words of a file', () => {
  const file: Attachment = {
    root: '3f9a01'.padEnd(64, '0'),
    name: 'boat\u001b[2J.zip',
    size: 1_240_000_000,
    type: 'application/zip',
    preview: undefined,
    state: 'fetching',
    have: 620_000_000,
    bytesPerSecond: 1_240_000,
    sources: 3,
    holders: 2,
    leftMs: 500_000,
    why: undefined,
  }

  it('tell how far it has come, how fast, from how many and how long', () => {
    expect(stateText(file)).toBe(`${progressBar(0.5)} 50 % · 1.2 MB/s · from 3 · 8 min left`)
    expect(fileLine({ ...file, state: 'failed', why: 'storeFull' })).toBe(
      '[3f9a01] boat[2J.zip · 1.2 GB · stopped · no space left here',
    )
  })

  it('draw a bar that fills from empty to full', () => {
    expect(progressBar(0, 4)).toBe('▕    ▏')
    expect(progressBar(0.5, 4)).toBe('▕██  ▏')
    expect(progressBar(0.53, 4)).toBe('▕██▏ ▏')
    expect(progressBar(2, 4)).toBe('▕████▏')
    expect([sizeText(999), sizeText(1500), sizeText(23_400_000)]).toEqual(['999 B', '1.5 kB', '23 MB'])
  })

  it('are refused for what is no file', async () => {
    await expect(openFile(join(folder, 'nothing'))).rejects.toThrow(/could not be read/)
  })
})
