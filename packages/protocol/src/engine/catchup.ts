/**
 * When to compare histories with whom, and what to tell the person about it.
 *
 * Every beat carries the sender's digest. In a small room a link whose digest differs from ours for longer than live
 * entries take to arrive is out of step; while people talk without a pause, what is settled is compared instead. In a mesh
 * something is always on its way and only what is settled is compared: with every new link, and with one neighbour at
 * random every few seconds, more often after a link was lost.
 *
 * One exchange at a time brings our links back in step (`exchanges.ts`): who has just arrived begins at once, between two
 * old hands the larger session key begins first.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { fraction } from '../gossip/backoff.ts'
import type { Beat } from '../gossip/wire.ts'
import { settledAgeMs, settledEpochAt } from '../log/settled.ts'
import type { Millis } from '../machine.ts'
import type { Room } from '../rooms/room.ts'
import { Exchanges, type ExchangesEvents } from './exchanges.ts'
import type { LiveLink } from './links.ts'
import type { EngineEvent } from './output.ts'
import { type Partner, createPartner, forgetDifference, neighbourAt } from './partners.ts'
import { type Surroundings, SyncReport } from './sync-report.ts'

/** A digest that differs for less is a live entry on its way. */
const settleMs = 700
/** Under constant traffic digests always differ somewhere: after so long what is settled is compared. */
const impatientMs = 5_000
/** Between two peers that both have history, the one with the smaller key lets the other begin. */
const yieldMs = 2_500
/** A newcomer waits so long for the page that is pushed to it, so that its vector can count it in. */
const pushMs = 1_000
/** So long nobody else is told that we have nothing. */
const lonePushMs = 3_000
/** So long a keeper is not asked for history when others are here who may have it. */
export const keeperWaitMs = 1_500
/** In a mesh one neighbour is compared with so often: in calm times, and for a while after a link was lost. */
export const probeMs = 5_000
export const alertProbeMs = 1_000
export const alertMs = 10_000
/** New links, and those compared after a loss, look at everything older than this. */
export const alertAgeMs = 1_000
const nothing: Pick<Beat, 'digest' | 'settled'> = { digest: undefined, settled: undefined }

export interface CatchupEvents extends ExchangesEvents {
  tell(event: EngineEvent): void
  /** Send this link an urgent beat: what it answers is compared. */
  probe(link: LiveLink, now: Millis): void
  /** The corrected clock, which entries are dated by. */
  roomTime(now: Millis): Millis
  /** One of both ends of this link is a keeper. */
  keeps(link: LiveLink): boolean
}

/** `mesh`: a room of many, where something is always on its way and only what is settled is compared. */
export type CatchupMode = 'small' | 'mesh'

export class Catchup {
  readonly #own: string
  readonly #crypto: Crypto
  readonly #room: Room
  readonly #events: CatchupEvents
  readonly #report: SyncReport
  readonly #empty: Uint8Array
  readonly #partners = new Map<string, Partner>()
  readonly #exchanges: Exchanges
  #mode: CatchupMode = 'small'
  #loaded = false
  /** Nothing has been compared yet. */
  #fresh = true
  /** Who was told first that we have nothing. */
  #first: { readonly session: string; readonly at: Millis } | undefined
  #entryAt: Millis = 0
  #probeAt: Millis = 0
  #lostAt: Millis = -Infinity

