/**
 * Real pages in a real Chromium for tests that need more than one page, a restart of the browser, or its files on disk.
 * A page loads one module, bundled from source, which puts what the test calls on `globalThis.fixture`.
 */
import { build } from 'esbuild'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import type { BrowserContext, Page } from 'playwright'
import { chromiumArgs, chromiumPath } from './chromium.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** One browser with a profile on disk; closing and launching again keeps what pages stored. */
export class Pages {
  readonly origin: string
  /** The browser's files. */
  readonly profile: string
  readonly #server: Server
  #context: BrowserContext | undefined

  private constructor(server: Server, origin: string, profile: string) {
    this.#server = server
    this.origin = origin
    this.profile = profile
  }

  /** @param module what every page loads, a path from the root of the repository. */
  static async start(module: string): Promise<Pages> {
    // In one piece: a page that asks for three hundred modules takes seconds to open.
    const { outputFiles } = await build({
      entryPoints: [join(root, module)],
      conditions: ['source'],
      bundle: true,
      format: 'esm',
      write: false,
    })
    const bundle = outputFiles[0]?.contents
    const server = createServer((request, response) => {
      const isBundle = request.url === '/page.js'
      response.setHeader('content-type', isBundle ? 'text/javascript' : 'text/html')
      response.end(
        isBundle ? bundle : '<!doctype html><title>page</title><script type="module" src="/page.js"></script>',
      )
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const profile = await mkdtemp(join(tmpdir(), 'kith-pages-'))
    return new Pages(server, `http://127.0.0.1:${port}`, profile)
  }

  /** A new page with the module; launches the browser when it is not running. */
  async open(): Promise<Page> {
    this.#context ??= await chromium.launchPersistentContext(this.profile, {
      executablePath: chromiumPath(),
      headless: true,
      args: [...chromiumArgs],
    })
    const page = await this.#context.newPage()
    const failed = new Promise<never>((_, reject) => page.once('pageerror', reject))
    await page.goto(this.origin)
    await Promise.race([page.waitForFunction(() => 'fixture' in globalThis), failed])
    failed.catch(() => undefined)
    return page
  }

  async closeBrowser(): Promise<void> {
    await this.#context?.close()
    this.#context = undefined
  }

  /** Closes every page and forgets what they stored; the browser, which takes seconds to launch, goes on running. */
  async closePages(): Promise<void> {
    const context = this.#context
    if (context === undefined) return
    // The last page would take the browser with it.
    const last = await context.newPage()
    await Promise.all(context.pages().flatMap((page) => (page === last ? [] : [page.close()])))
    const devtools = await context.newCDPSession(last)
    await devtools.send('Storage.clearDataForOrigin', { origin: this.origin, storageTypes: 'all' })
    await devtools.detach()
  }

  async stop(): Promise<void> {
    await this.closeBrowser()
    this.#server.close()
    await rm(this.profile, { recursive: true, force: true })
  }
}
