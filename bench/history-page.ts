/** Runs inside Chromium for `history-chromium.ts`. */
import { createNobleCrypto } from '@kith/protocol'
import { verifyManyWebCrypto } from '../packages/peer/src/web/verify.ts'
import { importByHeads } from './history-import.ts'

const runs = 3

async function importHistory(now: number): Promise<{ headsMs: number; entries: number }> {
  const history = new Uint8Array(await (await fetch('/history')).arrayBuffer())
  const pages: Uint8Array[] = []
  for (let at = 0; at < history.length;) {
    const length = new DataView(history.buffer, at).getUint32(0)
    pages.push(history.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
  const importer = { crypto, verifyMany: verifyManyWebCrypto }
  await importByHeads(importer, pages.slice(0, 20), now)
  const times: number[] = []
  let entries = 0
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    ;({ entries } = await importByHeads(importer, pages, now))
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return { headsMs: times[runs >> 1] ?? 0, entries }
}

Object.assign(window, { importHistory })
