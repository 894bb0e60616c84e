/** Runs inside Chromium for `history-chromium.ts`. */
import { createNobleCrypto } from '@kith/protocol'
import { verifyManyWebCrypto } from '../packages/peer/src/web/verify.ts'
import { Log } from '../packages/protocol/src/log/log.ts'
import { decodePage } from '../packages/protocol/src/log/page.ts'

const runs = 3

async function importHistory(now: number): Promise<{ headsMs: number; entries: number }> {
  const history = new Uint8Array(await (await fetch('/history')).arrayBuffer())
  const pages: Uint8Array[] = []
  for (let at = 0; at < history.length;) {
    const length = new DataView(history.buffer, at).getUint32(0)
    pages.push(history.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  await importOnce(pages.slice(0, 20), now)
  const times: number[] = []
  let entries = 0
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    entries = await importOnce(pages, now)
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return { headsMs: times[runs >> 1] ?? 0, entries }
}

async function importOnce(pages: readonly Uint8Array[], now: number): Promise<number> {
  const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
  const log = new Log({ crypto })
  for (const bytes of pages) {
    const page = decodePage(crypto, bytes)
    if (!page.ok) throw new Error(`a page is ${page.code}`)
    const plan = log.planImport(page.value.entries, now)
    log.import(plan, await verifyManyWebCrypto(plan.checks), now)
  }
  return log.size
}

Object.assign(window, { importHistory })
