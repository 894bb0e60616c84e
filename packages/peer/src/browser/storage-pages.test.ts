/** The browser's store in real pages: what needs a restart of the browser, its files on disk, or its quota. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JSHandle, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Pages } from '../testing/pages.ts'
import type { StoragePage } from './storage-page.ts'

let pages: Pages

beforeAll(async () => {
  pages = await Pages.start('packages/peer/src/browser/storage-page.ts')
}, 60_000)

afterAll(async () => {
  await pages.stop()
})

async function open(): Promise<{ readonly page: Page; readonly fixture: JSHandle<StoragePage> }> {
  const page = await pages.open()
  const fixture = await page.evaluateHandle(() => (globalThis as unknown as { fixture: StoragePage }).fixture)
  return { page, fixture }
}

/** Every byte of every file of the profile. */
async function everything(): Promise<string> {
  const entries = await readdir(pages.profile, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))).join('\n')
}

const secret = 'meet me at the old bridge'

it('STO4 STO20 keeps records and the key over a restart of the browser, and leaves no plaintext in its files', async () => {
  const { fixture } = await open()
  expect(await fixture.evaluate((page) => page.openSealed('kith'))).toBe('open')
  await fixture.evaluate(async (page, text) => {
    for (let i = 0; i < 20; i++) await page.put(`room/${i}`, `${text} ${i}`)
  }, secret)
  // Not closed: a browser that quits does not ask its pages to finish.
  await pages.closeBrowser()
  const files = await everything()
  const utf16 = (text: string): string => [...text].join('\0')
  expect(files).toContain(utf16('r/room/19'))
  expect(files).not.toContain(secret)
  expect(files).not.toContain(utf16(secret))

  const again = await open()
  expect(await again.fixture.evaluate((page) => page.openSealed('kith'))).toBe('open')
  const records = await again.fixture.evaluate((page) => page.read('room/'))
  expect(records).toHaveLength(20)
  expect(records[0]).toBe(`room/9=${secret} 9`)
}, 60_000)

it('STO7 frees the store when its page is closed without a word', async () => {
  const first = await open()
  const second = await open()
  expect(await first.fixture.evaluate((page) => page.open('held'))).toBe('open')
  expect(await second.fixture.evaluate((page) => page.open('held'))).toBe('StorageHeld')
  await first.page.close()
  expect(await second.fixture.evaluate((page) => page.open('held'))).toBe('open')
}, 60_000)

it('STO11 rejects with StorageFull when the quota is used up, keeps what was there, and goes on', async () => {
  // A fresh browser: Chromium remembers for a while how much room it once found.
  await pages.closeBrowser()
  const { page, fixture } = await open()
  const session = await page.context().newCDPSession(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin: pages.origin, quotaSize: 3_000_000 })
  expect(await fixture.evaluate((page) => page.open('full'))).toBe('open')
  expect(await fixture.evaluate((page) => page.put('small', 'kept'))).toBe('ok')
  expect(await fixture.evaluate((page) => page.putRandom('big', 65_536, 80))).toBe('StorageFull')
  expect(await fixture.evaluate((page) => page.read(''))).toEqual(['small=kept'])
  expect(await fixture.evaluate((page) => page.putRandom('fits', 1_000, 3))).toBe('ok')
  expect(await fixture.evaluate((page) => page.keys())).toEqual(['fits/0', 'fits/1', 'fits/2', 'small'])
}, 60_000)
