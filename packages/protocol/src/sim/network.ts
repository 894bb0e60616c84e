/**
 * A whole network in one process: machines, a relay, links between machines, and chance from one seed.
 *
 * Everything that happens is an event of the wheel (`event-wheel.ts`), in the order of its time; nothing else moves the clock. The network
 * delays, partitions, cuts and loses; what it does is decided by the seed alone, so a seed repeats a run to the last bit
 * (`hash`). The hash is made of one per machine, each of what happened there in its order.
 *
 * Transports and the relay's sockets are reliable and ordered, as data channels and WebSockets are: a lost packet costs
 * time (`lossRate` × a retransmission time-out), a partition breaks what crosses it. Frames of the relay may vanish
 * altogether with `relay.lossRate`, as a hostile or overloaded relay makes them.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Input } from '../engine/input.ts'
import type { EngineEvent, Output } from '../engine/output.ts'
import type { Millis, Random } from '../machine.ts'
import { Carriers } from './carriers.ts'
import { mix } from './chance.ts'
import { EventHash } from './event-hash.ts'
import { EventWheel } from './event-wheel.ts'
import type { EventSink } from './event-wheel.ts'
import { distanceOf } from './latency.ts'
import { Outputs } from './outputs.ts'
import { SimPeer } from './peer.ts'
import type { EngineLike, Timer } from './peer.ts'
import type { EventReader } from './mailbox.ts'
import { createSeededRandom } from './random.ts'
import type { SeededRandom } from './random.ts'
import { SimRelay } from './sim-relay.ts'
import { Timers } from './timers.ts'
import { events, nobody, relayPlace } from './world.ts'
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
  /** Bits per second of every machine's line. Default: no limit. */
  readonly bandwidth?: { readonly up: number; readonly down: number } | undefined
  /** What a crash or a partition breaks is noticed at the far end after this. Default 4 s. */
  readonly breakMs?: Millis | undefined
  /** Keep events of every peer for inspection. Default false. */
  readonly keepEvents?: boolean | undefined
  /** For thousands: told of every event instead of each machine keeping what it shows; and equal frames share their bytes. */
  readonly watch?: ((peer: SimPeer, event: EngineEvent, now: Millis) => void) | undefined
  /** The machines this part of a network simulates, and where events for the others go. Default: all. */
  readonly part?: NetworkPart | undefined
  /** Where the clock starts. */
  readonly startMs?: Millis | undefined
}

/** A network may be simulated in several parts, each on its own core, as long as none gets ahead of a frame's travel. */
export interface NetworkPart {
  /** Is this machine (or the relay, at its place) here? */
  readonly owns: (place: number) => boolean
  readonly away: EventReader
}

/** Makes the program of a machine; called at each start. */
export type EngineFactory = (options: {
  readonly crypto: Crypto
  readonly peer: SimPeer
  readonly now: Millis
}) => EngineLike

const retransmissionMs = 200
const defaultBreakMs = 4_000
/** What a kind of input counts as in the hash. */
const inputCodes: Readonly<Record<Input['type'], number>> = {
  start: 1,
  stop: 2,
  timerFired: 3,
  stored: 4,
  loaded: 5,
  computed: 6,
  relayUp: 7,
  relayDown: 8,
  relayFrame: 9,
  signalMade: 10,
  transportUp: 11,
  transportFrame: 12,
  transportFull: 13,
  transportDrained: 14,
  transportDown: 15,
  woke: 16,
  setVisible: 17,
  setName: 18,
  setTyping: 19,
  setAddresses: 20,
  post: 21,
  membership: 22,
  blobDone: 23,
  blobSealed: 24,
  blobFreed: 25,
  blobFetch: 26,
  blobPause: 27,
  blobCancel: 28,
  setSaving: 29,
  blobRoom: 30,
  whisper: 40,
  transportDoubted: 41,
}

