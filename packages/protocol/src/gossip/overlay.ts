/**
 * Whom to link with in a room too large for a full mesh: HyParView, for links that cost something to make.
 *
 * A small *active view* of neighbours, confirmed by both sides, and a *passive view* of contacts to replace them with,
 * kept fresh by random walks (`walks.ts`). What differs from the paper, and why:
 *
 * - A link is made by the engine (knock, transport, handshake), so a wish for a neighbour is the output `connect`, and
 *   being neighbours is agreed on over the link: `neighbour`, then `accept` or `refuse`.
 * - Nobody is thrown out for a newcomer. There is room above the size we look for, and who has too many asks others to
 *   part (`part`): they do if they have enough. So a newcomer orphans nobody, and nobody can shake us loose.
 * - Half of the view lost is an emergency: many connects at once, and no pause. After a crash of 80 % four of five
 *   contacts are dead as well, and waiting for each in turn takes a minute.
 * - Two neighbours are those of lowest round trip; now and then one other is changed for a new one. Never by breaking
 *   first: the new one must have accepted, the old one must have agreed.
 *
 * Source: Leitão, Pereira, Rodrigues, "HyParView: a membership protocol for reliable gossip-based broadcast", DSN 2007;
 * optimisation after Leitão, Marques, Pereira, Rodrigues, "X-BOT", SRDS 2009, much simplified. Limits:
 * `overlay-limits.ts`.
 */
import type { Millis, Random } from '../machine.ts'
import { unreachable } from '../machine.ts'
import { fraction } from './backoff.ts'
import { Neighbours } from './neighbours.ts'
import type { LinkPath, LinkRecord } from './neighbours.ts'
import * as limits from './overlay-limits.ts'
import { viewSize } from './overlay-limits.ts'
import type { ViewSize } from './overlay-limits.ts'
import { maxContactsPerMessage } from './overlay-wire.ts'
import type { Contact, NeighbourPriority, OverlayMessage, PeerKind } from './overlay-wire.ts'
import { Cooling, PassiveView, ViaTable } from './views.ts'
import { Walks } from './walks.ts'

export type OverlayOutput =
  | { readonly type: 'send'; readonly to: string; readonly message: OverlayMessage }
  /** Knock and link. Answered by `linked` or `failed`. `via`: the neighbour the contact came by, when it is still one. */
  | {
      readonly type: 'connect'
      readonly contact: Contact
      readonly priority: NeighbourPriority
      readonly via: string | undefined
    }
  /** The overlay does not need this link (any more): close it unless something else does. */
  | { readonly type: 'release'; readonly session: string }
  /** No neighbour: ask the relay's topic for peers and feed `learned`. Repeated, ever more seldom, while it lasts. */
  | { readonly type: 'lonely' }
  /** Both sides have confirmed that they are neighbours, or it ended. */
  | { readonly type: 'neighbour'; readonly session: string; readonly up: boolean }
  /** Call `timerFired` then; replaces the one asked for before. */
  | { readonly type: 'timer'; readonly at: Millis }

export interface OverlayOptions {
  readonly own: Contact
  readonly random: Random
  readonly emit: (output: OverlayOutput) => void
  readonly kind: PeerKind
  /** One object per contact for a whole process (simulator); without it every overlay keeps its own. */
  readonly intern?: (contact: Contact) => Contact
}

interface Connect {
  readonly at: Millis
  readonly isExplored: boolean
}

interface Lost {
  readonly contact: Contact
  tries: number
  nextAt: Millis
}

/** While something is under way the overlay looks after it this often; otherwise it sleeps until its next duty. */
const busyTickMs = 250
const slowTickMs = 1_000

