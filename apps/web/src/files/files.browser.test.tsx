import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { encodeBitmap, paintScene } from '@kith/peer/testing/fake-pictures'
import { violations } from '../testing/axe.ts'
import { openApp, rows, settled, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

const field = () => page.getByRole('textbox', { name: /^Message to/ })
const newest = () => app.room.timeline.at(app.room.timeline.length - 1)

/** A JPEG a browser drew, with a place hidden in it. */
async function photo(name: string, width = 64, height = 48): Promise<File> {
  const blob = await new OffscreenCanvas(width, height).getContext('2d')?.canvas.convertToBlob({ type: 'image/jpeg' })
  const plain = new Uint8Array(await (blob as Blob).arrayBuffer())
  const hidden = new TextEncoder().encode('Exif\0\0GPS 52.5163N')
  const segment = Uint8Array.of(0xff, 0xe1, 0, hidden.length + 2, ...hidden)
  return new File([plain.subarray(0, 2), segment, plain.subarray(2)], name, { type: 'image/jpeg' })
}

function give(kind: 'drop' | 'paste', files: readonly File[]): void {
  const data = new DataTransfer()
  for (const file of files) data.items.add(file)
  const target = kind === 'drop' ? document.querySelector('.room-main') : field().element()
  const event =
    kind === 'drop'
      ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
      : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
  target?.dispatchEvent(event)
}

const sentText = async (root: string): Promise<string> =>
  String.fromCharCode(...(await app.room.readFile(root, 0, 1_000_000)))

describe('a voice message', () => {
  it('that may not be recorded says so, and nothing looks as if it were', async () => {
    const { mediaDevices } = navigator
    const original = mediaDevices.getUserMedia
    mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    try {
      app = await openApp('full')
      await userEvent.click(page.getByRole('button', { name: 'Record a voice message' }))
      await expect.element(page.getByRole('alert')).toHaveTextContent(/may not use the microphone/)
      await expect.element(page.getByRole('timer')).not.toBeInTheDocument()
      await userEvent.click(page.getByRole('group').getByRole('button', { name: 'Close' }))
      await expect.element(field()).toHaveFocus()
    } finally {
      mediaDevices.getUserMedia = original
    }
  })
})

describe('adding files', () => {
  it('waits for a word about what was chosen, or for Enter', async () => {
    app = await openApp('full')
    const add = page.getByRole('button', { name: 'Add files' }).element() as HTMLElement
    add.focus()
    await userEvent.upload(page.getByTestId('file-picker'), await photo('lake.jpg'))
    await expect.element(page.getByRole('button', { name: 'Remove lake.jpg' })).toBeVisible()
    await expect.element(field()).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await until(() => newest().attachments.length === 1, 'the message')
  })

  it.each(['drop', 'paste'] as const)(
    'FIL1 by %s: a photo waits in the tray without its place, and goes with the words',
    async (kind) => {
      app = await openApp('full')
      give(kind, [await photo('lake.jpg')])
      await expect.element(page.getByRole('button', { name: 'Remove lake.jpg' })).toBeVisible()
      await userEvent.fill(field(), 'The lake')
      await userEvent.keyboard('{Enter}')
      await until(() => newest().attachments.length === 1, 'the message')
      expect(newest()).toMatchObject({
        text: 'The lake',
        attachments: [{ name: 'lake.jpg', preview: { width: 64, height: 48 } }],
      })
      expect(await sentText(newest().attachments[0]?.root ?? '')).not.toContain('GPS')
      expect(app.room.state.draftFiles).toEqual([])
      await expect.element(page.getByRole('img', { name: 'Picture: lake.jpg' })).toBeVisible()
    },
  )

  it('sends the original only when that is chosen, and says what that means', async () => {
    app = await openApp('full')
    give('drop', [await photo('lake.jpg')])
    await userEvent.selectOptions(page.getByRole('combobox', { name: 'How pictures are sent' }), 'Original file')
    await expect.element(page.getByText('It tells where and with what it was taken.')).toBeVisible()
    await expect.element(page.getByRole('img', { name: /may tell where it was taken/ })).toBeVisible()
    await userEvent.click(field())
    await userEvent.keyboard('{Enter}')
    await until(() => newest().attachments.length === 1, 'the message')
    expect(await sentText(newest().attachments[0]?.root ?? '')).toContain('GPS')
    localStorage.removeItem('kith-picture-quality')
  })

  it('makes a large picture smaller when the person wants', async () => {
    app = await openApp('full')
    const bitmap = encodeBitmap(paintScene('evening', 2600, 300))
    give('drop', [new File([new Uint8Array(bitmap)], 'wide.bmp', { type: 'image/bmp' })])
    await userEvent.selectOptions(page.getByRole('combobox', { name: 'How pictures are sent' }), 'Smaller')
    await until(() => app.room.state.draftFiles[0]?.name === 'wide.jpg', 'the smaller one')
    const [small] = app.room.state.draftFiles
    expect(small?.size).toBeLessThan(bitmap.length / 10)
    const bytes = await app.room.readFile(small?.root ?? '', 0, 10_000_000)
    const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]))
    expect(picture.width).toBe(2048)
    localStorage.removeItem('kith-picture-quality')
  })

  it('FIL6 says what cannot be added, and keeps what was', async () => {
    app = await openApp('filesDraft')
    app.room.files.refusing = 'storeFull'
    give('drop', [await photo('more.jpg')])
    await expect.element(page.getByRole('alert')).toHaveTextContent(/no space left/)
    expect(app.room.state.draftFiles).toHaveLength(3)
    await userEvent.click(page.getByRole('button', { name: 'Remove Packing list.pdf' }))
    await until(() => app.room.state.draftFiles.length === 2, 'two files')
  })
})

