/**
 * When to compare histories with whom, and what to tell the person about it.
 *
 * Every beat carries the sender's digest. A link whose digest differs from ours for longer than live entries take to
 * arrive is out of step, and one exchange at a time brings our links back in step: who has just arrived begins at once,
 * between two old hands the larger session key begins first. Imports run in order, one bulk verification at a time.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { fraction } from '../gossip/backoff.ts'
import type { Beat, Settled } from '../gossip/wire.ts'
import type { Page } from '../log/page.ts'
import type { Millis } from '../machine.ts'
import type { Room, RoomPlan, RoomResult } from '../rooms/room.ts'
import { Exchange } from '../sync/sync.ts'
import type { ExchangeOutput, PageToken } from '../sync/sync.ts'
import type { SignatureCheck } from './effects.ts'
import type { LiveLink } from './links.ts'
import type { EngineEvent } from './output.ts'

/** A digest that differs for less is a live entry on its way. */
const settleMs = 700
/** Under constant traffic digests always differ somewhere; this long is too long all the same. */
const impatientMs = 5_000
/** Between two peers that both have history, the one with the smaller key lets the other begin. */
const yieldMs = 2_500
/** An exchange that brings nothing for this long is given up, and its link with it. */
const stallMs = 15_000
/** With nobody to ask for this long after the start, what is here is all there is for now. */
const aloneMs = 2_500
/** Somebody who is here but cannot be linked is waited for no longer than this. */
const unreachableMs = 15_000
/** In place of a digest, while the own store is being read. */
const unread = new Uint8Array(8)

export interface CatchupEvents {
  send(link: LiveLink, bytes: Uint8Array, now: Millis): void
  /** Answered by `verified`. */
  verify(checks: readonly SignatureCheck[]): void
  apply(result: RoomResult, now: Millis): void
  receipts(page: Page, now: Millis): void
  held(link: LiveLink, session: string, upTo: number, now: Millis): void
  hangUp(link: LiveLink, code: string, now: Millis): void
  tell(event: EngineEvent): void
  /** Send this link an urgent beat: what it answers is compared. */
  probe(link: LiveLink, now: Millis): void
  /** The corrected clock, which entries are dated by. */
  roomTime(now: Millis): Millis
}

/** `mesh`: a room of many, where something is always on its way and only what is settled is compared. */
export type CatchupMode = 'small' | 'mesh'

interface Partner {
  readonly link: LiveLink
  readonly exchange: Exchange
  differsSince: Millis | undefined
  /** Its digest was equal to ours, or an exchange with it was completed, at least once. */
  inStep: boolean
  started: boolean
  delayMs: number
  movedAt: Millis
}

interface Import {
  readonly partner: Partner
  readonly page: Page
  readonly token: PageToken
  readonly plan: RoomPlan
}

type SyncEvent = Extract<EngineEvent, { type: 'sync' }>

export interface Surroundings {
  /** Sessions known to be here, linked or not. */
  readonly met: number
  /** The relay told us who is here, or there is no relay to tell. */
  readonly listed: boolean
}

export class Catchup {
  readonly #own: string
  readonly #crypto: Crypto
  readonly #room: Room
  readonly #events: CatchupEvents
  readonly #startedAt: Millis
  readonly #partners = new Map<string, Partner>()
  readonly #imports: Import[] = []
  #verifying = false
  #loaded = false
  #fresh = true
  #metSince: Millis | undefined
  #entryAt: Millis = 0
  #progress: { have: number; total: number } | undefined
  #told: SyncEvent | undefined
  #around: Surroundings = { met: 0, listed: false }

  constructor(own: string, crypto: Crypto, room: Room, events: CatchupEvents, now: Millis) {
    this.#own = own
    this.#crypto = crypto
    this.#room = room
    this.#events = events
    this.#startedAt = now
  }

  /** Digest for beats: of everything held, zeros until the own store was read. */
  get digest(): Uint8Array {
    return this.#loaded ? this.#room.log.digest() : unread
  }

  /** What a beat to this session tells of what is older than a border; undefined when that is not asked. */
  settledFor(_session: string, _urgent: boolean, _now: Millis): Settled | undefined {
    return undefined
  }

  setMode(_mode: CatchupMode, _now: Millis): void {}

  /** A link of the mesh broke: whatever was on it may be lost. */
  linksLost(_now: Millis): void {}

  /** The own store was read: from here on histories can be compared. */
  loaded(): void {
    this.#loaded = true
  }

  linked(link: LiveLink, now: Millis): void {
    const before = this.#partners.get(link.session)
    if (before !== undefined) this.#drop(before)
    this.#partners.set(link.session, {
      link,
      exchange: new Exchange({ crypto: this.#crypto, history: this.#room }),
      differsSince: undefined,
      inStep: before?.inStep ?? false,
      started: false,
      delayMs: 0,
      movedAt: now,
    })
  }

  unlinked(session: string): void {
    const partner = this.#partners.get(session)
    if (partner !== undefined) this.#drop(partner)
    this.#partners.delete(session)
  }

  /** A live entry was accepted: digests are about to differ for a moment. */
  moved(now: Millis): void {
    this.#entryAt = now
  }

