/**
 * Some history on its way: entries in runs, and the receipts kept beside them.
 *
 * Inside a run the session, the seq and the hash link of an entry follow from the one before, so they are not sent: 95
 * bytes and the body for an entry instead of 197. The receiver rebuilds the header and computes the id from it, which
 * makes rule 2 (contiguous, every prev matches the recomputed id) true by construction: whoever changes one byte changes
 * every later id, and the last signature fails.
 *
 *   page     runs varint · run… · receipts varint · receipt…
 *   run      session 32 · first seq varint · prev 32 (not before seq 0) · epochId 32 · first time u48 · count varint · item…
 *   item     form u8 (1 husk, 2 another epochId follows) · [epochId 32] · kind u8 · flags u8 · later by varint ms ·
 *            nonce 24 · signature 64 · body (varint length, bytes), or its hash 32
 *   receipt  index of its entry in the page varint · bytes (varint length ≤ 1,024)
 */
import { equalBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Millis, type Result, accept, reject } from '../machine.ts'
import { follows } from './chain.ts'
import {
  type Entry,
  bodyOffset,
  createIdScratch,
  entryVersion,
  headerBytes,
  huskVersion,
  identifyEntry,
  isWellFormed,
  maxSeq,
  noPrev,
  signatureBytes,
} from './entry.ts'
import { limits } from './limits.ts'

/** Bytes a page aims at; one entry alone may be larger. */
export const pageBytes: number = 64 * 1024
export const maxPageBytes: number = 263 * 1024
export const maxReceiptBytes = 1024
const nonceBytes = 24
/** Nonce and signature stand side by side, in a page as in an entry. */
const proofBytes: number = nonceBytes + signatureBytes
const maxTime = 0xffff_ffff_ffff

const formHusk = 1
const formEpoch = 2

export interface Page {
  readonly entries: readonly Entry[]
  readonly receipts: readonly PageReceipt[]
}

export interface PageReceipt {
  readonly entry: Entry
  readonly receipt: Uint8Array
}

/** Upper bound of what an entry adds to a page, the start of a run not counted. */
export function pageCost(entry: Entry): number {
  return entry.bytes.length - bodyOffset + 104
}

/** Upper bound of the start of a run. */
export const runCost = 112

/** `entries` in any grouping; those that follow one another share a run. */
export function encodePage(page: Page): Uint8Array {
  const runs: Entry[][] = []
  let last: Entry | undefined
  for (const entry of page.entries) {
    if (last !== undefined && follows(last, entry) && entry.isOf(last.session)) runs.at(-1)?.push(entry)
    else runs.push([entry])
    last = entry
  }
  const writer = new Writer(pageBytes).varint(runs.length)
  for (const run of runs) writeRun(writer, run)
  const indexByEntry = new Map<Entry, number>()
  if (page.receipts.length > 0) page.entries.forEach((entry, i) => indexByEntry.set(entry, i))
  writer.varint(page.receipts.length)
  for (const { entry, receipt } of page.receipts) writer.varint(indexByEntry.get(entry) as number).bytes(receipt)
  return writer.finish()
}

function writeRun(writer: Writer, run: readonly Entry[]): void {
  const first = run[0] as Entry
  writer.raw(first.session).varint(first.seq)
  if (first.seq > 0) writer.raw(first.prev)
  writer.raw(first.epochId).u48(first.time).varint(run.length)
  let before = first
  for (const entry of run) {
    const sameEpoch = equalBytes(before.epochId, entry.epochId)
    writer.u8((entry.husk ? formHusk : 0) | (sameEpoch ? 0 : formEpoch))
    if (!sameEpoch) writer.raw(entry.epochId)
    writer
      .u8(entry.kind)
      .u8(entry.flags)
      .varint(entry.time - before.time)
    writer.raw(entry.nonce).raw(entry.signature)
    if (entry.husk) writer.raw(entry.body)
    else writer.bytes(entry.body)
    before = entry
  }
}

