/**
 * A large file from a browser to a browser to a terminal, over everything that interrupts it: `npm run soak -- files`.
 *
 *   Ana seals and gives it ─▶ Ben fetches: his page is loaded anew, then the relay starts anew ─▶ Cleo's terminal fetches
 *   from both, and Ana leaves half-way: Ben alone gives the rest
 *
 * Each in a browser of their own with a profile on disk, as people have. Prints what it measured as one JSON object. `KITH_FILE_MB` says how large the file is, 1,024 MiB when it does not.
 * Nothing of it waits in memory: what the pages grow by is read from their processes.
 */
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { Person } from './harness/browser.ts'
import { freePort, Relay, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

const mebibyte = 1024 * 1024
const bytes = Number(process.env['KITH_FILE_MB'] ?? 1024) * mebibyte
/** A stage of one GiB may take so long on two busy cores. */
const stageMs = 60_000 + (bytes / (1024 * mebibyte)) * 1_500_000

const folder = await temporaryFolder()
const started = performance.now()
const stages: Record<string, number> = {}

function say(stage: string): void {
  stages[stage] = Math.round((performance.now() - started) / 1_000)
  process.stderr.write(`${stages[stage]} s: ${stage}\n`)
}

async function makeFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  const part = Buffer.alloc(4 * mebibyte)
  for (let at = 0; at < bytes; at += part.length) {
    randomFillSync(part)
    const piece = part.subarray(0, Math.min(part.length, bytes - at))
    hash.update(piece)
    await file.write(piece)
  }
  await file.close()
  return hash.digest('hex')
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}

/** Resident memory of every page's process, sampled: least and most. */
class Memory {
  readonly #least = new Map<number, number>()
  readonly #most = new Map<number, number>()
  readonly #timers: NodeJS.Timeout[] = []

  async watch({ context }: Person): Promise<void> {
    const devtools = await context.browser()?.newBrowserCDPSession()
    if (devtools === undefined) throw new Error('this browser does not tell of its processes')
    const look = async (): Promise<void> => {
      const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
      for (const { type, id } of processInfo) {
        if (type !== 'renderer') continue
        const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
        // What is shared with other processes, such as the program itself, is nobody's growth.
        const own = Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? NaN) * 1024
        if (Number.isNaN(own)) continue
        this.#least.set(id, this.#least.get(id) ?? own)
        this.#most.set(id, Math.max(own, this.#most.get(id) ?? 0))
      }
    }
    await look()
    this.#timers.push(setInterval(() => void look().catch(() => undefined), 1_000))
  }

  /** The page that grew most: from when it was first seen. */
  growthMb(): number {
    for (const timer of this.#timers) clearInterval(timer)
    const growths = [...this.#most].map(([id, most]) => most - (this.#least.get(id) ?? most))
    return Math.round(Math.max(...growths) / 1e6)
  }
}

/** Counts what a page sends over all its connections, also over those that are gone. */
async function countSent(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { plug } = window as unknown as { plug: { held: RTCPeerConnection[] } }
    const sent = new Map<RTCPeerConnection, number>()
    const place = window as unknown as { sentBytes: number }
    place.sentBytes = 0
    // Without a name: what the compiler adds to keep one is not there in the page.
    setInterval(
      () =>
        void (async (): Promise<void> => {
          for (const connection of plug.held) {
            for (const [, stats] of await connection.getStats()) {
              if (stats.type === 'transport') sent.set(connection, Math.max(sent.get(connection) ?? 0, stats.bytesSent))
            }
          }
          place.sentBytes = [...sent.values()].reduce((sum, one) => sum + one, 0)
        })(),
      500,
    )
  })
}

function sentBy(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { sentBytes: number }).sentBytes)
}

/** How much of it a page says it has, 0 to 1. */
async function share(page: Page): Promise<number> {
  const line = page.locator('progress.file-line').last()
  if ((await line.count()) === 0) return 0
  return line.evaluate((element: HTMLProgressElement) => element.value / element.max).catch(() => 0)
}