  /** What a beat of the far end tells of its history. */
  compare(session: string, { digest }: Pick<Beat, 'digest' | 'settled' | 'urgent'>, now: Millis): void {
    const partner = this.#partners.get(session)
    if (partner === undefined || !this.#loaded || equalBytes(digest, unread)) return
    if (equalBytes(digest, this.#room.log.digest())) {
      partner.differsSince = undefined
      this.#settled(partner)
    } else if (partner.differsSince === undefined) {
      partner.differsSince = now
      const jitter = Math.round(settleMs * fraction(this.#crypto.random))
      partner.delayMs = this.#fresh ? 0 : settleMs + jitter + (this.#own > session ? 0 : yieldMs)
      // Whoever has just arrived is looking at an empty page: not even the next tick is waited for.
      if (this.#fresh) this.#startDue(now)
    }
  }

  receive(session: string, bytes: Uint8Array, now: Millis): void {
    const partner = this.#partners.get(session)
    // Before the own store is read we would ask for, and offer, the wrong things; the far end will ask again.
    if (partner === undefined || !this.#loaded) return
    partner.movedAt = now
    this.#run(partner, partner.exchange.receive(bytes, now), now)
  }

  verified(valid: readonly boolean[], now: Millis): void {
    this.#verifying = false
    const next = this.#imports.shift()
    if (next === undefined) return
    this.#import(next, valid, now)
    this.#importNext()
  }

  tick(around: Surroundings, now: Millis): void {
    for (const partner of [...this.#partners.values()]) {
      if (partner.started && now - partner.movedAt >= stallMs) {
        this.#events.hangUp(partner.link, 'stalled', now)
      }
    }
    this.#around = around
    this.#startDue(now)
    this.#report(now)
  }

  #startDue(now: Millis): void {
    if (!this.#loaded) return
    for (const partner of this.#partners.values()) if (partner.started) return
    for (const partner of this.#partners.values()) {
      const { differsSince } = partner
      if (differsSince === undefined || now - differsSince < partner.delayMs) continue
      if (!this.#fresh && now - this.#entryAt < settleMs && now - differsSince < impatientMs) continue
      partner.started = true
      partner.movedAt = now
      this.#report(now)
      this.#run(partner, partner.exchange.start(now), now)
      return
    }
  }

  #run(partner: Partner, outputs: readonly ExchangeOutput[], now: Millis): void {
    for (const output of outputs) {
      switch (output.type) {
        case 'send':
          this.#events.send(partner.link, output.bytes, now)
          break
        case 'page':
          this.#imports.push({
            partner,
            page: output.page,
            token: output.token,
            plan: this.#room.plan(output.page, now),
          })
          this.#importNext()
          break
        case 'fork':
          this.#events.apply(this.#room.importFork(output.proof), now)
          break
        case 'progress':
          if (partner.started) this.#progress = { have: output.have, total: output.total }
          break
        case 'held':
          for (const [session, upTo] of output.upToBySession) this.#events.held(partner.link, session, upTo, now)
          break
        case 'done':
          partner.started = false
          partner.differsSince = undefined
          this.#progress = undefined
          this.#settled(partner)
          this.#report(now)
          break
        case 'refuse':
          this.#events.hangUp(partner.link, output.code, now)
          break
      }
    }
  }

  /** Also a page without a signature to check passes through the host, which may paint or serve sockets in between. */
  #importNext(): void {
    const next = this.#imports[0]
    if (next === undefined || this.#verifying) return
    this.#verifying = true
    this.#events.verify(next.plan.checks)
  }

  #import({ partner, page, token, plan }: Import, valid: readonly boolean[], now: Millis): void {
    this.#events.apply(this.#room.import(plan, valid, now, partner.link.session), now)
    this.#events.receipts(page, now)
    partner.movedAt = now
    if (this.#partners.get(partner.link.session) === partner)
      this.#run(partner, partner.exchange.imported(token, now), now)
  }

  #settled(partner: Partner): void {
    partner.inStep = true
    this.#fresh = false
  }

  #drop(partner: Partner): void {
    if (partner.started) this.#progress = undefined
    partner.started = false
  }

  #report(now: Millis): void {
    const { size: entries, missing, gaps } = this.#room.log
    const phase = this.#phase(now)
    const outstanding = this.#progress === undefined ? 0 : Math.max(0, this.#progress.total - this.#progress.have)
    const total = entries + Math.max(phase === 'catchingUp' ? outstanding : 0, missing)
    const event: SyncEvent = { type: 'sync', phase, have: entries, total, gaps }
    const told = this.#told
    const isSame =
      told?.phase === phase && told.have === event.have && told.total === event.total && told.gaps === event.gaps
    if (isSame) return
    this.#told = event
    this.#events.tell(event)
  }

  #phase(now: Millis): SyncEvent['phase'] {
    const around = this.#around
    if (!this.#loaded) return 'loading'
    let busy = this.#imports.length > 0
    let inStep = false
    for (const partner of this.#partners.values()) {
      if (partner.started) busy = true
      if (partner.inStep) inStep = true
    }
    if (around.met === 0) this.#metSince = undefined
    else this.#metSince ??= now
    if (busy) return 'catchingUp'
    if (inStep) return 'synced'
    if (this.#partners.size > 0) return 'catchingUp'
    const isWaiting = this.#metSince !== undefined && now - this.#metSince < unreachableMs
    if (isWaiting || (!around.listed && now - this.#startedAt < aloneMs)) return 'catchingUp'
    return 'alone'
  }
}
