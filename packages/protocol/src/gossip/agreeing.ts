/**
 * How two linked peers agree that they are neighbours, and that they are not any more.
 *
 * `neighbour` asks, `accept` or `refuse` answers; two crossing requests answer each other. Links are ordered and lose
 * nothing, so after the last word both ends hold the same; where a link changed its path and did lose something, the
 * next word of the overlay that makes no sense is answered with `disconnect`.
 *
 * Nobody is thrown out. There is room above the size we look for, more of it for somebody in need, and `part` asks a
 * neighbour that has enough others to go. So a newcomer orphans nobody, and no peer can shake another loose. Some places
 * are for neighbours of our own choice: whoever opens many sessions to surround us does not get those.
 */
import type { Millis, Random } from '../machine.ts'
import type { LinkRecord, Neighbours, TreeUse } from './neighbours.ts'
import * as limits from './overlay-limits.ts'
import type { ViewSize } from './overlay-limits.ts'
import { maxContactsPerMessage } from './overlay-wire.ts'
import type { Contact, NeighbourPriority, OverlayMessage, PeerKind } from './overlay-wire.ts'
import { around } from './seeking.ts'
import type { Cooling, PassiveView } from './views.ts'

export interface AgreeHost {
  readonly links: Neighbours
  readonly passive: PassiveView
  readonly cooling: Cooling
  readonly random: Random
  size(): ViewSize
  kind(): PeerKind
  /** Links that they run over are given up last, those that they need not at all. */
  readonly trees: TreeUse
  send(to: string, message: OverlayMessage): void
  /** Both have confirmed, or it ended. */
  changed(link: LinkRecord, up: boolean, now: Millis): void
  /** Contacts told with an answer. */
  told(contacts: readonly Contact[], by: string, now: Millis): void
}

export class Agreeing {
  readonly #host: AgreeHost
  /** Places kept for whom we have admitted, until when. */
  readonly #promises = new Map<string, Millis>()
  /** Somebody found no place here lately. */
  #demandUntil: Millis = 0
  #partAfter: Millis = 0

  constructor(host: AgreeHost) {
    this.#host = host
  }

  get hasPromises(): boolean {
    return this.#promises.size > 0
  }

