/**
 * The way of entries: own ones out, others' in and on, receipts beside them.
 *
 * An own post goes into the room, and at the same moment to the relay and along every direct link. What arrives goes
 * into the room and, if it was new, on to whoever may not have it; its author soon learns that it is held here.
 */
import type { Crypto } from '../crypto/crypto.ts'
import { acknowledgeMs } from '../gossip/heartbeat.ts'
import { Neighbourhood } from '../gossip/spread.ts'
import type { Arrival } from '../gossip/spread.ts'
import type { TreeId } from '../gossip/broadcast-wire.ts'
import { encodePayload, maxReceiptsPerFrame } from '../gossip/wire.ts'
import type { EntryReceipt } from '../gossip/wire.ts'
import type { Entry } from '../log/entry.ts'
import type { Page } from '../log/page.ts'
import type { Millis, SignatureCheck } from '../machine.ts'
import type { Content } from '../rooms/content.ts'
import type { Room, RoomResult } from '../rooms/room.ts'
import { priority } from './links.ts'
import type { LiveLink } from './links.ts'
import type { EngineEvent, Output } from './output.ts'
import { Publisher } from './publisher.ts'
import type { Reach } from './reach.ts'
import { Receipts } from './receipts.ts'

/** How often a linked peer is asked for receipts that are missing here. */
const askReceiptsMs = 15_000

/** How an entry came by a link. */
export interface Bringing {
  readonly link: LiveLink
  /** The tree it came along; `noTree` when it was flooded, or sent in a small room. */
  readonly tree: TreeId
  /** Links between its author and us. */
  readonly hop: number
  /** We asked for it. */
  readonly pulled: boolean
  /** Somebody on the way had to ask for it. */
  readonly late: boolean
}

/** A room of many: entries go along trees there. */
export interface Spreader {
  /** A new entry goes on; true when it left by at least one link. */
  spread(entry: Entry, session: string, from: Bringing | undefined, now: Millis): boolean
  /** A copy of what is held came by a link. */
  copied(entry: Entry, from: Bringing, now: Millis): void
  /** One came that the room does not take: there is no use in asking for it again. */
  refused(entry: Entry, now: Millis): void
}

export interface FlowContext {
  readonly crypto: Crypto
  /** Tell of every copy of an entry that comes by a link. */
  readonly trace: boolean
  /** Own session key, hex. */
  readonly own: string
  readonly room: Room
  readonly reach: Reach
  readonly corrected: (now: Millis) => Millis
  readonly emit: (output: Output) => void
  readonly tell: (event: EngineEvent) => void
}

export interface FlowEvents {
  apply(result: RoomResult, now: Millis, posted?: { readonly tag: number; readonly id: string }): void
  /** The set of entries changed by a live one. */
  moved(now: Millis): void
  /** Answered by `receiptsVerified`. */
  verifyReceipts(checks: readonly SignatureCheck[]): void
  /** Time to tell this session that its entries are held here. */
  acknowledge(link: LiveLink, now: Millis): void
  /** A keeper promises only what is on its disk. */
  mayAcknowledge(): boolean
  /** Set while the room is a mesh. */
  spreader(): Spreader | undefined
  relayKeysChanged(encoded: Uint8Array): void
}

export class Flow {
  readonly neighbourhood: Neighbourhood = new Neighbourhood()
  readonly #context: FlowContext
  readonly #events: FlowEvents
  readonly #publisher: Publisher
  readonly #receipts: Receipts
  /** Sessions that are owed a word because entries of theirs arrived. */
  readonly #owed = new Set<string>()
  #askedReceiptsAt: Millis = 0
  #asks = 0

