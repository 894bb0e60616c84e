/**
 * Small room or mesh: counts who is here, begins and ends the mesh, and hands it what is its business.
 *
 * In a small room everybody links with everybody and there is no `Mesh` at all. The rule that decides is in `crowd.ts`.
 */
import { readCard } from '../discovery/card.ts'
import { broadcastTags, decodeTreeEntries } from '../gossip/broadcast-wire.ts'
import type { NeighbourPriority } from '../gossip/overlay-wire.ts'
import { isAsk } from '../gossip/probe-wire.ts'
import { prefixOf } from '../gossip/spread.ts'
import type { RegistryEntry } from '../gossip/registry-wire.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import type { Room } from '../rooms/room.ts'
import type { Catchup } from './catchup.ts'
import { Crowd } from './crowd.ts'
import type { Flow } from './flow.ts'
import type { LiveLink } from './links.ts'
import { Mesh, meshTimers } from './mesh.ts'
import type { EngineOptions } from './options.ts'
import type { Output } from './output.ts'
import type { Presence } from './presence.ts'
import type { Reach } from './reach.ts'
import type { Roster } from './roster.ts'

/** What the engine is made of besides. */
export interface ModeContext {
  readonly options: EngineOptions
  /** Own session, hex, and its keys. */
  readonly own: string
  readonly session: SessionKeys
  readonly room: Room
  readonly reach: Reach
  readonly roster: Roster
  readonly presence: Presence
  readonly flow: () => Flow
  readonly catchup: () => Catchup
  readonly corrected: (now: Millis) => Millis
  readonly emit: (output: Output) => void
}

/** A mesh that has just begun does not end before its members had time to count each other. */
const settleMs = 15_000

export class Mode {
  readonly #context: ModeContext
  readonly #crowd = new Crowd()
  #mesh: Mesh | undefined
  #begunAt: Millis = 0

  constructor(context: ModeContext) {
    this.#context = context
  }

  /** While the room is one. */
  get mesh(): Mesh | undefined {
    return this.#mesh
  }

  /** How many are here, ourselves included. */
  get online(): number {
    return this.#mesh?.online ?? this.#context.roster.size + 1
  }

  /** Call at every tick. */
  tick(now: Millis): void {
    this.judge(now)
    this.#mesh?.tick(now)
  }

  /** Call at the end of a turn. */
  flush(): void {
    this.#mesh?.flush()
  }