  /** Places that are kept. */
  promised(now: Millis): number {
    let promised = 0
    for (const until of this.#promises.values()) if (until > now) promised++
    return promised
  }

  /** Keeps a place for somebody who will link with us. */
  admits(session: string, priority: NeighbourPriority, now: Millis): boolean {
    if (this.#promises.size < limits.maxPromises && this.#hasRoom(priority, 'desktop', now)) {
      this.#promises.set(session, now + limits.promiseMs)
      return true
    }
    this.#demandUntil = now + limits.demandMs
    this.makeRoom(now)
    return false
  }

  ask(link: LinkRecord, priority: NeighbourPriority, now: Millis): void {
    link.state = 'asking'
    link.since = now
    link.isMine = true
    this.#host.send(link.contact.session, { type: 'neighbour', priority, kind: this.#host.kind() })
  }

  asked(link: LinkRecord, priority: NeighbourPriority, now: Millis): void {
    const host = this.#host
    const { session } = link.contact
    if (link.state === 'idle') {
      const isPromised = this.#promises.delete(session)
      const isPathGood = link.path === 'direct' || priority === 'high'
      const isAllowed = isPathGood || host.links.indirect < limits.maxIndirectNeighbours
      if (!isAllowed || !(isPromised || this.#hasRoom(priority, link.kind, now))) {
        this.#demandUntil = now + limits.demandMs
        host.send(session, { type: 'refuse', contacts: host.links.sample(limits.referredContacts, session) })
        this.makeRoom(now)
        return
      }
      link.isMine = false
    }
    // Asked again, or asked while we were asking: they are told again, so that both ends agree.
    host.send(session, { type: 'accept', kind: host.kind(), contacts: this.#contactsFor(session, priority) })
    if (link.state !== 'active') this.#up(link, now)
  }

  accepted(link: LinkRecord, contacts: readonly Contact[], now: Millis): void {
    const { session } = link.contact
    this.#host.told(contacts, session, now)
    if (link.state === 'asking') this.#up(link, now)
    else if (link.state === 'idle') this.#host.send(session, { type: 'disconnect' })
  }

  refused(link: LinkRecord, contacts: readonly Contact[], now: Millis): void {
    if (link.state !== 'asking') return
    const { session } = link.contact
    this.#rest(link, now)
    this.#host.cooling.set(session, 'busy', now + around(this.#host.random, limits.refusedCoolMs, 0.5))
    this.#host.told(contacts, session, now)
  }

  /** It would like to go. */
  partAsked(link: LinkRecord, now: Millis): void {
    const { session } = link.contact
    if (link.state !== 'active' || this.#host.links.useful < this.#host.size().want) return
    if (this.#host.trees.needs(session)) return
    this.#host.send(session, { type: 'disconnect' })
    this.ended(link, now)
  }

  ended(link: LinkRecord, now: Millis): void {
    if (link.state === 'idle') return
    const wasActive = link.state === 'active'
    this.#rest(link, now)
    this.#host.cooling.set(link.contact.session, 'busy', now + limits.busyCoolMs)
    if (wasActive) this.#host.changed(link, false, now)
  }

  /** More neighbours than we accept, or somebody found no place: one that has enough others may go. */
  makeRoom(now: Millis): void {
    const { limit } = this.#host.size()
    const bound = now < this.#demandUntil ? limit - 1 : limit
    if (now < this.#partAfter || (this.#host.links.live <= bound && !this.canSpareCarried)) return
    this.#partAfter = now + limits.partMs
    this.#part(undefined, now)
  }

  /** There are enough neighbours of our own, and others whom somebody carries to us. */
  get canSpareCarried(): boolean {
    const { links } = this.#host
    return links.useful >= this.#host.size().want && links.carried > 0
  }

  /** Requests nobody answers, links nobody needs. `idle` hears of those. */
  expire(askMs: number, now: Millis, idle: (link: LinkRecord) => void): void {
    for (const link of this.#host.links.all()) {
      const age = now - link.since
      if (link.state === 'asking' && age >= askMs) {
        this.#rest(link, now)
        this.#host.cooling.set(link.contact.session, 'busy', now + limits.refusedCoolMs)
      } else if (link.state === 'idle' && age >= idleMsOf(link) && !link.isReleased) {
        link.isReleased = true
        idle(link)
      }
    }
    for (const [session, until] of this.#promises) if (until <= now) this.#promises.delete(session)
  }

  #up(link: LinkRecord, now: Millis): void {
    const { isExplored } = link
    link.state = 'active'
    link.since = now
    link.isReleased = false
    link.isExplored = false
    // It took a place beside a full view: another may go, not one of the near ones.
    if (isExplored && this.#host.links.useful > this.#host.size().want) this.#part(link.contact.session, now)
    this.#host.changed(link, true, now)
  }

  #part(except: string | undefined, now: Millis): void {
    const spare = this.#host.links.spare(now - limits.partAgeMs, except, this.#host.trees)
    if (spare !== undefined) this.#host.send(spare.contact.session, { type: 'part' })
  }

  #rest(link: LinkRecord, now: Millis): void {
    link.state = 'idle'
    link.since = now
    link.isExplored = false
  }

  #hasRoom(priority: NeighbourPriority, kind: PeerKind, now: Millis): boolean {
    const { links } = this.#host
    const size = this.#host.size()
    const promised = this.promised(now)
    const bound = priority === 'high' ? size.most : size.limit
    const isFull = links.live + links.asking + promised >= bound
    const isOurs = links.theirs + promised >= bound - limits.ownChoices
    return !isFull && !isOurs && (kind !== 'keeper' || links.keepers < limits.maxKeeperNeighbours)
  }

  /** Somebody in need is told more. Our neighbours are certainly here; our other contacts are more mixed. */
  #contactsFor(session: string, priority: NeighbourPriority): Contact[] {
    const contacts = this.#host.links.sample(priority === 'high' ? 5 : 2, session)
    const most = Math.min(contacts.length + 2, maxContactsPerMessage)
    for (const { contact } of this.#host.passive.records) {
      if (contacts.length >= most) break
      if (contact.session !== session) contacts.push(contact)
    }
    return contacts
  }
}

function idleMsOf({ path }: LinkRecord): Millis {
  return path === 'relay' ? limits.relayIdleMs : limits.idleMs
}