export class Network implements World, EventSink {
  now: Millis
  readonly seed: number
  readonly random: SeededRandom
  readonly peers: SimPeer[] = []
  readonly relay: SimRelay
  readonly carriers: Carriers
  /** Inputs given to programs so far. */
  inputs = 0
  readonly #options: NetworkOptions
  readonly #startMs: Millis
  readonly #crypto: Crypto
  readonly #wheel = new EventWheel()
  readonly #timers = new Timers(this)
  readonly #outputs: Outputs
  readonly #factories: EngineFactory[] = []
  readonly #low: number
  readonly #span: number
  readonly #lossRate: number
  readonly #part: NetworkPart | undefined
  #group: ((place: number) => number) | undefined

  constructor(options: NetworkOptions) {
    this.#options = options
    this.seed = options.seed
    this.random = createSeededRandom(options.seed)
    this.#crypto = options.createCrypto(this.random.fork().bytes)
    this.#startMs = this.now = options.startMs ?? 1_700_000_000_000
    const [low, high] = options.latencyMs ?? [10, 50]
    this.#low = low
    this.#span = high - low
    this.#lossRate = options.lossRate ?? 0
    this.#part = options.part
    this.carriers = new Carriers(this, {
      canLink: options.canLink ?? (() => true),
      breakMs: options.breakMs ?? defaultBreakMs,
      bandwidth: options.bandwidth,
      shareFrames: options.watch !== undefined,
    })
    this.relay = new SimRelay(this, this.#crypto, this.random.fork())
    this.relay.start()
    this.#outputs = new Outputs({
      world: this,
      crypto: this.#crypto,
      carriers: this.carriers,
      relay: this.relay,
      timers: this.#timers,
      observe: (peer, event) => {
        if (options.watch === undefined) peer.observe(event, options.keepEvents ?? false)
        else options.watch(peer, event, this.now)
      },
    })
  }

  /** Fingerprint of everything that happened so far. */
  get hash(): string {
    const hash = new EventHash()
    for (const word of this.hashes()) hash.add(word)
    return hash.hex
  }

  /** The same machine by machine, two words each. */
  hashes(): Uint32Array {
    const words = new Uint32Array(this.peers.length * 2)
    this.peers.forEach((peer, index) => {
      words[index * 2] = peer.hashLow
      words[index * 2 + 1] = peer.hashHigh
    })
    return words
  }

  /** Events that are still to come. */
  get pending(): number {
    return this.#wheel.size
  }

  // Machines.

  add(name: string, factory: EngineFactory, skewMs = 0): SimPeer {
    const index = this.peers.length
    const peer = new SimPeer(index, name, skewMs, mix(this.seed, index, relayPlace) | 1)
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
    const random = createSeededRandom(mix(this.seed, peer.index, peer.run) * 0x10_0000 + peer.index)
    const crypto = this.#options.createCrypto(random.bytes)
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
    this.carriers.crash(peer)
    this.relay.hangUp(peer)
    peer.relaySocket = 0
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
    this.#wheel.jump(this.now - this.#startMs)
    for (const peer of this.peers) this.wake(peer)
  }

  // The network between them.

  /** Machines reach each other, and the relay, only within their group. */
  partition(groupOf: (peer: number) => number, relayGroup = 0): void {
    this.#group = (place) => (place === relayPlace ? relayGroup : groupOf(place))
    for (const peer of this.peers) {
      this.carriers.break(peer, (far) => !this.connects(peer.index, far), false)
      if (peer.relaySocket > 0 && !this.connects(peer.index, relayPlace)) {
        this.post(this.now + 1, events.relayDown, peer.index, peer.index, peer.relaySocket, 0, undefined)
      }
    }
    this.relay.drop((peer) => !this.connects(peer, relayPlace))
  }

  heal(): void {
    this.#group = undefined
  }

  /** Breaks every direct link between machines, at once and noticed at once. */
  cutDirect(): void {
    for (const peer of this.peers) this.carriers.break(peer, () => true, true)
  }

  connects(a: number, b: number): boolean {
    return this.#group === undefined || this.#group(a) === this.#group(b)
  }

  distance(a: number, b: number): number {
    return distanceOf(this.seed, this.#low, this.#span, a, b)
  }

  travel(distance: number, state: number): Millis {
    const lost = this.#lossRate > 0 && (mix(state, 1) >>> 0) / 0x1_0000_0000 < this.#lossRate ? retransmissionMs : 0
    return Math.max(1, Math.round(distance * (0.9 + 0.2 * (state / 0x1_0000_0000)) + lost))
  }

  // Time.

  post(at: Millis, kind: number, target: number, source: number, a: number, b: number, data: unknown): void {
    if (this.#part !== undefined && target !== nobody && !this.#part.owns(target)) {
      this.#part.away(at, kind, target, source, a, b, data)
      return
    }
    this.#wheel.push(at - this.#startMs, kind, target, source, a, b, data)
  }

  /** At `at`, or now if that is past. Calls of one millisecond come before what happens to machines. */
  schedule(at: Millis, happen: () => void): void {
    this.post(at, events.call, nobody, nobody, 0, 0, happen)
  }

  /** Everything due until `now + ms` happens. */
  runFor(ms: Millis): void {
    const until = this.now + ms
    this.#wheel.run(until - this.#startMs, this, this.#tick)
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

  happen(kind: number, target: number, source: number, a: number, b: number, data: unknown): void {
    if (kind === events.call) return (data as () => void)()
    if (target === relayPlace) return this.#atRelay(kind, source, a, data as Uint8Array)
    const peer = this.peers[target]
    if (peer === undefined) return
    switch (kind) {
      case events.frame:
      case events.frameIn:
        return this.carriers.arrived(peer, source, a, data as Uint8Array, kind === events.frameIn)
      case events.timer:
        return this.#timers.due(peer, data as Timer)
      case events.input:
        if (peer.run === a) this.give(peer, data as Input)
        return
      case events.connect:
        return this.carriers.connected(peer, source, a, b, data as string | undefined)
      case events.accept:
        return this.carriers.accepted(peer, source, a, b)
      case events.open:
        return this.carriers.opened(peer, a, b === 0 ? undefined : b === 1)
      case events.refuse:
      case events.down:
        return this.carriers.ended(peer, a)
      case events.sent:
        return this.carriers.sent(peer, a, b)
      default:
        if (peer.relaySocket === a) this.#fromRelay(peer, kind, data as Uint8Array)
    }
  }

  /** Hands an input to a machine's program now. */
  give(peer: SimPeer, input: Input): void {
    if (peer.engine === undefined) return
    if (peer.frozen) {
      peer.held.push(input)
      return
    }
    this.inputs++
    peer.noteWord((this.now - this.#startMs) * 32 + inputCodes[input.type])
    if ('bytes' in input) peer.noteBytes(input.bytes)
    const outputs = peer.engine.handle(input, this.now + peer.skewMs)
    for (let i = 0; i < outputs.length; i++) this.#outputs.carryOut(peer, outputs[i] as Output)
  }

  readonly #tick = (at: Millis): void => {
    this.now = this.#startMs + at
  }

  #atRelay(kind: number, peer: number, token: number, bytes: Uint8Array): void {
    if (kind === events.relayDial) this.relay.dialled(peer, token)
    else if (kind === events.relayFrame) this.relay.heard(peer, token, bytes)
    else this.relay.hungUp(peer, token)
  }

  #fromRelay(peer: SimPeer, kind: number, bytes: Uint8Array): void {
    if (kind === events.relaySays) return this.give(peer, { type: 'relayFrame', bytes })
    if (kind === events.relayUp) return this.give(peer, { type: 'relayUp' })
    peer.relaySocket = 0
    this.give(peer, { type: 'relayDown' })
  }
}