  constructor(context: FlowContext, events: FlowEvents) {
    this.#context = context
    this.#events = events
    const { crypto, reach, room } = context
    this.#receipts = new Receipts(crypto)
    this.#publisher = new Publisher(
      crypto,
      (bytes, now) => reach.publish(bytes, now),
      (key, now) => events.apply(room.markSent(key), now),
    )
  }

  post(content: Content, tag: number, now: Millis): void {
    const { room, corrected, tell } = this.#context
    const posted = room.post(content, corrected(now))
    if (!posted.ok) {
      tell({ type: 'postRefused', tag, code: posted.code })
      return
    }
    const { entries, id } = posted.value
    this.#events.apply(posted.value, now, { tag, id })
    for (const entry of entries) this.#sendOwn(entry, now)
    this.#events.moved(now)
  }

  /** An entry from a link, or from the relay's fan-out. */
  receive(bytes: Uint8Array, receipt: Uint8Array | undefined, from: Bringing | undefined, now: Millis): void {
    const { room, reach, corrected, tell, trace } = this.#context
    const received = room.receive(bytes, corrected(now), from?.link.session ?? 'relay')
    this.#events.apply(received, now)
    const { entry, session, outcome } = received
    if (entry === undefined || session === undefined) {
      // An authenticated peer that sends what is no entry at all is broken or hostile.
      if (from !== undefined) reach.close(from.link, 'malformed', now)
      return
    }
    const isNew = outcome === 'accepted' || outcome === 'filled'
    if (trace && from !== undefined)
      tell({ type: 'trace', id: entry.key, hop: from.hop, copy: outcome === 'duplicate' })
    if (from !== undefined && outcome === 'duplicate') this.#events.spreader()?.copied(entry, from, now)
    if (receipt !== undefined && (isNew || outcome === 'duplicate')) this.#keepReceipt(entry, receipt, now)
    if (outcome === 'overBudget') tell({ type: 'notice', code: 'floodLimited', about: session })
    if (!isNew) {
      // A forged one says nothing of the true one, which may be on its way.
      if (outcome !== 'duplicate' && outcome !== 'forged') this.#events.spreader()?.refused(entry, now)
      return
    }
    this.#events.moved(now)
    this.#spread(entry, session, from, from === undefined, now)
    this.#owe(session, now)
  }

  // Receipts.

  /** The relay proved its key: what waited for it is published. */
  relayReady(relayKey: Uint8Array, now: Millis): void {
    const { isNew, isOther } = this.#receipts.know(relayKey)
    if (isNew) this.#events.relayKeysChanged(this.#receipts.encodeKeys())
    if (isOther) this.#context.tell({ type: 'notice', code: 'relayKeyChanged' })
    this.#publisher.restart(now)
  }

  restoreRelayKeys(encoded: Uint8Array): void {
    this.#receipts.restoreKeys(encoded)
  }

  receiptMade(receipt: Uint8Array, digest: Uint8Array, now: Millis): void {
    this.#publisher.answered(digest, now)
    const { room } = this.#context
    const entry = room.log.get(room.keyOfDigest(digest) ?? '')
    if (entry !== undefined) this.#keepReceipt(entry, receipt, now)
  }

  publishRefused(digest: Uint8Array, retryAfterMs: number, now: Millis): void {
    this.#publisher.refused(digest, retryAfterMs, now)
  }

  /** Receipts that came with a page of history. */
  suggestFrom(page: Page): void {
    for (const { entry, receipt } of page.receipts) this.#receipts.suggest(entry, receipt)
    this.#verifyNext()
  }

  suggest(receipts: readonly EntryReceipt[]): void {
    for (const { key, receipt } of receipts) {
      const entry = this.#context.room.log.get(key)
      if (entry !== undefined) this.#receipts.suggest(entry, receipt)
    }
    this.#verifyNext()
  }

  receiptsVerified(valid: readonly boolean[], now: Millis): void {
    for (const { key, receipt } of this.#receipts.checked(valid)) {
      this.#events.apply(this.#context.room.addReceipt(key, receipt), now)
    }
    this.#verifyNext()
  }

  giveReceipts(link: LiveLink, keys: readonly string[], now: Millis): void {
    const { room } = this.#context
    const receipts: EntryReceipt[] = []
    for (const key of keys) {
      const entry = room.log.get(key)
      const receipt = entry === undefined ? undefined : room.receiptsOf(entry)[0]
      if (receipt !== undefined) receipts.push({ key, receipt })
    }
    if (receipts.length > 0) this.#send(link.session, encodePayload({ type: 'receipts', receipts }), now)
  }

  /** Call at every tick. */
  tick(now: Millis): void {
    this.#publisher.pump(now)
    if (now - this.#askedReceiptsAt < askReceiptsMs) return
    this.#askedReceiptsAt = now
    const links = this.#context.reach.links()
    const link = links[this.#asks++ % Math.max(1, links.length)]
    if (link === undefined || !this.#receipts.knowsAnyRelay) return
    const newest = this.#context.room.timeline.messages(maxReceiptsPerFrame)
    const keys = newest.filter(({ receipt }) => !receipt).map(({ id }) => id)
    if (keys.length > 0) this.#send(link.session, encodePayload({ type: 'wantReceipts', keys }), now)
  }

  #verifyNext(): void {
    const checks = this.#receipts.nextBatch()
    if (checks !== undefined) this.#events.verifyReceipts(checks)
  }

  #keepReceipt(entry: Entry, receipt: Uint8Array, now: Millis): void {
    const { room, reach } = this.#context
    if (room.receiptsOf(entry).length > 0 || !this.#receipts.isValid(receipt, entry.bytes)) return
    this.#events.apply(room.addReceipt(entry.key, receipt), now)
    // In a mesh it travels with the entry, and whoever misses it asks.
    if (this.#events.spreader() !== undefined) return
    // Linked peers that are not in the relay's topic have no other way to learn of it.
    const payload = encodePayload({ type: 'receipts', receipts: [{ key: entry.key, receipt }] })
    for (const link of reach.spreadLinks()) if (!reach.isInTopic(link.session)) this.#send(link.session, payload, now)
  }

  // Entries.

  #sendOwn(entry: Entry, now: Millis): void {
    const { own, room, reach } = this.#context
    const hasLeft = this.#spread(entry, own, undefined, false, now)
    if (hasLeft) this.#events.apply(room.markSent(entry.key), now)
    if (reach.hasRelay) this.#publisher.add(entry.key, entry.bytes, now)
  }

  /** True when it left over at least one link. */
  #spread(entry: Entry, author: string, bringing: Bringing | undefined, byRelay: boolean, now: Millis): boolean {
    const { room, reach } = this.#context
    const spreader = this.#events.spreader()
    if (spreader !== undefined) return spreader.spread(entry, author, bringing, now)
    const arrival: Arrival = { author, from: bringing?.link.session, byRelay }
    const linked = reach.spreadLinks().map((link) => link.session)
    const targets = this.neighbourhood.targets(arrival, linked, (session) => reach.isInTopic(session))
    if (targets.length === 0) return false
    const payload = encodePayload({ type: 'entry', entry: entry.bytes, receipt: room.receiptsOf(entry)[0] })
    for (const session of targets) this.#send(session, payload, now)
    return true
  }

  #owe(session: string, now: Millis): void {
    if (this.#context.reach.find(session) === undefined) return
    if (this.#owed.size === 0) this.#context.emit({ type: 'timer', name: 'acknowledge', at: now + acknowledgeMs })
    this.#owed.add(session)
  }

  acknowledge(now: Millis): void {
    if (!this.#events.mayAcknowledge()) {
      this.#context.emit({ type: 'timer', name: 'acknowledge', at: now + acknowledgeMs })
      return
    }
    for (const session of this.#owed) {
      const link = this.#context.reach.find(session)
      if (link !== undefined) this.#events.acknowledge(link, now)
    }
    this.#owed.clear()
  }

  #send(session: string, payload: Uint8Array, now: Millis): void {
    this.#context.reach.send(session, priority.text, payload, now)
  }
}
