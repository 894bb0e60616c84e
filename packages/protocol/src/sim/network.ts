/**
 * A whole network in one process: machines, a relay, links between machines, and chance from one seed.
 *
 * Everything that happens is an event in one queue, in the order of its time; nothing else moves the clock. The network
 * delays, partitions, cuts and loses; what it does is decided by the seeded generator alone, so a seed repeats a run to
 * the last bit (`hash`).
 *
 * Transports and the relay's sockets are reliable and ordered, as data channels and WebSockets are: a lost packet costs
 * time (`lossRate` × a retransmission time-out), a partition breaks what crosses it after `breakMs`. Frames of the relay
 * may vanish altogether with `relayLossRate`, as a hostile or overloaded relay makes them.
 */
import { formatUtf8, parseUtf8 } from '../codec/utf8.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Input } from '../engine/input.ts'
import type { Output } from '../engine/output.ts'
import type { Millis, Random } from '../machine.ts'
import { RelayServer } from '../relay/server.ts'
import type { RelayServerOutput } from '../relay/server.ts'
import { EventHash } from './event-hash.ts'
import { EventQueue } from './event-queue.ts'
import { SimPeer } from './peer.ts'
import type { EngineLike } from './peer.ts'
import { createSeededRandom } from './random.ts'
import type { SeededRandom } from './random.ts'

export interface NetworkOptions {
  readonly seed: number
  readonly createCrypto: (random: Random) => Crypto
  /** One-way delay of a pair is drawn once from this span and varies by a tenth. Default 10–50 ms. */
  readonly latencyMs?: readonly [number, number] | undefined
  /** Part of the frames that need one retransmission. Default 0. */
  readonly lossRate?: number | undefined
  /** Part of the relay's frames that vanish. Default 0. */
  readonly relayLossRate?: number | undefined
  /** Can this pair link directly? Default: every pair can. */
  readonly canLink?: ((a: number, b: number) => boolean) | undefined
  /** Keep events of every peer for inspection. Default false. */
  readonly keepEvents?: boolean | undefined
  /** Where the clock starts. */
  readonly startMs?: Millis | undefined
}

/** Makes the program of a machine; called at each start. */
export type EngineFactory = (options: {
  readonly crypto: Crypto
  readonly peer: SimPeer
  readonly now: Millis
}) => EngineLike

/** Bytes a hostile relay is about to deliver; it may alter, drop (none) or repeat (several) them. */
export type RelayMeddler = (towards: number, bytes: Uint8Array, random: SeededRandom) => readonly Uint8Array[]

type Happening =
  | { readonly type: 'input'; readonly peer: number; readonly run: number; readonly input: Input }
  | {
      readonly type: 'timer'
      readonly peer: number
      readonly run: number
      readonly name: string
      readonly token: number
    }
  | { readonly type: 'toRelay'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'relayTimer'; readonly name: string; readonly run: number }
  | { readonly type: 'call'; readonly run: () => void }

interface Half {
  readonly peer: number
  readonly run: number
  readonly name: string
  readonly binding: Uint8Array
  other: Half | undefined
  up: boolean
  closed: boolean
  /** Frames arrive in order: none before this. */
  arriveAt: Millis
}

interface RelayConnection {
  readonly peer: number
  readonly run: number
  arriveAt: Millis
  leaveAt: Millis
}

const retransmissionMs = 200
const breakMs = 4_000
const storeMs = 3
const computeMs = 2
const host = 'relay.example'

export class Network {
  now: Millis
  readonly peers: SimPeer[] = []
  readonly random: SeededRandom
  readonly #options: NetworkOptions
  readonly #crypto: Crypto
  readonly #queue = new EventQueue<Happening>()
  readonly #hash = new EventHash()
  readonly #factories: EngineFactory[] = []
  readonly #latency = new Map<number, number>()
  readonly #halves = new Map<string, Half>()
  readonly #relayKey: KeyPair
  #relay: RelayServer | undefined
  #relayRun = 0
  #nextConnection = 1
  readonly #relayConnections = new Map<number, RelayConnection>()
  readonly #connectionOf = new Map<number, number>()
  #group: (peer: number) => number = () => 0
  #relayGroup = 0
  #timerToken = 0
  /** What the relay's clock is ahead of everybody's. */
  relaySkewMs = 0
  /** Part of the relay's frames that vanish. */
  relayLossRate: number
  /** Set to make the relay hostile. */
  meddle: RelayMeddler | undefined
  /** Frames between engines (not the relay's), for figures. */
  framesSent = 0
  bytesSent = 0

