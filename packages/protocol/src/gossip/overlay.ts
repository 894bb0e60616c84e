/**
 * Whom to link with in a room too large for a full mesh: HyParView, for links that cost something to make.
 *
 * A small *active view* of neighbours, confirmed by both sides, and a *passive view* of contacts to replace them with,
 * kept fresh by random walks (`walks.ts`). What differs from the paper: a link is made by the engine (knock, transport,
 * handshake), so a wish for a neighbour is the output `connect`, and being neighbours is agreed on over the link
 * (`agreeing.ts`); nobody is thrown out for a newcomer; losing half the view is an emergency (`seeking.ts`). Two of the
 * neighbours are those of lowest round trip, and now and then one other is changed for a new one. Never by breaking
 * first: the new one must have accepted, the old one must have agreed.
 *
 * Source: Leitão, Pereira, Rodrigues, "HyParView: a membership protocol for reliable gossip-based broadcast", DSN 2007;
 * optimisation after Leitão, Marques, Pereira, Rodrigues, "X-BOT", SRDS 2009, much simplified. Limits:
 * `overlay-limits.ts`.
 */
import type { Millis, Random } from '../machine.ts'
import { unreachable } from '../machine.ts'
import { Agreeing } from './agreeing.ts'
import { Neighbours } from './neighbours.ts'
import type { LinkPath, LinkRecord, TreeUse } from './neighbours.ts'
import * as limits from './overlay-limits.ts'
import { viewSize } from './overlay-limits.ts'
import type { ViewSize } from './overlay-limits.ts'
import type { Contact, NeighbourPriority, OverlayMessage, PeerKind } from './overlay-wire.ts'
import { around, busyTickMs, Seeking, slowTickMs } from './seeking.ts'
import { PassiveView, ViaTable } from './views.ts'
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
  /** Default: there are none. */
  readonly trees?: TreeUse
  /** One object per contact for a whole process (simulator); without it every overlay keeps its own. */
  readonly intern?: ((contact: Contact) => Contact) | undefined
}

