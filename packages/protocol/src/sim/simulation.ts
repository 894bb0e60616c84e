/**
 * One scenario under way: machines with real engines on a simulated network, doing what the plan says, watched.
 *
 * `simulate.ts` runs it and works out the figures.
 */
import { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/options.ts'
import type { EngineEvent } from '../engine/output.ts'
import type { Millis, Random } from '../machine.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { mix } from './chance.ts'
import { createPersona } from './chaos.ts'
import type { LinkGraph } from './flood-bound.ts'
import { Network } from './network.ts'
import type { EngineLike, SimPeer } from './peer.ts'
import { linkable, planScenario, sideOf } from './plan.ts'
import type { Machine, Plan } from './plan.ts'
import { createSeededRandom } from './random.ts'
import { Recorder } from './recorder.ts'
import type { Scenario } from './scenarios.ts'
import { createToyCrypto } from './toy-crypto.ts'
import { events, nobody } from './world.ts'

export interface SimulationOptions {
  readonly scenario: Scenario
  readonly peers: number
  readonly seed: number
  /** Default: the stand-in for thousands. */
  readonly createCrypto?: ((random: Random) => Crypto) | undefined
}

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

  constructor(options: SimulationOptions) {
    const { scenario, peers, seed } = options
    this.#options = options
    this.plan = planScenario(scenario, peers, seed)
    const createCrypto = options.createCrypto ?? createToyCrypto
    this.recorder = new Recorder(this.plan.machines.length)
    this.network = new Network({
      seed,
      createCrypto,
      canLink: linkable(this.plan, scenario, seed),
      bandwidth: scenario.bandwidth,
      breakMs,
      watch: (peer, event, now) => this.#watch(peer, event, now),
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

  engine(index: number): Engine | undefined {
    return this.network.peer(index)?.engine === undefined ? undefined : this.#engines[index]
  }

  /** The transports that are up. */
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
      addresses: contact === undefined ? [] : [{ host: 'peer.example', port: contact }],
      trace: true,
    }
    return (this.#engines[index] = new Engine(options, now))
  }

  #schedule(): void {
    const { plan, network } = this
    const at = (time: Millis, happen: () => void): void =>
      network.post(this.#startMs + time, events.call, nobody, nobody, 0, 0, happen)
    plan.machines.forEach((machine, index) => {
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
        if (index % graphEvery === 0) this.graphs.set(index, this.graph())
        const text = `message ${index} of machine ${post.peer}, ${mix(index, post.peer)} words to the wise`
        network.give(network.peer(post.peer) as SimPeer, { type: 'post', tag: index, content: { type: 'text', text } })
      })
    })
    if (plan.partition === undefined) return
    const { seed } = this.#options
    at(plan.partition.from, () => network.partition((peer) => sideOf(seed, peer)))
    at(plan.partition.to, () => network.heal())
  }

  #watch(peer: SimPeer, event: EngineEvent, now: Millis): void {
    this.recorder.event(peer.index, event, now - this.#startMs)
  }
}
