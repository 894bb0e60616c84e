/** The far end of `link.ts`, wherever it runs. */
import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { findChromium } from '../scripts/system.mjs'
import type { Command } from './link-child.ts'
import type { FarPage } from './link-page.ts'
import type { Opening, Way } from './link-party.ts'
import { buildForPage } from './page-program.ts'

export interface Far {
  readonly name: 'node' | 'chromium'
  /** Who makes the offer: the browser, where there is one. */
  readonly offers: boolean
  onSignal: (text: string) => void
  onUp: () => void
  /** Without `opening` as `link.ts` has it. */
  open(way: Way, opening?: Opening): Promise<void>
  signal(text: string): void
  bulk(on: boolean): Promise<void>
  received(): Promise<number>
  /** Round trips of texts for so long, sorted. Rejects when some did not come back. */
  talk(forMs: number): Promise<number[]>
  closeParty(): Promise<void>
  /** Ends the program. */
  end(): Promise<void>
}

type Message =
  | { readonly type: 'signal'; readonly text: string }
  | { readonly type: 'received'; readonly bytes: number }
  | { readonly type: 'talked'; readonly roundTrips?: number[]; readonly error?: string }
  | { readonly type: 'up' }
  | { readonly type: 'ready' }

export async function startNode(): Promise<Far> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./link-child.ts', import.meta.url)), [], {
    execArgv: ['-C', 'source', '--import', 'tsx'],
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const say = (command: Command): void => void child.send(command)
  let answered: (bytes: number) => void = () => {}
  let talked: (answer: Extract<Message, { readonly type: 'talked' }>) => void = () => {}
  const ready = new Promise<void>((done, fail) => {
    child.once('exit', (code) => fail(new Error(`the far end ended with ${String(code)}`)))
    child.on('message', (message: Message) => {
      if (message.type === 'ready') done()
      else if (message.type === 'signal') far.onSignal(message.text)
      else if (message.type === 'up') far.onUp()
      else if (message.type === 'talked') talked(message)
      else answered(message.bytes)
    })
  })
  const far: Far = {
    name: 'node',
    offers: false,
    onSignal: () => {},
    onUp: () => {},
    open: async (way, opening = { offerer: false, ownSockets: true }) => say({ type: 'open', way, ...opening }),
    signal: (text) => say({ type: 'signal', text }),
    bulk: async (on) => say({ type: 'bulk', on }),
    received: () =>
      new Promise((done) => {
        answered = done
        say({ type: 'received' })
      }),
    talk: (forMs) =>
      new Promise((done, fail) => {
        talked = ({ roundTrips, error }): void => (roundTrips === undefined ? fail(new Error(error)) : done(roundTrips))
        say({ type: 'talk', forMs })
      }),
    closeParty: async () => say({ type: 'close' }),
    end: async () => void child.kill('SIGKILL'),
  }
  await ready
  return far
}

export async function startChromium(): Promise<Far> {
  const program = await buildForPage('link-page.ts')
  const server = createServer((request, response) => {
    const isProgram = request.url === '/program.js'
    response.writeHead(200, { 'content-type': isProgram ? 'text/javascript' : 'text/html' })
    response.end(
      isProgram ? program : '<!doctype html><title>link</title><script type="module" src="/program.js"></script>',
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const browser = await chromium.launch({
    executablePath: findChromium() ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  })
  const page = await browser.newPage()
  page.on('pageerror', (error) => process.stderr.write(`${String(error)}\n`))
  const far: Far = {
    name: 'chromium',
    offers: true,
    onSignal: () => {},
    onUp: () => {},
    open: (way, { offerer } = { offerer: true, ownSockets: false }) =>
      page.evaluate(([asked, offers]) => (window as unknown as { far: FarPage }).far.open(asked, offers), [
        way,
        offerer,
      ] as const),
    signal: (text) => void page.evaluate((signal) => (window as unknown as { far: FarPage }).far.signal(signal), text),
    bulk: (on) => page.evaluate((wanted) => (window as unknown as { far: FarPage }).far.bulk(wanted), on),
    received: () => page.evaluate(() => (window as unknown as { far: FarPage }).far.received()),
    talk: (forMs) => page.evaluate((ms) => (window as unknown as { far: FarPage }).far.talk(ms), forMs),
    closeParty: () => page.evaluate(() => (window as unknown as { far: FarPage }).far.close()),
    end: async () => {
      await browser.close()
      server.close()
    },
  }
  await page.exposeFunction('tellSignal', (text: string) => far.onSignal(text))
  await page.exposeFunction('tellUp', () => far.onUp())
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
  await page.waitForFunction(() => 'far' in window)
  return far
}
