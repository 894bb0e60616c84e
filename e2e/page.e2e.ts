/**
 * The page as it is served: under the relay's own headers nothing foreign runs, the secret of a room leaves the address bar
 * for nowhere, and a page that was here once works without any server and changes only when asked to.
 */
import { cp, readFile, writeFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serve } from '../apps/web/scripts/serve.mjs'
import { Person } from './harness/browser.ts'
import { sharedChromium } from './harness/one-browser.ts'
import { freePort, Relay, temporaryFolder } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

const builtApp = new URL('../apps/web/dist/app/', import.meta.url).pathname

/** Everything the page may not do and tried. */
async function watchViolations(context: BrowserContext): Promise<string[]> {
  const violations: string[] = []
  await context.exposeFunction('noteViolation', (text: string) => violations.push(text))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { noteViolation } = window as unknown as { noteViolation: (text: string) => void }
      noteViolation(
        `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
      )
    })
  })
  return violations
}

/** The app keeps itself: from here on the page comes from its service worker. */
async function isKept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
  })
}

let browser: Browser
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  browser = await sharedChromium()
  folder = await temporaryFolder()
})

afterAll(async () => {
  await browser.close()
  await folder.remove()
})

describe('the page, served by a relay', () => {
  let relay: Relay
  let ana: Person
  let link: string
  let violations: string[]
  const asked: string[] = []

  beforeAll(async () => {
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await relay.start()
    ana = await Person.arrive(browser, 'Ana', { keepsApp: true, moves: true })
    violations = await watchViolations(ana.context)
    ana.context.on('request', (request) => {
      asked.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? '')
    })
    ana.page.on('websocket', (socket) => asked.push(socket.url()))
    link = await ana.makeRoom(relay.origin)
  })

  afterAll(async () => {
    await ana.context.close()
    await relay.kill()
  })

  it('speaks the language of the browser, or the one that was chosen', async () => {
    const context = await browser.newContext({ locale: 'de-AT' })
    const page = await context.newPage()
    await page.goto(relay.origin)
    await page.getByRole('button', { name: 'Neuer Raum' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.getByRole('button', { name: 'Einstellungen' }).click()
    await page.getByRole('button', { name: 'Aussehen und Sprache' }).click()
    await page.getByRole('combobox', { name: 'Sprache' }).selectOption('fr')
    await page.getByRole('button', { name: 'Nouveau salon' }).waitFor()
    await context.close()
  })

  it('works whole under its Content Security Policy and Trusted Types', async () => {
    const { page } = ana
    await ana.say('**bold** <img src=x onerror=alert(1)> [x](javascript:alert(1))\n\n```js\nlet a = 1\n```')
    await page.locator('article[data-id] .hl-keyword').first().waitFor()
    await page.getByRole('button', { name: 'Emoji' }).click()
    await page.getByText('Smileys and feelings').first().waitFor()
    await page.keyboard.press('Escape')
    for (const [button, dialog] of [
      ['Room settings', 'Room settings'],
      ['Invite', 'Invite'],
      ['Settings', 'Settings'],
      ['Keyboard and help', 'Keyboard'],
    ] as const) {
      await page.getByRole('button', { name: button, exact: true }).click()
      await page.getByRole('dialog', { name: dialog }).waitFor()
      await page.keyboard.press('Escape')
    }
    await isKept(page)
    expect(violations).toEqual([])
    expect(ana.complaints).toEqual([])
  })

  it('is fetched once: what it keeps of itself for later is what was just loaded', async () => {
    await isKept(ana.page)
    const [worker] = ana.context.serviceWorkers()
    // In the worker: what came over the network, not from the browser's own cache.
    const fetched = await worker?.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((entry) => (entry as PerformanceResourceTiming).transferSize > 0)
        .map(({ name }) => new URL(name).pathname),
    )
    const page = await (await fetch(relay.origin)).text()
    const loaded = [...page.matchAll(/(?:src|href)="\.?(\/assets\/[^"]+)"/g)].map(([, path]) => path)
    expect(loaded.length).toBeGreaterThan(1)
    expect(fetched?.filter((path) => loaded.includes(path))).toEqual([])
    expect(fetched).toContain('/')
  })

  it('lets nothing foreign run', async () => {
    const tried = await ana.page.evaluate(() => {
      const attempt = (act: () => void): string => {
        try {
          act()
          return 'done'
        } catch (reason) {
          return (reason as Error).name
        }
      }
      return {
        html: attempt(() => (document.body.innerHTML = '<img src=x onerror="window.pwned=1">')),
        script: attempt(() => (document.createElement('script').text = 'window.pwned=1')),
        later: attempt(() => void Reflect.apply(setTimeout, window, ['window.pwned=1'])),
        worker: attempt(() => new Worker('data:text/javascript,postMessage(1)')),
        pwned: 'pwned' in window,
      }
    })
    expect(tried).toEqual({
      html: 'TypeError',
      script: 'TypeError',
      later: 'TypeError',
      worker: 'TypeError',
      pwned: false,
    })
    const foreign = await ana.page.evaluate(async () => {
      const frame = document.createElement('iframe')
      frame.src = 'https://frame.example/'
      document.body.append(frame)
      const image = new Image()
      const failed = new Promise((resolve) => (image.onerror = () => resolve('blocked')))
      image.src = 'https://image.example/track.png'
      document.body.append(image)
      return failed
    })
    expect(foreign).toBe('blocked')
    const all = (): string => violations.join('\n')
    await until('frame and picture to be refused', 5_000, () => /frame-src/.test(all()) && /img-src/.test(all()))
  })

  it('sends the secret nowhere: no address, header, referrer, title or stored setting has it', async () => {
    const secret = new URL(link).hash.slice(1)
    expect(secret).toHaveLength(43)
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((text) => text.includes(secret))).toEqual([])
    expect(await ana.page.title()).not.toContain(secret)
    const kept = await ana.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
    expect(kept).not.toContain(secret)
    const files = await ana.page.evaluate(async () => {
      const urls: string[] = []
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) urls.push(url)
      return urls
    })
    expect(files.length).toBeGreaterThan(10)
    expect(files.filter((url) => url.includes(secret))).toEqual([])
    expect(relay.log).not.toContain(secret)
  })

  it('opens its rooms with no server at all', async () => {
    await ana.say('before the tunnel')
    await ana.page.getByText('before the tunnel').last().waitFor()
    await ana.kept()
    await relay.kill()
    await ana.page.reload()
    await ana.page.getByText('before the tunnel').last().waitFor()
    await ana.until(/Offline/)
    await ana.say('in the tunnel')
    await ana.page
      .getByRole('button', { name: /How far.*Waiting/ })
      .last()
      .waitFor()
    await relay.start()
    await ana.until(/Only you/, 60_000)
  })

  it('goes on without a part that only the relay has, and loads it when the relay is back', async () => {
    const bo = await Person.arrive(browser, 'Bo')
    const { page } = bo
    const settings = page.getByRole('button', { name: 'Settings', exact: true })
    await bo.join(link)
    await relay.kill()
    await settings.click()
    await page
      .getByRole('dialog', { name: 'Not on this device yet' })
      .getByText(/is back/)
      .waitFor()
    await page.keyboard.press('Escape')
    await bo.say('without the relay')
    await page.getByRole('log').getByText('without the relay').waitFor()
    await bo.kept()
    await settings.click()
    await Promise.all([page.waitForEvent('load', { timeout: 60_000 }), relay.start()])
    await page.getByRole('log').getByText('without the relay').waitFor()
    await settings.click()
    await page.getByRole('dialog', { name: 'Settings' }).waitFor()
    await bo.context.close()
  })
})

describe('a first visit', () => {
  let site: Awaited<ReturnType<typeof serve>>
  let context: BrowserContext
  let page: Page
  const peer = /\/assets\/peer-[^/]*\.js$/

  beforeEach(async () => {
    site = await serve(builtApp)
    context = await browser.newContext({ locale: 'en-GB' })
    page = await context.newPage()
  })

  afterEach(async () => {
    await context.close()
    await site.close()
  })

  it('shows the first page before the peer is loaded, and what is pressed there waits for it', async () => {
    let arrive = (): void => {}
    const held = new Promise<void>((resolve) => (arrive = resolve))
    await page.route(peer, async (route) => {
      await held
      await route.continue()
    })
    const name = page.getByLabel('Your name')
    await page.goto(`${site.origin}/#i-${'A'.repeat(60)}`)
    await name.fill('Bea')
    await page.goto(site.origin)
    await name.fill('Ada')
    await page.getByRole('button', { name: 'New room' }).click()
    await page.getByRole('button', { name: 'Opening…' }).waitFor()
    await name.focus()
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([])
    arrive()
    await page.getByRole('textbox', { name: /^Message to/ }).waitFor()
    await page.getByRole('button', { name: 'Invite' }).first().waitFor()

    // Who comes back is shown nothing that is not so.
    await page.unroute(peer)
    await page.addInitScript(() => {
      new MutationObserver(() => {
        const shown = document.querySelector('.start-act, .room-list')
        if (shown?.matches('.start-act') === true) reportError(new Error('a first page for somebody with rooms'))
      }).observe(document, { childList: true, subtree: true })
    })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(site.origin)
    await page.locator('.start-rooms a').first().waitFor({ state: 'attached' })
    expect(await name.inputValue()).toBe('Ada')
    expect(errors).toEqual([])
  })

  it('says when the peer cannot be loaded, and tries again', async () => {
    await page.route(peer, (route) => route.abort())
    await page.goto(site.origin)
    const again = page.getByRole('button', { name: 'Try again' })
    // The first time the page tries by itself.
    await page.waitForEvent('load')
    await again.waitFor()
    await page.getByRole('alert').getByText('Kith could not be loaded whole.').waitFor()
    await page.unroute(peer)
    await again.click()
    await page.getByRole('button', { name: 'New room' }).click()
    await page.getByRole('textbox', { name: /^Message to/ }).waitFor()
  })
})