  constructor(options: NetworkOptions) {
    this.#options = options
    this.random = createSeededRandom(options.seed)
    this.#crypto = options.createCrypto(this.random.fork().bytes)
    this.#relayKey = this.#crypto.signKeyPair(this.#crypto.random(32))
    this.relayLossRate = options.relayLossRate ?? 0
    this.now = options.startMs ?? 1_700_000_000_000
    this.startRelay()
  }

  /** Fingerprint of everything that happened so far. */
  get hash(): string {
    return this.#hash.hex
  }

  add(name: string, factory: EngineFactory, skewMs = 0): SimPeer {
    const peer = new SimPeer(this.peers.length, name, skewMs)
    this.peers.push(peer)
    this.#factories.push(factory)
    return peer
  }

  start(peer: SimPeer): void {
    const factory = this.#factories[peer.index]
    if (peer.engine !== undefined || factory === undefined) return
    peer.run++
    peer.shown.clear()
    peer.sync = undefined
    const crypto = this.#options.createCrypto(this.random.fork().bytes)
    peer.engine = factory({ crypto, peer, now: this.now + peer.skewMs })
    this.give(peer, { type: 'start' })
  }

  /** The program is gone without a word; what was not yet durable is lost. */
  crash(peer: SimPeer): void {
    if (peer.engine === undefined) return
    peer.engine = undefined
    peer.frozen = false
    peer.held.length = 0
    peer.timers.clear()
    for (const half of [...this.#halves.values()]) if (half.peer === peer.index) this.#cut(half, breakMs)
    this.#dropRelay(peer.index)
  }

  freeze(peer: SimPeer): void {
    peer.frozen = true
  }

  wake(peer: SimPeer): void {
    peer.frozen = false
    const held = peer.held.splice(0)
    this.give(peer, { type: 'woke' })
    for (const input of held) this.give(peer, input)
  }

  /** Machines reach each other, and the relay, only within their group. */
  partition(group: (peer: number) => number, relayGroup = 0): void {
    this.#group = group
    this.#relayGroup = relayGroup
    for (const half of [...this.#halves.values()]) {
      if (half.other !== undefined && group(half.peer) !== group(half.other.peer)) this.#cut(half, breakMs)
    }
    for (const { peer } of [...this.#relayConnections.values()]) if (group(peer) !== relayGroup) this.#dropRelay(peer)
  }

  heal(): void {
    this.partition(() => 0)
  }

  /** Breaks every direct link between machines, at once and noticed at once. */
  cutDirect(): void {
    for (const half of [...this.#halves.values()]) this.#cut(half, 0)
  }

  killRelay(): void {
    this.#relay = undefined
    this.#relayRun++
    for (const { peer } of [...this.#relayConnections.values()]) this.#dropRelay(peer)
  }

  startRelay(): void {
    if (this.#relay !== undefined) return
    this.#relay = new RelayServer({ crypto: this.#crypto, relay: this.#relayKey })
    this.#relayRun++
  }

  get relayIsUp(): boolean {
    return this.#relay !== undefined
  }

  /** Every machine sleeps for `ms`: the clock jumps, then all of them wake. */
  sleep(ms: Millis): void {
    for (const peer of this.peers) this.freeze(peer)
    const wakeAt = this.now + ms
    this.now = wakeAt
    for (const peer of this.peers) this.wake(peer)
  }

  /** Calls `run` when the clock says `at`. */
  at(at: Millis, run: () => void): void {
    this.#queue.push(Math.max(at, this.now), { type: 'call', run })
  }

  /** Everything due until `now + ms` happens. */
  runFor(ms: Millis): void {
    const until = this.now + ms
    for (;;) {
      const next = this.#queue.nextAt
      if (next === undefined || next > until) break
      const event = this.#queue.pop()
      if (event === undefined) break
      this.now = Math.max(this.now, event.at)
      this.#happen(event.value)
    }
    this.now = until
  }

  /** Runs until `condition`, asking every `stepMs`; false when it does not come true within `limitMs`. */
  runUntil(condition: () => boolean, limitMs: Millis, stepMs: Millis = 250): boolean {
    const limit = this.now + limitMs
    while (this.now < limit) {
      if (condition()) return true
      this.runFor(stepMs)
    }
    return condition()
  }

  /** Hands an input to a machine's program now. */
  give(peer: SimPeer, input: Input): void {
    if (peer.engine === undefined) return
    if (peer.frozen) {
      peer.held.push(input)
      return
    }
    this.#hash.add(this.now)
    this.#hash.add(peer.index)
    this.#hash.addText(input.type)
    if ('bytes' in input) this.#hash.addBytes(input.bytes)
    const outputs = peer.engine.handle(input, this.now + peer.skewMs)
    for (const output of outputs) this.#carryOut(peer, output)
  }

  #happen(happening: Happening): void {
    switch (happening.type) {
      case 'call':
        happening.run()
        break
      case 'input': {
        const peer = this.peers[happening.peer]
        if (peer !== undefined && peer.run === happening.run) this.give(peer, happening.input)
        break
      }
      case 'timer': {
        const peer = this.peers[happening.peer]
        if (peer === undefined || peer.run !== happening.run) break
        if (peer.timers.get(happening.name) !== happening.token) break
        peer.timers.delete(happening.name)
        this.give(peer, { type: 'timerFired', name: happening.name })
        break
      }
      case 'toRelay':
        if (this.#relayConnections.has(happening.connection)) {
          this.#relayDoes({ type: 'frame', connection: happening.connection, bytes: happening.bytes })
        }
        break
      case 'relayTimer':
        if (happening.run === this.#relayRun) this.#relayDoes({ type: 'timerFired', name: happening.name })
        break
    }
  }

  #later(peer: SimPeer, delayMs: number, input: Input): void {
    this.#queue.push(this.now + delayMs, { type: 'input', peer: peer.index, run: peer.run, input })
  }

  #carryOut(peer: SimPeer, output: Output): void {
    switch (output.type) {
      case 'timer': {
        const token = ++this.#timerToken
        peer.timers.set(output.name, token)
        const at = Math.max(this.now, output.at - peer.skewMs)
        this.#queue.push(at, { type: 'timer', peer: peer.index, run: peer.run, name: output.name, token })
        break
      }
      case 'cancelTimer':
        peer.timers.delete(output.name)
        break
      case 'store': {
        const { run } = peer
        this.#queue.push(this.now + storeMs, {
          type: 'call',
          run: () => {
            if (peer.run !== run) return
            peer.store.apply(output.changes)
            this.give(peer, { type: 'stored', request: output.request, ok: true })
          },
        })
        break
      }
      case 'load':
        this.#later(peer, storeMs, { type: 'loaded', request: output.request, ...peer.store.read(output.range) })
        break
      case 'compute': {
        const valid = output.job.checks.map((check) =>
          this.#crypto.verify(check.publicKey, check.message, check.signature),
        )
        this.#later(peer, computeMs, { type: 'computed', request: output.request, result: { type: 'verify', valid } })
        break
      }
      case 'relayConnect':
        this.#connectRelay(peer)
        break
      case 'relayClose':
        this.#dropRelay(peer.index)
        break
      case 'relaySend':
        this.#sendToRelay(peer, output.bytes)
        break
      case 'dial':
        this.#dial(peer, output.transport, output.offerer)
        break
      case 'signal':
        this.#signal(peer, output.transport, output.bytes)
        break
      case 'dialAddress':
        this.#dialAddress(peer, output.transport, output.address.port)
        break
      case 'transmit':
        this.#transmit(peer, output.transport, output.bytes)
        break
      case 'hangUp': {
        const half = this.#halves.get(halfKey(peer.index, peer.run, output.transport))
        if (half !== undefined) this.#cut(half, this.#delay(half.peer, half.other?.peer ?? half.peer))
        break
      }
      case 'event':
        peer.observe(output.event, this.#options.keepEvents ?? false)
        break
    }
  }

  #delay(a: number, b: number): number {
    const [low, high] = this.#options.latencyMs ?? [10, 50]
    const pair = Math.min(a, b) * 1_000_003 + Math.max(a, b)
    let base = this.#latency.get(pair)
    if (base === undefined) {
      base = low + (high - low) * this.random.next()
      this.#latency.set(pair, base)
    }
    const retransmission = this.random.chance(this.#options.lossRate ?? 0) ? retransmissionMs : 0
    return Math.max(1, Math.round(base * (0.9 + 0.2 * this.random.next()) + retransmission))
  }

  // The relay.

  #connectRelay(peer: SimPeer): void {
    this.#dropRelay(peer.index)
    const delay = this.#delay(peer.index, -1)
    if (this.#relay === undefined || this.#group(peer.index) !== this.#relayGroup) {
      this.#later(peer, delay, { type: 'relayDown' })
      return
    }
    const connection = this.#nextConnection++
    this.#relayConnections.set(connection, { peer: peer.index, run: peer.run, arriveAt: 0, leaveAt: 0 })
    this.#connectionOf.set(peer.index, connection)
    this.#later(peer, delay, { type: 'relayUp' })
    this.#queue.push(this.now + delay, {
      type: 'call',
      run: () => {
        if (this.#relayConnections.has(connection)) this.#relayDoes({ type: 'connected', connection, host })
      },
    })
  }

  #sendToRelay(peer: SimPeer, bytes: Uint8Array): void {
    const connection = this.#connectionOf.get(peer.index)
    const state = connection === undefined ? undefined : this.#relayConnections.get(connection)
    if (connection === undefined || state === undefined || state.run !== peer.run) return
    if (this.random.chance(this.relayLossRate)) return
    state.leaveAt = Math.max(state.leaveAt, this.now + this.#delay(peer.index, -1))
    this.#queue.push(state.leaveAt, { type: 'toRelay', connection, bytes })
  }

  #dropRelay(peerIndex: number): void {
    const connection = this.#connectionOf.get(peerIndex)
    if (connection === undefined) return
    const state = this.#relayConnections.get(connection)
    this.#connectionOf.delete(peerIndex)
    this.#relayConnections.delete(connection)
    const peer = this.peers[peerIndex]
    if (peer !== undefined && state !== undefined && peer.run === state.run) this.#later(peer, 1, { type: 'relayDown' })
    if (this.#relay !== undefined) this.#relayDoes({ type: 'closed', connection })
  }

  #relayDoes(input: Parameters<RelayServer['handle']>[0]): void {
    if (this.#relay === undefined) return
    for (const output of this.#relay.handle(input, this.now + this.relaySkewMs)) this.#carryOutRelay(output)
  }

  #carryOutRelay(output: RelayServerOutput): void {
    switch (output.type) {
      case 'send':
        for (const connection of output.connections) this.#sendFromRelay(connection, output.bytes)
        break
      case 'close': {
        const state = this.#relayConnections.get(output.connection)
        if (state !== undefined) this.#dropRelay(state.peer)
        break
      }
      case 'timer':
        this.#queue.push(Math.max(this.now, output.at - this.relaySkewMs), {
          type: 'relayTimer',
          name: output.name,
          run: this.#relayRun,
        })
        break
      // Nobody here sends so much that it would have to wait.
      case 'hold':
      case 'report':
        break
    }
  }

  #sendFromRelay(connection: number, bytes: Uint8Array): void {
    const state = this.#relayConnections.get(connection)
    const peer = state === undefined ? undefined : this.peers[state.peer]
    if (state === undefined || peer === undefined) return
    if (this.random.chance(this.relayLossRate)) return
    for (const delivered of this.meddle?.(peer.index, bytes, this.random) ?? [bytes]) {
      state.arriveAt = Math.max(state.arriveAt, this.now + this.#delay(peer.index, -1))
      const input: Input = { type: 'relayFrame', bytes: delivered }
      this.#queue.push(state.arriveAt, { type: 'input', peer: peer.index, run: state.run, input })
    }
  }

  // Transports between machines.

  #dial(peer: SimPeer, name: string, offerer: boolean): void {
    const half = this.#newHalf(peer, name)
    if (!offerer) return
    const bytes = formatUtf8(`offer ${half.peer} ${half.run} ${half.name}`)
    this.#later(peer, 5, { type: 'signalMade', transport: name, bytes })
  }

  #newHalf(peer: SimPeer, name: string): Half {
    const half: Half = {
      peer: peer.index,
      run: peer.run,
      name,
      binding: this.random.bytes(32),
      other: undefined,
      up: false,
      closed: false,
      arriveAt: 0,
    }
    this.#halves.set(halfKey(peer.index, peer.run, name), half)
    return half
  }

  #signal(peer: SimPeer, name: string, bytes: Uint8Array): void {
    const half = this.#halves.get(halfKey(peer.index, peer.run, name))
    const [kind, index, run, otherName] = (parseUtf8(bytes) ?? '').split(' ')
    const other = this.#halves.get(halfKey(Number(index), Number(run), otherName ?? ''))
    if (half === undefined || other === undefined) return
    if (kind === 'offer') {
      half.other = other
      const answer = formatUtf8(`answer ${half.peer} ${half.run} ${half.name}`)
      this.#later(peer, 5, { type: 'signalMade', transport: name, bytes: answer })
      return
    }
    half.other = other
    const can = this.#options.canLink?.(half.peer, other.peer) ?? true
    if (can && this.#group(half.peer) === this.#group(other.peer)) this.#join(half, other, undefined)
  }

  #dialAddress(peer: SimPeer, name: string, port: number): void {
    const target = this.peers[port]
    const can = target !== undefined && (this.#options.canLink?.(peer.index, target.index) ?? true)
    if (target?.engine === undefined || !can || this.#group(peer.index) !== this.#group(target.index)) {
      this.#later(peer, 5, { type: 'transportDown', transport: name })
      return
    }
    const half = this.#newHalf(peer, name)
    const other = this.#newHalf(target, `in-${name}`)
    half.other = other
    other.other = half
    this.#join(half, other, half)
  }

  #join(half: Half, other: Half, initiator: Half | undefined): void {
    const delay = this.#delay(half.peer, other.peer) * 2
    for (const [one, far] of [
      [half, other],
      [other, half],
    ] as const) {
      one.arriveAt = this.now + delay
      this.#queue.push(one.arriveAt, {
        type: 'call',
        run: () => {
          const peer = this.peers[one.peer]
          if (one.closed || peer === undefined || peer.run !== one.run) return
          one.up = true
          this.give(peer, {
            type: 'transportUp',
            transport: one.name,
            kind: initiator === undefined ? 'dtls' : 'socket',
            local: one.binding,
            remote: far.binding,
            initiator: initiator === undefined ? undefined : initiator === one,
          })
        },
      })
    }
  }

  #transmit(peer: SimPeer, name: string, bytes: Uint8Array): void {
    const half = this.#halves.get(halfKey(peer.index, peer.run, name))
    const other = half?.other
    if (half?.up !== true || other === undefined || other.closed) return
    if (this.#group(half.peer) !== this.#group(other.peer)) return
    this.framesSent++
    this.bytesSent += bytes.length
    other.arriveAt = Math.max(other.arriveAt, this.now + this.#delay(half.peer, other.peer))
    const input: Input = { type: 'transportFrame', transport: other.name, bytes }
    this.#queue.push(other.arriveAt, { type: 'input', peer: other.peer, run: other.run, input })
  }

  #cut(half: Half, delayMs: number): void {
    for (const end of [half, half.other]) {
      if (end === undefined || end.closed) continue
      end.closed = true
      this.#halves.delete(halfKey(end.peer, end.run, end.name))
      const input: Input = { type: 'transportDown', transport: end.name }
      // Not before the frames that are still on their way.
      const at = Math.max(end.arriveAt, this.now + (end === half ? 1 : Math.max(1, delayMs)))
      this.#queue.push(at, { type: 'input', peer: end.peer, run: end.run, input })
    }
  }
}

function halfKey(peer: number, run: number, name: string): string {
  return `${peer} ${run} ${name}`
}
