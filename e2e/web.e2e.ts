/** The web app as it is served: what a person does in it, what it must never do, and what it must never tell anybody. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { Liar } from './harness/liar.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { sleep, until } from './harness/waiting.ts'

const stage = setStage()
/** Honest here: it only writes down what reaches the server. */
let recorder: Liar

beforeAll(async () => {
  recorder = await Liar.start(stage.relay.port, {})
})

afterAll(() => recorder.close())

async function sockets(): Promise<number> {
  const text = await (await fetch(`${stage.relay.origin}/metrics`)).text()
  return Number(/^kith_relay_sockets (\d+)$/m.exec(text)?.[1])
}

const secretOf = (link: string): string => link.slice(link.indexOf('#') + 1)

async function shows({ page, name }: Person, text: string): Promise<void> {
  await until(`${name} to show ${text}`, 20_000, async () => (await page.getByRole('log').innerText()).includes(text))
}

/** The row of the message with this text. */
const row = ({ page }: Person, text: string): ReturnType<Page['locator']> =>
  page.locator('article.row', { hasText: text }).first()

/** What axe finds against WCAG 2.2 A and AA, and its own best practices, in a line each. */
async function axe(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window)))
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(options: { resultTypes: string[] }): Promise<{ violations: Violation[] }> }
    }
    interface Violation {
      readonly id: string
      readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[]
    }
    const { violations } = await axe.run({ resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`),
    )
  })
}

/** How much wider than the window the page is, with the widest thing in it. */
async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = window.innerWidth
    if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return []
    return [...document.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > width + 0.5)
      .map((element) => `${element.tagName}.${element.className}`)
  })
}

describe('two tabs of one browser', () => {
  it('are one member with one session, and the second goes on when the first is closed', async () => {
    const before = await sockets()
    const first = await Person.arrive(stage.browser, 'Ana')
    const link = await first.makeRoom(recorder.origin)
    const other = new Terminal(['join', link, '--data', `${stage.folder}/tabs`, '--name', 'Ben'])
    await other.link()
    await until('Ana to be linked', 20_000, () => [...other.peers.values()].some(({ state }) => state === 'linked'))
    const second = await first.anotherTab()
    await second.join(link)
    await first.say('from the first tab')
    await second.say('from the second tab')
    for (const tab of [first, second])
      for (const text of ['from the first tab', 'from the second tab']) await shows(tab, text)
    await until('the terminal to hear both', 10_000, () => other.messages.size === 2)
    await sleep(1_000)
    expect(await sockets()).toBe(before + 2)
    expect(other.peers.size).toBe(1)
    expect(new Set([...other.messages.values()].map(({ session }) => session)).size).toBe(1)

    await first.page.close()
    await second.say('alone now')
    await until('the terminal to hear it', 20_000, () => other.texts().includes('alone now'))
    other.send('good to hear you')
    await shows(second, 'good to hear you')
    await until('the sockets of one tab', 10_000, async () => (await sockets()) === before + 2)
    expect(other.texts()).toEqual(['from the first tab', 'from the second tab', 'alone now', 'good to hear you'])
    expect([...first.complaints, ...second.complaints]).toEqual([])
    expect(await other.leave()).toBe(0)
    await second.context.close()
  })
})

describe('a person', () => {
  let ana: Person
  let ben: Person
  let cleo: Terminal
  let link: string
  const titles: string[] = []

  beforeAll(async () => {
    ana = await Person.arrive(stage.browser, 'Ana', { keepsApp: true, moves: true })
    ben = await Person.arrive(stage.browser, 'Ben', { keepsApp: true, moves: true })
    link = await ana.makeRoom(recorder.origin)
    await ben.join(link)
    cleo = new Terminal(['join', link, '--data', `${stage.folder}/cleo`, '--name', 'Cleo'])
    await cleo.link()
    await ana.until(/3 people here/)
    await ben.until(/3 people here/)
  })

  afterAll(() => cleo.kill())

  const note = async (): Promise<void> => {
    titles.push(await ana.page.title(), await ben.page.title())
  }

  it('walks through everything without the page breaking its own policy', async () => {
    const { page } = ana
    const dialog = page.getByRole('dialog')
    const closed = async (): Promise<void> => {
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    await ana.say('**bold**, *italic*, `code`, https://example.org/a and\n> a quote\n- a list')
    await row(ana, 'a quote').locator('blockquote').waitFor()
    expect(await row(ana, 'a quote').locator('strong').innerText()).toBe('bold')
    await ana.say('```js\nconst answer = 42 // of course\n```')
    await row(ana, 'of course').locator('[class^="hl-"]').first().waitFor()
    await shows(ben, 'of course')

    await page.getByRole('button', { name: 'Emoji', exact: true }).click()
    await page.getByLabel('Find an emoji').fill('rocket')
    // Not what stood first before the words were looked for.
    await page.getByRole('gridcell').filter({ hasText: '🚀' }).first().click()
    expect(await ana.composer().inputValue()).toContain('🚀')
    await ana.composer().press('Enter')
    await shows(ben, '🚀')

    await ben.say('a question for Ana')
    await shows(ana, 'a question for Ana')
    await row(ana, 'a question').hover()
    await row(ana, 'a question').getByRole('button', { name: 'Reply' }).click()
    await ana.say('the answer')
    await row(ben, 'the answer').locator('.quote', { hasText: 'a question for Ana' }).waitFor()
    await row(ana, 'a question').hover()
    await row(ana, 'a question').getByRole('button', { name: 'React' }).click()
    await page.getByRole('menuitem').first().click()
    await row(ben, 'a question').locator('.reaction').waitFor()

    await ana.say('to be chnaged')
    await shows(ben, 'to be chnaged')
    await page.keyboard.press('ArrowUp')
    await ana.say('to be changed')
    await shows(ben, 'to be changed')
    await until('the terminal to have the change', 10_000, () => cleo.texts().includes('to be changed'))
    expect(cleo.texts()).not.toContain('to be chnaged')
    await ana.say('to be deleted')
    await shows(ben, 'to be deleted')
    await row(ana, 'to be deleted').hover()
    await row(ana, 'to be deleted').getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await shows(ben, 'This message was deleted')
    expect(await ben.page.getByRole('log').innerText()).not.toContain('to be deleted')

    await page.getByTitle('Invite').click()
    await dialog.getByRole('img', { name: 'QR code of the link' }).waitFor()
    expect(await dialog.getByLabel('Link of this room').inputValue()).toBe(link)
    await note()
    await closed()
    await page.getByRole('button', { name: 'Room settings' }).click()
    await dialog.getByRole('button', { name: 'Who comes in' }).click()
    await dialog.getByText('anyone with the link can read and write').waitFor()
    await closed()
    await page.getByRole('button', { name: 'Settings', exact: true }).click()
    await dialog.getByRole('button', { name: 'Look and language' }).click()
    await dialog.getByRole('radio', { name: 'Dark' }).check()
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    await dialog.getByRole('radio').first().check()
    await closed()
    await page.getByRole('button', { name: 'Keyboard and help' }).click()
    await dialog.getByText('Getting around').waitFor()
    await closed()
    await ana.paths()
    await page.locator('.person-path').first().waitFor()
    await page.getByTitle('People and paths').click()
    await note()
    expect([...ana.complaints, ...ben.complaints]).toEqual([])
  })

  it('sees when another one writes, and how far a message has come', async () => {
    await ben.composer().pressSequentially('I am wri')
    await until('Ana to see it', 5_000, async () =>
      (await ana.page.locator('p.typing').innerText()).includes('is writing'),
    )
    await ben.composer().fill('')
    await until(
      'it to end',
      10_000,
      async () => !(await ana.page.locator('p.typing').innerText()).includes('is writing'),
    )
    await ben.say('how far?')
    await row(ben, 'how far?')
      .getByRole('button', { name: /Stored by others$/ })
      .click()
    await ben.page.getByText('2 other people hold it.').waitFor()
    await ben.page.getByText('The relay signed a receipt').waitFor()
    await ben.page.keyboard.press('Escape')
  })

  it('finds the count and the mark of what is unread, and the draft after loading again', async () => {
    const { page } = ana
    await shows(ana, 'how far?')
    // How far one has read is written down with a delay.
    await sleep(1_500)
    await ana.makeRoom(recorder.origin)
    await note()
    cleo.send('unread one')
    cleo.send('unread two')
    const item = page.locator('.room-item', { hasText: 'Cleo' })
    await expect
      .poll(() => item.locator('.badge .visually-hidden').allTextContents(), { timeout: 15_000 })
      .toEqual(['2 unread messages'])
    await item.click()
    await page.waitForURL(link)
    await page.getByRole('separator').filter({ hasText: 'New' }).waitFor()
    await row(ana, 'unread one').waitFor()
    await until('it to be read', 10_000, async () => (await item.locator('.badge').count()) === 0)
    await ana.composer().fill('not sent yet')
    await sleep(1_000)
    await page.reload()
    await ana.composer().waitFor()
    expect(await ana.composer().inputValue()).toBe('not sent yet')
    await ana.composer().fill('')
    await ana.until(/3 people here/)
    await note()
  })

  it('is not harmed by what others write', async () => {
    const hostile = [
      '<img src=x onerror="window.harmed=1">',
      '<script>window.harmed=2</script>',
      '<svg onload="window.harmed=3"><a href="javascript:window.harmed=3">x</a></svg>',
      '[click me](javascript:window.harmed=4)',
      '[click me](JaVaScRiPt&colon;window.harmed=5)',
      '[click me](data:text/html,<script>opener.harmed=6</script>)',
      '![picture](javascript:window.harmed=7)',
      '![picture](https://tracker.invalid/pixel.png)',
      '<iframe srcdoc="<script>parent.harmed=8</script>"></iframe>',
      '<a href="javascript:window.harmed=9">click me</a>',
      '[x](<javascript:window.harmed=10>)',
      '```html" onmouseover="window.harmed=11\n<b>x</b>\n```',
    ]
    const asked: string[] = []
    ana.page.on('request', (request) => asked.push(request.url()))
    // A name is a place for such things too.
    const dan = new Terminal([
      'join',
      link,
      '--data',
      `${stage.folder}/dan`,
      '--name',
      '<img src=x onerror=window.harmed=12>',
    ])
    await dan.link()
    await until('Dan to be linked', 20_000, () => dan.peers.size > 0)
    for (const text of hostile) dan.send(text)
    dan.send('that was all')
    await shows(ana, 'that was all')
    const rows = ana.page.getByRole('log')
    await until(
      'all of it',
      10_000,
      async () => (await ana.readAll()).filter(({ text }) => text !== '').length >= hostile.length,
    )
    await ana.paths()
    expect(await rows.locator('script, iframe, object, embed, [onerror], [onload], [onmouseover]').count()).toBe(0)
    expect(await rows.locator('.row-text img, .row-text svg a').count()).toBe(0)
    expect(await rows.getByText('<img src=x onerror="window.harmed=1">').count()).toBe(1)
    const links = await rows
      .locator('a')
      .evaluateAll((elements) => elements.map((element) => (element as HTMLAnchorElement).href))
    for (const href of links) expect(href).toMatch(/^https?:\/\//)
    // All at once: a mouse would wait for each in a list that moves meanwhile.
    const clicked = await rows.getByText('click me').evaluateAll((elements) => {
      for (const element of elements) (element as HTMLElement).click()
      return elements.length
    })
    expect(clicked).toBeGreaterThan(0)
    await sleep(500)
    expect(await ana.page.evaluate(() => 'harmed' in window)).toBe(false)
    expect(ana.context.pages()).toHaveLength(1)
    expect(ana.page.url()).toBe(link)
    expect(asked.filter((url) => !url.startsWith(recorder.origin))).toEqual([])
    expect(ana.complaints).toEqual([])
    await dan.leave()
  })

  it('finds nothing that axe minds, on the first page and in a full room, in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await ana.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await sleep(300)
      expect(await axe(ana.page)).toEqual([])
    }
    const visitor = await Person.arrive(stage.browser, 'Visitor')
    await visitor.page.goto(recorder.origin)
    await visitor.page.getByRole('main').getByRole('button', { name: 'New room' }).waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await visitor.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await sleep(300)
      expect(await axe(visitor.page)).toEqual([])
    }
    await visitor.context.close()
  })

  it('has all of it on a phone, without scrolling sideways', async () => {
    const { page } = ben
    await page.setViewportSize({ width: 360, height: 740 })
    await ana.say(`${'long'.repeat(60)} ${'x'.repeat(300)}`)
    await ana.say(`\`\`\`\n${'wide '.repeat(60)}\n\`\`\``)
    await shows(ben, 'wide wide')
    expect(await overflow(page)).toEqual([])
    for (const [open, shut] of [
      ['People and paths', 'dialog'],
      ['Invite', 'dialog'],
      ['Room settings', 'dialog'],
    ] as const) {
      await page.getByTitle(open).click()
      await page.getByRole(shut).waitFor()
      expect(await overflow(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole(shut).waitFor({ state: 'detached' })
    }
    expect(await ben.composer().isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Back to your rooms' }).click()
    await page.getByRole('main').getByRole('button', { name: 'New room' }).waitFor()
    expect(await overflow(page)).toEqual([])
    await note()
    await page.goto(link)
    await ben.composer().waitFor()
  })

  it('opens the app and the room again without the relay', async () => {
    await stage.relay.kill()
    await recorder.close()
    await ben.page.reload()
    await ben.composer().waitFor()
    await shows(ben, 'wide wide')
    await ben.page.goto(recorder.origin)
    await ben.page.getByRole('main').getByRole('button', { name: 'New room' }).waitFor()
    await note()
    expect([...ana.complaints, ...ben.complaints]).toEqual([])
  })

  it('never told anybody the secret of the room', () => {
    const secret = secretOf(link)
    expect(secret).toHaveLength(43)
    expect(recorder.requests.length).toBeGreaterThan(20)
    // What was written down is what was asked for.
    expect(recorder.requests.some((request) => request.startsWith('GET / ') || request.startsWith('GET /\n'))).toBe(
      true,
    )
    expect(recorder.requests.some((request) => request.startsWith('GET /ws'))).toBe(true)
    for (const request of recorder.requests) {
      expect(request).not.toContain(secret)
      expect(request).not.toMatch(/\nreferer\n.*#/i)
    }
    expect(stage.relay.log).not.toContain(secret)
    expect(titles.length).toBeGreaterThan(6)
    for (const title of titles) expect(title).not.toContain(secret)
  })
})
