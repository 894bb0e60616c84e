/**
 * Brings everybody who may know of them the same operations.
 *
 *     linked ──heads──▶  unknown? ──want {wanted, held}──▶  what lies between, parents first, in bounded pieces
 *     something new ──▶  small: to everybody at once;  large: heads, and who wants it asks
 *     now and then ──▶   heads to one of them, in case something was lost
 *
 * A conversation is a link of the room, or an aside that was opened for it: nothing is told to, or taken from, anybody
 * else. What it costs is bounded by the far side's budget; a far side that sends what is no operation is hung up on.
 */
import { Budget } from '../log/budget.ts'
import type { Millis } from '../machine.ts'
import {
  decodeOperations,
  encodeOperations,
  maxIdsPerPayload,
  type OperationMessage,
  operationsPayloadBytes,
  operationTags,
} from './operation-wire.ts'

/** Operations up to this are told at once. */
export const pushedBytes = 4096
/** Heads are told again this often, to one conversation after the other. */
export const remindMs: Millis = 15_000
/** Bytes of operations one conversation may ask for: at once, and per minute. */
export const askedBurstBytes: number = 4 * 1024 * 1024
export const askedBytesPerMinute: number = 8 * 1024 * 1024
/** The same is not asked for again within this. */
const askAgainMs: Millis = 5_000
/** What looking for an answer costs, as bytes: so that asking for nothing is not free. */
const askCostBytes = 4096

export interface Operationish {
  /** Hex. */
  readonly id: string
  readonly bytes: Uint8Array
}

/** What `Membership` is to this. */
export interface OperationSource {
  heads(): readonly string[]
  /** Parents that are wanted for what waits. */
  missing(): readonly string[]
  isKnown(id: string): boolean
  /** `wanted` and all behind them that does not lie behind `held`, parents first. */
  between(wanted: readonly string[], held: readonly string[]): readonly Operationish[]
}

export interface ExchangeContext {
  readonly source: OperationSource
  readonly send: (to: string, payload: Uint8Array, now: Millis) => void
  readonly hangUp: (to: string, code: string, now: Millis) => void
  /**
   * Takes in operations somebody brought; answers those that are new and count as received, which may be more (what
   * waited for them) or fewer. Undefined when one is no operation at all, or forged.
   */
  readonly take: (operations: readonly Uint8Array[], now: Millis) => readonly Operationish[] | undefined
}

interface Conversation {
  readonly budget: Budget
  /** What was wanted last, and when, so that the same is not asked for without end. */
  asked: string
  askedAt: Millis
}

export class OperationExchange {
  readonly #context: ExchangeContext
  readonly #conversations = new Map<string, Conversation>()
  #remindAt: Millis = 0
  #turn = 0

  constructor(context: ExchangeContext) {
    this.#context = context
  }

  /** A link of the room is up, or goes another way, or an aside was opened for this. */
  open(name: string, now: Millis): void {
    const before = this.#conversations.get(name)
    // What was asked on the way before may have been lost with it.
    if (before !== undefined) before.asked = ''
    else {
      this.#conversations.set(name, { budget: new Budget(askedBurstBytes, askedBytesPerMinute), asked: '', askedAt: 0 })
    }
    this.#tellHeads(name, now)
  }

  close(name: string): void {
    this.#conversations.delete(name)
  }

  isOpen(name: string): boolean {
    return this.#conversations.has(name)
  }

  /** False for what is not about operations. What comes from anybody else than a conversation is dropped. */
  receive(name: string, bytes: Uint8Array, now: Millis): boolean {
    const tag = bytes[0] ?? 0
    if (tag < operationTags.from || tag > operationTags.to) return false
    const conversation = this.#conversations.get(name)
    if (conversation === undefined) return true
    const message = decodeOperations(bytes)
    if (!message.ok) this.#hangUp(name, now)
    else this.#heard(name, conversation, message.value, now)
    return true
  }

