/**
 * Which way to whom is tried next: over the relay, directly, or through a member.
 *
 * In a small room whoever is here gets a link over the relay at once, and a direct one when it is our turn to dial. In a
 * mesh the overlay has asked for somebody already and only how is left: directly, or else through a neighbour of both.
 */
import type { Millis } from '../machine.ts'
import type { Circuits } from './circuits.ts'
import type { Contacts, Known } from './contacts.ts'
import type { Dials } from './dials.ts'
import { maxDirectLinks } from './dials.ts'
import type { Knocks } from './knocks.ts'
import type { Links } from './links.ts'
import type { Meeting } from './meeting.ts'
import type { Met } from './topic-members.ts'

/** A pair that may link directly gets so long for it before a member carries its frames; in a mesh, after a welcome. */
export const circuitPatienceMs = 8_000
export const meshPatienceMs = 3_000

/**
 * Where more than a few are here and others keep coming, transports wait: perhaps so many come that the room is a mesh. In a
 * crowd that pours in at once each of them would make a dozen, and drop most. Relay links carry everything meanwhile.
 */
export const gatherMs = 1_000
export const longestGatherMs = 5_000
const few = 8

export interface WaysContext {
  /** Own session key, hex. */
  readonly own: string
  /** By WebRTC. */
  readonly mayDial: boolean
  /** At sockets of known addresses. */
  readonly mayDialAddresses: boolean
  readonly links: Links
  readonly dials: Dials
  readonly contacts: Contacts
  readonly knocks: Knocks
  readonly circuits: Circuits
  readonly meeting: () => Meeting | undefined
  /** The linked session that knows another one. */
  readonly via: (session: string) => string | undefined
  readonly openRelayLink: (met: Met, now: Millis) => void
}

export class Ways {
  readonly #context: WaysContext
  #isSeeking = false
  /** When somebody new came last, and the first of those that followed each other closely. */
  #arrivedAt: Millis = -Infinity
  #gatheringSince: Millis = -Infinity

  constructor(context: WaysContext) {
    this.#context = context
  }

  /** Links there are lead nowhere: dial the addresses we know, too. False when that is nothing new. */
  seek(isSeeking: boolean): boolean {
    const changes = this.#isSeeking !== isSeeking
    this.#isSeeking = isSeeking
    return changes
  }

  /** Somebody came whom we did not know. */
  arrived(now: Millis): void {
    if (now - this.#arrivedAt >= gatherMs) this.#gatheringSince = now
    this.#arrivedAt = now
  }

  /** Tries what is due. */
  try(mode: 'small' | 'mesh', now: Millis): void {
    const { mayDialAddresses, links, dials } = this.#context
    // Addresses are how a mesh is found; once it is, the overlay chooses.
    if (mayDialAddresses && (mode === 'small' || this.#isSeeking || links.all().length === 0)) {
      dials.dialAddresses((session) => links.best(session)?.path === 'direct', now)
    }
    if (mode === 'mesh') this.#tryWelcome(now)
    else this.#tryEverybody(now)
  }

  #tryEverybody(now: Millis): void {
    const { own, mayDial, links, dials, contacts, meeting: meetingOf, via, openRelayLink } = this.#context
    const notDirect: Known[] = []
    const meeting = meetingOf()
    if (meeting?.isReady === true) {
      for (const met of meeting.members.everybody()) {
        if (met.session === own) continue
        const link = links.best(met.session)
        if (link === undefined || link.path === 'through') openRelayLink(met, now)
        if (link?.path !== 'direct') notDirect.push(met)
      }
    }
    for (const known of contacts.all()) {
      const { session } = known
      if (session === own || meeting?.members.find(session) !== undefined) continue
      if (links.best(session)?.path === 'direct') continue
      // Somebody we are linked with says that it is here.
      if (via(session) === undefined) continue
      if (known.webrtc) notDirect.push(known)
      if (links.best(session) === undefined) this.#wishCircuit(known, now)
    }
    if (!mayDial || notDirect.length === 0 || links.spreading().length >= maxDirectLinks) return
    if (!this.#isGathering(notDirect.length, now)) dials.dialDue(notDirect, now)
  }

  #isGathering(others: number, now: Millis): boolean {
    const isPouring = now - this.#arrivedAt < gatherMs && now - this.#gatheringSince < longestGatherMs
    return isPouring && others + this.#context.links.direct().length > few
  }

  /** Nobody but a member can carry what we say to this peer, for now. */
  #wishCircuit(to: Known, now: Millis): void {
    const { circuits } = this.#context
    circuits.wish(to, circuits.patienceFor(to.session, this.#mayBeDirect(to) ? circuitPatienceMs : 0), now)
  }

  /** Whoever let us in and cannot be dialled is linked through a neighbour of both. */
  #tryWelcome(now: Millis): void {
    const { knocks, links, circuits } = this.#context
    for (const { to, welcomeAt } of knocks.welcome()) {
      if (this.#mayBeDirect(to) && now - welcomeAt < meshPatienceMs) continue
      if (links.best(to.session) === undefined) circuits.wish(to, 0, now)
    }
  }

  #mayBeDirect(to: Known): boolean {
    const { mayDial, dials } = this.#context
    return mayDial && to.webrtc && (dials.storyOf(to.session)?.failures ?? 0) === 0
  }
}
