/** Whom to link with in a room too large for a full mesh: HyParView. Signatures first; the machine follows. */
import type { Millis, Random } from '../machine.ts'
import type { Contact, NeighbourPriority, OverlayMessage, PeerKind } from './overlay-wire.ts'

/** How a link is carried; only `direct` links are neighbours of first choice. */
export type LinkPath = 'direct' | 'relay' | 'through'

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

export class Overlay {
  constructor(options: OverlayOptions, now: Millis) {
    void options
    void now
  }

  /** Sessions that are neighbours now, confirmed by both sides; suspects included. */
  get active(): readonly string[] {
    return []
  }

  get passive(): readonly Contact[] {
    return []
  }

  /** No neighbour that is heard of. */
  get isLonely(): boolean {
    return true
  }

  isNeighbour(session: string): boolean {
    return session === ''
  }

  /** A link is up, or runs by another path than before. */
  linked(contact: Contact, about: { readonly rttMs: number | undefined; readonly path: LinkPath }, now: Millis): void {
    void [contact, about, now]
  }

  /** No link with the session is left. */
  unlinked(session: string, now: Millis): void {
    void [session, now]
  }

  measured(session: string, rttMs: number): void {
    void [session, rttMs]
  }

  /** Nothing was heard on the link for a while; or something again. */
  suspect(session: string, isSuspect: boolean, now: Millis): void {
    void [session, isSuspect, now]
  }

  /** Peers learnt outside: the relay's topic, the registry, whoever answered `busy`. Those are known to be here. */
  learned(contacts: readonly Contact[], now: Millis): void {
    void [contacts, now]
  }

  /** A connect that was asked for came to nothing: no room there, no transport, no answer. */
  failed(session: string, why: 'busy' | 'failed' | 'timeout', now: Millis): void {
    void [session, why, now]
  }

  /** The engine found its card wrong: forgotten and not taken again for a while. Names the neighbour it came by. */
  drop(session: string, now: Millis): string | undefined {
    void [session, now]
    return undefined
  }

  /** May this peer link with us (answer to a knock)? A yes keeps a place for 10 s. */
  admits(session: string, priority: NeighbourPriority, now: Millis): boolean {
    void [session, priority, now]
    return false
  }

  /** A few contacts for somebody we have no place for: to be put into the answer `busy`. */
  referral(): Contact[] {
    return []
  }

  /** The neighbour by which a contact came, to route a knock back: undefined when not known or gone. */
  viaOf(session: string): string | undefined {
    void session
    return undefined
  }

  receive(from: string, message: OverlayMessage, now: Millis): void {
    void [from, message, now]
  }

  timerFired(now: Millis): void {
    void now
  }

  /** How many are online in the room. */
  setOnline(online: number, now: Millis): void {
    void [online, now]
  }

  /** Metered or not any more. */
  setKind(kind: PeerKind, now: Millis): void {
    void [kind, now]
  }
}
