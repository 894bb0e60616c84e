/**
 * The random walks of the overlay: newcomers are carried to places far from where they came in (`forwardJoin`), and
 * peers exchange parts of their views (`shuffle`), so that passive views stay fresh and random.
 *
 * A shuffle's answer returns along its path: each hop remembers for 30 s where the walk came from and where it went, and
 * takes an answer only from there. Whoever forwards a contact remembers by which neighbour it came, so a knock for it
 * can go back the same way. What a neighbour can make us send, keep or take over is bounded by `overlay-limits.ts`.
 *
 * Source: Leitão, Pereira, Rodrigues, "HyParView", DSN 2007, sections 4.2 and 4.4. There the answer goes straight to the
 * origin; here it may have no link with it.
 */
import type { Millis, Random } from '../machine.ts'
import type { LinkRecord, Neighbours } from './neighbours.ts'
import { take } from './neighbours.ts'
import {
  joinBurst,
  joinsPerSecond,
  joinWalkHops,
  joinWalkRememberedAt,
  joinWalks,
  maxWalks,
  shuffledContacts,
  shuffledNeighbours,
  shuffleHops,
  shuffleHopsFor,
  takenShuffleMs,
  walkMs,
} from './overlay-limits.ts'
import type { Contact, OverlayMessage } from './overlay-wire.ts'
import type { PassiveView, ViaTable } from './views.ts'

export interface WalkHost {
  readonly own: Contact
  readonly neighbours: Neighbours
  readonly passive: PassiveView
  readonly vias: ViaTable
  send(to: string, message: OverlayMessage): void
  /** Keeps a contact, if it is any good. */
  remember(contact: Contact, via: string, now: Millis, told: readonly Contact[]): void
  /** A newcomer's walk ended here. */
  arrived(contact: Contact, now: Millis): void
}

interface Walk {
  readonly from: string
  readonly to: string
  readonly at: Millis
}

interface OwnWalk {
  readonly walk: number
  readonly to: string
  readonly told: readonly Contact[]
}

export class Walks {
  readonly #host: WalkHost
  readonly #random: Random
  #passing: Map<number, Walk> | undefined
  #own: OwnWalk | undefined
  #joins = joinBurst
  #joinsAt: Millis

  constructor(host: WalkHost, random: Random, now: Millis) {
    this.#host = host
    this.#random = random
    this.#joinsAt = now
  }

  /** `from` is new here: others hear of it. */
  join(from: LinkRecord, now: Millis): void {
    const earned = ((now - this.#joinsAt) / 1_000) * joinsPerSecond
    this.#joins = Math.min(joinBurst, this.#joins + Math.max(0, earned))
    this.#joinsAt = now
    if (this.#joins < 1) return
    this.#joins--
    const message: OverlayMessage = { type: 'forwardJoin', ttl: joinWalkHops, contact: from.contact }
    for (const { session } of this.#host.neighbours.sample(joinWalks, from.contact.session)) {
      this.#host.send(session, message)
    }
  }

  forwardJoin(from: string, ttl: number, contact: Contact, now: Millis): void {
    const host = this.#host
    if (contact.session === host.own.session || contact.session === from) return
    const next = ttl > 0 ? host.neighbours.pick(from) : undefined
    host.vias.remember(contact.session, from)
    if (next === undefined || next.contact.session === contact.session) {
      host.remember(contact, from, now, [])
      host.arrived(contact, now)
      return
    }
    if (ttl === joinWalkRememberedAt) host.remember(contact, from, now, [])
    host.send(next.contact.session, { type: 'forwardJoin', ttl: Math.min(ttl, joinWalkHops) - 1, contact })
  }

  /** Starts an exchange with somebody a few hops away. False without a neighbour. */
  start(online: number): boolean {
    const host = this.#host
    const to = host.neighbours.pick()
    if (to === undefined) return false
    const { session } = to.contact
    const told = [host.own, ...host.neighbours.sample(shuffledNeighbours, session), ...this.#passive(shuffledContacts)]
    const walk = draw32(this.#random)
    this.#own = { walk, to: session, told }
    host.send(session, { type: 'shuffle', walk, ttl: shuffleHopsFor(online), contacts: told })
    return true
  }

  shuffle(
    from: LinkRecord,
    message: { readonly walk: number; readonly ttl: number; readonly contacts: readonly Contact[] },
    now: Millis,
  ): void {
    const host = this.#host
    const { walk, ttl, contacts } = message
    const origin = contacts[0]
    const sender = from.contact.session
    // A walk that comes by twice, by accident or not, must not take over the way back of the first.
    if (origin === undefined || origin.session === host.own.session || this.#walk(walk, now) !== undefined) return
    for (const contact of contacts) host.vias.remember(contact.session, sender)
    const next = ttl > 0 ? host.neighbours.pick(sender) : undefined
    if (next !== undefined && next.contact.session !== origin.session) {
      const to = next.contact.session
      this.#keep(walk, { from: sender, to, at: now })
      host.send(to, { type: 'shuffle', walk, ttl: Math.min(ttl, shuffleHops) - 1, contacts })
      return
    }
    if (now - from.takenShuffleAt < takenShuffleMs) return
    from.takenShuffleAt = now
    const answer = this.#passive(contacts.length)
    host.send(sender, { type: 'shuffleReply', walk, contacts: answer })
    for (const contact of contacts) host.remember(contact, sender, now, answer)
  }

  shuffleReply(from: string, walk: number, contacts: readonly Contact[], now: Millis): void {
    const host = this.#host
    if (this.#own?.walk === walk && this.#own.to === from) {
      const { told } = this.#own
      this.#own = undefined
      for (const contact of contacts) host.vias.remember(contact.session, from)
      for (const contact of contacts) host.remember(contact, from, now, told)
      return
    }
    const passing = this.#walk(walk, now)
    if (passing === undefined || passing.to !== from) return
    this.#passing?.delete(walk)
    for (const contact of contacts) host.vias.remember(contact.session, from)
    if (host.neighbours.get(passing.from)?.state === 'active') {
      host.send(passing.from, { type: 'shuffleReply', walk, contacts })
    }
  }

  #passive(count: number): Contact[] {
    const contacts: Contact[] = []
    for (const { contact } of this.#host.passive.records) contacts.push(contact)
    return take(contacts, count, this.#random)
  }

  #walk(walk: number, now: Millis): Walk | undefined {
    const passing = this.#passing?.get(walk)
    return passing !== undefined && now - passing.at < walkMs ? passing : undefined
  }

  #keep(walk: number, passing: Walk): void {
    const map = (this.#passing ??= new Map())
    for (const [oldest, { at }] of map) {
      if (map.size < maxWalks && passing.at - at < walkMs) break
      map.delete(oldest)
    }
    map.set(walk, passing)
  }
}

function draw32(random: Random): number {
  const bytes = random(4)
  return (((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) >>> 0
}