  linked(link: LiveLink, now: Millis): void {
    if (this.#mesh === undefined) return
    const { presence, reach } = this.#context
    presence.tellOnline(link, this.online, true, now)
    const contact = reach.contactOf(link.session)
    if (contact !== undefined) this.#mesh.linked(link, contact, now)
  }

  unlinked(session: string, now: Millis): void {
    this.#crowd.forget(session)
    this.#mesh?.unlinked(session, now)
  }

  /** What is sent to this neighbour waits too long, or no longer does. */
  slow(session: string, isSlow: boolean, now: Millis): void {
    this.#mesh?.slow(session, isSlow, now)
  }

  /** A neighbour told how many are here. */
  told(session: string, online: number, mesh: boolean, now: Millis): void {
    this.#crowd.heard(session, online, mesh, now)
    this.judge(now)
  }

  /** May this peer link with us? In a small room everybody may. */
  admits(session: string, urgency: NeighbourPriority, now: Millis): boolean {
    return this.#mesh?.admits(session, urgency, now) ?? true
  }

  /** A payload with a tag of the mesh; false when it is malformed. */
  receive(link: LiveLink, tag: number, bytes: Uint8Array, now: Millis): boolean {
    if (this.#mesh !== undefined) return this.#mesh.receive(link, tag, bytes, now)
    // Neighbours that take the room for a mesh speak only when they are asked, and so may we be.
    if (isAsk(bytes)) this.#context.presence.beat(link, false, now)
    if (tag !== broadcastTags.treeEntries) return true
    // An entry is an entry all the same.
    const decoded = decodeTreeEntries(bytes)
    if (!decoded.ok) return false
    const { tree, hop, pulled, late, entries } = decoded.value
    const from = { link, tree, hop, pulled, late }
    for (const { entry, receipt } of entries) this.#context.flow().receive(entry, receipt, from, now)
    return true
  }

  /** The linked session that knows another one: who told of it, or who says that it is linked with it. */
  via(session: string): string | undefined {
    if (this.#mesh !== undefined) return this.#mesh.viaOf(session)
    const { reach, flow } = this.#context
    const { neighbourhood } = flow()
    return reach.links().find((link) => neighbourhood.reaches(link.session, session))?.session
  }

  /** Linked peers that say they are linked with this session themselves: a Node peer first, then whoever is near. */
  knowing(session: string): readonly LiveLink[] {
    const { reach, flow } = this.#context
    const prefix = prefixOf(session)
    const able = reach.links().filter((link) => {
      const told = flow().neighbourhood.linksOf(link.session).get(prefix)
      return told !== undefined && told.path !== 'through' && link.path !== 'through' && link.session !== session
    })
    return able.length < 2 ? able : able.sort((a, b) => costOf(a) - costOf(b))
  }

  /** Entries that a synchronisation brought. */
  imported(entries: readonly Entry[], now: Millis): void {
    this.#mesh?.known(entries, now)
  }

  /** Others came: before anybody is dialled, it is decided whether everybody is to be. */
  judge(now: Millis): void {
    const counted = this.#count()
    this.#mesh?.setOnline(Math.max(counted, this.#crowd.told(now)), now)
    const isMesh = this.#crowd.isMesh(this.#mesh !== undefined, this.online, now)
    if (isMesh && this.#mesh === undefined) this.#begin(Math.max(counted, this.#crowd.told(now)), now)
    else if (!isMesh && this.#mesh !== undefined && now - this.#begunAt >= settleMs) this.#end(now)
  }

  /** Ourselves, whom we know to be here, and in a small room whom our neighbours are linked with. */
  #count(): number {
    const known = this.#context.roster.size + 1
    return this.#mesh === undefined ? Math.max(known, this.#context.flow().neighbourhood.size) : known
  }

  #begin(online: number, now: Millis): void {
    const { options, session, room, reach, presence, flow, catchup, corrected, emit } = this.#context
    const mesh = new Mesh(
      {
        options,
        session,
        own: reach.ownContact,
        // Beacons of one room mean nothing in another.
        roomTag: room.keys.tag,
        room,
        reach,
        corrected,
        emit,
      },
      {
        entry: (bytes, receipt, from, at) => flow().receive(bytes, receipt, from, at),
        beat: (link, at) => presence.beat(link, false, at),
        neighbour: (other, up, at) => catchup().neighbour(other, up, at),
        rooted: (digest, at) => catchup().rooted(digest, at),
        doubted: (at) => catchup().linksLost(at),
        listed: (put, gone) => this.#listed(put, gone, now),
        isCard: (card) => reach.openCard(card) !== undefined,
      },
      online,
      now,
    )
    this.#mesh = mesh
    this.#begunAt = now
    catchup().setMode('mesh', now)
    reach.setMode('mesh', now)
    mesh.setVisible(presence.isVisible, now)
    for (const link of reach.links()) {
      const contact = reach.contactOf(link.session)
      if (contact !== undefined) mesh.linked(link, contact, now)
    }
    mesh.learned(reach.contacts(), now)
    this.#tell(now)
  }

  /** So few are left that everybody can link with everybody again. */
  #end(now: Millis): void {
    const { emit, reach, catchup } = this.#context
    this.flush()
    this.#mesh = undefined
    for (const name of meshTimers) emit({ type: 'cancelTimer', name })
    catchup().setMode('small', now)
    reach.setMode('small', now)
    this.#tell(now)
  }

  #tell(now: Millis): void {
    const { presence, reach } = this.#context
    for (const link of reach.links()) presence.tellOnline(link, this.online, this.#mesh !== undefined, now)
  }

  #listed(put: readonly RegistryEntry[], gone: readonly string[], now: Millis): void {
    const { own, room, roster, options } = this.#context
    for (const entry of put) {
      const { session, card, name } = entry
      if (session === own) continue
      // Verified before it was listed.
      const platform = readCard(card)?.platform ?? 'browser'
      const { author } = room.personOf(session, now)
      roster.listed({ session, author, name, platform }, (info) => {
        const first = options.readOnce?.about(entry, () => info)
        return first?.author === author ? first : info
      })
    }
    for (const session of gone) roster.unlisted(session)
  }
}

/** Who carries frames for us with the least pain: it is linked directly, always on, and near. */
function costOf({ path, claims, heartbeat }: LiveLink): number {
  const isDear = (path === 'direct' ? 0 : 2_000_000) + (claims.platform === 'node' ? 0 : 1_000_000)
  return isDear + (heartbeat.rttMs ?? 1_000)
}
