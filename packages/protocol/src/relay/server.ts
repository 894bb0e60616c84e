/**
 * The relay's half of the relay protocol, as a pure machine: sockets are numbers, time is an argument.
 *
 * It keeps nothing but who is connected: connections and their proved sessions (here), the topics they are in
 * (`topics.ts`), signals and probes of the last minute (`calls.ts`). It judges sizes, proofs and rates, never what is
 * inside an announcement, signal, direct frame or entry. Rules and codes: docs/spec/relay.md.
 */
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type Millis, unreachable } from '../machine.ts'
import { encodeAnswer } from './answer.ts'
import { Calls } from './calls.ts'
import { Connection } from './connection.ts'
import { relayLimits, type RelayLimits } from './limits.ts'
import { Outbox, type RelayServerOutput } from './outbox.ts'
import { decodeRequest, type Request, type RequestKind } from './request.ts'
import { Topics } from './topics.ts'
import { keyBytes, type RelayCode, sessionTranscript, welcomeTranscript } from './wire.ts'

export type { RelayReport, RelayServerOutput } from './outbox.ts'

export interface RelayServerOptions {
  readonly crypto: Crypto
  readonly relay: KeyPair
  readonly limits?: RelayLimits | undefined
  /**
   * What clients may call this relay (`relayHost` of its public origins). Empty: whatever name the socket was opened
   * with, which is right unless a proxy in front changes the name.
   */
  readonly hosts?: readonly string[] | undefined
}

export type RelayServerInput =
  /** `connection` is the host's number for the socket, `host` the name the client opened it with. */
  | { readonly type: 'connected'; readonly connection: number; readonly host: string }
  | { readonly type: 'frame'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'closed'; readonly connection: number }
  /** More than `congestedBytes` wait for this socket / no longer. */
  | { readonly type: 'congested'; readonly connection: number; readonly congested: boolean }
  | { readonly type: 'timerFired'; readonly name: string }

const sweepTimer = 'relay/sweep'
const sweepMs: Millis = 1_000

/** Who goes on sending although held is not waiting for us to read: nobody needs 10 s of debt. */
const floodMs: Millis = 10_000

/** In frames: what a request costs that makes us verify a signature. */
const proofCost = 20

export class RelayServer {
  readonly #crypto: Crypto
  readonly #relay: KeyPair
  readonly #limits: RelayLimits
  readonly #hosts: ReadonlySet<string>
  readonly #outbox = new Outbox()
  readonly #topics: Topics
  readonly #calls: Calls
  readonly #connections = new Map<number, Connection>()
  readonly #unproved = new Set<Connection>()
  readonly #bySession = new Map<string, Connection>()
  #sweeping = false

  constructor(options: RelayServerOptions) {
    this.#crypto = options.crypto
    this.#relay = options.relay
    this.#limits = options.limits ?? relayLimits
    this.#hosts = new Set(options.hosts)
    this.#topics = new Topics(options.crypto, options.relay, this.#limits, this.#outbox)
    this.#calls = new Calls(options.crypto, this.#limits, this.#outbox, this.#connectionOf)
  }

  /** How much is held, for gauges and for tests that nothing grows. */
  get counts(): Readonly<Record<'connections' | 'sessions' | 'topics' | 'signals' | 'probes', number>> {
    return {
      connections: this.#connections.size,
      sessions: this.#bySession.size,
      topics: this.#topics.size,
      signals: this.#calls.signals,
      probes: this.#calls.probes,
    }
  }

  handle(input: RelayServerInput, now: Millis): readonly RelayServerOutput[] {
    switch (input.type) {
      case 'connected':
        this.#connected(input.connection, input.host, now)
        break
      case 'frame': {
        const connection = this.#connections.get(input.connection)
        if (connection !== undefined) this.#frame(connection, input.bytes, now)
        break
      }
      case 'closed': {
        const connection = this.#connections.get(input.connection)
        if (connection !== undefined) this.#forget(connection)
        break
      }
      case 'congested': {
        const connection = this.#connections.get(input.connection)
        if (connection !== undefined) connection.isCongested = input.congested
        break
      }
      case 'timerFired':
        if (input.name === sweepTimer) this.#sweep(now)
        break
      default:
        unreachable(input)
    }
    return this.#outbox.take()
  }

  #connectionOf = (sessionKey: string): Connection | undefined => this.#bySession.get(sessionKey)

