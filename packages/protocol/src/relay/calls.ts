/**
 * Signal exchange: what one session sends to another by its key: sealed signals, direct frames, and probes whether the
 * other is really there.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { Connection } from './connection.ts'
import type { RelayLimits } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { Request, RequestKind } from './request.ts'
import type { RelayCode } from './wire.ts'

interface Probe {
  readonly asker: Connection
  readonly target: Connection
  readonly deadline: Millis
}

/** Bytes of a signal's digest that are remembered. */
const rememberedBytes = 16
const maxToken = 0xffff_ffff

export class Calls {
  readonly #crypto: Crypto
  readonly #limits: RelayLimits
  readonly #outbox: Outbox
  readonly #connectionOf: (sessionKey: string) => Connection | undefined
  /** Digest of a signal → when it may be forgotten. Lives are alike, so insertion order is nearly expiry order. */
  readonly #signals = new Map<string, Millis>()
  readonly #probes = new Map<number, Probe>()
  #nextProbe = 1

  constructor(
    crypto: Crypto,
    limits: RelayLimits,
    outbox: Outbox,
    connectionOf: (sessionKey: string) => Connection | undefined,
  ) {
    this.#crypto = crypto
    this.#limits = limits
    this.#outbox = outbox
    this.#connectionOf = connectionOf
  }

  get signals(): number {
    return this.#signals.size
  }

  get probes(): number {
    return this.#probes.size
  }

  signal(connection: Connection, request: Request & { type: 'signal' }, now: Millis): void {
    const limits = this.#limits
    const refuse = (code: RelayCode): void => this.#outbox.refuse(connection.socket, code, 'signal', request.to)
    const { bytes, expires } = request
    if (bytes.length === 0 || bytes.length > limits.signalBytes) return refuse('tooLarge')
    if (expires <= now) return refuse('signalExpired')
    if (expires > now + limits.signalLifeMs + limits.skewMs) return refuse('signalTooLong')
    const target = this.#connectionOf(formatHex(request.to))
    if (target === undefined) return this.#absent(connection, request.to, 'signal')
    if (target.isCongested) return refuse('busy')
    const digest = formatHex(this.#crypto.sha256(request.to, bytes).subarray(0, rememberedBytes))
    if (this.#signals.has(digest)) return refuse('signalReplayed')
    // A bound on memory goes before a bound on replays: the target keeps a replay cache of its own.
    if (this.#signals.size >= limits.signalsRemembered) this.#signals.delete(firstKey(this.#signals))
    this.#signals.set(digest, expires)
    this.#outbox.report('signalled')
    this.#outbox.answer(target.socket, { type: 'signal', from: connection.session, bytes })
  }

  direct(connection: Connection, request: Request & { type: 'direct' }): void {
    const { to, bytes } = request
    const refuse = (code: RelayCode): void => this.#outbox.refuse(connection.socket, code, 'direct', to)
    if (bytes.length === 0 || bytes.length > this.#limits.directBytes) return refuse('tooLarge')
    const target = this.#connectionOf(formatHex(to))
    if (target === undefined) return this.#absent(connection, to, 'direct')
    let together = false
    for (const topicKey of connection.topics.keys()) together ||= target.topics.has(topicKey)
    if (!together) return refuse('notTogether')
    if (target.isCongested) return refuse('busy')
    this.#outbox.report('directed')
    this.#outbox.answer(target.socket, { type: 'direct', from: connection.session, bytes })
  }

  /** Really asks the other socket: a half-open connection is in our tables but does not answer. */
  probe(connection: Connection, session: Uint8Array, now: Millis): void {
    const target = this.#connectionOf(formatHex(session))
    this.#outbox.report('probed')
    if (target === undefined) {
      return this.#outbox.answer(connection.socket, { type: 'alive', session, alive: false })
    }
    if (target.isCongested || this.#probes.size >= this.#limits.probesWaiting) {
      return this.#outbox.refuse(connection.socket, 'busy', 'probe', session)
    }
    const token = this.#nextProbe
    this.#nextProbe = (token % maxToken) + 1
    this.#probes.set(token, { asker: connection, target, deadline: now + this.#limits.probeWithinMs })
    this.#outbox.answer(target.socket, { type: 'probe', token })
  }

  /** The target's answer; from anybody else it means nothing. */
  here(connection: Connection, token: number): void {
    if (this.#probes.get(token)?.target === connection) this.#settle(token, true)
  }

  /** Nobody waits any longer for a connection that is gone, and it asks nothing any more. */
  forget(connection: Connection): void {
    for (const [token, probe] of this.#probes) {
      if (probe.asker === connection) this.#probes.delete(token)
      else if (probe.target === connection) this.#settle(token, false)
    }
  }

  expire(now: Millis): void {
    for (const [token, probe] of this.#probes) if (probe.deadline <= now) this.#settle(token, false)
    for (const [digest, expires] of this.#signals) {
      if (expires > now) break
      this.#signals.delete(digest)
    }
  }

  #settle(token: number, alive: boolean): void {
    const probe = this.#probes.get(token)
    if (probe === undefined) return
    this.#probes.delete(token)
    this.#outbox.answer(probe.asker.socket, { type: 'alive', session: probe.target.session, alive })
  }

  #absent(connection: Connection, to: Uint8Array, about: RequestKind): void {
    this.#outbox.report('absent')
    this.#outbox.answer(connection.socket, { type: 'absent', to, about })
  }
}

function firstKey(map: ReadonlyMap<string, Millis>): string {
  return map.keys().next().value ?? ''
}
