/**
 * Sealed signals on their way: through members first, through the relay when no member answers, and others' passing by.
 *
 * A signal goes to the linked peer that knows its addressee; that one delivers it, or hands it on to where it knows it
 * from. All signals of one conversation carry a trail, so that answers find back without anybody on the way knowing who
 * asked: a carrier learns the addressee, the size and the two neighbours it passed between. What is unanswered after
 * `relayAfterMs` goes through the relay too, and so does what follows in that conversation; the opener lets each signal
 * count once.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { sealSignal, SignalOpener } from '../discovery/signal.ts'
import type { SignalType } from '../discovery/signal.ts'
import { encodeRoutedSignal, maxRoutedSignalBytes, maxSignalHops } from '../gossip/carry-wire.ts'
import type { RoutedSignal } from '../gossip/carry-wire.ts'
import type { SessionKeys } from '../identity/session.ts'
import { Budgets, Budget } from '../log/budget.ts'
import type { Millis } from '../machine.ts'
import type { Known } from './contacts.ts'

/** Through members alone for so long. */
export const relayAfterMs = 2_000
/** Conversations whose way is remembered, own and others'. */
export const maxTrails = 512
/** Signals that wait to be sent through the relay as well. */
export const maxUnanswered = 64
/** What one neighbour may have carried: bytes at once, and per minute. */
export const carriedBurstBytes: number = 512 * 1024
export const carriedBytesPerMinute: number = 2 * 1024 * 1024
const budgetNames = 128
const trailBytes = 8

export interface SignalsContext {
  readonly crypto: Crypto
  readonly session: SessionKeys
  /** Key of the lobby the room lives in; undefined for whoever is not in yet. */
  readonly psk: Uint8Array | undefined
  readonly corrected: (now: Millis) => Millis
  /** False when there is no link with this session. */
  readonly send: (session: string, payload: Uint8Array, now: Millis) => boolean
  /** The linked session that knows another one: itself when it is linked. */
  readonly via: (session: string) => string | undefined
  /** False while the relay is away. */
  readonly relay: (to: Uint8Array, sealed: Uint8Array, now: Millis) => boolean
  /** A signal for us, opened. */
  readonly opened: (sender: string, type: SignalType, transport: string, bytes: Uint8Array, now: Millis) => void
}

interface Trail {
  /** Linked session it came from; undefined where it began. */
  readonly from: string | undefined
  /** Linked session it went on to; undefined where it ended. */
  to: string | undefined
}

interface Unanswered {
  readonly to: Known
  readonly conversation: string
  readonly sealed: Uint8Array
  readonly at: Millis
}

export class Signals {
  readonly #context: SignalsContext
  #psk: Uint8Array | undefined
  #opener: SignalOpener | undefined
  readonly #trails = new Map<string, Trail>()
  /** By addressee and transport: the trail of that conversation. */
  readonly #conversations = new Map<string, string>()
  /** Conversations that members did not carry: they go through the relay. */
  readonly #relayed = new Set<string>()
  readonly #unanswered: Unanswered[] = []
  #budgets: Budgets | undefined

  constructor(context: SignalsContext) {
    this.#context = context
    this.setPsk(context.psk)
  }

  /** The room moved to another lobby: what was sealed for the one before is not opened any more. */
  setPsk(psk: Uint8Array | undefined): void {
    const { crypto, session } = this.#context
    this.#psk = psk
    const own = { session: session.sign.publicKey, kem: session.agree }
    this.#opener = psk && new SignalOpener({ crypto, ...own, psk })
  }

