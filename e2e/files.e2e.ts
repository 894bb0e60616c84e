/**
 * Files as people use them: two browsers and a terminal share a photo, a voice message and a larger file, through the
 * buttons of the page and the lines of `--json`, with a reload in the middle.
 */
import { createHash, randomBytes } from 'node:crypto'
import { open, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

const secret = 'GPS 52.5163N 13.3777E'

interface FileLine {
  readonly type: 'file'
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly size: number
  readonly state: string
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A photo a browser drew, with a place hidden in it. */
async function photo(person: Person): Promise<Buffer> {
  const base64 = await person.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480)
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('no canvas')
    const sky = context.createLinearGradient(0, 0, 640, 480)
    sky.addColorStop(0, '#244')
    sky.addColorStop(1, '#fa6')
    context.fillStyle = sky
    context.fillRect(0, 0, 640, 480)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
    return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())))
  })
  const plain = Buffer.from(base64, 'base64')
  const hidden = Buffer.from(`Exif\0\0${secret}`)
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, hidden.length + 2]), hidden])
  return Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2)])
}

/** Larger files are fetched only when somebody wants them. */
const largeBytes = 66 * 1024 * 1024

/** Silence of twelve minutes, 48,000 samples of 16 bits a second: it can be played from its first bytes on. */
async function writeRecording(path: string): Promise<void> {
  const head = Buffer.alloc(44)
  head.write('RIFF')
  head.writeUInt32LE(largeBytes - 8, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(48_000, 24)
  head.writeUInt32LE(96_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(largeBytes - head.length, 40)
  const file = await open(path, 'w')
  await file.write(head)
  await file.truncate(largeBytes)
  await file.close()
}

describe('two browsers and a terminal share files', () => {
  const stage = setStage()
  let ana: Person
  let ben: Person
  let cleo: Terminal

  beforeAll(async () => {
    ana = await Person.arrive(stage.browser, 'Ana')
    ben = await Person.arrive(stage.browser, 'Ben', { keepsApp: true })
    const link = await ana.makeRoom(stage.relay.origin)
    await ben.join(link)
    cleo = new Terminal(['join', link, '--data', `${stage.folder}/cleo`, '--name', 'Cleo'])
    await cleo.link()
    await until('a terminal that is linked with both', 60_000, () => {
      const linked = [...cleo.peers.values()].filter(({ path }) => path === 'direct')
      return linked.length === 2
    })
  })

  afterAll(async () => {
    await cleo?.leave()
  })

  const fileLine = (name: string): FileLine | undefined =>
    (cleo.lines as readonly { readonly type: string }[]).findLast(
      (line): line is FileLine => line.type === 'file' && (line as FileLine).name === name,
    )
  /** What the terminal writes when it saves the file. */
  const saved = async (name: string, to: string): Promise<Buffer> => {
    const line = await until(`the terminal to know ${name}`, 60_000, () => fileLine(name))
    cleo.write({ type: 'save', id: line.id, path: `${stage.folder}/${to}` })
    await until(`${name} to be saved`, 60_000, () =>
      (cleo.lines as readonly { readonly type: string; readonly id?: string }[]).some(
        ({ type, id }) => type === 'saved' && id === line.id,
      ),
    )
    return readFile(`${stage.folder}/${to}`)
  }

  it('FIL1 a photo is seen by the others, and nobody learns where it was taken', async () => {
    const original = await photo(ana)
    await ana.page
      .getByTestId('file-picker')
      .setInputFiles({ name: 'lake.jpg', mimeType: 'image/jpeg', buffer: original })
    await ana.page.getByRole('button', { name: 'Remove lake.jpg' }).waitFor()
    await ana.say('The lake this morning')
    const shown = ben.page.getByRole('img', { name: 'Picture: lake.jpg' })
    await shown.waitFor()
    await until('the picture to be drawn', 15_000, () =>
      shown.evaluate((image) => (image as HTMLImageElement).naturalWidth === 640),
    )
    const bytes = await saved('lake.jpg', 'lake.jpg')
    expect(original.includes(secret)).toBe(true)
    expect(bytes.includes(secret)).toBe(false)
    expect(bytes.includes('Exif')).toBe(false)
    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
    await ben.page.getByRole('button', { name: 'Open the picture lake.jpg' }).click()
    await ben.page.getByRole('dialog', { name: 'Pictures' }).getByText('1 of 1').waitFor()
    await ben.page.keyboard.press('Escape')
  })

  it('a voice message is recorded, sent and heard', async () => {
    await ana.page.getByRole('button', { name: 'Record a voice message' }).click()
    await ana.page.getByRole('timer').getByText('0:01').waitFor()
    await ana.page.getByRole('button', { name: 'Send the voice message' }).click()
    const message = ben.page.getByRole('group', { name: 'Voice message of Ana' })
    await message.getByRole('button', { name: 'Play' }).click()
    await until('the voice message to play', 15_000, () =>
      message.locator('audio').evaluate((audio) => (audio as HTMLAudioElement).currentTime > 0.2),
    )
    expect(fileLine('Voice message.webm')).toMatchObject({ mediaType: 'audio/webm' })
  })

  it('5 MB of a terminal come through a reload in the middle, byte for byte', async () => {
    const bytes = randomBytes(5_000_000)
    await writeFile(`${stage.folder}/boat.bin`, bytes)
    cleo.write({ type: 'attach', path: `${stage.folder}/boat.bin`, text: 'the boat papers' })
    await ben.page.getByText('boat.bin', { exact: true }).first().waitFor()
    await ben.page.reload()
    await ben.composer().waitFor()
    // One in five does not fetch a file of this size by itself.
    const save = ben.page.getByRole('button', { name: 'Save boat.bin' })
    const fetch = ben.page.getByRole('button', { name: /^Fetch boat\.bin/ })
    await save.or(fetch).first().waitFor({ timeout: 60_000 })
    if (await fetch.isVisible()) await fetch.click()
    await save.waitFor({ timeout: 60_000 })
    const coming = ben.page.waitForEvent('download')
    await save.click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('boat.bin')
    await download.saveAs(`${stage.folder}/downloaded.bin`)
    expect(sha256(await readFile(`${stage.folder}/downloaded.bin`))).toBe(sha256(bytes))
  })

  it('FIL5 FIL10 what is long plays while it arrives, and a pause is a pause', async () => {
    await writeRecording(`${stage.folder}/sea.wav`)
    cleo.write({ type: 'attach', path: `${stage.folder}/sea.wav`, text: 'the sea' })
    await ben.page.getByRole('button', { name: 'Sound: sea.wav' }).click({ timeout: 60_000 })
    const player = ben.page.locator('.media audio')
    const pause = ben.page.getByRole('button', { name: 'Pause sea.wav' })
    await until('the sea to be heard', 60_000, () =>
      player.evaluate((audio: HTMLAudioElement) => audio.currentTime > 0.2),
    )
    await pause.click()
    const goOn = ben.page.getByRole('button', { name: 'Go on fetching sea.wav' })
    await goOn.waitFor()
    await player.waitFor({ state: 'detached' })
    const have = (): Promise<number> =>
      ben.page.locator('.media progress').evaluate((line: HTMLProgressElement) => line.value)
    const paused = await have()
    // Long enough for a player to ask again.
    await ben.page.waitForTimeout(500)
    expect(await goOn.isVisible()).toBe(true)
    expect(await have()).toBe(paused)
    expect(paused).toBeLessThan(largeBytes)
    await ben.page.getByRole('button', { name: 'Stop fetching sea.wav and erase what came' }).click()
  })

  it('the files of the room are listed: who gave them, and how many hold them', async () => {
    await ben.page.getByRole('button', { name: 'Files of this room' }).click()
    const list = ben.page.getByRole('dialog', { name: 'Files' })
    await list.getByText('4 files').waitFor()
    for (const name of ['lake.jpg', 'Voice message.webm', 'boat.bin'])
      await list.getByText(name, { exact: true }).waitFor()
    await list
      .getByText(/held by [12] other/)
      .first()
      .waitFor()
    await ben.page.keyboard.press('Escape')
    expect([...ana.complaints, ...ben.complaints]).toEqual([])
  })
})
