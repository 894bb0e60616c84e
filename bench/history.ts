/**
 * Importing and verifying a long history: by chain heads and by every signature, and the ratio of the two.
 * `npm run bench -- history [--messages 100000] [--corpus FILE]`
 *
 * nodeHeadsMs           pages newest first as a peer sends them: decode, recompute ids, check the heads, link (median of 3)
 * nodeEverySignatureMs  the same with every signature checked
 * chromiumHeadsMs       the first in a real Chromium: JavaScript hashes, WebCrypto signatures (median of 3)
 * ratio                 nodeEverySignatureMs by nodeHeadsMs
 * sessions, signatures, bytesPerMessage   what that history is, and what it takes
 *
 * Every person of the conversation is a session with a certified key and an opening; every line is sealed and signed.
 */
import { createNativeCrypto, verifyManyNative } from '@kith/peer/node'
import { type Crypto, openRoomKeys, Room, type RoomKeys } from '@kith/protocol'
import { createMember } from '../packages/protocol/src/rooms/members-fixture.ts'
import type { Entry } from '../packages/protocol/src/log/entry.ts'
import { encodePage } from '../packages/protocol/src/log/page.ts'
import { Log } from '../packages/protocol/src/log/log.ts'
import { RangeSet } from '../packages/protocol/src/log/ranges.ts'
import { Outgoing } from '../packages/protocol/src/sync/outgoing.ts'
import { type Line, readConversation } from '../scripts/demo/conversation.ts'
import { generateConversation } from './corpus.ts'
import { importInChromium } from './history-chromium.ts'
import { importByEverySignature, importByHeads, type Imported } from './history-import.ts'

export interface Options {
  readonly corpus?: string | undefined
  readonly messages?: string | number | undefined
}

const runs = 3

export async function run(options: Options): Promise<Record<string, unknown>> {
  const count = Number(options.messages ?? 100_000)
  const lines =
    options.corpus === undefined ? generateConversation(count) : await readConversation(options.corpus, count)
  const crypto = createNativeCrypto()
  const now = (lines.at(-1)?.time ?? 0) + 60_000
  const entries = writeHistory(crypto, openRoomKeys(crypto, crypto.random(32)), lines)
  const pages = pagesOf(crypto, entries, now)

  // Keys and code are warm for both, as they are in a program that has been running for a moment.
  const importer = { crypto, verifyMany: verifyManyNative }
  await importByHeads(importer, pages.slice(0, 20), now)
  const heads: Timed[] = []
  for (let i = 0; i < runs; i++) heads.push(await timed(() => importByHeads(importer, pages, now)))
  const every = await timed(() => importByEverySignature(importer, pages, now))
  for (const { result } of [...heads, every]) {
    if (result.entries !== entries.length || result.missing > 0) throw new Error('the history did not come whole')
  }
  const nodeHeadsMs = median(heads.map(({ ms }) => ms))
  const chromium = await importInChromium(pages, now)
  if (chromium.entries !== entries.length) throw new Error('the history did not come whole into Chromium')
  const bytes = pages.reduce((sum, page) => sum + page.length, 0)
  return {
    messages: lines.length,
    nodeHeadsMs: Math.round(nodeHeadsMs),
    nodeEverySignatureMs: Math.round(every.ms),
    chromiumHeadsMs: Math.round(chromium.headsMs),
    ratio: Math.round((every.ms / nodeHeadsMs) * 10) / 10,
    sessions: entries.length - lines.length,
    signatures: heads[0]?.result.signatures,
    bytesPerMessage: Math.round(bytes / lines.length),
  }
}

/** One session per person; all entries, each session's in order. */
export function writeHistory(crypto: Crypto, keys: RoomKeys, lines: readonly Line[]): Entry[] {
  const people = new Map<string, { readonly room: Room; readonly entries: Entry[] }>()
  for (const { nick, text, time } of lines) {
    let person = people.get(nick)
    if (person === undefined) {
      const me = createMember(crypto, nick, time).session(time)
      person = { room: new Room({ crypto, keys, me }), entries: [] }
      people.set(nick, person)
    }
    const posted = person.room.post({ type: 'text', text }, time)
    if (!posted.ok) throw new Error(`cannot post: ${posted.code}`)
    person.entries.push(...posted.value.entries)
  }
  return [...people.values()].flatMap(({ entries }) => entries)
}

/** What a peer that has all of it sends to a newcomer. */
export function pagesOf(crypto: Crypto, entries: readonly Entry[], now: number): Uint8Array[] {
  const log = new Log({ crypto })
  log.restore(entries, now)
  const offers = [...log.chains()].map((chain) => ({ chain, ranges: [...chain.held], theirs: new RangeSet() }))
  const outgoing = new Outgoing(crypto, () => [], offers, now)
  const pages: Uint8Array[] = []
  while (!outgoing.done) pages.push(encodePage(outgoing.nextPage()))
  return pages
}

interface Timed {
  readonly ms: number
  readonly result: Imported
}

async function timed(work: () => Promise<Imported>): Promise<Timed> {
  const start = performance.now()
  const result = await work()
  return { ms: performance.now() - start, result }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
