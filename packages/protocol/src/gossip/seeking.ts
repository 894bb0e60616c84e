/**
 * How the overlay finds neighbours when some are missing: whom it tries, how many at once, and what it does when half of
 * them are gone or all.
 *
 * Normally two connects at once, and after the first minute one in 5 s, because a link is dear (a browser frees peer
 * connections only with its garbage). Half a view lost, or two neighbours within 5 s, is an *emergency*: up to eight at
 * once, more as soon as those do not answer, without a pause. After a crash of 80 % that finds a living neighbour for
 * every survivor within a second or two; the few whose contacts are all dead, or who are left on an island, ask the
 * relay. Neighbours lost are tried again, ever more seldom: if the room was cut in two, that is what joins it again.
 */
import type { Millis, Random } from '../machine.ts'
import { fraction } from './backoff.ts'
import type { LinkRecord, Neighbours } from './neighbours.ts'
import * as limits from './overlay-limits.ts'
import type { ViewSize } from './overlay-limits.ts'
import type { Contact, NeighbourPriority } from './overlay-wire.ts'
import { Cooling } from './views.ts'
import type { PassiveView } from './views.ts'

export interface SeekHost {
  readonly links: Neighbours
  readonly passive: PassiveView
  readonly random: Random
  size(): ViewSize
  online(): number
  /** Places kept for others who are on their way. */
  promised(now: Millis): number
  /** Ask over a link that is up. */
  ask(link: LinkRecord, now: Millis): void
  connect(contact: Contact, priority: NeighbourPriority): void
  lonely(): void
}

interface Connect {
  readonly at: Millis
  welcomeAt: Millis | undefined
  readonly isExplored: boolean
}

interface Lost {
  readonly contact: Contact
  tries: number
  nextAt: Millis
}

/** While connects are under way they are looked after this often. */
export const busyTickMs = 250
export const slowTickMs = 1_000

export class Seeking {
  readonly cooling: Cooling = new Cooling()
  readonly #host: SeekHost
  readonly #startedAt: Millis
  readonly #connects = new Map<string, Connect>()
  readonly #lost: Lost[] = []
  /** We had half a view once: less is an emergency from then on. */
  #isSettled = false
  #lossAt: Millis | undefined
  #emergencyUntil: Millis = 0
  #connectAfter: Millis = 0
  /** When the relay is asked (again); undefined while there are neighbours, or somebody to become one. */
  #lonelyAt: Millis | undefined
  #lonelyWaitMs = limits.lonelyMs
  #exploreAt: Millis
  #grownExplorations = 0

  constructor(host: SeekHost, now: Millis) {
    this.#host = host
    this.#startedAt = now
    this.#lonelyAt = now + limits.lonelyMs
    this.#exploreAt = now + this.#around(limits.exploreMs, 0.5)
  }

  get connecting(): number {
    return this.#connects.size
  }

  isConnecting(session: string): boolean {
    return this.#connects.has(session)
  }

  /** Not under way and not barred for a while. */
  mayTry(session: string, now: Millis): boolean {
    return !this.#connects.has(session) && !this.cooling.has(session, now)
  }

