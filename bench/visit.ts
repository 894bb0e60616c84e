/**
 * What somebody costs and waits who opens a link to Kith for the first time, and the second time.
 * `npm run bench -- visit [--rate 4] [--kbit 1600] [--rtt 150]`, after `npm run build`.
 *
 * A relay serves the built app to a Chromium with a new profile. `desk` is the machine as it is; `phone` has a processor `rate`
 * times as slow, and everything that passes between the two, also what the service worker fetches, passes a line of so many
 * kbit/s and so many ms. Processor time is that of all of Chromium's processes, from the address to the quiet after it.
 *
 * The limit is what line and browser need alone: a page of as many bytes as ours names in its head, one file that is nothing but
 * a field at its end, over the same line in the same run. The ratio is our first name field by that one.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createSite } from 'node:http'
import { createServer, connect, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type BrowserContext, type Page } from 'playwright'
import { chromiumArgs, chromiumPath } from '../packages/peer/src/testing/chromium.ts'

const kith = fileURLToPath(new URL('../apps/cli/bin/kith.mjs', import.meta.url))
const marker = 'kith-bench-visit-'
/** Nothing has been asked for this long: the visit is over. */
const quietMs = 2500

export interface Visit {
  /** Requests and bytes on the line in all, and bytes of the page and of what it names in its head. */
  readonly requests: number
  readonly kilobytes: number
  readonly kilobytesToUse: number
  /** From the address to a field of a name that takes a letter, a field that takes a message, and the message in the timeline. */
  readonly nameFieldMs: number
  readonly roomMs: number
  readonly messageMs: number
  /** From the address until the app can be used offline. */
  readonly offlineMs: number
  readonly cpuMs: number
}

interface Line {
  readonly port: number
  bytes: number
  connections: number
  /** Requests for files: lines that begin so. */
  requests: number
  close(): void
}

/** A line between browser and relay that is shared by all connections and has a length and a width. */
async function line(to: number, kbit: number, rttMs: number): Promise<Line> {
  let free = 0
  const sockets = new Set<{ destroy(): void }>()
  const result = { port: 0, bytes: 0, connections: 0, requests: 0, close: () => {} }
  const server: Server = createServer((near) => {
    result.connections++
    const far = connect(to, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
    }
    const pass = (from: typeof near, into: typeof near, isDown: boolean): void => {
      let queue = Promise.resolve()
      from.on('data', (chunk: Buffer) => {
        if (isDown) result.bytes += chunk.length
        else if (/^GET /.test(chunk.toString('latin1', 0, 4))) result.requests++
        if (kbit === 0) return void into.write(chunk)
        const now = performance.now()
        free = isDown ? Math.max(now, free) + (chunk.length * 8) / kbit : free
        const due = (isDown ? free : now) + rttMs / 2
        from.pause()
        // What waits for the width of the line is not read; what is on its way is.
        setTimeout(() => from.resume(), Math.max(0, due - rttMs / 2 - now))
        queue = queue.then(() => new Promise((done) => setTimeout(done, Math.max(0, due - performance.now()))))
        void queue.then(() => into.write(chunk))
      })
      from.on('end', () => void queue.then(() => into.end()))
      from.on('close', () => void queue.then(() => into.destroy()))
    }
    pass(near, far, false)
    pass(far, near, true)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  result.port = (server.address() as AddressInfo).port
  result.close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return result
}

async function relay(folder: string): Promise<{ port: number; child: ChildProcess }> {
  const probe = createServer()
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  const child = spawn(process.execPath, [kith, 'relay', '--port', String(port), '--data', folder], { stdio: 'ignore' })
  for (let tries = 0; tries < 300; tries++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isUp) return { port, child }
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('the relay did not start: is everything built (npm run build)?')
}

/** Processor time of every process that names this profile, and of their children. */
function cpuMsOf(profile: string): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n')
  const parents = new Map<number, number>()
  const wanted = new Set<number>()
  for (const row of rows) {
    const found = /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(row)
    if (found === null) continue
    parents.set(Number(found[1]), Number(found[2]))
    if (found[3]?.includes(profile) === true && /chrom/.test(found[3])) wanted.add(Number(found[1]))
  }
  for (let isGrowing = true; isGrowing;) {
    isGrowing = false
    for (const [pid, parent] of parents)
      if (!wanted.has(pid) && wanted.has(parent)) isGrowing = wanted.add(pid) !== undefined
  }
  let ticks = 0
  for (const pid of wanted) {
    if (!existsSync(`/proc/${pid}/stat`)) continue
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks * 10
}

async function slow(context: BrowserContext, page: Page, rate: number): Promise<void> {
  if (rate === 1) return
  const devtools = await context.newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate })
}

