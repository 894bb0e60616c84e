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
  entryVersion,
  headerBytes,
  huskVersion,
  identifyEntry,
  isWellFormed,
  maxSeq,
  minBodyBytes,
  noPrev,
} from './entry.ts'
import { limits } from './limits.ts'

/** Bytes a page aims at; one entry alone may be larger. */
export const pageBytes: number = 64 * 1024
export const maxPageBytes: number = 263 * 1024
export const maxReceiptBytes = 1024
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
    if (last !== undefined && follows(last, entry) && equalBytes(last.session, entry.session)) runs.at(-1)?.push(entry)
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

interface Item {
  readonly run: Run
  readonly husk: boolean
  readonly kind: number
  readonly flags: number
  readonly time: Millis
  readonly epochId: Uint8Array
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
  readonly body: Uint8Array
}

interface Run {
  readonly session: Uint8Array
  readonly firstSeq: number
  readonly prev: Uint8Array
}

/** Reads a page. Its entries share one fresh buffer; `bytes` is not kept, except by the receipts. */
export function decodePage(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array): Result<Page, 'malformed' | 'oversize'> {
  if (bytes.length > maxPageBytes) return reject('oversize')
  const reader = new Reader(bytes)
  const items: Item[] = []
  for (let runs = reader.varint(); runs > 0 && !reader.failed; runs--) readRun(reader, items)
  if (reader.failed) return reject('malformed')

  let size = 0
  for (const { body } of items) size += bodyOffset + body.length
  const slab = new Uint8Array(size)
  const entries: Entry[] = []
  let at = 0
  let last: Entry | undefined
  for (const item of items) {
    const follower = last !== undefined && items[entries.length - 1]?.run === item.run
    const seq = follower ? (last as Entry).seq + 1 : item.run.firstSeq
    const entryBytes = slab.subarray(at, (at += bodyOffset + item.body.length))
    layOut(entryBytes, item, seq, follower ? (last as Entry).id : item.run.prev)
    if (seq > maxSeq || !isWellFormed(entryBytes)) return reject('malformed')
    last = identifyEntry(crypto, entryBytes)
    entries.push(last)
  }

  const receipts: PageReceipt[] = []
  for (let count = reader.varint(); count > 0 && !reader.failed; count--) {
    const entry = entries[reader.varint()]
    const receipt = reader.bytes(maxReceiptBytes)
    if (entry === undefined) return reject('malformed')
    receipts.push({ entry, receipt })
  }
  return reader.done() ? accept({ entries, receipts }) : reject('malformed')
}

function readRun(reader: Reader, items: Item[]): void {
  const session = reader.raw(32)
  const firstSeq = reader.varint()
  const prev = firstSeq > 0 ? reader.raw(32) : noPrev
  const run: Run = { session, firstSeq, prev }
  let epochId = reader.raw(32)
  let time = reader.u48()
  for (let count = reader.varint(); count > 0 && !reader.failed; count--) {
    const form = reader.u8()
    if (form > (formHusk | formEpoch)) reader.fail()
    if ((form & formEpoch) !== 0) epochId = reader.raw(32)
    const kind = reader.u8()
    const flags = reader.u8()
    time += reader.varint()
    const nonce = reader.raw(24)
    const signature = reader.raw(64)
    const husk = (form & formHusk) !== 0
    const body = husk ? reader.raw(32) : reader.bytes(limits.bodyBytes)
    if (time > maxTime || (!husk && body.length < minBodyBytes)) reader.fail()
    if (!reader.failed) items.push({ run, husk, kind, flags, time, epochId, nonce, signature, body })
  }
}

function layOut(bytes: Uint8Array, item: Item, seq: number, prev: Uint8Array): void {
  bytes[0] = item.husk ? huskVersion : entryVersion
  bytes[1] = item.kind
  bytes[2] = item.flags
  let time = item.time
  for (let i = 8; i >= 3; i--) {
    bytes[i] = time % 256
    time = Math.floor(time / 256)
  }
  bytes.set(item.run.session, 9)
  bytes[41] = seq >>> 24
  bytes[42] = seq >>> 16
  bytes[43] = seq >>> 8
  bytes[44] = seq
  bytes.set(prev, 45)
  bytes.set(item.epochId, 77)
  bytes.set(item.nonce, 109)
  bytes.set(item.signature, headerBytes)
  bytes.set(item.body, bodyOffset)
}