export class Overlay {
  readonly #own: Contact
  readonly #random: Random
  readonly #emit: (output: OverlayOutput) => void
  readonly #intern: (contact: Contact) => Contact
  readonly #startedAt: Millis
  readonly #links: Neighbours
  readonly #passive: PassiveView
  readonly #vias = new ViaTable()
  readonly #cooling = new Cooling()
  readonly #walks: Walks
  readonly #connects = new Map<string, Connect>()
  readonly #promises = new Map<string, Millis>()
  readonly #lost: Lost[] = []
  #kind: PeerKind
  #online = 1
  #size: ViewSize
  /** We had half a view once: less is an emergency from then on. */
  #isSettled = false
  #lossAt: Millis | undefined
  #emergencyUntil: Millis = 0
  /** When the relay is asked (again); undefined while there are neighbours, or somebody to become one. */
  #lonelyAt: Millis | undefined
  #lonelyWaitMs = limits.lonelyMs
  #connectAfter: Millis = 0
  #shuffleAt: Millis
  #exploreAt: Millis
  #grownExplorations = 0
  #partAfter: Millis = 0
  #demandUntil: Millis = 0
  #joined = false
  #timerAt: Millis | undefined

  constructor(options: OverlayOptions, now: Millis) {
    this.#own = options.own
    this.#random = options.random
    this.#emit = options.emit
    this.#intern = options.intern ?? ((contact) => contact)
    this.#kind = options.kind
    this.#size = viewSize(options.kind, this.#online)
    this.#startedAt = now
    this.#lonelyAt = now + limits.lonelyMs
    this.#shuffleAt = now + limits.busyPaceMs
    this.#exploreAt = now + this.#around(limits.exploreMs, 0.5)
    this.#links = new Neighbours(options.random)
    this.#passive = new PassiveView(options.random)
    this.#walks = new Walks(
      {
        own: options.own,
        neighbours: this.#links,
        passive: this.#passive,
        vias: this.#vias,
        send: (to, message) => this.#send(to, message),
        remember: (contact, via, now, told) => this.#remember(contact, via, 0, now, told),
        arrived: (contact, now) => this.#arrived(contact, now),
      },
      options.random,
      now,
    )
    this.#schedule(now)
  }

  /** Sessions that are neighbours now, confirmed by both sides; suspects included. */
  get active(): readonly string[] {
    return this.#links.sessions()
  }

  get passive(): readonly Contact[] {
    return this.#passive.records.map((record) => record.contact)
  }

  /** No neighbour that is heard of. */
  get isLonely(): boolean {
    return this.#links.live === 0
  }

  isNeighbour(session: string): boolean {
    return this.#links.get(session)?.state === 'active'
  }

  /** A link is up, or runs by another path than before. */
  linked(contact: Contact, about: { readonly rttMs: number | undefined; readonly path: LinkPath }, now: Millis): void {
    const { session } = contact
    if (session === this.#own.session) return
    const connect = this.#connects.get(session)
    this.#connects.delete(session)
    this.#passive.remove(session)
    this.#forgetLost(session)
    const known = this.#links.get(session)
    if (known !== undefined) {
      known.path = about.path
      known.rttMs = about.rttMs ?? known.rttMs
      return
    }
    const link = this.#links.add(this.#intern(contact), about.path, about.rttMs, now)
    link.isExplored = connect?.isExplored ?? false
    this.#seek(now)
    this.#schedule(now)
  }

  /** No link with the session is left. `left`: it said goodbye, so it is not looked for again. */
  unlinked(session: string, now: Millis, left = false): void {
    const link = this.#links.remove(session)
    this.#vias.forget(session)
    if (left) this.#forget(session)
    if (link === undefined) return
    if (link.state === 'active') {
      if (!left) {
        if (!link.isSuspect) this.#countLoss(now)
        this.#keepLost(link.contact, now)
      }
      this.#emit({ type: 'neighbour', session, up: false })
    }
    this.#changed(now)
  }

  measured(session: string, rttMs: number): void {
    const link = this.#links.get(session)
    if (link !== undefined) link.rttMs = rttMs
  }

  /** Nothing was heard on the link for a while; or something again. */
  suspect(session: string, isSuspect: boolean, now: Millis): void {
    const link = this.#links.get(session)
    if (link === undefined || link.isSuspect === isSuspect) return
    link.isSuspect = isSuspect
    if (link.state !== 'active') return
    if (isSuspect) this.#countLoss(now)
    this.#changed(now)
  }

  /**
   * Peers learnt outside: the relay's topic, the registry, whoever knocked and was not admitted, who was named in an
   * answer `busy`. Those are known to be here.
   */
  learned(contacts: readonly Contact[], now: Millis): void {
    // Whoever knows few and hears of strangers may be on an island: one of them is tried soon.
    if (!this.#passive.isFull && contacts.some(({ session }) => this.#isStranger(session))) {
      this.#exploreAt = Math.min(this.#exploreAt, now + this.#around(limits.exploreStrangerMs, 0.5))
    }
    for (const contact of contacts) {
      this.#cooling.isHere(contact.session)
      this.#remember(contact, undefined, now + limits.walkMs, now, [])
    }
    this.#seek(now)
    this.#schedule(now)
  }

  /** A connect that was asked for came to nothing: no room there, no transport, no answer. */
  failed(session: string, why: 'busy' | 'failed' | 'timeout', now: Millis): void {
    if (!this.#connects.delete(session)) return
    const lost = this.#lost.find((lost) => lost.contact.session === session)
    if (why === 'busy') {
      this.#cooling.set(session, 'busy', now + this.#around(limits.busyCoolMs, 0.5))
      this.#passive.refused(session)
      this.#connectAfter = Math.min(this.#connectAfter, now + limits.busyPaceMs)
    } else if (lost === undefined) {
      const [reason, ms] =
        why === 'timeout' ? (['away', limits.deadCoolMs] as const) : (['unlinkable', limits.unlinkableCoolMs] as const)
      this.#cooling.set(session, reason, now + ms)
      this.#passive.remove(session)
    }
    this.#seek(now)
    this.#schedule(now)
  }

  /** The engine found its card wrong: forgotten and not taken again for a while. Names the neighbour it came by. */
  drop(session: string, now: Millis): string | undefined {
    const via = this.#passive.get(session)?.via ?? this.#vias.viaOf(session)
    this.#forget(session)
    this.#cooling.set(session, 'wrong', now + limits.wrongCardCoolMs)
    this.#seek(now)
    this.#schedule(now)
    return via
  }

  /** May this peer link with us (answer to a knock)? A yes keeps a place for 10 s. */
  admits(session: string, priority: NeighbourPriority, now: Millis): boolean {
    if (session === this.#own.session) return false
    if (this.#links.get(session) !== undefined || this.#connects.has(session)) return true
    if (!this.#hasRoom(priority, 'desktop', now) || this.#promises.size >= limits.maxPromises) {
      this.#demandUntil = now + limits.demandMs
      this.#makeRoom(now)
      this.#schedule(now)
      return false
    }
    this.#promises.set(session, now + limits.promiseMs)
    this.#schedule(now)
    return true
  }

  /** A few contacts for somebody we have no place for: to be put into the answer `busy`. */
  referral(): Contact[] {
    return this.#links.sample(3)
  }

  /** The neighbour by which a contact came, to route a knock back: undefined when not known or gone. */
  viaOf(session: string): string | undefined {
    const via = this.#vias.viaOf(session)
    return via !== undefined && this.#links.get(via) !== undefined ? via : undefined
  }

  receive(from: string, message: OverlayMessage, now: Millis): void {
    const link = this.#links.get(from)
    if (link === undefined) return
    if (!this.#links.spend(link, message.type === 'join' ? limits.joinCost : 1, now)) return
    switch (message.type) {
      case 'neighbour':
        link.kind = message.kind
        this.#asked(link, message.priority, now)
        break
      case 'accept':
        link.kind = message.kind
        this.#accepted(link, message.contacts, now)
        break
      case 'refuse':
        this.#refused(link, message.contacts, now)
        break
      case 'disconnect':
        this.#ended(link, now)
        break
      case 'part':
        if (link.state === 'active' && this.#links.useful >= this.#size.want) this.#end(link, now)
        break
      case 'join':
      case 'forwardJoin':
      case 'shuffle':
      case 'shuffleReply':
        // It takes us for a neighbour; a message about that was lost when the link changed its path.
        if (link.state !== 'active') this.#send(from, { type: 'disconnect' })
        else this.#walk(link, message, now)
        break
      default:
        unreachable(message)
    }
    this.#schedule(now)
  }

  #walk(
    link: LinkRecord,
    message: Extract<OverlayMessage, { type: 'join' | 'forwardJoin' | 'shuffle' | 'shuffleReply' }>,
    now: Millis,
  ): void {
    const from = link.contact.session
    if (message.type === 'join') this.#walks.join(link, now)
    else if (message.type === 'forwardJoin') this.#walks.forwardJoin(from, message.ttl, message.contact, now)
    else if (message.type === 'shuffle') this.#walks.shuffle(link, message, now)
    else {
      this.#walks.shuffleReply(from, message.walk, message.contacts, now)
      this.#seek(now)
    }
  }

  timerFired(now: Millis): void {
    this.#timerAt = undefined
    this.#expire(now)
    this.#tellLonely(now)
    if (now >= this.#shuffleAt) {
      this.#walks.start()
      this.#shuffleAt = now + this.#shuffleWait(now)
    }
    if (now >= this.#exploreAt) this.#explore(now)
    this.#retryLost(now)
    this.#makeRoom(now)
    this.#seek(now)
    this.#schedule(now)
  }

  /** How many are online in the room. */
  setOnline(online: number, now: Millis): void {
    const before = this.#online
    this.#online = online
    this.#size = viewSize(this.#kind, online)
    if (before > limits.smallRoom && online >= before * 1.5) {
      this.#grownExplorations = limits.grownExplorations
      this.#exploreAt = Math.min(this.#exploreAt, now + this.#around(limits.exploreGrownMs, 0.5))
    }
    if (online > before) this.#seek(now)
    this.#schedule(now)
  }

  /** Metered or not any more. */
  setKind(kind: PeerKind, now: Millis): void {
    this.#kind = kind
    this.#size = viewSize(kind, this.#online)
    this.#seek(now)
    this.#schedule(now)
  }

  // Becoming neighbours, and parting.

  #asked(link: LinkRecord, priority: NeighbourPriority, now: Millis): void {
    const { session } = link.contact
    if (link.state === 'idle') {
      const isPromised = this.#promises.delete(session)
      const isAllowed = this.#allowsKind(link, priority)
      if (!isAllowed || !(isPromised || this.#hasRoom(priority, link.kind, now))) {
        this.#demandUntil = now + limits.demandMs
        this.#send(session, { type: 'refuse', contacts: this.#links.sample(3, session) })
        this.#makeRoom(now)
        return
      }
      link.isMine = false
    }
    // Asked again, or asked while we were asking: they are told again, so that both ends agree.
    const told = priority === 'high' ? 5 : 2
    const contacts = this.#links.sample(told, session)
    for (const record of this.#passive.records) {
      if (contacts.length >= told + 2 || contacts.length >= maxContactsPerMessage) break
      contacts.push(record.contact)
    }
    this.#send(session, { type: 'accept', kind: this.#kind, contacts })
    if (link.state !== 'active') this.#up(link, now)
  }

  #accepted(link: LinkRecord, contacts: readonly Contact[], now: Millis): void {
    const { session } = link.contact
    const isHelp = this.#isEmergency(now) || !this.#joined
    for (const contact of contacts) {
      this.#vias.remember(contact.session, session)
      this.#remember(contact, session, isHelp ? now + limits.walkMs : 0, now, [])
    }
    if (link.state === 'asking') this.#up(link, now)
    else if (link.state === 'idle') this.#send(session, { type: 'disconnect' })
    this.#seek(now)
  }

  #refused(link: LinkRecord, contacts: readonly Contact[], now: Millis): void {
    if (link.state !== 'asking') return
    const { session } = link.contact
    this.#rest(link, now)
    this.#cooling.set(session, 'busy', now + this.#around(limits.refusedCoolMs, 0.5))
    for (const contact of contacts) this.#remember(contact, session, 0, now, [])
    this.#seek(now)
  }

  #up(link: LinkRecord, now: Millis): void {
    const { session } = link.contact
    link.state = 'active'
    link.since = now
    link.isReleased = false
    this.#passive.remove(session)
    this.#emit({ type: 'neighbour', session, up: true })
    if (!this.#joined) {
      this.#joined = true
      this.#send(session, { type: 'join' })
    }
    if (link.isExplored) this.#changeFor(link, now)
    this.#changed(now)
  }

  /** We end it. */
  #end(link: LinkRecord, now: Millis): void {
    this.#send(link.contact.session, { type: 'disconnect' })
    this.#ended(link, now)
  }

  #ended(link: LinkRecord, now: Millis): void {
    if (link.state === 'idle') return
    const wasActive = link.state === 'active'
    const { session } = link.contact
    this.#rest(link, now)
    this.#cooling.set(session, 'busy', now + limits.busyCoolMs)
    if (!wasActive) return
    this.#emit({ type: 'neighbour', session, up: false })
    this.#changed(now)
  }

  #rest(link: LinkRecord, now: Millis): void {
    link.state = 'idle'
    link.since = now
    link.isExplored = false
  }

  #ask(link: LinkRecord, now: Millis): void {
    link.state = 'asking'
    link.since = now
    link.isMine = true
    this.#send(link.contact.session, { type: 'neighbour', priority: this.#priority(), kind: this.#kind })
  }

  /** Somebody new took a place beside a full view: another may go, not one of the near ones. */
  #changeFor(link: LinkRecord, now: Millis): void {
    link.isExplored = false
    if (this.#links.useful <= this.#size.want) return
    const other = this.#links.spare(now - limits.partAgeMs, link.contact.session)
    if (other !== undefined) this.#send(other.contact.session, { type: 'part' })
  }

  /** More neighbours than we accept, or somebody found no place: one that has enough others may go. */
  #makeRoom(now: Millis): void {
    const bound = now < this.#demandUntil ? this.#size.limit - 1 : this.#size.limit
    if (now < this.#partAfter || this.#links.live <= bound) return
    this.#partAfter = now + limits.partMs
    const spare = this.#links.spare(now - limits.partAgeMs, undefined)
    if (spare !== undefined) this.#send(spare.contact.session, { type: 'part' })
  }

  /** Is there a place for somebody who asks? */
  #hasRoom(priority: NeighbourPriority, kind: PeerKind, now: Millis): boolean {
    let promised = 0
    for (const until of this.#promises.values()) if (until > now) promised++
    const bound = priority === 'high' ? this.#size.most : this.#size.limit
    const taken = this.#links.live + this.#links.asking + promised
    const isOurs = this.#links.theirs + promised >= bound - limits.ownChoices
    return taken < bound && !isOurs && (kind !== 'keeper' || this.#links.keepers < limits.maxKeeperNeighbours)
  }

  #allowsKind(link: LinkRecord, priority: NeighbourPriority): boolean {
    return link.path === 'direct' || priority === 'high' || this.#links.indirect < limits.maxIndirectNeighbours
  }

  #priority(): NeighbourPriority {
    return this.#links.live * 2 < this.#size.want ? 'high' : 'low'
  }

  // Looking for neighbours.

  #isEmergency(now: Millis): boolean {
    if (now < this.#emergencyUntil) return true
    const { live } = this.#links
    return live === 0 || (this.#isSettled && live * 2 < this.#size.want)
  }

  #seek(now: Millis): void {
    const isEmergency = this.#isEmergency(now)
    let missing = this.#size.want - this.#links.useful - this.#links.asking
    missing = Math.max(missing, Math.min(1, limits.ownChoices - this.#mine()))
    for (const link of this.#links.all()) {
      if (link.state !== 'idle' || link.isSuspect || this.#cooling.has(link.contact.session, now)) continue
      if (missing <= 0 && !link.isExplored) continue
      if (link.path !== 'direct' && this.#links.indirect >= limits.maxIndirectNeighbours && this.#links.live > 0)
        continue
      this.#ask(link, now)
      missing--
    }
    const freshMs = isEmergency ? limits.emergencyFreshMs : limits.freshMs
    let fresh = 0
    for (const connect of this.#connects.values()) if (now - connect.at < freshMs) fresh++
    const most = isEmergency ? limits.maxEmergencyConnects : limits.maxConnects
    // In an emergency nobody knows who is still there, so more are tried than are missing.
    let count = Math.min(most - fresh, limits.maxPendingConnects - this.#connects.size)
    if (!isEmergency) count = Math.min(count, missing - fresh)
    else if (missing <= 0) count = 0
    for (; count > 0; count--) {
      if (!isEmergency && now < this.#connectAfter) break
      const record = this.#passive.pick((session) => this.#mayTry(session, now), now)
      if (record === undefined) break
      this.#connect(record.contact, this.#priority(), false, now)
    }
  }

  /** Neighbours of our own choice. */
  #mine(): number {
    return this.#links.live - this.#links.theirs + this.#links.asking
  }

  #mayTry(session: string, now: Millis): boolean {
    return !this.#connects.has(session) && !this.#cooling.has(session, now)
  }

  #connect(contact: Contact, priority: NeighbourPriority, isExplored: boolean, now: Millis): void {
    this.#connects.set(contact.session, { at: now, isExplored })
    if (now - this.#startedAt >= limits.youngMs) this.#connectAfter = now + limits.connectPaceMs
    this.#emit({ type: 'connect', contact, priority, via: this.viaOf(contact.session) })
  }

  /** A newcomer's walk ended here. */
  #arrived(contact: Contact, now: Millis): void {
    const { session } = contact
    if (this.#links.useful + this.#links.asking + this.#connects.size >= this.#size.want) return
    if (this.#links.get(session) !== undefined || !this.#mayTry(session, now)) return
    this.#connect(this.#intern(contact), this.#priority(), false, now)
  }

  #remember(contact: Contact, via: string | undefined, sureUntil: Millis, now: Millis, told: readonly Contact[]): void {
    const { session } = contact
    if (session === this.#own.session || this.#links.get(session) !== undefined) return
    if (this.#cooling.bars(session, now)) return
    const quota = Math.max(12, Math.ceil((2 * limits.passiveSize) / Math.max(1, this.#links.live)))
    this.#passive.add(this.#intern(contact), via, sureUntil, via === undefined ? limits.passiveSize : quota, told)
  }

  #isStranger(session: string): boolean {
    const isKnown = this.#links.get(session) !== undefined || this.#passive.get(session) !== undefined
    return !isKnown && session !== this.#own.session
  }

  #explore(now: Millis): void {
    const isGrown = this.#grownExplorations > 0
    if (isGrown) this.#grownExplorations--
    this.#exploreAt = now + this.#around(isGrown ? limits.exploreGrownMs : limits.exploreMs, 0.5)
    if (this.#kind === 'keeper' || this.#kind === 'mobile' || this.#isEmergency(now)) return
    const { live } = this.#links
    if (live < this.#size.want || live >= this.#size.limit || this.#connects.size > 0) return
    const record = this.#passive.pick((session) => this.#mayTry(session, now), now)
    if (record !== undefined) this.#connect(record.contact, 'low', true, now)
  }

  // Losing them.

  #countLoss(now: Millis): void {
    if (this.#lossAt !== undefined && now - this.#lossAt < limits.lossWindowMs) {
      this.#emergencyUntil = now + limits.emergencyMs
    }
    this.#lossAt = now
  }

  #keepLost(contact: Contact, now: Millis): void {
    this.#forgetLost(contact.session)
    if (this.#lost.length >= limits.maxLost) this.#lost.shift()
    this.#lost.push({ contact, tries: 0, nextAt: now + this.#around(limits.lostRetryMs, 0.5) })
  }

  #forgetLost(session: string): void {
    const index = this.#lost.findIndex((lost) => lost.contact.session === session)
    if (index >= 0) this.#lost.splice(index, 1)
  }

  /** One lost neighbour is tried again, each less and less often: the room may have been in two. */
  #retryLost(now: Millis): void {
    const { live } = this.#links
    // In an emergency there are better contacts, as long as there is anybody.
    if (this.#lost.length === 0 || live >= this.#size.limit || (live > 0 && this.#isEmergency(now))) return
    const lost = this.#lost.find((lost) => lost.nextAt <= now && this.#mayTry(lost.contact.session, now))
    if (lost === undefined) return
    lost.tries++
    lost.nextAt = now + this.#around(limits.lostRetryMs * 2 ** lost.tries, 0.5)
    if (lost.tries >= limits.maxLostTries) this.#forgetLost(lost.contact.session)
    this.#connect(lost.contact, 'low', false, now)
  }

  #forget(session: string): void {
    this.#passive.remove(session)
    this.#forgetLost(session)
    this.#connects.delete(session)
  }

  /** The number of live neighbours may have changed. */
  #changed(now: Millis): void {
    const { live } = this.#links
    if (live * 2 >= this.#size.want) this.#isSettled = true
    if (live === 0) {
      this.#joined = false
      this.#lonelyAt ??= now + limits.lonelyMs
    }
    this.#seek(now)
    this.#schedule(now)
  }

  #tellLonely(now: Millis): void {
    const isAlone = this.#links.live === 0
    const hasHope =
      this.#connects.size > 0 || this.#passive.pick((session) => this.#mayTry(session, now), now) !== undefined
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
    this.#emit({ type: 'lonely' })
  }

  /** Fewer neighbours than half a view though there are more peers: perhaps an island. */
  #isStarved(): boolean {
    const { live } = this.#links
    return live * 2 < this.#size.want && live < this.#online - 1
  }

  // Time.

  #expire(now: Millis): void {
    const isEmergency = this.#isEmergency(now)
    const askMs = isEmergency ? limits.emergencyAskMs : limits.askMs
    for (const link of this.#links.all()) {
      const age = now - link.since
      const { session } = link.contact
      if (link.state === 'asking' && age >= askMs) {
        this.#rest(link, now)
        this.#cooling.set(session, 'busy', now + limits.refusedCoolMs)
      } else if (link.state === 'idle' && age >= limits.idleMs && !link.isReleased) {
        link.isReleased = true
        this.#emit({ type: 'release', session })
      }
    }
    const pendingMs =
      isEmergency && this.#connects.size >= limits.maxPendingConnects ? limits.emergencyPendingMs : limits.pendingMs
    for (const [session, connect] of this.#connects) {
      if (now - connect.at >= pendingMs) this.failed(session, 'timeout', now)
    }
    for (const [session, until] of this.#promises) if (until <= now) this.#promises.delete(session)
  }

  #shuffleWait(now: Millis): number {
    const { useful, live } = this.#links
    const isMissing = useful < this.#size.want
    if (isMissing && live > 0 && now < this.#emergencyUntil) return limits.emergencyShuffleMs
    const isYoung = now - this.#startedAt < limits.youngMs && !this.#passive.isFull
    const knowsAll = this.#passive.records.length + live >= this.#online - 1
    if ((isYoung || isMissing) && !knowsAll) return this.#around(limits.fastShuffleMs, 0.1)
    return this.#around(limits.shuffleMs, limits.shuffleSpreadMs / limits.shuffleMs)
  }

  #schedule(now: Millis): void {
    const due = this.#next(now)
    if (this.#timerAt !== undefined && this.#timerAt <= due && this.#timerAt > now) return
    this.#timerAt = due
    this.#emit({ type: 'timer', at: due })
  }

  #next(now: Millis): Millis {
    let due = Math.min(this.#shuffleAt, this.#exploreAt)
    for (const lost of this.#lost) due = Math.min(due, Math.max(lost.nextAt, now + slowTickMs))
    if (this.#connects.size > 0) due = Math.min(due, now + busyTickMs)
    if (this.#lonelyAt !== undefined) due = Math.min(due, Math.max(this.#lonelyAt, now + busyTickMs))
    const isMissing = this.#links.useful < this.#size.want && this.#passive.records.length > 0
    const isBusy = isMissing || this.#isStarved() || this.#promises.size > 0 || this.#links.live > this.#size.limit
    if (isBusy) due = Math.min(due, now + slowTickMs)
    for (const link of this.#links.all()) {
      if (link.state === 'asking') due = Math.min(due, now + busyTickMs)
      else if (link.state === 'idle' && !link.isReleased) due = Math.min(due, now + slowTickMs)
    }
    return Math.max(due, now + 1)
  }

  #send(to: string, message: OverlayMessage): void {
    this.#emit({ type: 'send', to, message })
  }

  /** `ms` more or less a part of it. */
  #around(ms: number, part: number): number {
    return Math.round(ms * (1 + part * (2 * fraction(this.#random) - 1)))
  }
}
