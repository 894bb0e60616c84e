/**
 * Asking before linking, in a mesh: a transport is dear, and whoever has no place for us should not have to make one.
 *
 *     A → B  knock     urgency u8 (1: A has no neighbour) ‖ A's card
 *     B → A  welcome   B keeps a place; whoever of the two offers dials
 *     B → A  busy      cards of others, one after the other
 *
 * A knock that is not answered, or a dial that leads to no link, ends as `failed` and the overlay tries somebody else.
 */
import { concatBytes } from '../codec/bytes.ts'
import { cardBytes } from '../discovery/card.ts'
import type { SignalType } from '../discovery/signal.ts'
import type { NeighbourPriority } from '../gossip/overlay-wire.ts'
import type { Millis, Random } from '../machine.ts'
import { formatHex } from '../codec/text.ts'
import type { Known } from './contacts.ts'

/** Patience with an answer: when we have no neighbour, and else. Time enough for the relay to carry it as well. */
export const urgentKnockMs = 2_500
export const knockMs = 4_500
/** From the welcome to the link. The overlay tries others meanwhile, so patience costs nothing, and a busy machine needs it. */
export const urgentDialMs = 9_000
export const dialMs = 12_000
/** A welcome we gave is worth so long. */
export const welcomeMs = 15_000
export const maxWelcomed = 64
const nameBytes = 8
const maxReferred = 4

export type ConnectFailure = 'busy' | 'failed' | 'timeout'

export interface KnocksContext {
  readonly random: Random
  readonly card: () => Uint8Array
  readonly signal: (to: Known, type: SignalType, name: string, bytes: Uint8Array, now: Millis) => void
  /** Make a transport towards this peer, if it is ours to offer. */
  readonly dial: (to: Known, now: Millis) => void
  readonly admits: (session: string, urgency: NeighbourPriority, now: Millis) => boolean
  /** Cards of a few others for whoever finds no place here. */
  readonly referral: () => readonly Uint8Array[]
  /** There is a place for us there: a link will come of it. */
  readonly welcomed: (session: string, now: Millis) => void
  readonly failed: (session: string, why: ConnectFailure, now: Millis) => void
  /** Somebody knocked, or was named in an answer. */
  readonly learned: (card: Uint8Array, now: Millis) => Known | undefined
}

interface Knock {
  readonly to: Known
  readonly name: string
  readonly urgency: NeighbourPriority
  isWelcome: boolean
  welcomeAt: Millis
  until: Millis
}

export class Knocks {
  readonly #context: KnocksContext
  readonly #knocks = new Map<string, Knock>()
  /** By session: how long our welcome counts. */
  readonly #welcomed = new Map<string, Millis>()

  constructor(context: KnocksContext) {
    this.#context = context
  }

  /** Knocks at `to`; nothing while a knock there is under way. */
  knock(to: Known, urgency: NeighbourPriority, now: Millis): void {
    if (this.#knocks.has(to.session)) return
    const name = formatHex(this.#context.random(nameBytes))
    const until = now + (urgency === 'high' ? urgentKnockMs : knockMs)
    this.#knocks.set(to.session, { to, name, urgency, isWelcome: false, welcomeAt: now, until })
    const bytes = concatBytes(Uint8Array.of(urgency === 'high' ? 1 : 0), this.#context.card())
    this.#context.signal(to, 'knock', name, bytes, now)
  }

  /** May this session call us: we knocked there and were let in, or the other way round? */
  expects(session: string, now: Millis): boolean {
    return this.#knocks.has(session) || (this.#welcomed.get(session) ?? 0) > now
  }

  /** Who let us in and is not linked yet. */
  *welcome(): Generator<{ readonly to: Known; readonly welcomeAt: Millis }> {
    for (const knock of this.#knocks.values()) if (knock.isWelcome) yield knock
  }

  linked(session: string): void {
    this.#knocks.delete(session)
    this.#welcomed.delete(session)
  }

  /** The transport of a dial towards this session came to nothing. */
  dialFailed(session: string, now: Millis): void {
    const knock = this.#knocks.get(session)
    if (knock?.isWelcome === true) this.#fail(knock, 'failed', now)
  }

  knocked(sender: string, name: string, bytes: Uint8Array, now: Millis): void {
    if (bytes.length !== 1 + cardBytes) return
    const from = this.#context.learned(bytes.slice(1), now)
    if (from === undefined || from.session !== sender) return
    const urgency = bytes[0] === 1 ? 'high' : 'low'
    // Two that knock at each other are both welcome.
    if (!this.#knocks.has(sender) && !this.#context.admits(sender, urgency, now)) {
      const referred = this.#context.referral().slice(0, maxReferred)
      this.#context.signal(from, 'busy', name, concatBytes(...referred), now)
      return
    }
    if (this.#welcomed.size >= maxWelcomed) this.#welcomed.delete(this.#welcomed.keys().next().value as string)
    this.#welcomed.set(sender, now + welcomeMs)
    this.#context.welcomed(sender, now)
    this.#context.signal(from, 'welcome', name, new Uint8Array(0), now)
    this.#context.dial(from, now)
  }

  answered(sender: string, type: 'welcome' | 'busy', name: string, bytes: Uint8Array, now: Millis): void {
    const knock = this.#knocks.get(sender)
    if (knock === undefined || knock.name !== name || knock.isWelcome) return
    if (type === 'busy') {
      for (let at = 0; at + cardBytes <= bytes.length && at < maxReferred * cardBytes; at += cardBytes) {
        this.#context.learned(bytes.slice(at, at + cardBytes), now)
      }
      return this.#fail(knock, 'busy', now)
    }
    knock.isWelcome = true
    knock.welcomeAt = now
    this.#context.welcomed(sender, now)
    knock.until = now + (knock.urgency === 'high' ? urgentDialMs : dialMs)
    this.#context.dial(knock.to, now)
  }

  /** Call at every tick. */
  tick(now: Millis): void {
    for (const knock of this.#knocks.values()) {
      if (now >= knock.until) this.#fail(knock, knock.isWelcome ? 'failed' : 'timeout', now)
    }
    for (const [session, until] of this.#welcomed) if (now >= until) this.#welcomed.delete(session)
  }

  clear(): void {
    this.#knocks.clear()
    this.#welcomed.clear()
  }

  #fail(knock: Knock, why: ConnectFailure, now: Millis): void {
    this.#knocks.delete(knock.to.session)
    this.#context.failed(knock.to.session, why, now)
  }
}