/** Reads a page. Its entries share one fresh buffer; `bytes` is not kept, except by the receipts. */
export function decodePage(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array): Result<Page, 'malformed' | 'oversize'> {
  if (bytes.length > maxPageBytes) return reject('oversize')
  const size = measure(new Reader(bytes))
  if (size === undefined) return reject('malformed')
  const reader = new Reader(bytes)
  const builder = new PageBuilder(crypto, size)
  for (let runs = reader.varint(); runs > 0; runs--) {
    const session = reader.raw(32)
    const seq = reader.varint()
    builder.startRun(session, seq, seq > 0 ? reader.raw(32) : noPrev, reader.raw(32), reader.u48())
    for (let count = reader.varint(); count > 0; count--) {
      const form = reader.u8()
      if ((form & formEpoch) !== 0) builder.setEpoch(reader.raw(32))
      const husk = (form & formHusk) !== 0
      const [kind, flags, later, proof] = [reader.u8(), reader.u8(), reader.varint(), reader.raw(proofBytes)]
      const body = husk ? reader.raw(32) : reader.bytes(limits.bodyBytes)
      if (!builder.add(husk, kind, flags, later, proof, body)) return reject('malformed')
    }
  }
  const receipts: PageReceipt[] = []
  for (let count = reader.varint(); count > 0 && !reader.failed; count--) {
    const entry = builder.entries[reader.varint()]
    const receipt = reader.bytes(maxReceiptBytes)
    if (entry === undefined) return reject('malformed')
    receipts.push({ entry, receipt })
  }
  return reader.done() ? accept({ entries: builder.entries, receipts }) : reject('malformed')
}

/** Bytes all entries of a page take when rebuilt; undefined when the layout of the runs is not right. */
function measure(reader: Reader): number | undefined {
  let size = 0
  for (let runs = reader.varint(); runs > 0 && !reader.failed; runs--) {
    reader.skip(32)
    if (reader.varint() > 0) reader.skip(32)
    reader.skip(32 + 6)
    for (let count = reader.varint(); count > 0 && !reader.failed; count--) {
      const form = reader.u8()
      if (form > (formHusk | formEpoch)) reader.fail()
      reader.skip((form & formEpoch) !== 0 ? 34 : 2)
      reader.varint()
      reader.skip(proofBytes)
      const body = (form & formHusk) !== 0 ? 32 : reader.varint()
      if (body > limits.bodyBytes) reader.fail()
      reader.skip(body)
      size += bodyOffset + body
    }
  }
  return reader.failed ? undefined : size
}

/** Lays entries out one behind the other, each header from the one before it. */
class PageBuilder {
  readonly entries: Entry[] = []
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #slab: Uint8Array
  readonly #scratch = createIdScratch()
  /** The header so far: what the next entry of the run begins with. */
  readonly #header = new Uint8Array(headerBytes)
  #end = 0
  #seq = 0
  #time: Millis = 0

  constructor(crypto: Pick<Crypto, 'sha256'>, size: number) {
    this.#crypto = crypto
    this.#slab = new Uint8Array(size)
  }

  startRun(session: Uint8Array, seq: number, prev: Uint8Array, epochId: Uint8Array, time: Millis): void {
    this.#header.set(session, 9)
    this.#header.set(prev, 45)
    this.setEpoch(epochId)
    this.#seq = seq
    this.#time = time
  }

  setEpoch(epochId: Uint8Array): void {
    this.#header.set(epochId, 77)
  }

  /** False when the entry is not well-formed. */
  add(husk: boolean, kind: number, flags: number, later: Millis, proof: Uint8Array, body: Uint8Array): boolean {
    const header = this.#header
    const seq = this.#seq++
    this.#time += later
    if (this.#time > maxTime || seq > maxSeq) return false
    header[0] = husk ? huskVersion : entryVersion
    header[1] = kind
    header[2] = flags
    writeTime(header, this.#time)
    header[41] = seq >>> 24
    header[42] = seq >>> 16
    header[43] = seq >>> 8
    header[44] = seq
    const bytes = this.#slab.subarray(this.#end, (this.#end += bodyOffset + body.length))
    bytes.set(header)
    bytes.set(proof, headerBytes - nonceBytes)
    bytes.set(body, bodyOffset)
    if (!isWellFormed(bytes)) return false
    const entry = identifyEntry(this.#crypto, bytes, this.#scratch)
    header.set(entry.id, 45)
    this.entries.push(entry)
    return true
  }
}

function writeTime(header: Uint8Array, time: Millis): void {
  let rest = time
  for (let i = 8; i >= 3; i--) {
    header[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}