it('a newer version waits until it is wanted', async () => {
  const site = `${folder.path}/site`
  await cp(builtApp, site, { recursive: true })
  const worker = await readFile(`${site}/sw.js`, 'utf8')
  const { origin, close } = await serve(site)
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(origin)
    await page.getByRole('button', { name: 'New room' }).waitFor()
    await isKept(page)
    await page.reload()
    await page.getByRole('button', { name: 'New room' }).waitFor()

    // The next version: another title, and another list of files.
    const index = await readFile(`${site}/index.html`, 'utf8')
    await writeFile(`${site}/index.html`, index.replace('content="Chat that', 'content="Newer chat that'))
    const version = /[0-9a-f]{16}/.exec(worker)?.[0] ?? ''
    expect(version).toHaveLength(16)
    await writeFile(`${site}/sw.js`, worker.replace(version, '0'.repeat(16)))

    const description = (): Promise<string> =>
      page.locator('meta[name=description]').evaluate((meta) => (meta as HTMLMetaElement).content)
    await page.reload()
    await page.getByText('A newer version of Kith is ready.').waitFor()
    expect(await description()).toMatch(/^Chat that/)
    await page.getByRole('button', { name: 'Use it' }).click()
    await until('the newer version', 10_000, async () => (await description().catch(() => '')).startsWith('Newer'))
    const caches = await page.evaluate(() => window.caches.keys())
    expect(caches).toEqual([`kith-${'0'.repeat(16)}`])
  } finally {
    await context.close()
    await close()
  }
})