interface Conditions {
  readonly rate: number
  readonly kbit: number
  readonly rttMs: number
}

interface Seat {
  readonly wire: Line
  readonly context: BrowserContext
  readonly page: Page
  leave(): Promise<void>
}

/** A browser at the far end of a line. */
async function sitDown(profile: string, port: number, { rate, kbit, rttMs }: Conditions): Promise<Seat> {
  const wire = await line(port, kbit, rttMs)
  // The same origin for the second visit: its store belongs to it.
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: [...chromiumArgs, `--host-resolver-rules=MAP kith.localhost:80 127.0.0.1:${wire.port}`],
    locale: 'en-GB',
    viewport: { width: 390, height: 844 },
  })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.waitForTimeout(1500)
  await slow(context, page, rate)
  const leave = async (): Promise<void> => {
    await context.close()
    wire.close()
  }
  return { wire, context, page, leave }
}

/** Goes to the address, and types a name into the first field there is. */
async function toNameField(page: Page): Promise<number> {
  const began = performance.now()
  await page.goto('http://kith.localhost/', { waitUntil: 'commit' })
  const name = page.getByRole('textbox').first()
  await name.waitFor({ timeout: 120_000 })
  await name.fill('Ada')
  return performance.now() - began
}

/** What the page and the files it names in its head took on the line; nothing when they are kept. */
async function bytesNamed(page: Page, port: number): Promise<number> {
  const html = await (await fetch(`http://127.0.0.1:${port}/`)).text()
  const named = [...html.matchAll(/(?:src|href)="\.?(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
  return page.evaluate(
    (paths) =>
      performance
        .getEntries()
        .filter((entry) => entry instanceof PerformanceResourceTiming)
        .filter(({ entryType, name }) => entryType === 'navigation' || paths.includes(new URL(name).pathname))
        .reduce((sum, { transferSize }) => sum + transferSize, 0),
    named,
  )
}

/** What a page of so many bytes needs until its field takes a letter. */
async function bare(profile: string, bytes: number, conditions: Conditions): Promise<number> {
  // Of random letters: there is nothing in it to run, and nobody makes it smaller.
  const filler = randomBytes(Math.ceil((bytes * 3) / 4))
    .toString('base64')
    .slice(0, bytes)
  const site = createSite((request, answer) => {
    const isPage = request.url === '/'
    answer.setHeader('content-type', isPage ? 'text/html' : 'text/javascript')
    if (isPage) answer.end('<!doctype html><title>Bare</title><body><script src="/all.js"></script>')
    else answer.end(`//${filler}\ndocument.body.append(document.createElement('input'))`)
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  const seat = await sitDown(profile, (site.address() as AddressInfo).port, conditions)
  try {
    return await toNameField(seat.page)
  } finally {
    await seat.leave()
    site.close()
  }
}

async function visit(profile: string, port: number, conditions: Conditions, isFirst: boolean): Promise<Visit> {
  const { wire, page, leave } = await sitDown(profile, port, conditions)
  try {
    const cpu = cpuMsOf(profile)
    const began = performance.now()
    const nameFieldMs = await toNameField(page)
    const kilobytesToUse = (await bytesNamed(page, port)) / 1000
    let offlineMs = 0
    let roomMs = 0
    let messageMs = 0
    const offline = page
      .evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
      .then(() => (offlineMs = performance.now() - began))
    await page.getByRole('button', { name: 'New room' }).click()
    const field = page.getByRole('textbox', { name: /^Message/ })
    await field.waitFor({ timeout: 120_000 })
    await field.fill('hello')
    roomMs = performance.now() - began
    await field.press('Enter')
    await page.locator('article[data-id]').first().waitFor({ timeout: 120_000 })
    messageMs = performance.now() - began
    await offline
    for (let quiet = performance.now(), seen = wire.bytes; performance.now() - quiet < quietMs;) {
      await page.waitForTimeout(100)
      // What a room sends by itself is no sign of a visit that goes on.
      if (wire.bytes - seen > 4000) quiet = performance.now()
      seen = wire.bytes
    }
    const cpuMs = cpuMsOf(profile) - cpu
    if (!isFirst && (await page.locator('.start-rooms').count()) > 1)
      throw new Error('the second visit found two lists')
    return {
      requests: wire.requests,
      kilobytes: Math.round(wire.bytes / 1000),
      kilobytesToUse: Math.round(kilobytesToUse),
      nameFieldMs: Math.round(nameFieldMs),
      roomMs: Math.round(roomMs),
      messageMs: Math.round(messageMs),
      offlineMs: Math.round(offlineMs),
      cpuMs,
    }
  } finally {
    await leave()
  }
}

interface Limit {
  /** Until a field takes a letter on a page of as many bytes that does nothing else, and our first one by it. */
  readonly bareMs: number
  readonly ratio: number
}

type VisitFigures = Readonly<Record<'desk' | 'phone', Visit & Limit>> &
  Readonly<Record<'deskAgain' | 'phoneAgain', Visit>>

export async function run(options: Readonly<Record<string, unknown>> = {}): Promise<VisitFigures> {
  const number = (name: string, standard: number): number => Number(options[name] ?? standard)
  const folder = mkdtempSync(join(tmpdir(), marker))
  const server = await relay(join(folder, 'relay'))
  const both = async (name: string, conditions: Conditions): Promise<[Visit & Limit, Visit]> => {
    const profile = join(folder, name)
    const first = await visit(profile, server.port, conditions, true)
    const again = await visit(profile, server.port, conditions, false)
    const bareMs = Math.round(await bare(join(folder, `${name}-bare`), first.kilobytesToUse * 1000, conditions))
    return [{ ...first, bareMs, ratio: first.nameFieldMs / bareMs }, again]
  }
  try {
    const [desk, deskAgain] = await both('desk', { rate: 1, kbit: 0, rttMs: 0 })
    const over = { kbit: number('kbit', 1600), rttMs: number('rtt', 150) }
    const [phone, phoneAgain] = await both('phone', { rate: number('rate', 4), ...over })
    return { desk, deskAgain, phone, phoneAgain }
  } finally {
    server.child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

export function table(figures: VisitFigures): string {
  const heads = ['requests', 'kB', 'kB to use', 'name field', 'room', 'message', 'offline', 'CPU ms']
  const row = (name: string, cells: readonly (string | number)[]): string =>
    name.padEnd(14) + cells.map((cell) => String(cell).padStart(11)).join('')
  const lines = ['The first visit and the second, in ms', row('', heads)]
  for (const [name, each] of Object.entries(figures)) {
    const { requests, kilobytes, kilobytesToUse, nameFieldMs, roomMs, messageMs, offlineMs, cpuMs } = each
    lines.push(row(name, [requests, kilobytes, kilobytesToUse, nameFieldMs, roomMs, messageMs, offlineMs, cpuMs]))
  }
  for (const name of ['desk', 'phone'] as const) {
    const { bareMs, ratio } = figures[name]
    lines.push(
      `${name}: a page of the same bytes that does nothing else ${bareMs} ms, so ${ratio.toFixed(2)} times as long`,
    )
  }
  return lines.join('\n')
}