describe('files of a room', () => {
  it('open large, one after the other, by keyboard', async () => {
    app = await openApp('files')
    await userEvent.click(page.getByRole('button', { name: 'Open the picture Jetty.bmp' }))
    await expect.element(page.getByText(/2 of 6/)).toBeVisible()
    await userEvent.keyboard('{ArrowRight}{ArrowRight}')
    await expect.element(page.getByText('Moon.bmp')).toBeVisible()
    await userEvent.keyboard('{Home}')
    await expect.element(page.getByText('IMG_0418.bmp')).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await until(() => document.querySelector('dialog') === null, 'the room again')
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Open the picture Jetty.bmp')
  })

  it('are fetched, paused, gone on with and given up', async () => {
    app = await openApp('filesComing', { paceMs: 100_000 })
    await userEvent.click(page.getByRole('button', { name: 'Pause All the photos.zip' }))
    await userEvent.click(page.getByRole('button', { name: 'Go on fetching All the photos.zip' }))
    await expect.element(page.getByText(/384 MB of 1.2 GB/)).toBeVisible()
    await userEvent.click(page.getByRole('button', { name: /^Stop fetching All the photos\.zip/ }))
    await expect.element(page.getByRole('button', { name: 'Fetch All the photos.zip, 1.2 GB' })).toBeVisible()
  })

  it('are listed by kind, and lead to their message', async () => {
    app = await openApp('files')
    await userEvent.click(page.getByRole('button', { name: 'Files of this room' }))
    await expect.element(page.getByText('9 files', { exact: false })).toBeVisible()
    await userEvent.click(page.getByRole('radio', { name: 'Others' }))
    await expect.element(page.getByText(/^2 files/)).toBeVisible()
    await userEvent.click(page.getByRole('button', { name: 'Show the message' }).first())
    await until(() => rows().some((row) => row.classList.contains('flash')), 'the message')
  })

  it('are announced in a word when they come without any', async () => {
    app = await openApp('full')
    app.room.say('Mara', '', undefined, [{ name: 'Plan.pdf', type: 'application/pdf', size: 10 }])
    await expect.element(page.getByTestId('announcer')).toHaveTextContent('Mara: a file, Plan.pdf')
  })

  it('FIL6 say in words what stands in their way', async () => {
    app = await openApp('filesFailing')
    await until(() => document.body.textContent?.includes('cannot be shown here') === true, 'the broken picture')
    const said = document.querySelector('[role="log"]')?.textContent ?? ''
    expect(said).toContain('no space left')
    expect(said).toContain('Nobody who is here right now has it')
    expect(said).not.toMatch(/error/i)
  })
})

describe('axe finds nothing', () => {
  it.each(['files', 'filesComing', 'filesFailing', 'filesDraft'] as const)('%s', async (situation) => {
    app = await openApp(situation, { paceMs: 100_000 })
    expect(await violations()).toEqual([])
    await userEvent.click(page.getByRole('button', { name: 'Files of this room' }))
    await settled()
    expect(await violations()).toEqual([])
  })
})
