/** Shared tabs in real pages of a real Chromium. */
import type { JSHandle, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Pages } from '../testing/pages.ts'
import { chunkMessages } from './tabs-leader.ts'
import type { TabsPage } from './tabs-page.ts'

let pages: Pages

beforeAll(async () => {
  pages = await Pages.start('packages/peer/src/browser/tabs-page.ts')
}, 60_000)

afterEach(() => pages.closePages())

afterAll(async () => {
  await pages.stop()
})

interface Tab {
  readonly page: Page
  readonly fixture: JSHandle<TabsPage>
}

async function open(): Promise<Tab> {
  const page = await pages.open()
  const fixture = await page.evaluateHandle(() => (globalThis as unknown as { fixture: TabsPage }).fixture)
  return { page, fixture }
}

async function share(options: Parameters<TabsPage['share']>[0] = {}): Promise<Tab> {
  const tab = await open()
  await tab.fixture.evaluate((page, options) => page.share(options), options)
  return tab
}

function texts({ fixture }: Tab): Promise<readonly string[]> {
  return fixture.evaluate((page) => page.texts())
}

function send({ fixture }: Tab, text: string): Promise<string> {
  return fixture.evaluate((page, text) => page.send(text), text)
}

function waitForLength({ fixture }: Tab, length: number): Promise<void> {
  return fixture.evaluate((page, length) => page.waitForLength(length), length)
}

/** The process of a page ends at once, as when it crashes: it can say nothing more. */
async function crash({ page }: Tab): Promise<void> {
  const crashed = page.waitForEvent('crash')
  // The navigation never answers.
  page.goto('chrome://crash').catch(() => undefined)
  await crashed
}

it('TAB1 TAB4 one page leads, another shows the same, and both can write', async () => {
  const first = await share()
  const second = await share()
  expect(await first.fixture.evaluate((page) => page.leads())).toBe(true)
  expect(await second.fixture.evaluate((page) => page.leads())).toBe(false)
  await send(first, 'from the leader')
  await send(second, 'from the follower')
  for (const tab of [first, second]) {
    await waitForLength(tab, 2)
    expect(await texts(tab)).toEqual(['from the leader', 'from the follower'])
  }
  expect(await second.fixture.evaluate((page) => page.join('nonsense'))).toBe('class LinkMalformed')
}, 60_000)

it.each(['is closed', 'crashes', 'navigates away'])(
  'TAB6 another page takes over when the leader %s',
  async (how) => {
    const first = await share()
    const second = await share()
    const third = await share()
    await send(first, 'before')
    await waitForLength(second, 1)
    if (how === 'is closed') await first.page.close()
    else if (how === 'crashes') await crash(first)
    else await first.page.goto('about:blank')
    await send(third, 'after')
    for (const tab of [second, third]) {
      await waitForLength(tab, 2)
      expect(await texts(tab)).toEqual(['before', 'after'])
      // No subscriber ever saw less than it had seen before.
      const seen = await tab.fixture.evaluate((page) => page.seen)
      expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    }
    const leading = await Promise.all([second, third].map(({ fixture }) => fixture.evaluate((page) => page.leads())))
    expect(leading.filter(Boolean)).toHaveLength(1)
  },
  60_000,
)

it('TAB7 a message that was kept but not answered when the leader crashed is there once', async () => {
  const first = await share({ stuckAfterKept: true })
  const second = await share()
  const sending = send(second, 'once')
  await waitForLength(second, 1)
  await crash(first)
  expect(await sending).toMatch(/^0+1$/)
  expect(await texts(second)).toEqual(['once'])
}, 60_000)

it('TAB9 the leader is visible as long as any page is', async () => {
  const first = await share()
  const second = await share()
  await first.fixture.evaluate((page) => page.setVisible(false))
  expect(await first.fixture.evaluate((page) => page.visibility())).toEqual([true])
  await second.page.close()
  await expect.poll(() => first.fixture.evaluate((page) => page.visibility())).toEqual([true, false])
}, 60_000)

it('TAB2 hands 100,000 messages over piece by piece, newest first, so that neither page freezes', async () => {
  await share({ messages: 100_000 })
  const second = await share()
  const shown = await second.fixture.evaluate((page) => page.length())
  expect(shown).toBeGreaterThanOrEqual(chunkMessages)
  expect(await second.fixture.evaluate((page) => page.texts().at(-1))).toBe('message 100000')
  await waitForLength(second, 100_000)
  const seen = await second.fixture.evaluate((page) => page.seen)
  const steps = seen.map((length, i) => length - (seen[i - 1] ?? shown))
  expect(Math.max(...steps)).toBeLessThanOrEqual(chunkMessages)
}, 120_000)
