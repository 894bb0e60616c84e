/** People in one members room over a simulated network, with real cryptography and real engines. */
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { formatHex } from '../src/codec/text.ts'
import { Engine } from '../src/engine/engine.ts'
import type { MadeInvite, MembershipCommand } from '../src/engine/membership-io.ts'
import type { Persona } from '../src/engine/options.ts'
import type { EngineEvent } from '../src/engine/output.ts'
import type { StoredRecord } from '../src/machine.ts'
import type { ArrivalState } from '../src/members/arrival.ts'
import type { AtDoor } from '../src/members/door.ts'
import type { EdgeRule } from '../src/members/edges.ts'
import { foundRoom } from '../src/members/founding.ts'
import { type Policy, defaultPolicy } from '../src/members/policy.ts'
import type { MembershipSnapshot } from '../src/members/snapshot.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { Network } from '../src/sim/network.ts'
import type { NetworkOptions } from '../src/sim/network.ts'
import type { SimPeer } from '../src/sim/peer.ts'
import { relayOrigin } from './talk.ts'

const native = createNativeCrypto()

type Told = Extract<EngineEvent, { type: 'membershipDone' | 'membershipRefused' }>

export class Resident {
  readonly name: string
  readonly persona: Persona
  readonly peer: SimPeer
  readonly #house: House
  #tag = 0

  constructor(
    house: House,
    name: string,
    roomId: Uint8Array,
    start: readonly StoredRecord[],
    invite?: MadeInvite,
    lobbySecret?: Uint8Array,
  ) {
    this.#house = house
    this.name = name
    const { network } = house
    this.persona = house.persona(name)
    this.peer = network.add(name, ({ crypto, now }) => {
      const kept = ['g/', 'k/'].flatMap((prefix) => this.peer.store.read({ prefix, limit: 100_000 }).records)
      const membership = {
        roomId,
        records: kept,
        inviteSecret: invite?.secret,
        inviter: invite?.inviter,
        lobbySecret,
        edgeRule: house.edgeRule,
      }
      return new Engine(
        {
          crypto,
          secret: new Uint8Array(32),
          membership,
          persona: this.persona,
          name,
          platform: 'browser',
          relayOrigin,
        },
        now,
      )
    })
    this.peer.store.apply(start)
    network.start(this.peer)
  }

  /** Hex. */
  get id(): string {
    return formatHex(this.persona.author)
  }

  get snapshot(): MembershipSnapshot {
    return this.#last('membership').snapshot
  }

  get door(): readonly AtDoor[] {
    return this.#last('door').newcomers
  }

  get arrival(): ArrivalState | undefined {
    return this.peer.events.findLast((event) => event.type === 'arrival')?.state
  }

  get isIn(): boolean {
    return this.snapshot.standing === 'in'
  }

  /** The map as this one sees it: pairs that are linked, and pairs that are not and should be, by names. */
  get map(): { readonly links: readonly string[]; readonly gaps: readonly string[] } {
    const { nodes, links, gaps } = (this.peer.engine as Engine).map()
    const names = new Map(nodes.map(({ session, name }) => [session, name]))
    const pair = (a: string, b: string): string => [names.get(a) ?? '', names.get(b) ?? ''].toSorted().join('')
    return { links: links.map(({ a, b }) => pair(a, b)).toSorted(), gaps: gaps.map(([a, b]) => pair(a, b)).toSorted() }
  }

  /** Identities of those who are in, as this one sees it. */
  get members(): readonly string[] {
    return this.snapshot.members.map(({ identity }) => identity).sort()
  }

  get texts(): readonly string[] {
    return [...this.peer.shown.keys()].sort().map((id) => this.peer.shown.get(id)?.text ?? '')
  }

  does(command: MembershipCommand): Told {
    const tag = ++this.#tag
    this.#house.network.give(this.peer, { type: 'membership', tag, command })
    const told = this.peer.events.findLast(
      (event): event is Told => 'tag' in event && event.tag === tag && 'type' in event,
    )
    if (told === undefined) throw new Error(`no answer to ${command.type}`)
    return told
  }

  invites(asksPin: boolean, uses = 1): MadeInvite {
    const told = this.does({ type: 'invite', uses, lastsMs: 86_400_000, asksPin })
    if (told.type !== 'membershipDone' || told.invite === undefined) throw new Error('no invite')
    return told.invite
  }

  says(text: string): void {
    this.#house.network.give(this.peer, { type: 'post', tag: 1_000_000 + ++this.#tag, content: { type: 'text', text } })
  }

  stops(): void {
    this.#house.network.crash(this.peer)
  }

  starts(): void {
    this.#house.network.start(this.peer)
  }

  #last<T extends EngineEvent['type']>(type: T): Extract<EngineEvent, { type: T }> {
    const event = this.peer.events.findLast((one): one is Extract<EngineEvent, { type: T }> => one.type === type)
    if (event === undefined) throw new Error(`${this.name} was told no ${type}`)
    return event
  }
}

export class House {
  readonly network: Network
  readonly roomId: Uint8Array
  readonly founder: Resident
  /** Of everybody who comes, and of those who start again. */
  edgeRule: EdgeRule | undefined
  readonly #personas = new Map<string, Persona>()

  constructor(
    policy: Partial<Policy> = {},
    options: Partial<NetworkOptions> = {},
    personas: Readonly<Record<string, Persona>> = {},
  ) {
    for (const [name, persona] of Object.entries(personas)) this.#personas.set(name, persona)
    this.network = new Network({
      seed: 7,
      createCrypto: (random) => ({ ...native, random }),
      keepEvents: true,
      ...options,
    })
    const founded = foundRoom(native, this.persona('A'), { ...defaultPolicy, ...policy }, this.network.now)
    this.roomId = founded.roomId
    this.founder = new Resident(this, 'A', this.roomId, founded.records)
  }

  persona(name: string): Persona {
    let persona = this.#personas.get(name)
    if (persona === undefined) this.#personas.set(name, (persona = createPersona(native, this.network.now)))
    return persona
  }

  comes(name: string, invite: MadeInvite): Resident {
    return new Resident(this, name, invite.roomId, [], invite)
  }

  /** Another device of somebody who is in, told where the members are. */
  device(name: string, lobbySecret: Uint8Array): Resident {
    return new Resident(this, name, this.roomId, [], undefined, lobbySecret)
  }

  /** Somebody new, let in by a link of `by`; in when this returns. */
  letIn(name: string, by: Resident): Resident {
    const newcomer = this.comes(name, by.invites(false))
    this.until(() => newcomer.isIn)
    return newcomer
  }

  until(condition: () => boolean, ms = 20_000): void {
    if (!this.network.runUntil(condition, ms)) throw new Error('it did not come to that')
  }
}
