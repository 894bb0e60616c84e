/**
 * Taking a long history in, page by page, in two ways. Nothing here needs Node, so that a browser can run the same.
 *
 * Both ways decode every page, recompute every id from header and body, and link every entry into its chain. By heads,
 * the signatures that `planImport` names are checked: one for each run that nothing accepted leads to. Every signature
 * means what it says.
 */
import type { Crypto } from '@kith/protocol'
import { verifyEntry } from '../packages/protocol/src/log/entry.ts'
import { Log } from '../packages/protocol/src/log/log.ts'
import { decodePage } from '../packages/protocol/src/log/page.ts'

export interface Imported {
  readonly entries: number
  readonly missing: number
  readonly signatures: number
  readonly digest: Uint8Array
}

export function importByHeads(crypto: Crypto, pages: readonly Uint8Array[], now: number): Imported {
  return importPages(crypto, pages, now, false)
}

export function importByEverySignature(crypto: Crypto, pages: readonly Uint8Array[], now: number): Imported {
  return importPages(crypto, pages, now, true)
}

function importPages(crypto: Crypto, pages: readonly Uint8Array[], now: number, every: boolean): Imported {
  const log = new Log({ crypto })
  let signatures = 0
  for (const bytes of pages) {
    const page = decodePage(crypto, bytes)
    if (!page.ok) throw new Error(`a page is ${page.code}`)
    if (every) {
      for (const entry of page.value.entries) {
        signatures++
        if (!verifyEntry(crypto, entry)) throw new Error('a signature is not good')
      }
    }
    const plan = log.planImport(page.value.entries, now)
    signatures += plan.checks.length
    const valid = plan.checks.map((check) => crypto.verify(check.publicKey, check.message, check.signature))
    log.import(plan, valid, now)
  }
  return { entries: log.size, missing: log.missing, signatures, digest: log.digest() }
}
