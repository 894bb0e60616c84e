/**
 * From an opened link to visible history, in Chromium: the real page from the real relay, one other member who has the
 * history. `npm run bench -- join [--messages 2000] [--runs 5] [--corpus FILE]`
 *
 * openToHistoryMs     link opened for the first time → newest message on the screen (median)
 * storedToHistoryMs   the same page opened again: from its own store (median)
 * firstLoadGzKiB      everything the page fetched until then, each file through gzip
 */
import { gzipSync } from 'node:zlib'
import { chromium, type Browser, type Page } from 'playwright'
import { formatRoomLink, openRoomKeys } from '@kith/protocol'
import { createNativeCrypto } from '@kith/peer/node'
import { build } from '../scripts/build.mjs'
import { openActor } from '../scripts/demo/actor.ts'
import { Cast } from '../scripts/demo/cast.ts'
import { readConversation } from '../scripts/demo/conversation.ts'
import { authorHistory } from '../scripts/demo/history.ts'
import { startRelay } from '../scripts/demo/relay.ts'
import { findChromium } from '../scripts/system.mjs'
import { generateConversation } from './corpus.ts'

export interface Options {
  readonly messages?: string | undefined
  readonly runs?: string | undefined
  readonly corpus?: string | undefined
}

const newest = 'This is the newest message of the history.'
const limitMs = 30_000

export async function run(options: Options): Promise<Record<string, unknown>> {
  await build({ stdio: 'toStderr' })
  const count = Number(options.messages ?? 2_000)
  const runs = Number(options.runs ?? 5)
  const lines =
    options.corpus === undefined ? generateConversation(count - 1) : await readConversation(options.corpus, count - 1)
  const last = { time: (lines.at(-1)?.time ?? 0) + 1_000, nick: lines.at(-1)?.nick ?? 'ada', text: newest }

  const crypto = createNativeCrypto()
  const secret = crypto.random(32)
  const keys = openRoomKeys(crypto, secret)
  const cast = new Cast(crypto, keys)
  const relay = await startRelay()
  const history = await authorHistory([...lines, last], { crypto, keys, cast, now: Date.now() }, () => undefined)
  const persona = cast.secretsOf(last.nick, Date.now())
  const member = await openActor({
    crypto,
    keys,
    secret,
    relay,
    title: 'Bench',
    name: last.nick,
    persona,
    history: history.stores,
  })
  const browser = await chromium.launch({
    executablePath: findChromium() ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  })
  try {
    const link = formatRoomLink({ secret, relay })
    const firstLoadGzKiB = await measureFirstLoad(browser, link)
    const opened: number[] = []
    const stored: number[] = []
    for (let i = 0; i < runs; i++) {
      const context = await browser.newContext()
      opened.push(await timeToHistory(await context.newPage(), link))
      await context.pages()[0]?.close()
      stored.push(await timeToHistory(await context.newPage(), link))
      await context.close()
    }
    return {
      messages: history.messages,
      runs,
      openToHistoryMs: Math.round(median(opened)),
      openToHistoryWorstMs: Math.round(Math.max(...opened)),
      storedToHistoryMs: Math.round(median(stored)),
      firstLoadGzKiB: Math.round(firstLoadGzKiB * 10) / 10,
    }
  } finally {
    await browser.close()
    await member.close()
  }
}

/** Runs in the page before anything else; a text, because tsx would leave calls of its own in a function. */
const watch = `
  globalThis.historySeen = new Promise((done) => {
    const watcher = new MutationObserver(() => {
      const log = document.querySelector('[role="log"]')
      if (!log?.textContent.includes(${JSON.stringify(newest)})) return
      watcher.disconnect()
      requestAnimationFrame(() => done(performance.now()))
    })
    watcher.observe(document, { childList: true, subtree: true, characterData: true })
  })`

/** Milliseconds from navigation to the frame after the newest message stood in the log, on the page's own clock. */
async function timeToHistory(page: Page, link: string): Promise<number> {
  await page.addInitScript({ content: watch })
  await page.goto(link)
  const seen = await page.waitForFunction('globalThis.historySeen', undefined, { timeout: limitMs })
  return Number(await seen.jsonValue())
}

async function measureFirstLoad(browser: Browser, link: string): Promise<number> {
  const context = await browser.newContext({ serviceWorkers: 'block' })
  const page = await context.newPage()
  const sizes: Promise<number>[] = []
  page.on('response', (response) => {
    sizes.push(
      response.body().then(
        (body) => gzipSync(body, { level: 9 }).length,
        () => 0,
      ),
    )
  })
  await timeToHistory(page, link)
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  await context.close()
  return bytes / 1024
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
}

export function table(figures: Record<string, unknown>): string {
  return [
    `A link opened, ${String(figures['messages'])} messages of history with one other member, Chromium on this machine:`,
    `  first time: newest message on the screen after ${String(figures['openToHistoryMs'])} ms (worst of ${String(figures['runs'])}: ${String(figures['openToHistoryWorstMs'])} ms)`,
    `  again:      after ${String(figures['storedToHistoryMs'])} ms, from the page's own store`,
    `  fetched:    ${String(figures['firstLoadGzKiB'])} KiB through gzip`,
  ].join('\n')
}