  send(to: Known, type: SignalType, transport: string, bytes: Uint8Array, now: Millis): void {
    const { crypto, session, corrected, relay } = this.#context
    const psk = this.#psk
    if (psk === undefined) return
    const target = { session: to.sessionKey, kem: to.kem }
    const sealed = sealSignal(crypto, { sender: session.sign, target, psk, type, transport, bytes }, corrected(now))
    // Nobody can seal to the key it announced.
    if (sealed === undefined) return
    const conversation = conversationOf(to.session, transport)
    if (this.#relayed.has(conversation) && relay(to.sessionKey, sealed, now)) return
    if (this.#throughMember(to, conversation, sealed, now)) {
      if (this.#unanswered.length < maxUnanswered) this.#unanswered.push({ to, conversation, sealed, at: now })
    } else relay(to.sessionKey, sealed, now)
  }

  /** A linked peer brought a signal, for us or to be carried. */
  carried(from: string, signal: RoutedSignal, now: Millis): void {
    this.#budgets ??= new Budgets(budgetNames, () => new Budget(carriedBurstBytes, carriedBytesPerMinute))
    if (signal.sealed.length > maxRoutedSignalBytes) return
    if (!this.#budgets.take(from, signal.sealed.length, now)) return
    const target = formatHex(signal.target)
    const known = this.#trails.get(signal.trail)
    if (target === formatHex(this.#context.session.sign.publicKey)) {
      if (known === undefined) this.#remember(signal.trail, { from, to: undefined })
      return this.#open(signal.sealed, signal.trail, now)
    }
    if (signal.ttl === 0) return
    const next = known === undefined ? this.#context.via(target) : known.from === from ? known.to : known.from
    if (next === undefined || next === from) return
    if (known === undefined) this.#remember(signal.trail, { from, to: next })
    this.#context.send(next, encodeRoutedSignal({ ...signal, ttl: signal.ttl - 1 }), now)
  }

  /** The relay brought one. */
  arrived(sealed: Uint8Array, now: Millis): void {
    this.#open(sealed, undefined, now)
  }

  /** Call at every tick. */
  tick(now: Millis): void {
    while (this.#unanswered.length > 0) {
      const [first] = this.#unanswered
      if (first === undefined || now - first.at < relayAfterMs) return
      this.#unanswered.shift()
      if (this.#context.relay(first.to.sessionKey, first.sealed, now)) this.#preferRelay(first.conversation)
    }
  }

  #throughMember(to: Known, conversation: string, sealed: Uint8Array, now: Millis): boolean {
    const before = this.#conversations.get(conversation)
    const way = before === undefined ? undefined : this.#trails.get(before)
    const next = way?.from ?? way?.to ?? this.#context.via(to.session)
    if (next === undefined) return false
    const trail = before ?? formatHex(this.#context.crypto.random(trailBytes))
    if (way === undefined) this.#remember(trail, { from: undefined, to: next })
    this.#converse(conversation, trail)
    const routed = { target: to.sessionKey, ttl: maxSignalHops, trail, sealed }
    return this.#context.send(next, encodeRoutedSignal(routed), now)
  }

  #open(sealed: Uint8Array, trail: string | undefined, now: Millis): void {
    const opened = this.#opener?.open(sealed, this.#context.corrected(now))
    if (opened?.ok !== true) return
    const { sender, transport, type, bytes } = opened.value
    const session = formatHex(sender)
    for (let i = this.#unanswered.length - 1; i >= 0; i--) {
      if (this.#unanswered[i]?.to.session === session) this.#unanswered.splice(i, 1)
    }
    // Answers go the way the question came.
    const conversation = conversationOf(session, transport)
    if (trail === undefined) this.#preferRelay(conversation)
    else {
      this.#relayed.delete(conversation)
      this.#converse(conversation, trail)
    }
    this.#context.opened(session, type, transport, bytes, now)
  }

  #preferRelay(conversation: string): void {
    this.#relayed.delete(conversation)
    if (this.#relayed.size >= maxTrails) this.#relayed.delete(this.#relayed.keys().next().value as string)
    this.#relayed.add(conversation)
  }

  #remember(trail: string, way: Trail): void {
    if (this.#trails.size >= maxTrails) this.#trails.delete(this.#trails.keys().next().value as string)
    this.#trails.set(trail, way)
  }

  #converse(conversation: string, trail: string): void {
    this.#conversations.delete(conversation)
    if (this.#conversations.size >= maxTrails) {
      this.#conversations.delete(this.#conversations.keys().next().value as string)
    }
    this.#conversations.set(conversation, trail)
  }
}

function conversationOf(session: string, transport: string): string {
  return `${session} ${transport}`
}