  constructor(own: string, crypto: Crypto, room: Room, events: CatchupEvents, now: Millis) {
    this.#own = own
    this.#crypto = crypto
    this.#room = room
    this.#events = events
    this.#report = new SyncReport(room, (event) => events.tell(event), now)
    this.#empty = room.log.digest()
    this.#exchanges = new Exchanges(crypto, room, this.#partners, events, {
      due: (at) => this.#startDue(at),
      pushed: (partner, at) => this.#pushed(partner, at),
      done: (partner, isWhole, at) => this.#done(partner, isWhole, at),
      started: (at) => this.#tellProgress(at),
    })
  }

  /**
   * What a beat to this session tells of our history. In a mesh that is nothing but for new links and where one of both asks:
   * a digest of everything costs more than it tells there.
   */
  holdingsFor(session: string, urgent: boolean, now: Millis): Pick<Beat, 'digest' | 'settled'> {
    const partner = this.#partners.get(session)
    if (!this.#loaded || partner === undefined) return nothing
    const { asks, askedEpoch } = partner
    partner.asks = false
    partner.askedEpoch = 0
    if (this.#awaitsPush(partner, now)) return nothing
    const isTold = this.#mode === 'small' || asks || urgent || !partner.compared
    if (!isTold) return nothing
    const digest = this.#room.log.digest()
    partner.told = digest.slice()
    return { digest, settled: this.#settledFor(partner, askedEpoch, urgent, now) }
  }

  /** Both ends have told each other that they hold what is held here now. */
  isCalm(session: string): boolean {
    const { theirs, told } = this.#partners.get(session) ?? {}
    if (theirs === undefined || told === undefined) return false
    const ours = this.#room.log.digest()
    return equalBytes(theirs, ours) && equalBytes(told, ours)
  }

  /** Whoever hears that we have nothing sends the newest entries: one is enough. */
  #awaitsPush(partner: Partner, now: Millis): boolean {
    if (!this.#fresh || this.#room.log.sessions > 0) return false
    if (this.#isSpared(partner, now)) return true
    const first = (this.#first ??= { session: partner.link.session, at: now })
    return first.session !== partner.link.session && now - first.at < lonePushMs
  }

  /** A keeper is asked when nobody else comes within a moment; at once when everybody who is here is one. */
  #isSpared({ link }: Partner, now: Millis): boolean {
    if (!this.#fresh || now - link.upAt >= keeperWaitMs || !this.#events.isKeeper(link)) return false
    let keepers = 0
    for (const other of this.#partners.values()) if (this.#events.isKeeper(other.link)) keepers++
    const { met, listed } = this.#report.around
    return !listed || met > keepers
  }

  #settledFor(partner: Partner, askedEpoch: number, urgent: boolean, now: Millis): Beat['settled'] {
    const { log } = this.#room
    const answer = askedEpoch === 0 ? undefined : log.settled(askedEpoch)
    if (answer !== undefined) return { epoch: askedEpoch, digest: answer }
    const isNewLink = this.#mode === 'mesh' && !partner.compared
    if (!urgent || !(partner.probed || isNewLink)) return undefined
    const age = isNewLink || this.#isAlert(now) ? alertAgeMs : settledAgeMs
    const epoch = settledEpochAt(this.#events.roomTime(now), age)
    const digest = log.settled(epoch)
    return digest === undefined || epoch === 0 ? undefined : { epoch, digest }
  }

  setMode(mode: CatchupMode, now: Millis): void {
    this.#mode = mode
    this.#probeAt = now + probeMs
  }

  /** A session became, or is no more, somebody entries are exchanged with in the mesh. */
  neighbour(session: string, up: boolean, now: Millis): void {
    const partner = this.#partners.get(session)
    if (partner !== undefined) partner.isNeighbour = up
    if (!up) this.linksLost(now)
  }

  /** A link of the mesh broke or went silent: whatever was on it may be lost. */
  linksLost(now: Millis): void {
    this.#lostAt = now
    const jitter = Math.round(alertProbeMs * fraction(this.#crypto.random))
    this.#probeAt = Math.min(this.#probeAt, now + jitter)
  }

  /** What a root of the mesh holds. While that is what we hold, there is nothing to ask a neighbour for. */
  rooted(digest: Uint8Array, now: Millis): void {
    // The roots say so one after the other, and a digest is not for nothing.
    if (this.#isAlert(now) || this.#probeAt >= now + probeMs / 2 || !equalBytes(digest, this.#room.log.digest())) return
    this.#probeAt = Math.max(this.#probeAt, now + probeMs)
  }

  /** The own store was read: from here on histories can be compared. */
  loaded(): void {
    this.#loaded = true
  }

  linked(link: LiveLink, now: Millis): void {
    const before = this.#partners.get(link.session)
    if (before !== undefined) this.#exchanges.drop(before, now)
    this.#partners.set(link.session, createPartner(link, before))
  }

  unlinked(session: string): void {
    const partner = this.#partners.get(session)
    this.#partners.delete(session)
    if (this.#first?.session === session) this.#first = undefined
    if (partner !== undefined) this.#exchanges.drop(partner, undefined)
  }

  /** More of what this one offered can be taken now than when it was compared. */
  again(session: string, now: Millis): void {
    const partner = this.#partners.get(session)
    if (partner === undefined) return
    partner.agreed = undefined
    partner.differsSince ??= now
    partner.delayMs = 0
    partner.isSure = true
    this.#startDue(now)
  }

  /**
   * A keeper and a member hold different things for good: the keeper's window is shorter. What they differ in after an
   * exchange is no reason for another, until one of both digests moves.
   */
  #isAgreed(partner: Partner, theirs: Uint8Array): boolean {
    if (!this.#events.keeps(partner.link)) return false
    const ours = this.#room.log.digest()
    if (partner.agreed === 'next') {
      partner.agreed = { ours: ours.slice(), theirs: theirs.slice() }
      return true
    }
    const { agreed } = partner
    return agreed !== undefined && equalBytes(agreed.ours, ours) && equalBytes(agreed.theirs, theirs)
  }

  /** A live entry was accepted: digests are about to differ for a moment. */
  moved(now: Millis): void {
    this.#entryAt = now
  }

  /** What a beat of the far end tells of its history. */
  compare(session: string, beat: Pick<Beat, 'digest' | 'settled' | 'urgent'>, now: Millis): void {
    const partner = this.#partners.get(session)
    if (partner === undefined || !this.#loaded) return
    if (beat.urgent) {
      partner.asks = true
      partner.askedEpoch = beat.settled?.epoch ?? 0
    }
    if (beat.digest === undefined) return
    partner.theirs = beat.digest.slice()
    const { log } = this.#room
    const isNewLink = !partner.compared
    partner.compared = true
    if (equalBytes(beat.digest, log.digest())) return this.#equal(partner)
    partner.isEmpty = equalBytes(beat.digest, this.#empty)
    const isKept = this.#isAgreed(partner, beat.digest)
    if (isKept) return this.#equal(partner)
    // A keeper may lack the tickets yet, and asks when it has them.
    if (partner.isEmpty && !this.#events.isKeeper(partner.link)) this.#exchanges.push(partner, now)
    const ours = this.#fresh ? undefined : beat.settled && log.settled(beat.settled.epoch)
    // An urgent beat asks; only on a new link it tells something as well.
    if (ours !== undefined && (isNewLink || (partner.probed && !beat.urgent))) {
      partner.probed = false
      if (equalBytes(beat.settled?.digest ?? ours, ours)) this.#equal(partner)
      else this.#differs(partner, isNewLink, now)
    } else if (isNewLink || this.#mode === 'small' || this.#fresh) {
      this.#unequal(partner, now)
    }
  }

  receive(session: string, bytes: Uint8Array, now: Millis): void {
    const partner = this.#partners.get(session)
    // Before the own store is read we would ask for, and offer, the wrong things; the far end will ask again.
    if (partner === undefined || !this.#loaded) return
    this.#exchanges.receive(partner, bytes, now)
  }

  verified(valid: readonly boolean[], now: Millis): void {
    this.#exchanges.verified(valid, now)
  }

  tick(around: Surroundings, now: Millis): void {
    this.#report.around = around
    for (const partner of this.#partners.values()) if (partner.started) this.#exchanges.revise(partner, now)
    if (this.#mode === 'mesh' && this.#loaded && now >= this.#probeAt) this.#probeOne(now)
    this.#startDue(now)
    this.#tellProgress(now)
  }

  // Who is out of step.

  #isAlert(now: Millis): boolean {
    return now - this.#lostAt < alertMs
  }

  #equal(partner: Partner): void {
    forgetDifference(partner)
    this.#settled(partner)
  }

  /** Everything is compared in a small room, and by whoever has just arrived. */
  #unequal(partner: Partner, now: Millis): void {
    if (partner.differsSince !== undefined) return
    partner.differsSince = now
    // Both ends see it; who has nothing asks, else the one with the larger key.
    const patience = partner.isEmpty || this.#own < partner.link.session ? yieldMs : 0
    const jitter = Math.round(settleMs * fraction(this.#crypto.random))
    if (this.#fresh) partner.delayMs = this.#room.log.size === 0 ? pushMs : partner.isEmpty ? yieldMs : 0
    else partner.delayMs = patience + (this.#mode === 'mesh' ? 0 : settleMs + jitter)
    // Whoever has just arrived is looking at an empty page: not even the next tick is waited for.
    if (partner.delayMs === 0) this.#startDue(now)
  }

  /** What is settled differs: something was lost. In calm times it may be late, and is looked at once more. */
  #differs(partner: Partner, isNewLink: boolean, now: Millis): void {
    partner.isSure = isNewLink || this.#isAlert(now) || partner.differsSince !== undefined
    partner.differsSince ??= now
    // Both ends of a new link see it.
    const patience = isNewLink && (partner.isEmpty || this.#own < partner.link.session) ? yieldMs : 0
    partner.delayMs = partner.isSure ? patience : Infinity
    if (partner.isSure) this.#startDue(now)
    else this.#probeAt = Math.min(this.#probeAt, now + settleMs)
  }

  #probeOne(now: Millis): void {
    const interval = this.#isAlert(now) ? alertProbeMs : probeMs
    this.#probeAt = now + Math.round(interval * (0.9 + 0.2 * fraction(this.#crypto.random)))
    let doubtful: Partner | undefined
    let neighbours = 0
    for (const partner of this.#partners.values()) {
      if (partner.started) return
      if (partner.isNeighbour) neighbours++
      if (partner.differsSince !== undefined && !partner.isSure && !partner.probed) doubtful = partner
    }
    const skip = Math.floor(fraction(this.#crypto.random) * neighbours)
    const partner = doubtful ?? neighbourAt(this.#partners.values(), skip)
    if (partner !== undefined) this.#probe(partner, now)
  }

  #probe(partner: Partner, now: Millis): void {
    partner.probed = true
    this.#events.probe(partner.link, now)
  }

  // Whose turn it is.

  #startDue(now: Millis): void {
    if (!this.#loaded) return
    let best: Partner | undefined
    for (const partner of this.#partners.values()) {
      if (partner.started) return
      if (this.#isDue(partner, now) && (best === undefined || this.#events.isKeeper(best.link))) best = partner
    }
    if (best !== undefined) this.#exchanges.start(best, now)
  }

  #isDue(partner: Partner, now: Millis): boolean {
    const { differsSince, delayMs } = partner
    if (differsSince === undefined || now - differsSince < delayMs || this.#isSpared(partner, now)) return false
    // What we are sending already is not to be asked for once more.
    if (this.#exchanges.isAnswering(partner, now)) return false
    if (this.#fresh || partner.isSure) return true
    if (this.#mode === 'mesh') return true
    if (now - this.#entryAt >= settleMs) return true
    // People talk without a pause.
    if (now - differsSince >= impatientMs && !partner.probed) this.#probe(partner, now)
    return false
  }

  /** The newest entries have come: the exchange need not wait for them any more. */
  #pushed(partner: Partner, now: Millis): void {
    if (!this.#fresh) return
    partner.differsSince ??= now
    partner.delayMs = 0
    this.#startDue(now)
  }

  #done(partner: Partner, isWhole: boolean, now: Millis): void {
    if (isWhole) this.#settled(partner)
    else this.#probe(partner, now)
    this.#tellProgress(now)
  }

  #settled(partner: Partner): void {
    partner.inStep = true
    this.#fresh = false
  }

  #tellProgress(now: Millis): void {
    this.#report.report(this.#partners, !this.#loaded, this.#exchanges.isImporting, now)
  }
}
