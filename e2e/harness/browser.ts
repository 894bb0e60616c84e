/** Chromium as a person uses it: the app's own page, its own buttons, its own words. */
import { chromium } from 'playwright'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright'
import { chromiumArgs, chromiumPath } from '../../packages/peer/src/testing/chromium.ts'
import { sleep, until } from './waiting.ts'

const page = { locale: 'en-GB', viewport: { width: 1100, height: 800 } } as const

/** Runs in the page before the app: what its policy had to stop is a complaint, also when the console does not say so. */
function reportViolations(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
    reportError(new Error(`the policy stopped ${effectiveDirective} ${blockedURI} ${sample}`)),
  )
}

/** Runs in the page before the app: a browser that has no service workers, such as a private window of Firefox. */
function withoutWorkers(): void {
  Reflect.deleteProperty(Navigator.prototype, 'serviceWorker')
}

/** Runs in the page before the app: keeps hold of its WebRTC connections, so that a test can pull the plug. */
function holdConnections(): void {
  const Real = window.RTCPeerConnection
  const held: RTCPeerConnection[] = []
  const plug = { pulled: false, held }
  Object.assign(window, { plug })
  // Without a name: what a compiler adds to keep one is not there in the page.
  window.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      // A relay-only policy without a relay: candidates never come, as behind a firewall that drops UDP.
      super(plug.pulled ? { ...configuration, iceServers: [], iceTransportPolicy: 'relay' } : configuration)
      held.push(this)
    }
  } as typeof RTCPeerConnection
}

export interface ShownMessage {
  readonly id: string
  readonly text: string
}

const lookMs = 3_000
const maxLook = 6_000

/** Everybody with a page of their own in this file, so that a failure can tell what they saw (`on-failure.ts`). */
const present = new Set<Person>()

/** What everybody's page shows at this moment, and what their browsers complained about. */
export async function lookAround(): Promise<string> {
  const looks = [...present].map((person) => person.look())
  return (await Promise.all(looks)).join('\n')
}