  isEmergency(now: Millis): boolean {
    return this.isMassLoss(now) || (this.#isSettled && this.#isBelowHalf())
  }

  /** Several neighbours were lost at once, just now. */
  isMassLoss(now: Millis): boolean {
    return now < this.#emergencyUntil
  }

  priority(): NeighbourPriority {
    return this.#isBelowHalf() ? 'high' : 'low'
  }

  /** Asks and connects as many as are missing. */
  seek(now: Millis): void {
    const { links, passive } = this.#host
    const { want } = this.#host.size()
    const isEmergency = this.isEmergency(now)
    const { freshMs, hopeMs, most: mostAtOnce } = this.#pace(now)
    let hoped = 0
    let fresh = 0
    for (const { at, welcomeAt } of this.#connects.values()) {
      if (welcomeAt !== undefined && now - welcomeAt < hopeMs) hoped++
      if (now - at < freshMs) fresh++
    }
    let missing = want - links.useful - links.asking - hoped - this.#host.promised(now)
    missing = Math.max(missing, Math.min(1, limits.ownChoices - links.mine - links.asking - hoped))
    missing -= this.#askLinked(missing, now)
    // In an emergency nobody knows who is still there, so more are tried than are missing.
    const most = isEmergency ? mostAtOnce : Math.min(mostAtOnce, missing)
    let count = missing <= 0 ? 0 : Math.min(most - fresh, limits.maxPendingConnects - this.#connects.size)
    for (; count > 0; count--) {
      if (!isEmergency && now < this.#connectAfter) break
      const record = passive.pick((session) => this.mayTry(session, now), now)
      if (record === undefined) break
      this.connect(record.contact, this.priority(), false, now)
    }
  }

  #pace(now: Millis): { readonly freshMs: Millis; readonly hopeMs: Millis; readonly most: number } {
    if (this.isEmergency(now)) {
      return { freshMs: limits.emergencyFreshMs, hopeMs: limits.emergencyHopeMs, most: limits.maxEmergencyConnects }
    }
    const { hopeMs } = limits
    if (!this.#isSettled) return { freshMs: limits.newcomerFreshMs, hopeMs, most: limits.maxNewcomerConnects }
    return { freshMs: limits.freshMs, hopeMs, most: limits.maxConnects }
  }

  /** It keeps a place for us: a link is on its way. */
  welcomed(session: string, now: Millis): void {
    const connect = this.#connects.get(session)
    if (connect !== undefined) connect.welcomeAt ??= now
  }

  /** `isExplored`: beside a full view, in place of another. */
  connect(contact: Contact, priority: NeighbourPriority, isExplored: boolean, now: Millis): void {
    this.#connects.set(contact.session, { at: now, welcomeAt: undefined, isExplored })
    if (now - this.#startedAt >= limits.youngMs) this.#connectAfter = now + limits.connectPaceMs
    this.#host.connect(contact, priority)
  }

  /** A link came up. Was it wanted in place of another? */
  linked(session: string): boolean {
    const connect = this.#connects.get(session)
    this.#connects.delete(session)
    this.#host.passive.remove(session)
    this.#forgetLost(session)
    return connect?.isExplored ?? false
  }

  failed(session: string, why: 'busy' | 'failed' | 'timeout', now: Millis): void {
    if (!this.#connects.delete(session)) return
    if (why === 'busy') {
      this.cooling.set(session, 'busy', now + this.#around(limits.busyCoolMs, 0.5))
      this.#host.passive.refused(session)
      this.#connectAfter = Math.min(this.#connectAfter, now + limits.busyPaceMs)
      return
    }
    // A lost neighbour has its own, longer and longer waits.
    if (this.#lost.some((lost) => lost.contact.session === session)) return
    if (why === 'timeout') this.cooling.set(session, 'away', now + limits.deadCoolMs)
    else this.cooling.set(session, 'unlinkable', now + limits.unlinkableCoolMs)
    this.#host.passive.remove(session)
  }

  forget(session: string): void {
    this.#host.passive.remove(session)
    this.#forgetLost(session)
    this.#connects.delete(session)
  }

  /** A neighbour is suspect, or gone without having been suspect. */
  countLoss(now: Millis): void {
    if (this.#lossAt !== undefined && now - this.#lossAt < limits.lossWindowMs) {
      this.#emergencyUntil = now + limits.emergencyMs
    }
    this.#lossAt = now
  }

  keepLost(contact: Contact, now: Millis): void {
    this.#forgetLost(contact.session)
    if (this.#lost.length >= limits.maxLost) this.#lost.shift()
    this.#lost.push({ contact, tries: 0, nextAt: now + this.#around(limits.lostRetryMs, 0.5) })
  }

  /** The number of live neighbours may have changed. */
  changed(now: Millis): void {
    if (!this.#isBelowHalf()) this.#isSettled = true
    // Many are gone at once, and all of ours: those we know of will be gone, too.
    if (this.#host.links.live === 0) this.#lonelyAt ??= this.isMassLoss(now) ? now : now + limits.lonelyMs
    this.seek(now)
  }

  timerFired(now: Millis): void {
    const isFull = this.#connects.size >= limits.maxPendingConnects && this.isEmergency(now)
    const pendingMs = isFull ? limits.emergencyPendingMs : limits.pendingMs
    for (const [session, connect] of this.#connects) {
      if (now - connect.at >= pendingMs) this.failed(session, 'timeout', now)
    }
    this.#tellLonely(now)
    this.#retryLost(now)
  }

  /** Whoever knows few and hears of strangers may be on an island: one of them is tried soon. */
  metStrangers(now: Millis): void {
    this.#exploreAt = Math.min(this.#exploreAt, now + this.#around(limits.exploreStrangerMs, 0.5))
  }

  /** By half or more: perhaps two rooms met, by few links. */
  roomGrew(now: Millis): void {
    this.#grownExplorations = limits.grownExplorations
    this.#exploreAt = Math.min(this.#exploreAt, now + this.#around(limits.exploreGrownMs, 0.5))
  }

  /** Now and then a full view takes somebody new beside the others, one of which may then go. */
  explore(now: Millis): void {
    if (now < this.#exploreAt) return
    const isGrown = this.#grownExplorations > 0
    if (isGrown) this.#grownExplorations--
    this.#exploreAt = now + this.#around(isGrown ? limits.exploreGrownMs : limits.exploreMs, 0.5)
    const { links, passive } = this.#host
    const { want, limit } = this.#host.size()
    const isFull = links.live >= want && links.live < limit
    if (!isFull || this.#connects.size > 0 || this.isEmergency(now)) return
    const record = passive.pick((session) => this.mayTry(session, now), now)
    if (record !== undefined) this.connect(record.contact, 'low', true, now)
  }

  next(now: Millis): Millis {
    const { links, passive } = this.#host
    let due = Math.max(this.#exploreAt, now + slowTickMs)
    for (const lost of this.#lost) due = Math.min(due, Math.max(lost.nextAt, now + slowTickMs))
    if (this.#connects.size > 0) due = Math.min(due, now + busyTickMs)
    if (this.#lonelyAt !== undefined) due = Math.min(due, Math.max(this.#lonelyAt, now + busyTickMs))
    const isMissing = links.useful < this.#host.size().want && passive.records.length > 0
    return isMissing || this.#isStarved() ? Math.min(due, now + slowTickMs) : due
  }

  /** Links that are up anyway come first: they cost nothing. How many were asked. */
  #askLinked(missing: number, now: Millis): number {
    const { links } = this.#host
    let asked = 0
    for (const link of links.all()) {
      if (link.state !== 'idle' || link.isSuspect || this.cooling.has(link.contact.session, now)) continue
      if (asked >= missing && !link.isExplored) continue
      if (link.path !== 'direct' && links.indirect >= limits.maxIndirectNeighbours) continue
      this.#host.ask(link, now)
      asked++
    }
    return asked
  }

  #tellLonely(now: Millis): void {
    const { links, passive } = this.#host
    const isAlone = links.live === 0
    const hasHope = this.#connects.size > 0 || passive.pick((session) => this.mayTry(session, now), now) !== undefined
    if (!isAlone && (hasHope || !this.#isStarved())) {
      this.#lonelyAt = undefined
      this.#lonelyWaitMs = limits.lonelyMs
      return
    }
    // Alone and nobody left to try: waiting longer helps nothing.
    const isFirst = this.#lonelyWaitMs === limits.lonelyMs
    if (isAlone && isFirst && !hasHope) this.#lonelyAt = now
    this.#lonelyAt ??= now + limits.starvedMs
    if (now < this.#lonelyAt) return
    this.#lonelyWaitMs = Math.min(limits.maxLonelyMs, this.#lonelyWaitMs * 2)
    this.#lonelyAt = now + this.#around(this.#lonelyWaitMs, 0.2)
    this.#host.lonely()
  }

  /** Fewer neighbours than half a view though there are more peers: perhaps an island. */
  #isStarved(): boolean {
    return this.#isBelowHalf() && this.#host.links.live < this.#host.online() - 1
  }

  #isBelowHalf(): boolean {
    return this.#host.links.live * 2 < this.#host.size().want
  }

  /** One lost neighbour is tried again: the room may have been in two. */
  #retryLost(now: Millis): void {
    const { live } = this.#host.links
    // In an emergency there are better contacts, as long as there is anybody.
    if (live >= this.#host.size().limit || (live > 0 && this.isEmergency(now))) return
    for (const lost of this.#lost) {
      const { session } = lost.contact
      if (lost.nextAt > now || !this.mayTry(session, now)) continue
      lost.tries++
      lost.nextAt = now + this.#around(limits.lostRetryMs * 2 ** lost.tries, 0.5)
      if (lost.tries >= limits.maxLostTries) this.#forgetLost(session)
      this.connect(lost.contact, 'low', false, now)
      return
    }
  }

  #forgetLost(session: string): void {
    const index = this.#lost.findIndex((lost) => lost.contact.session === session)
    if (index >= 0) this.#lost.splice(index, 1)
  }

  #around(ms: number, part: number): number {
    return around(this.#host.random, ms, part)
  }
}

/** `ms` more or less a part of it. */
export function around(random: Random, ms: number, part: number): number {
  return Math.round(ms * (1 + part * (2 * fraction(random) - 1)))
}