async function fetchUntil(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  const fetch = page.getByRole('button', { name: /^(Fetch|Go on fetching|Try) ?.*large\.bin/ })
  await until('the file to come', stageMs, async () => {
    if (await fetch.first().isVisible()) await fetch.first().click()
    return isThere()
  })
}

const relay = new Relay(await freePort(), `${folder.path}/relay`)
await relay.start()
const people: Person[] = []
const cleoPath = `${folder.path}/saved.bin`
try {
  const path = `${folder.path}/large.bin`
  const wanted = await makeFile(path)
  const ana = await Person.arriveAt(`${folder.path}/ana`, 'Ana')
  const ben = await Person.arriveAt(`${folder.path}/ben`, 'Ben')
  people.push(ana, ben)
  const link = await ana.makeRoom(relay.origin)
  await ben.join(link)
  await countSent(ana.page)
  const memory = new Memory()
  for (const person of people) await memory.watch(person)
  say('a room of two')

  await ana.page.getByTestId('file-picker').setInputFiles(path)
  const own = ana.page.getByRole('log').getByRole('button', { name: 'Save large.bin' })
  await until('Ana to have sent it', stageMs, async () => {
    await ana.composer().press('Enter')
    return own.isVisible()
  })
  say('sealed and sent')

  await fetchUntil(ben.page, async () => (await share(ben.page)) > 0.25)
  await ben.page.reload()
  await ben.composer().waitFor()
  say('a quarter fetched, the page loaded anew')
  await countSent(ben.page)
  const save = ben.page.getByRole('button', { name: 'Save large.bin' })
  await fetchUntil(ben.page, async () => (await share(ben.page)) > 0.5 || save.isVisible())
  await relay.kill('SIGKILL')
  // On a machine as busy as this one it may take its time.
  const answers = (): Promise<boolean> =>
    fetch(`${relay.origin}/healthz`)
      .then(({ ok }) => ok)
      .catch(() => false)
  await relay.start().catch(() => until('the relay to answer', stageMs, answers))
  say('half fetched, the relay started anew')
  await fetchUntil(ben.page, () => save.isVisible())
  say('fetched by the second browser')
  const sentOnce = await sentBy(ana.page)

  const cleo = new Terminal(['join', link, '--data', `${folder.path}/cleo`, '--name', 'Cleo'])
  await cleo.link()
  await until('Cleo to hear of the file', 60_000, () => cleo.messages.values().next().value)
  cleo.write({ type: 'save', id: 'last', path: cleoPath })
  const gave = async (): Promise<number> => (await sentBy(ana.page)) - sentOnce + (await sentBy(ben.page))
  const isSaved = (): boolean => cleo.lines.some((line) => (line.type as string) === 'saved')
  await until('the terminal to have a part of it', stageMs, async () => isSaved() || (await gave()) > bytes / 2).catch(
    (error: unknown) => {
      process.stderr.write(`The terminal: ${JSON.stringify(cleo.lines.slice(-3))} ${cleo.errors}\n`)
      throw error
    },
  )
  const anaGave = (await sentBy(ana.page)) - sentOnce
  await ana.page.close()
  say('half of it at the terminal, the source left')
  await until('the terminal to have saved it', stageMs, isSaved)
  say('saved by the terminal')
  const benGave = await sentBy(ben.page)
  const growthMb = memory.growthMb()
  const isEqual = (await digest(cleoPath)) === wanted
  await cleo.leave()
  const complaints = [...ana.complaints, ...ben.complaints]
  const figures = {
    bytes,
    isEqual,
    // One is every byte once, DTLS, SCTP and retransmissions included.
    sentToBrowser: round(sentOnce / bytes),
    sentToTerminal: round((anaGave + benGave) / bytes),
    tabGrowthMb: growthMb,
    seconds: stages,
    complaints,
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  if (!isEqual || growthMb >= 200 || complaints.length > 0) process.exitCode = 1
} finally {
  for (const { context } of people) await context.close()
  await relay.kill()
  await folder.remove()
}
process.exit()

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