export class Overlay {
  readonly #own: Contact
  readonly #random: Random
  readonly #emit: (output: OverlayOutput) => void
  readonly #intern: (contact: Contact) => Contact
  readonly #startedAt: Millis
  readonly #links: Neighbours
  readonly #passive: PassiveView
  readonly #vias = new ViaTable()
  readonly #walks: Walks
  readonly #seeking: Seeking
  readonly #agreeing: Agreeing
  #kind: PeerKind
  #online = 1
  #size: ViewSize
  #shuffleAt: Millis
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
    this.#shuffleAt = now + limits.busyPaceMs
    this.#links = new Neighbours(options.random)
    this.#passive = new PassiveView(options.random)
    this.#seeking = new Seeking(
      {
        links: this.#links,
        passive: this.#passive,
        random: options.random,
        size: () => this.#size,
        online: () => this.#online,
        promised: (now) => this.#agreeing.promised(now),
        ask: (link, now) => this.#agreeing.ask(link, this.#seeking.priority(), now),
        connect: (contact, priority) => {
          this.#emit({ type: 'connect', contact, priority, via: this.viaOf(contact.session) })
        },
        lonely: () => this.#emit({ type: 'lonely' }),
      },
      now,
    )
    this.#agreeing = new Agreeing({
      links: this.#links,
      passive: this.#passive,
      cooling: this.#seeking.cooling,
      random: options.random,
      size: () => this.#size,
      kind: () => this.#kind,
      trees: options.trees ?? { carries: () => false, needs: () => false },
      send: (to, message) => this.#send(to, message),
      changed: (link, up, now) => this.#neighbourChanged(link, up, now),
      told: (contacts, by, now) => this.#told(contacts, by, now),
    })
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

  get hasNeighbour(): boolean {
    return this.#links.hasActive
  }

  get passive(): readonly Contact[] {
    return this.#passive.records.map((record) => record.contact)
  }

  /** No neighbour that is heard of. */
  get isLonely(): boolean {
    return this.#links.live === 0
  }

  /** Most neighbours were lost at once: those that are left may be all there is of an island. */
  isShattered(now: Millis): boolean {
    return this.#links.live <= limits.shatteredLinks && this.#seeking.isMassLoss(now)
  }

  isNeighbour(session: string): boolean {
    return this.#links.get(session)?.state === 'active'
  }

  /** A link is up, or runs by another path than before. */
  linked(contact: Contact, about: { readonly rttMs: number | undefined; readonly path: LinkPath }, now: Millis): void {
    const { session } = contact
    if (session === this.#own.session) return
    const isExplored = this.#seeking.linked(session)
    const known = this.#links.get(session)
    if (known !== undefined) {
      known.path = about.path
      known.rttMs = about.rttMs ?? known.rttMs
      return
    }
    const link = this.#links.add(this.#intern(contact), about.path, about.rttMs, now)
    link.isExplored = isExplored
    this.#seeking.seek(now)
    this.#schedule(now)
  }

  /** No link with the session is left. `left`: it said goodbye, so it is not looked for again. */
  unlinked(session: string, now: Millis, left = false): void {
    const link = this.#links.remove(session)
    this.#vias.forget(session)
    if (left) this.#seeking.forget(session)
    if (link === undefined) return
    if (link.state === 'active') {
      if (!left) {
        if (!link.isSuspect) this.#seeking.countLoss(now)
        this.#seeking.keepLost(link.contact, now)
      }
      this.#emit({ type: 'neighbour', session, up: false })
    }
    // It is here all the same, and may be wanted later.
    if (link.isReleased && !left) this.#remember(link.contact, undefined, 0, now, [])
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
    if (isSuspect) this.#seeking.countLoss(now)
    this.#changed(now)
  }

  /**
   * Peers learnt outside: the relay's topic, the registry, whoever knocked and was not admitted, who was named in an
   * answer `busy`. Those are known to be here.
   */
  learned(contacts: readonly Contact[], now: Millis): void {
    // Whoever knows few and hears of strangers may be on an island: one of them is tried soon.
    const knowsFew = this.#passive.records.length < limits.fewContacts
    if (knowsFew && contacts.some(({ session }) => this.#isStranger(session))) this.#seeking.metStrangers(now)
    for (const contact of contacts) {
      this.#seeking.cooling.isHere(contact.session)
      this.#remember(contact, undefined, now + limits.walkMs, now, [])
    }
    this.#seeking.seek(now)
    this.#schedule(now)
  }

  /** Whom we asked to connect with keeps a place for us. */
  welcomed(session: string, now: Millis): void {
    this.#seeking.welcomed(session, now)
  }

  /** A connect that was asked for came to nothing: no room there, no transport, no answer. */
  failed(session: string, why: 'busy' | 'failed' | 'timeout', now: Millis): void {
    this.#seeking.failed(session, why, now)
    this.#seeking.seek(now)
    this.#schedule(now)
  }

  /** The engine found its card wrong: forgotten and not taken again for a while. Names the neighbour it came by. */
  drop(session: string, now: Millis): string | undefined {
    const via = this.#passive.get(session)?.via ?? this.#vias.viaOf(session)
    this.#seeking.forget(session)
    this.#seeking.cooling.set(session, 'wrong', now + limits.wrongCardCoolMs)
    this.#seeking.seek(now)
    this.#schedule(now)
    return via
  }

  /** May this peer link with us (answer to a knock)? A yes keeps a place for 10 s. */
  admits(session: string, priority: NeighbourPriority, now: Millis): boolean {
    if (session === this.#own.session) return false
    if (this.#links.get(session) !== undefined || this.#seeking.isConnecting(session)) return true
    const isAdmitted = this.#agreeing.admits(session, priority, now)
    this.#schedule(now)
    return isAdmitted
  }

  /** A few contacts for somebody we have no place for: to be put into the answer `busy`. */
  referral(): Contact[] {
    return this.#links.sample(limits.referredContacts)
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
        this.#agreeing.asked(link, message.priority, now)
        break
      case 'accept':
        link.kind = message.kind
        this.#agreeing.accepted(link, message.contacts, now)
        this.#seeking.seek(now)
        break
      case 'refuse':
        this.#agreeing.refused(link, message.contacts, now)
        this.#seeking.seek(now)
        break
      case 'disconnect':
        this.#agreeing.ended(link, now)
        break
      case 'part':
        this.#agreeing.partAsked(link, now)
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
      this.#seeking.seek(now)
    }
  }

  timerFired(now: Millis): void {
    this.#timerAt = undefined
    const askMs = this.#seeking.isEmergency(now) ? limits.emergencyAskMs : limits.askMs
    this.#agreeing.expire(askMs, now, (link) => this.#emit({ type: 'release', session: link.contact.session }))
    this.#seeking.timerFired(now)
    if (now >= this.#shuffleAt) {
      this.#walks.start(this.#online)
      this.#shuffleAt = now + this.#shuffleWait(now)
    }
    if (this.#kind === 'desktop' || this.#kind === 'node') this.#seeking.explore(now)
    this.#agreeing.makeRoom(now)
    this.#seeking.seek(now)
    this.#schedule(now)
  }

  /** How many are online in the room. */
  setOnline(online: number, now: Millis): void {
    const before = this.#online
    this.#online = online
    this.#size = viewSize(this.#kind, online)
    if (before > limits.smallRoom && online >= before * 1.5) this.#seeking.roomGrew(now)
    if (online > before) this.#seeking.seek(now)
    this.#schedule(now)
  }

  /** Metered or not any more. */
  setKind(kind: PeerKind, now: Millis): void {
    this.#kind = kind
    this.#size = viewSize(kind, this.#online)
    this.#seeking.seek(now)
    this.#schedule(now)
  }

  // What the parts ask of the whole.

  /** A newcomer's walk ended here. */
  #arrived(contact: Contact, now: Millis): void {
    const { session } = contact
    if (this.#links.useful + this.#links.asking + this.#seeking.connecting >= this.#size.want) return
    if (this.#links.get(session) !== undefined || !this.#seeking.mayTry(session, now)) return
    this.#seeking.connect(this.#intern(contact), this.#seeking.priority(), false, now)
  }

  #remember(contact: Contact, via: string | undefined, sureUntil: Millis, now: Millis, told: readonly Contact[]): void {
    const { session } = contact
    if (session === this.#own.session || this.#links.get(session) !== undefined) return
    if (this.#seeking.cooling.bars(session, now)) return
    const quota = Math.max(12, Math.ceil((2 * limits.passiveSize) / Math.max(1, this.#links.live)))
    this.#passive.add(this.#intern(contact), via, sureUntil, via === undefined ? limits.passiveSize : quota, told)
  }

  #isStranger(session: string): boolean {
    const isKnown = this.#links.get(session) !== undefined || this.#passive.get(session) !== undefined
    return !isKnown && session !== this.#own.session
  }

  #neighbourChanged(link: LinkRecord, up: boolean, now: Millis): void {
    const { session } = link.contact
    if (up) this.#passive.remove(session)
    this.#emit({ type: 'neighbour', session, up })
    if (up && !this.#joined) {
      this.#joined = true
      this.#send(session, { type: 'join' })
    }
    this.#changed(now)
  }

  /** The number of live neighbours may have changed. */
  #changed(now: Millis): void {
    // Whoever was alone is new again to the others.
    if (this.#links.live === 0) this.#joined = false
    this.#seeking.changed(now)
    // Contacts run out soon now: others' are asked for before that.
    if (this.#seeking.isMassLoss(now)) this.#shuffleAt = Math.min(this.#shuffleAt, now + limits.emergencyShuffleMs)
    this.#schedule(now)
  }

  #told(contacts: readonly Contact[], by: string, now: Millis): void {
    const isHelp = this.#seeking.isEmergency(now) || !this.#joined
    for (const contact of contacts) {
      this.#vias.remember(contact.session, by)
      this.#remember(contact, by, isHelp ? now + limits.walkMs : 0, now, [])
    }
  }

  // Time.

  #shuffleWait(now: Millis): number {
    const { useful, live } = this.#links
    const isMissing = useful < this.#size.want
    if (isMissing && live > 0 && this.#seeking.isMassLoss(now)) return limits.emergencyShuffleMs
    const enough = Math.min(limits.passiveSize, this.#online / 2)
    const isYoung = now - this.#startedAt < limits.youngMs && this.#passive.records.length < enough
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
    let due = this.#shuffleAt
    due = Math.min(due, this.#seeking.next(now))
    const isFull = this.#links.live > this.#size.limit || this.#agreeing.canSpareCarried
    const isBusy = this.#agreeing.hasPromises || isFull
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

  #around(ms: number, part: number): number {
    return around(this.#random, ms, part)
  }
}
