/**
 * Real pages in a real Chromium for tests that need more than one page, a restart of the browser, or its files on disk.
 * A page loads one module, served from source, which puts what the test calls on `globalThis.fixture`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import type { BrowserContext, Page } from 'playwright'
import { createServer } from 'vite'
import type { ViteDevServer } from 'vite'

/** One browser with a profile on disk; closing and launching again keeps what pages stored. */
export class Pages {
  readonly origin: string
  /** The browser's files. */
  readonly profile: string
  readonly #server: ViteDevServer
  #context: BrowserContext | undefined

  private constructor(server: ViteDevServer, origin: string, profile: string) {
    this.#server = server
    this.origin = origin
    this.profile = profile
  }

  static async start(): Promise<Pages> {
    const root = fileURLToPath(new URL('../../../../', import.meta.url))
    const server = await createServer({
      root,
      configFile: false,
      logLevel: 'error',
      appType: 'custom',
      server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
      resolve: { conditions: ['source', 'import', 'module', 'default'] },
      optimizeDeps: { noDiscovery: true },
    })
    server.middlewares.use((request, response, next) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
      if (pathname !== '/') return next()
      response.setHeader('content-type', 'text/html')
      response.end(
        `<!doctype html><title>page</title><script type="module" src="${searchParams.get('module')}"></script>`,
      )
    })
    await server.listen()
    const address = server.httpServer?.address()
    if (address === null || typeof address !== 'object') throw new Error('the page server has no port')
    const profile = await mkdtemp(join(tmpdir(), 'kith-pages-'))
    return new Pages(server, `http://127.0.0.1:${address.port}`, profile)
  }

  /** A new page with a module, a path from the root of the repository; launches the browser when it is not running. */
  async open(module: string): Promise<Page> {
    this.#context ??= await chromium.launchPersistentContext(this.profile, {
      executablePath: process.env['KITH_CHROMIUM'] ?? '/usr/bin/chromium',
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    })
    const page = await this.#context.newPage()
    const failed = new Promise<never>((_, reject) => page.once('pageerror', reject))
    await page.goto(`${this.origin}/?module=/${module}`)
    await Promise.race([page.waitForFunction(() => 'fixture' in globalThis), failed])
    failed.catch(() => undefined)
    return page
  }

  async closeBrowser(): Promise<void> {
    await this.#context?.close()
    this.#context = undefined
  }

  /** Forgets everything that pages stored. The browser must be closed. */
  async erase(): Promise<void> {
    await rm(this.profile, { recursive: true, force: true })
  }

  async stop(): Promise<void> {
    await this.closeBrowser()
    await this.#server.close()
    await rm(this.profile, { recursive: true, force: true })
  }
}
