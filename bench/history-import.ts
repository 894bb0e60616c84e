/**
 * Taking a long history in, page by page, in two ways. Nothing here needs Node: Chromium runs the same.
 *
 * Both ways decode every page, recompute every id from header and body, link every entry into its chain, and have
 * signatures checked in bulk as the program's host does it. By heads, the signatures that `planImport` names are
 * checked: one for each run that nothing accepted leads to. Every signature means what it says.
 */
import type { Crypto, SignatureCheck } from '@kith/protocol'
import { signatureCheckOf } from '../packages/protocol/src/log/entry.ts'
import { Log } from '../packages/protocol/src/log/log.ts'
import { decodePage } from '../packages/protocol/src/log/page.ts'

export interface Importer {
  readonly crypto: Crypto
  readonly verifyMany: (checks: readonly SignatureCheck[]) => Promise<readonly boolean[]>
}

export interface Imported {
  readonly entries: number
  readonly missing: number
  readonly signatures: number
}

export function importByHeads(importer: Importer, pages: readonly Uint8Array[], now: number): Promise<Imported> {
  return importPages(importer, pages, now, false)
}

export function importByEverySignature(
  importer: Importer,
  pages: readonly Uint8Array[],
  now: number,
): Promise<Imported> {
  return importPages(importer, pages, now, true)
}

async function importPages(
  { crypto, verifyMany }: Importer,
  pages: readonly Uint8Array[],
  now: number,
  every: boolean,
): Promise<Imported> {
  const log = new Log({ crypto })
  let signatures = 0
  for (const bytes of pages) {
    const page = decodePage(crypto, bytes)
    if (!page.ok) throw new Error(`a page is ${page.code}`)
    const plan = log.planImport(page.value.entries, now)
    const valid = await verifyMany(plan.checks)
    signatures += plan.checks.length
    if (every) {
      const checked = new Set(plan.checked)
      const others = page.value.entries.filter((entry) => !checked.has(entry)).map(signatureCheckOf)
      signatures += others.length
      if ((await verifyMany(others)).includes(false)) throw new Error('a signature is not good')
    }
    log.import(plan, valid, now)
  }
  return { entries: log.size, missing: log.missing, signatures }
}
