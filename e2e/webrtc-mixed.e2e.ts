/**
 * A browser and a terminal over real WebRTC: Chromium's stack against the native one of Node, each the offerer once.
 *
 * Only the transports are here; what goes through them is bytes. Signals are carried by the test, as the relay would.
 */
import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNodeDialer } from '../packages/peer/src/node/webrtc.ts'
import { createSystemClock } from '../packages/peer/src/system-clock.ts'
import { RecordedTransport } from '../packages/peer/src/testing/recorded-transport.ts'
import { sharedChromium } from './harness/one-browser.ts'

const root = resolve(import.meta.dirname, '..')

/** What the bundle puts on the page's `window`. */
interface PageTransport {
  dial(offerer: boolean): void
  signal(bytes: number[]): void
  send(channel: 'control' | 'bulk', bytes: number[]): void
  close(): void
}

const pageProgram = `
  import { createWebDialer } from './packages/peer/src/web/webrtc.ts'
  import { createSystemClock } from './packages/peer/src/system-clock.ts'
  let transport
  const tell = (type, ...parts) => window.tell(type, parts.map((bytes) => Array.from(bytes)))
  window.transport = {
    dial(offerer) {
      transport = createWebDialer({ RTCPeerConnection, clock: createSystemClock() })(offerer, {
        signal: (bytes) => tell('signal', bytes),
        up: ({ local, remote }) => tell('up', local, remote),
        frame: (bytes) => tell('frame', bytes),
        full: () => tell('full'),
        drained: () => tell('drained'),
        down: () => tell('down'),
      })
    },
    signal: (bytes) => transport.signal(Uint8Array.from(bytes)),
    send: (channel, bytes) => transport.send(channel, Uint8Array.from(bytes)),
    close: () => transport.close(),
  }
`

async function bundle(): Promise<string> {
  const entry = 'virtual:page'
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source', 'browser', 'import', 'module', 'default'] },
    plugins: [
      {
        name: 'page',
        resolveId: (id, importer) =>
          id === entry
            ? resolve(root, 'page.js')
            : importer === resolve(root, 'page.js')
              ? resolve(root, id)
              : undefined,
        load: (id) => (id === resolve(root, 'page.js') ? pageProgram : undefined),
      },
    ],
    build: { write: false, minify: false, rollupOptions: { input: entry, output: { format: 'iife' } } },
  })
  const output = Array.isArray(built) ? built[0]?.output : 'output' in built ? built.output : undefined
  const code = output?.[0].code
  if (code === undefined) throw new Error('the page program was not built')
  return code
}

describe('Chromium and Node', () => {
  let browser: Browser
  let code: string

  beforeAll(async () => {
    code = await bundle()
    browser = await sharedChromium()
  })

  afterAll(async () => {
    await browser?.close()
  })

  /** Both ends, up. */
  async function connect(
    browserOffers: boolean,
  ): Promise<{ page: Page; inPage: RecordedTransport; node: RecordedTransport }> {
    const page = await (await browser.newContext()).newPage()
    const inPage = new RecordedTransport()
    const node = new RecordedTransport()
    await page.exposeFunction('tell', (type: string, parts: number[][]) => {
      const [first = new Uint8Array(0), second = new Uint8Array(0)] = parts.map((part) => Uint8Array.from(part))
      if (type === 'signal') node.transport?.signal(first)
      else if (type === 'up') inPage.events.up({ local: first, remote: second })
      else if (type === 'frame') inPage.events.frame(first)
      else if (type === 'full') inPage.events.full()
      else if (type === 'drained') inPage.events.drained()
      else inPage.events.down()
    })
    await page.addScriptTag({ content: code })
    const run = (call: keyof PageTransport, ...args: unknown[]): Promise<void> =>
      page.evaluate(
        ([name, given]) => {
          const { transport } = window as unknown as { transport: Record<string, (...args: unknown[]) => void> }
          transport[name as string]?.(...(given as unknown[]))
        },
        [call, args] as const,
      )
    inPage.transport = {
      signal: (bytes) => void run('signal', Array.from(bytes)),
      send: (channel, bytes) => void run('send', channel, Array.from(bytes)),
      close: () => void run('close'),
    }
    node.onSignal = (bytes): void => inPage.transport?.signal(bytes)
    const dialNode = createNodeDialer({ clock: createSystemClock() })
    if (browserOffers) {
      node.transport = dialNode(false, node.events)
      await run('dial', true)
    } else {
      await run('dial', false)
      node.transport = dialNode(true, node.events)
    }
    await Promise.all([inPage, node].map((side) => side.until('up', (self) => self.ups.length === 1, 25_000)))
    return { page, inPage, node }
  }

  it.each([
    ['the browser offers', true],
    ['the terminal offers', false],
  ])('TRN1 TRN2 TRN5 meet, bind to the same certificates and carry frames: %s', async (_, browserOffers) => {
    const { page, inPage, node } = await connect(browserOffers)
    expect(inPage.ups[0]?.local).toEqual(node.ups[0]?.remote)
    expect(inPage.ups[0]?.remote).toEqual(node.ups[0]?.local)

    const sizes = [1, 1_000, 16_384, 65_536]
    for (const [index, size] of sizes.entries()) {
      const channel = index % 2 === 0 ? 'control' : 'bulk'
      node.send(channel, new Uint8Array(size).fill(index))
      inPage.send(channel, new Uint8Array(size).fill(index))
    }
    for (const side of [inPage, node]) {
      await side.until('all frames', (self) => self.frames.length === sizes.length)
      expect(side.frames.map((frame) => frame.length).toSorted((a, b) => a - b)).toEqual(sizes)
    }

    if (browserOffers) inPage.close()
    else node.close()
    for (const side of [inPage, node]) await side.until('down', (self) => self.downs === 1, 5_000)
    await page.context().close()
  })
})
