/** People in one room over a simulated network, with what they were shown and what their programs asked for. */
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { Engine } from '../src/engine/engine.ts'
import type { Input } from '../src/engine/input.ts'
import type { EngineOptions } from '../src/engine/options.ts'
import type { EngineEvent, Output, PeerInfo } from '../src/engine/output.ts'
import type { Millis, Random } from '../src/machine.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { createCheapCrypto } from '../src/sim/cheap-crypto.ts'
import { Network } from '../src/sim/network.ts'
import type { NetworkOptions } from '../src/sim/network.ts'
import type { EngineLike, SimPeer } from '../src/sim/peer.ts'

export const secret: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i)
export const relayOrigin = 'https://relay.example'
const native = createNativeCrypto()

/** Native hashes, pretended signatures: rules of the engine do not depend on the curve. */
export function createTestCrypto(random: Random): ReturnType<typeof createCheapCrypto> {
  return createCheapCrypto(random, native)
}

export interface PersonOptions extends Partial<
  Pick<EngineOptions, 'platform' | 'relayOnly' | 'relayUse' | 'webrtc' | 'blobs'>
> {
  /** False for a room without a relay. Default true. */
  readonly relay?: boolean
  /** Numbers of people whose machines listen for sockets and are dialled by this one. */
  readonly dials?: readonly number[]
  /** What the machine's clock is ahead of the others'. */
  readonly skewMs?: Millis
}

export interface TalkOptions extends Partial<NetworkOptions> {
  readonly people: readonly PersonOptions[]
  /** Tell of every copy of an entry. */
  readonly trace?: boolean
  /** Puts something in front of a person's program. */
  readonly wrap?: (engine: Engine, person: number) => EngineLike
}

export interface Step {
  readonly at: Millis
  readonly input: Input
  readonly outputs: readonly Output[]
}

export class Talk {
  readonly network: Network
  readonly people: readonly SimPeer[]
  /** By person: everything its programs were told and asked for. */
  readonly steps: readonly Step[][]
  readonly #engines: Engine[] = []
  #tag = 0

  constructor(options: TalkOptions) {
    this.network = new Network({ seed: 1, createCrypto: createTestCrypto, keepEvents: true, ...options })
    const crypto = createTestCrypto(this.network.random.fork().bytes)
    this.steps = options.people.map(() => [])
    this.people = options.people.map((person, index) => {
      const persona = createPersona(crypto, this.network.now)
      const addresses = (person.dials ?? []).map((port) => ({ host: 'peer.example', port }))
      const create = (given: { crypto: EngineOptions['crypto']; now: Millis }): EngineLike => {
        const engine = new Engine(
          {
            crypto: given.crypto,
            secret,
            persona,
            name: `person ${index}`,
            platform: person.platform ?? 'browser',
            relayOrigin: person.relay === false ? undefined : relayOrigin,
            relayOnly: person.relayOnly,
            relayUse: person.relayUse,
            webrtc: person.webrtc,
            addresses,
            blobs: person.blobs,
            trace: options.trace,
          },
          given.now,
        )
        this.#engines[index] = engine
        return this.#recorded(options.wrap?.(engine, index) ?? engine, index)
      }
      return this.network.add(`person ${index}`, create, person.skewMs)
    })
  }

  person(index: number): SimPeer {
    return this.people[index] as SimPeer
  }

  engine(index: number): Engine {
    return this.#engines[index] as Engine
  }

  /** Starts these people's programs, or everybody's. */
  start(...indexes: number[]): void {
    for (const peer of indexes.length > 0 ? indexes.map((index) => this.person(index)) : this.people)
      this.network.start(peer)
  }

  give(index: number, input: Input): void {
    this.network.give(this.person(index), input)
  }

  say(index: number, text: string): void {
    this.give(index, { type: 'post', tag: ++this.#tag, content: { type: 'text', text } })
  }

  /** What a person sees, in display order. */
  texts(index: number): string[] {
    const { shown } = this.person(index)
    return [...shown.keys()].toSorted().map((id) => shown.get(id)?.text ?? '')
  }

  everybodyShows(texts: readonly string[]): boolean {
    const wanted = texts.toSorted().join('\n')
    return this.people.every(
      (peer) =>
        [...peer.shown.values()]
          .map(({ text }) => text)
          .toSorted()
          .join('\n') === wanted,
    )
  }

  everybodyIsSynced(): boolean {
    return this.people.every((peer) => peer.engine === undefined || peer.sync?.phase === 'synced')
  }

  /** Events of one person, oldest first. */
  events<T extends EngineEvent['type']>(index: number, type: T): Extract<EngineEvent, { type: T }>[] {
    return this.person(index).events.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type)
  }

  /** The newest a person was told about another. */
  seen(by: number, other: number): PeerInfo | undefined {
    const { session } = this.engine(other)
    return this.events(by, 'peer').findLast(({ peer }) => peer.session === session)?.peer
  }

  /** How every person reaches every other, as they were told: `direct`, `relay` or nothing. */
  paths(): (string | undefined)[] {
    return this.people.flatMap((_, by) =>
      this.people.flatMap((_peer, other) => (other === by ? [] : [this.seen(by, other)?.path])),
    )
  }

  /** What a person's programs asked for since a time. */
  asked<T extends Output['type']>(index: number, type: T, since: Millis = 0): Extract<Output, { type: T }>[] {
    return (this.steps[index] ?? [])
      .filter(({ at }) => at >= since)
      .flatMap(({ outputs }) => outputs)
      .filter((output): output is Extract<Output, { type: T }> => output.type === type)
  }

  #recorded(engine: EngineLike, index: number): EngineLike {
    return {
      handle: (input, now) => {
        const outputs = engine.handle(input, now)
        this.steps[index]?.push({ at: this.network.now, input, outputs })
        return outputs
      },
    }
  }
}

/** The texts of `count` messages, in the order they are said. */
export function countedTexts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `message ${i}`)
}