/** One person's browser: a context of its own, so nothing is shared with the others. */
export class Person {
  readonly name: string
  readonly context: BrowserContext
  readonly page: Page
  /** What the browser complained about; an app that works leaves this empty. */
  readonly complaints: string[] = []
  #devtools: CDPSession | undefined

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name
    this.context = context
    this.page = page
    present.add(this)
    page.on('close', () => present.delete(this))
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      const isNetwork = message.text().includes('net::ERR') || message.text().includes('WebSocket connection')
      if (message.type() === 'error' && !isNetwork) this.complaints.push(message.text())
    })
  }

  /**
   * Without `keepsApp` the page keeps nothing of itself for a day without a server: to fetch all its files once more is a third
   * of what it costs to come, and few tests are about it. Without `moves` nothing in it glides or fades: without a graphics
   * card each frame of that is drawn by a processor, a quarter of all work of a page.
   */
  static async arrive(browser: Browser, name: string, { keepsApp = false, moves = false } = {}): Promise<Person> {
    const context = await browser.newContext({ ...page, reducedMotion: moves ? 'no-preference' : 'reduce' })
    if (!keepsApp) await context.addInitScript(withoutWorkers)
    return Person.#in(name, context)
  }

  /**
   * In a browser of their own with a profile on disk, as people have. What `arrive` gives is a private window: its files
   * are kept in memory, by another process, and are some ten times as slow.
   */
  static async arriveAt(profile: string, name: string): Promise<Person> {
    const options = { ...page, executablePath: chromiumPath(), args: [...chromiumArgs] }
    const context = await chromium.launchPersistentContext(profile, options)
    return Person.#in(name, context)
  }

  static async #in(name: string, context: BrowserContext): Promise<Person> {
    await context.addInitScript(holdConnections)
    await context.addInitScript(reportViolations)
    context.setDefaultTimeout(30_000)
    return new Person(name, context, await context.newPage())
  }

  /** The same person in a further tab of the same browser. */
  async anotherTab(): Promise<Person> {
    return new Person(this.name, this.context, await this.context.newPage())
  }

  /** Never rejects: a page that hangs has nothing to show, which tells something too. */
  async look(): Promise<string> {
    const text = await Promise.race([
      this.page.evaluate(() => document.body.innerText),
      sleep(lookMs).then(() => '(the page does not answer)'),
    ]).catch(String)
    return `── ${this.name} sees ${this.page.url()}\n${text.slice(0, maxLook)}\n${this.complaints.join('\n')}`
  }

  /** One click makes a room; resolves with its link. */
  async makeRoom(origin: string): Promise<string> {
    await this.page.goto(origin)
    await this.page.getByLabel('Your name').fill(this.name)
    await this.page.getByRole('main').getByRole('button', { name: 'New room' }).click()
    await this.page.waitForURL(/#.{43}$/)
    await this.composer().waitFor()
    return this.page.url()
  }

  async join(link: string): Promise<void> {
    // Many who come at once share the machine's cores.
    await this.page.goto(link, { timeout: 60_000 })
    await this.composer().waitFor({ timeout: 60_000 })
  }

  /** The field one writes in. */
  composer(): ReturnType<Page['getByRole']> {
    return this.page.getByRole('textbox', { name: /^Message to/ })
  }

  async say(text: string): Promise<void> {
    await this.composer().fill(text)
    await this.composer().press('Enter')
  }

  /**
   * Everything this page has written so far is on the disk. Transactions on one object store run in the order they were
   * made, so one more that only reads ends after all of them.
   */
  async kept(): Promise<void> {
    await this.page.evaluate(async () => {
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error ?? new Error('the database cannot be read'))
        })
      for (const { name } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name ?? ''))
        const stores = [...database.objectStoreNames]
        for (const store of stores) await done(database.transaction(stores).objectStore(store).count())
        database.close()
      }
    })
  }

  /** The line under the room's name. */
  status(): Promise<string> {
    return this.page.locator('#room-status').innerText()
  }

  async until(what: RegExp, limitMs = 20_000): Promise<void> {
    await until(`${this.name}'s page to say ${what.source}`, limitMs, async () => what.test(await this.status()))
  }

  /** Every message the page can show, in its order: scrolled through from the first to the last. */
  async readAll(): Promise<ShownMessage[]> {
    const shown = await this.page.getByRole('log').evaluate(async (log) => {
      const found = new Map<string, string>()
      // A list that is drawn as it is scrolled needs one frame to hear of it, and one to draw.
      const drawn = (): Promise<void> =>
        new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
      log.scrollTop = 0
      for (let settled = 0; settled < 3;) {
        await drawn()
        for (const row of log.querySelectorAll<HTMLElement>('[data-id]'))
          found.set(row.dataset['id'] ?? '', row.querySelector('.row-text')?.textContent ?? '')
        settled = log.scrollTop + log.clientHeight >= log.scrollHeight - 2 ? settled + 1 : 0
        log.scrollTop += log.clientHeight * 0.7
      }
      return [...found]
    })
    return shown.map(([id, text]) => ({ id, text })).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** The newest messages, as many as the page shows at its end, in its order. */
  async readNewest(): Promise<ShownMessage[]> {
    const log = this.page.getByRole('log')
    await log.evaluate((element) => (element.scrollTop = element.scrollHeight))
    return log.evaluate((element) =>
      [...element.querySelectorAll<HTMLElement>('[data-id]')].map((row) => ({
        id: row.dataset['id'] ?? '',
        text: row.querySelector('.row-text')?.textContent ?? '',
      })),
    )
  }

  /** How the people panel says each of the others is reached. */
  async paths(): Promise<string[]> {
    const button = this.page.getByTitle('People and paths')
    if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click()
    return this.page.locator('.person-path').allInnerTexts()
  }

  /** Ends every WebRTC connection of the page, and lets no new one come about until it is plugged in again. */
  async pullWebRtc(pulled: boolean): Promise<void> {
    await this.page.evaluate((isPulled) => {
      const { plug } = window as unknown as { plug: { pulled: boolean; held: RTCPeerConnection[] } }
      plug.pulled = isPulled
      if (isPulled) for (const connection of plug.held.splice(0)) connection.close()
    }, pulled)
  }

  /** What the browser does to a tab in the background: nothing runs any more. */
  async freeze(frozen: boolean): Promise<void> {
    this.#devtools ??= await this.context.newCDPSession(this.page)
    await this.#devtools.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' })
  }
}