  #connected(socket: number, host: string, now: Millis): void {
    const limits = this.#limits
    if (this.#connections.size >= limits.connections) return this.#outbox.end(socket, 'relayFull', 'none')
    const names = { nonce: this.#crypto.random(keyBytes), id: this.#crypto.random(keyBytes) }
    const connection = new Connection(socket, host, names, limits, now)
    connection.hello = encodeAnswer({
      type: 'hello',
      relayKey: this.#relay.publicKey,
      nonce: names.nonce,
      connection: names.id,
      time: now,
      frameBytes: limits.frameBytes,
      entryBytes: limits.entryBytes,
      signalBytes: limits.signalBytes,
      directBytes: limits.directBytes,
      topics: limits.topicsPerConnection,
      peersTold: limits.peersTold,
    })
    this.#connections.set(socket, connection)
    this.#unproved.add(connection)
    this.#outbox.report('connected')
    this.#outbox.tell([socket], connection.hello)
    if (!this.#sweeping) this.#armSweep(now)
  }

  #frame(connection: Connection, bytes: Uint8Array, now: Millis): void {
    if (bytes.length > this.#limits.frameBytes) return this.#end(connection, 'tooLarge')
    const request = decodeRequest(bytes)
    if (request === undefined) return this.#end(connection, 'malformed')
    const cost = request.type === 'authenticate' || request.type === 'enter' ? proofCost : 1
    const wait = Math.max(connection.frames.spend(cost, now), connection.bytes.spend(bytes.length, now))
    if (wait > floodMs) return this.#end(connection, 'flooding', request.type)
    if (wait > 0) this.#outbox.hold(connection.socket, now + wait)
    const isProved = connection.hello === undefined
    if ((request.type === 'authenticate') === isProved) return this.#end(connection, 'outOfTurn', request.type)
    this.#carryOut(connection, request, bytes, now)
  }

  #carryOut(connection: Connection, request: Request, bytes: Uint8Array, now: Millis): void {
    switch (request.type) {
      case 'authenticate':
        return this.#authenticate(connection, request, bytes, now)
      case 'ping':
        return this.#outbox.answer(connection.socket, { type: 'pong', token: request.token, time: now })
      case 'enter':
        return this.#topics.enter(connection, request, now)
      case 'leave':
        return this.#topics.leave(connection, formatHex(request.topic))
      case 'publish':
        return this.#topics.publish(connection, request, now)
      case 'signal':
        return this.#calls.signal(connection, request, now)
      case 'direct':
        return this.#calls.direct(connection, request)
      case 'probe':
        return this.#calls.probe(connection, request.to, now)
      case 'here':
        return this.#calls.here(connection, request.token)
      default:
        return unreachable(request)
    }
  }

  #authenticate(
    connection: Connection,
    request: Request & { type: 'authenticate' },
    bytes: Uint8Array,
    now: Millis,
  ): void {
    const { session, nonce, signature, host } = request
    const hello = connection.hello as Uint8Array
    const isOurName = this.#hosts.size > 0 ? this.#hosts.has(host) : host === connection.host
    if (!isOurName) return this.#end(connection, 'wrongHost', 'authenticate')
    if (!this.#crypto.verify(session, sessionTranscript(hello, session, nonce, host), signature)) {
      return this.#end(connection, 'badProof', 'authenticate')
    }
    const sessionKey = formatHex(session)
    // The newer socket wins: after a sleep the older one is half-open, and only its owner can have made this proof.
    const older = this.#bySession.get(sessionKey)
    if (older !== undefined) this.#end(older, 'replaced')
    connection.hello = undefined
    connection.host = host
    connection.session = concatBytes(session)
    connection.sessionKey = sessionKey
    this.#unproved.delete(connection)
    this.#bySession.set(sessionKey, connection)
    this.#outbox.report('authenticated')
    const proof = this.#crypto.sign(this.#relay.secretKey, welcomeTranscript(hello, bytes, timeBytes(now)))
    this.#outbox.answer(connection.socket, { type: 'welcome', time: now, signature: proof })
  }

  #sweep(now: Millis): void {
    for (const connection of this.#unproved) if (connection.deadline <= now) this.#end(connection, 'tooSlow')
    this.#topics.expire(this.#connectionOf, now)
    this.#calls.expire(now)
    this.#sweeping = false
    if (this.#connections.size > 0 || this.#calls.signals > 0) this.#armSweep(now)
  }

  #armSweep(now: Millis): void {
    this.#sweeping = true
    this.#outbox.timer(sweepTimer, now + sweepMs)
  }

  #end(connection: Connection, code: RelayCode, about: RequestKind = 'none'): void {
    this.#outbox.end(connection.socket, code, about)
    this.#forget(connection)
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection.socket)
    this.#unproved.delete(connection)
    if (this.#bySession.get(connection.sessionKey) === connection) this.#bySession.delete(connection.sessionKey)
    this.#topics.leaveAll(connection)
    this.#calls.forget(connection)
  }
}

function timeBytes(now: Millis): Uint8Array {
  return new Writer(6).u48(now).finish()
}
