/**
 * A whole network in one process: machines, a relay, links between machines, and chance from one seed.
 *
 * Everything that happens is an event in one queue, in the order of its time; nothing else moves the clock. The network
 * delays, partitions, cuts and loses; what it does is decided by the seeded generator alone, so a seed repeats a run to
 * the last bit (`hash`).
 *
 * Transports and the relay's sockets are reliable and ordered, as data channels and WebSockets are: a lost packet costs
 * time (`lossRate` × a retransmission time-out), a partition breaks what crosses it. Frames of the relay may vanish
 * altogether with `relay.lossRate`, as a hostile or overloaded relay makes them.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Input } from '../engine/input.ts'
import type { Output } from '../engine/output.ts'
import type { Millis, Random } from '../machine.ts'
import { Carriers } from './carriers.ts'
import { EventHash } from './event-hash.ts'
import { EventQueue } from './event-queue.ts'
import { SimPeer } from './peer.ts'
import type { EngineLike } from './peer.ts'
import { createSeededRandom } from './random.ts'
import type { SeededRandom } from './random.ts'
import { SimRelay } from './sim-relay.ts'
import { relayPlace } from './world.ts'
import type { World } from './world.ts'

export interface NetworkOptions {
  readonly seed: number
  readonly createCrypto: (random: Random) => Crypto
  /** One-way delay of a pair is drawn once from this span and varies by a tenth. Default 10–50 ms. */
  readonly latencyMs?: readonly [number, number] | undefined
  /** Part of the frames that need one retransmission. Default 0. */
  readonly lossRate?: number | undefined
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

const retransmissionMs = 200
const storeMs = 3
const computeMs = 2

export class Network implements World {
  now: Millis
  readonly random: SeededRandom
  readonly peers: SimPeer[] = []
  readonly relay: SimRelay
  readonly #options: NetworkOptions
  readonly #crypto: Crypto
  readonly #carriers: Carriers
  readonly #queue = new EventQueue<() => void>()
  readonly #hash = new EventHash()
  readonly #factories: EngineFactory[] = []
  readonly #latency = new Map<number, number>()
  #group: (place: number) => number = () => 0
  #timerToken = 0

  constructor(options: NetworkOptions) {
    this.#options = options
    this.random = createSeededRandom(options.seed)
    this.#crypto = options.createCrypto(this.random.fork().bytes)
    this.now = options.startMs ?? 1_700_000_000_000
    this.#carriers = new Carriers(this, options.canLink ?? (() => true))
    this.relay = new SimRelay(this, this.#crypto)
    this.relay.start()
  }

  /** Fingerprint of everything that happened so far. */
  get hash(): string {
    return this.#hash.hex
  }

  // Machines.

  add(name: string, factory: EngineFactory, skewMs = 0): SimPeer {
    const peer = new SimPeer(this.peers.length, name, skewMs)
    this.peers.push(peer)
    this.#factories.push(factory)
    return peer
  }

  peer(index: number): SimPeer | undefined {
    return this.peers[index]
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
    this.#carriers.break((near) => near === peer.index)
    this.relay.close(peer.index)
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

  /** Every machine sleeps for `ms`: the clock jumps, then all of them wake. */
  sleep(ms: Millis): void {
    for (const peer of this.peers) this.freeze(peer)
    this.now += ms
    for (const peer of this.peers) this.wake(peer)
  }

  // The network between them.

  /** Machines reach each other, and the relay, only within their group. */
  partition(groupOf: (peer: number) => number, relayGroup = 0): void {
    this.#group = (place) => (place === relayPlace ? relayGroup : groupOf(place))
    this.#carriers.break((near, far) => far !== undefined && !this.connects(near, far))
    this.relay.drop((peer) => !this.connects(peer, relayPlace))
  }

  heal(): void {
    this.partition(() => 0)
  }

  /** Breaks every direct link between machines, at once and noticed at once. */
  cutDirect(): void {
    this.#carriers.break(() => true, true)
  }

  connects(a: number, b: number): boolean {
    return this.#group(a) === this.#group(b)
  }

  delay(a: number, b: number): Millis {
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

  // Time.

  schedule(at: Millis, happen: () => void): void {
    this.#queue.push(Math.max(at, this.now), happen)
  }

  deliver(at: Millis, peerIndex: number, run: number, input: Input): void {
    this.schedule(at, () => {
      const peer = this.peers[peerIndex]
      if (peer !== undefined && peer.run === run) this.give(peer, input)
    })
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
      event.value()
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

  #carryOut(peer: SimPeer, output: Output): void {
    switch (output.type) {
      case 'timer':
        this.#setTimer(peer, output.name, output.at)
        break
      case 'cancelTimer':
        peer.timers.delete(output.name)
        break
      case 'store': {
        const { run } = peer
        this.schedule(this.now + storeMs, () => {
          if (peer.run !== run) return
          peer.store.apply(output.changes)
          this.give(peer, { type: 'stored', request: output.request, ok: true })
        })
        break
      }
      case 'load':
        this.#later(peer, storeMs, { type: 'loaded', request: output.request, ...peer.store.read(output.range) })
        break
      case 'compute': {
        const { checks } = output.job
        const valid = checks.map((check) => this.#crypto.verify(check.publicKey, check.message, check.signature))
        this.#later(peer, computeMs, { type: 'computed', request: output.request, result: { type: 'verify', valid } })
        break
      }
      case 'relayConnect':
        this.relay.connect(peer)
        break
      case 'relayClose':
        this.relay.close(peer.index)
        break
      case 'relaySend':
        this.relay.send(peer, output.bytes)
        break
      case 'dial':
        this.#carriers.dial(peer, output.transport, output.offerer)
        break
      case 'signal':
        this.#carriers.signal(peer, output.transport, output.bytes)
        break
      case 'dialAddress':
        this.#carriers.dialAddress(peer, output.transport, output.address.port)
        break
      case 'transmit':
        this.#carriers.transmit(peer, output.transport, output.bytes)
        break
      case 'hangUp':
        this.#carriers.hangUp(peer, output.transport)
        break
      case 'event':
        peer.observe(output.event, this.#options.keepEvents ?? false)
        break
    }
  }

  #setTimer(peer: SimPeer, name: string, at: Millis): void {
    const token = ++this.#timerToken
    const { run } = peer
    peer.timers.set(name, token)
    this.schedule(at - peer.skewMs, () => {
      if (peer.run !== run || peer.timers.get(name) !== token) return
      peer.timers.delete(name)
      this.give(peer, { type: 'timerFired', name })
    })
  }

  #later(peer: SimPeer, delayMs: number, input: Input): void {
    this.deliver(this.now + delayMs, peer.index, peer.run, input)
  }
}