  /** Own operations, or ones that came otherwise. */
  tell(operations: readonly Operationish[], now: Millis, except?: string): void {
    if (operations.length === 0) return
    const payloads = this.#payloadsOf(operations)
    for (const name of this.#conversations.keys()) {
      if (name === except) continue
      if (payloads === undefined) this.#tellHeads(name, now)
      else for (const payload of payloads) this.#context.send(name, payload, now)
    }
  }

  /** Call at every tick. */
  tick(now: Millis): void {
    if (now < this.#remindAt) return
    this.#remindAt = now + remindMs
    const names = [...this.#conversations.keys()]
    const name = names[this.#turn++ % Math.max(1, names.length)]
    if (name === undefined) return
    const conversation = this.#conversations.get(name)
    if (conversation !== undefined) conversation.asked = ''
    this.#tellHeads(name, now)
  }

  #heard(name: string, conversation: Conversation, message: OperationMessage, now: Millis): void {
    if (message.type === 'heads') this.#want(name, conversation, message.heads, now)
    else if (message.type === 'want') this.#answer(name, conversation, message.wanted, message.held, now)
    else {
      const added = this.#context.take(message.operations, now)
      if (added === undefined) return this.#hangUp(name, now)
      this.tell(added, now, name)
      // What is still missing is asked for by name; when the answer was cut short, there is more of the same.
      if (message.more) conversation.asked = ''
      this.#want(name, conversation, [], now, message.more)
    }
  }

  /** Asks for what is unknown, unless that is what was just asked for. */
  #want(name: string, conversation: Conversation, heads: readonly string[], now: Millis, more = false): void {
    const { source, send } = this.#context
    const unknown = [...new Set([...heads, ...source.missing()])].filter((id) => !source.isKnown(id))
    const wanted = unknown.slice(0, maxIdsPerPayload)
    if (wanted.length === 0) {
      // The far side has more to give and we do not know its name: its heads will say.
      if (more) this.#tellHeads(name, now)
      return
    }
    const held = source.heads().slice(0, maxIdsPerPayload)
    const asked = [...wanted, '/', ...held].join()
    // An answer may not have come: whoever was asked did not know yet that we may know.
    if (asked === conversation.asked && now - conversation.askedAt < askAgainMs) return
    conversation.asked = asked
    conversation.askedAt = now
    send(name, encodeOperations({ type: 'want', wanted, held }), now)
  }

  #answer(
    name: string,
    { budget }: Conversation,
    wanted: readonly string[],
    held: readonly string[],
    now: Millis,
  ): void {
    const { source, send } = this.#context
    if (!budget.take(askCostBytes, now)) return
    let payload: Uint8Array[] = []
    let size = 0
    const flush = (more: boolean): void => {
      if (payload.length > 0) send(name, encodeOperations({ type: 'operations', operations: payload, more }), now)
      payload = []
      size = 0
    }
    for (const { bytes } of source.between(wanted, held)) {
      // Over its budget: it asks again for the rest when it is told of heads.
      if (!budget.take(bytes.length, now)) return flush(true)
      if (size + bytes.length > operationsPayloadBytes) flush(false)
      payload.push(bytes)
      size += bytes.length
    }
    flush(false)
    // Whoever asks shows what it holds: perhaps it holds what is missing here.
    const conversation = this.#conversations.get(name)
    if (conversation !== undefined) this.#want(name, conversation, held, now)
  }

  /** Undefined when they are too many bytes to be told unasked. */
  #payloadsOf(operations: readonly Operationish[]): readonly Uint8Array[] | undefined {
    const total = operations.reduce((sum, { bytes }) => sum + bytes.length, 0)
    if (total > pushedBytes) return undefined
    return [encodeOperations({ type: 'operations', operations: operations.map(({ bytes }) => bytes), more: false })]
  }

  #tellHeads(name: string, now: Millis): void {
    const heads = this.#context.source.heads().slice(0, maxIdsPerPayload)
    this.#context.send(name, encodeOperations({ type: 'heads', heads }), now)
  }

  #hangUp(name: string, now: Millis): void {
    this.#conversations.delete(name)
    this.#context.hangUp(name, 'malformed', now)
  }
}
