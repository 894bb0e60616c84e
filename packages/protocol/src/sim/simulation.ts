/**
 * One scenario under way: machines with real engines on a simulated network, doing what the plan says, watched.
 *
 * `simulate.ts` runs it and works out the figures.
 */
import type { Address } from '../engine/input.ts'
import { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/options.ts'
import type { EngineEvent } from '../engine/output.ts'
import type { Millis, Random } from '../machine.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { openRoomKeys } from '../rooms/keys.ts'
import type { RoomKeys } from '../rooms/keys.ts'
import { mix } from './chance.ts'
import { createPersona } from './chaos.ts'
import type { LinkGraph } from './flood-bound.ts'
import { HostileEngine, lies } from './hostile.ts'
import type { Lie } from './hostile.ts'
import { FrameCache } from './frame-cache.ts'
import type { Mailbox } from './mailbox.ts'
import { latencyMs } from './latency.ts'
import { Network } from './network.ts'
import type { EngineLike, SimPeer } from './peer.ts'
import { linkable, planScenario, sideOf } from './plan.ts'
import type { Machine, Plan } from './plan.ts'
import { createSeededRandom } from './random.ts'
import { Recorder } from './recorder.ts'
import { SharedReadings } from './shared-readings.ts'
import type { Recorded } from './recorder.ts'
import type { Scenario } from './scenarios.ts'
import { createToyCrypto } from './toy-crypto.ts'
import { events, nobody } from './world.ts'

export interface SimulationOptions {
  readonly scenario: Scenario
  readonly peers: number
  readonly seed: number
  /** Default: the stand-in for thousands. */
  readonly createCrypto?: ((random: Random) => Crypto) | undefined
  /** Default: all of it. */
  readonly part?: Part | undefined
}

/** Which part of the machines is simulated here, of how many, and where events for the others are written. */
export interface Part {
  readonly index: number
  readonly count: number
  readonly outbox: (part: number) => Mailbox
}

/** What one part knows at the end, as it travels to where the figures are worked out. */
export interface Outcome {
  readonly recorded: Recorded
  readonly hashes: Uint32Array
  readonly graphs: ReadonlyMap<number, LinkGraph>
  readonly links: LinkGraph
  readonly inputs: number
  readonly frames: number
  readonly bytes: number
  readonly byTag: Float64Array
}

/** No frame travels faster: so far a part may be ahead of the others. */
export const windowMs: Millis = 9
/** A machine that vanished is found out by its neighbours themselves, not by their transports. */
const breakMs = 15_000
/** Of every so many messages the flood bound is worked out. */
const graphEvery = 10

export class Simulation {
  readonly plan: Plan
  readonly network: Network
  readonly recorder: Recorder
  /** By message: the links there were when it was posted. */
  readonly graphs: Map<number, LinkGraph> = new Map()
  readonly #options: SimulationOptions
  readonly #startMs: Millis
  readonly #secret: Uint8Array
  readonly #engines: (Engine | undefined)[] = []
  readonly #frames = new FrameCache()
  readonly #readings = new SharedReadings()
  #keys: RoomKeys | undefined

  constructor(options: SimulationOptions) {
    const { scenario, peers, seed } = options
    this.#options = options
    this.plan = planScenario(scenario, peers, seed)
    const createCrypto = options.createCrypto ?? createToyCrypto
    this.recorder = new Recorder(this.plan.machines.length, scenario.warmUpMs)
    this.network = new Network({
      seed,
      createCrypto,
      canLink: linkable(this.plan, scenario, seed),
      latencyMs,
      bandwidth: scenario.bandwidth,
      breakMs,
      watch: (peer, event, now) => this.#watch(peer, event, now),
      part: options.part && {
        owns: (place) => this.#owns(place),
        away: (at, kind, target, source, a, b, data) => {
          const to = options.part?.outbox(this.#partOf(target))
          to?.write(at, kind, target, source, a, b, data)
        },
      },
    })
    this.#startMs = this.network.now
    this.#secret = createSeededRandom(seed).fork().bytes(32)
    this.plan.machines.forEach((machine, index) => this.#add(machine, index))
    this.#schedule()
  }

  /** Simulated milliseconds since the start. */
  get at(): Millis {
    return this.network.now - this.#startMs
  }

  runTo(at: Millis): void {
    this.network.runFor(at - this.at)
  }

  /** Events of the machines here, written by another part. */
  receive(box: Mailbox): void {
    box.read(this.#frames, (at, kind, target, source, a, b, data) =>
      this.network.post(at, kind, target, source, a, b, data),
    )
  }

  outcome(): Outcome {
    const { lines, keyByTag, notices, fresh, copies } = this.recorder
    return {
      recorded: { lines, keyByTag, notices, fresh, copies },
      hashes: this.network.hashes(),
      graphs: this.graphs,
      links: this.graph(),
      inputs: this.network.inputs,
      frames: this.network.carriers.frames,
      bytes: this.network.carriers.bytes,
      byTag: this.network.carriers.byTag,
    }
  }

  engine(index: number): Engine | undefined {
    return this.network.peer(index)?.engine === undefined ? undefined : this.#engines[index]
  }

  /** Everybody alive hangs on a registry whose keeper, the root of the lowest tree it knows, is alive. */
  isRegistryKept(): boolean {
    const alive = new Set<string>()
    for (const peer of this.network.peers) {
      const session = this.engine(peer.index)?.session
      if (session !== undefined) alive.add(session)
    }
    return this.network.peers.every((peer) => {
      const map = this.engine(peer.index)?.map()
      if (map === undefined || map.mode === 'small') return true
      let keeper: string | undefined
      let lowest = Infinity
      for (const { root, slot } of map.trees) {
        if (slot === 'hot' || slot >= lowest) continue
        lowest = slot
        keeper = root
      }
      return keeper !== undefined && alive.has(keeper)
    })
  }

  /** The transports that are up, of the machines here. */
  graph(): LinkGraph {
    const { peers } = this.network
    const from = new Int32Array(peers.length + 1)
    const to: number[] = []
    peers.forEach((peer, index) => {
      from[index] = to.length
      for (const half of peer.transports.values()) if (half.up) to.push(half.far)
    })
    from[peers.length] = to.length
    return { from, to: Int32Array.from(to) }
  }

  #add(machine: Machine, index: number): void {
    this.network.add(`m${index}`, ({ crypto, now }) => this.#create(machine, index, crypto, now))
  }

  #create(machine: Machine, index: number, crypto: Crypto, now: Millis): EngineLike {
    const { kind, contact } = machine
    const options: EngineOptions = {
      crypto,
      secret: this.#secret,
      persona: createPersona(crypto, now),
      name: `peer ${index}`,
      platform: kind === 'hub' ? 'node' : 'browser',
      kind: kind === 'hub' ? 'node' : kind === 'mobile' ? 'mobile' : 'desktop',
      // Whoever has been there for a while dials nobody any more.
      addresses: contact === undefined || this.#isSettled(machine) ? [] : [addressOf(contact)],
      relayOrigin: 'https://relay.example',
      relayUse: 'sparing',
      store: false,
      keys: (this.#keys ??= openRoomKeys(crypto, this.#secret)),
      readOnce: this.#readings,
      trace: true,
    }
    const engine = (this.#engines[index] = new Engine(options, now))
    if (!machine.hostile) return engine
    const random = createSeededRandom(mix(this.#options.seed, index, 0x6c69_6573))
    const lie = lies[index % lies.length] as Lie
    return new HostileEngine(engine, { lie, crypto, keys: this.#keys, random })
  }

  #schedule(): void {
    const { plan, network } = this
    const at = (time: Millis, happen: () => void): void =>
      network.post(this.#startMs + time, events.call, nobody, nobody, 0, 0, happen)
    if (plan.links.length > 0) this.#lay(at)
    plan.machines.forEach((machine, index) => {
      if (!this.#owns(index)) return
      const peer = network.peer(index) as SimPeer
      peer.throttled = machine.kind === 'hidden'
      at(machine.startAt, () => {
        network.start(peer)
        if (machine.kind === 'hidden') network.give(peer, { type: 'setVisible', visible: false })
      })
      if (machine.endAt === undefined) return
      at(machine.endAt, () => {
        if (machine.politely) network.give(peer, { type: 'stop' })
        network.crash(peer)
      })
    })
    plan.posts.forEach((post, index) => {
      at(post.at, () => {
        if (index % graphEvery === 0 && !post.isLead) this.graphs.set(index, this.graph())
        if (!this.#owns(post.peer)) return
        const text = `message ${index} of machine ${post.peer}, ${mix(index, post.peer)} words to the wise`
        network.give(network.peer(post.peer) as SimPeer, { type: 'post', tag: index, content: { type: 'text', text } })
      })
    })
    if (plan.partition === undefined) return
    const { seed } = this.#options
    at(plan.partition.from, () => network.partition((peer) => sideOf(seed, peer)))
    at(plan.partition.to, () => network.heal())
  }

  /** The links there are when the simulation begins; the addresses and the relay are there for whoever needs them later. */
  #lay(at: (time: Millis, happen: () => void) => void): void {
    const { plan, network } = this
    const laid = new Int32Array(plan.machines.length)
    const lay = (near: number, far: number, farId: number, role: 1 | 2): void => {
      if (!this.#owns(near)) return
      const id = network.carriers.lay(network.peer(near) as SimPeer, far, farId)
      network.post(this.#startMs + plan.linkedAt, events.open, near, far, id, role, undefined)
    }
    for (const [a, b] of plan.links) {
      lay(a, b, laid[b] as number, 1)
      lay(b, a, laid[a] as number, 2)
      laid[a] = (laid[a] as number) + 1
      laid[b] = (laid[b] as number) + 1
    }
    network.relay.kill()
    at(plan.meetableAt, () => {
      network.relay.start()
      plan.machines.forEach((machine, index) => {
        const { contact } = machine
        if (!this.#owns(index) || contact === undefined || !this.#isSettled(machine)) return
        network.give(network.peer(index) as SimPeer, { type: 'setAddresses', addresses: [addressOf(contact)] })
      })
    })
  }

  /** It has its links from the beginning. */
  #isSettled({ startAt }: Machine): boolean {
    return this.plan.links.length > 0 && startAt < this.plan.linkedAt
  }

  #owns(place: number): boolean {
    const { part } = this.#options
    return part === undefined || this.#partOf(place) === part.index
  }

  /** The relay is in the first part. */
  #partOf(place: number): number {
    return place < 0 ? 0 : place % (this.#options.part?.count ?? 1)
  }

  #watch(peer: SimPeer, event: EngineEvent, now: Millis): void {
    this.recorder.event(peer.index, event, now - this.#startMs)
  }
}

function addressOf(machine: number): Address {
  return { host: 'peer.example', port: machine }
}
