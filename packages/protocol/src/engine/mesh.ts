/**
 * The room as a network: which links this peer keeps (`gossip/overlay.ts`), how entries travel on them
 * (`gossip/broadcast.ts`), which of them have gone silent (`gossip/liveness.ts`) and who is here (`gossip/registry.ts`).
 *
 * It exists while the room is a mesh and knows no more than that: `Engine` decides when to begin and end it. Links are
 * made and closed by `Reach`; entries are kept by the room, and the last minute of them by ref here, for whoever pulls.
 */
import type { ReadOnce } from '../codec/read-once.ts'
import { Broadcast } from '../gossip/broadcast.ts'
import type { TreeView } from '../gossip/broadcast-io.ts'
import { broadcastTags, decodeTreeEntries, shortId } from '../gossip/broadcast-wire.ts'
import type { Ref, TreeId } from '../gossip/broadcast-wire.ts'
import { Liveness } from '../gossip/liveness.ts'
import { decodeOverlay, encodeOverlay, overlayTag } from '../gossip/overlay-wire.ts'
import type { Contact, NeighbourPriority } from '../gossip/overlay-wire.ts'
import { Overlay } from '../gossip/overlay.ts'
import { decodeProbe, encodeProbe, probeTag } from '../gossip/probe-wire.ts'
import { isSame } from '../gossip/registry-copy.ts'
import { Registry } from '../gossip/registry.ts'
import { decodeRegistry, encodeRegistry, registryTag } from '../gossip/registry-wire.ts'
import type { RegistryEntry } from '../gossip/registry-wire.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import type { Room } from '../rooms/room.ts'
import { EntryBatch } from './entry-batch.ts'
import type { Bringing, Spreader } from './flow.ts'
import { priority } from './links.ts'
import type { LiveLink } from './links.ts'
import { Lookout } from './lookout.ts'
import type { MapTree } from './map.ts'
import type { EngineOptions } from './options.ts'
import type { Output } from './output.ts'
import { RecentEntries, recentMs } from './recent-entries.ts'
import type { Reach } from './reach.ts'

/** First bytes of the payloads that belong here. */
export const meshTags: { readonly from: number; readonly to: number } = {
  from: broadcastTags.treeEntries,
  to: probeTag,
}
export const meshTimers: readonly string[] = ['mesh/broadcast', 'mesh/overlay', 'mesh/liveness', 'mesh/registry']
/** In the foreground for this long, a desktop may lead a tree. */
export const settledDesktopMs = 60_000

export interface MeshContext {
  readonly options: EngineOptions
  readonly session: SessionKeys
  readonly own: Contact
  /** Eight bytes all of the room share. */
  readonly roomTag: Uint8Array
  readonly room: Room
  readonly reach: Reach
  readonly corrected: (now: Millis) => Millis
  readonly emit: (output: Output) => void
}

export interface MeshEvents {
  /** An entry came along. */
  entry(bytes: Uint8Array, receipt: Uint8Array | undefined, from: Bringing, now: Millis): void
  /** Tell this link that we are alive, and what we hold. */
  beat(link: LiveLink, now: Millis): void
  /** A session became, or is no more, a neighbour entries are exchanged with. */
  neighbour(session: string, up: boolean, now: Millis): void
  /** A root tells what it holds. */
  rooted(digest: Uint8Array, now: Millis): void
  /** A neighbour has gone silent: what was on its way to us by it may be lost. */
  doubted(now: Millis): void
  /** Who is here has changed. */
  listed(put: readonly RegistryEntry[], gone: readonly string[]): void
  /** A card of the registry or the overlay: is it signed by the session it names, for this room? */
  isCard(card: Uint8Array): boolean
}

export class Mesh implements Spreader {
  readonly #context: MeshContext
  readonly #events: MeshEvents
  readonly #overlay: Overlay
  readonly #broadcast: Broadcast
  readonly #liveness: Liveness
  readonly #registry: Registry
  readonly #lookout: Lookout
  readonly #batch: EntryBatch
  readonly #recent: RecentEntries
  /** Time of the call being handled: what the machines below say is said now. */
  #now: Millis
  #visibleSince: Millis | undefined
  /** Some root has counted how many are online, once. */
  #wasCounted = false

  constructor(context: MeshContext, events: MeshEvents, online: number, now: Millis) {
    const { options, session, own, roomTag, room, reach, corrected } = context
    const { crypto } = options
    this.#context = context
    this.#events = events
    this.#now = now
    this.#visibleSince = now
    this.#recent = new RecentEntries(now)
    this.#batch = new EntryBatch((to, payload) => reach.send(to, priority.text, payload, this.#now))
    this.#lookout = new Lookout({ sha256: crypto.sha256, ownKey: session.sign.publicKey, reach, corrected }, now)
    this.#overlay = new Overlay(
      {
        own,
        random: crypto.random,
        kind: kindOf(options),
        intern: internContact(options.readOnce),
        trees: {
          carries: (session) => this.#broadcast.carries(session),
          needs: (session) => this.#broadcast.needs(session),
        },
        emit: (output) => {
          switch (output.type) {
            case 'send':
              return this.#send(output.to, encodeOverlay(output.message))
            case 'connect':
              return reach.connect(output.contact, output.priority, this.#now)
            case 'release':
              return reach.release(output.session, this.#now)
            case 'lonely':
              this.#lookout.lonely()
              return this.#attend(this.#now)
            case 'neighbour':
              return this.#neighbour(output.session, output.up)
            case 'timer':
              return this.#timer('overlay', output.at)
          }
        },
      },
      now,
    )
    this.#broadcast = new Broadcast({
      own: own.session,
      ownKey: session.sign.publicKey,
      roomTag,
      random: crypto.random,
      sign: (message) => crypto.sign(session.sign.secretKey, message),
      verify: crypto.verify,
      sha256: crypto.sha256,
      roomTime: corrected,
      digest: () => room.log.digest(),
      port: {
        send: (to, payload) => this.#send(to, payload),
        forward: (ref, to, tree, hop, pulled, late) => this.#forward(ref, to, tree, hop, pulled, late),
        timer: (at) => this.#timer('broadcast', at),
        beacon: (_, digest) => this.#events.rooted(digest, this.#now),
        misbehaved: (session, code) => {
          const link = reach.find(session)
          if (link !== undefined) reach.close(link, code, this.#now)
        },
      },
    })
    this.#liveness = new Liveness(own.session, (output) => {
      switch (output.type) {
        case 'beat': {
          const link = reach.find(output.session)
          if (link !== undefined) this.#events.beat(link, this.#now)
          return
        }
        case 'send':
          return this.#send(output.to, encodeProbe(output.message))
        case 'suspect':
          this.#overlay.suspect(output.session, output.isSuspect, this.#now)
          this.#broadcast.neighbourSuspect(output.session, output.isSuspect, this.#now)
          if (output.isSuspect) this.#events.doubted(this.#now)
          if (output.isSuspect && this.#overlay.isShattered(this.#now)) this.#attend(this.#now)
          return
        case 'dead': {
          const link = reach.find(output.session)
          if (link === undefined) return
          this.#registry.lost(output.session, this.#now)
          return reach.close(link, 'silent', this.#now)
        }
        case 'timer':
          return this.#timer('liveness', output.at)
      }
    })
    this.#registry = new Registry(
      {
        own: own.session,
        random: crypto.random,
        verifyCard: (card) => this.#events.isCard(card),
        intern: internListed(options.readOnce),
        emit: (output) => {
          if (output.type === 'send') this.#send(output.to, encodeRegistry(output.message))
          else if (output.type === 'timer') this.#timer('registry', output.at)
          else this.#events.listed(output.put, output.gone)
        },
      },
      now,
    )
    this.#registry.setSelf({ card: own.card, name: options.name, since: now }, now)
    this.setOnline(online, now)
  }

  // What the engine asks.

  /** How many are here. */
  get online(): number {
    return this.#broadcast.online
  }

  get neighbours(): readonly string[] {
    return this.#overlay.active
  }

  /** The trees, for the map. */
  get trees(): readonly MapTree[] {
    return this.#broadcast.trees.map(({ root, slot, hops, parent, children }: TreeView) => ({
      root,
      slot,
      hops,
      parent,
      children,
    }))
  }

  /** May this peer link with us? */
  admits(session: string, urgency: NeighbourPriority, now: Millis): boolean {
    this.#now = now
    return this.#overlay.admits(session, urgency, now)
  }

  /** Others whom somebody may ask that finds no place here. */
  referral(): readonly Contact[] {
    return this.#overlay.referral()
  }

  /** The neighbour that told of a session. */
  viaOf(session: string): string | undefined {
    return this.#overlay.viaOf(session)
  }

  // What happens.

  /** How many the engine believes to be here, until a root counts them. */
  setOnline(online: number, now: Millis): void {
    this.#now = now
    this.#broadcast.setOnline(online)
    this.#tellOnline(now)
  }

  setName(name: string, now: Millis): void {
    this.#now = now
    this.#registry.setSelf({ card: this.#context.own.card, name, since: now }, now)
  }

  setVisible(visible: boolean, now: Millis): void {
    this.#now = now
    this.#visibleSince = visible ? now : undefined
    this.#liveness.setHidden(!visible, now)
    this.#judgeCapable(now)
  }

  woke(now: Millis): void {
    this.#now = now
    this.#liveness.woke(now)
  }

  /** The transport of this neighbour says that nothing comes through. */
  doubted(session: string, now: Millis): void {
    this.#now = now
    this.#liveness.doubt(session, now)
  }

  linked(link: LiveLink, contact: Contact, now: Millis): void {
    this.#now = now
    const { session, heartbeat, path } = link
    this.#liveness.watch(session, heartbeat, now)
    this.#overlay.linked(contact, { rttMs: heartbeat.rttMs, path }, now)
  }

  unlinked(session: string, now: Millis): void {
    this.#now = now
    this.#liveness.forget(session, now)
    this.#overlay.unlinked(session, now)
    this.#broadcast.neighbourDown(session, now)
  }

  /** It said goodbye: not to be looked for again, and gone for everybody. */
  left(session: string, now: Millis): void {
    this.#now = now
    this.#registry.lost(session, now)
    this.#overlay.unlinked(session, now, true)
    this.#broadcast.neighbourDown(session, now)
  }

  /** A card that came by the overlay is not signed by whom it names. */
  wrongCard(session: string, now: Millis): void {
    this.#now = now
    this.#overlay.drop(session, now)
  }

  learned(contacts: readonly Contact[], now: Millis): void {
    this.#now = now
    this.#overlay.learned(contacts, now)
  }

  welcomed(session: string, now: Millis): void {
    this.#now = now
    this.#overlay.welcomed(session, now)
  }

  connectFailed(session: string, why: 'busy' | 'failed' | 'timeout', now: Millis): void {
    this.#now = now
    this.#overlay.failed(session, why, now)
  }

  /** Slow peers carry nothing for others and are told of entries instead of sent them. */
  slow(session: string, isSlow: boolean, now: Millis): void {
    this.#now = now
    this.#broadcast.setLeaf(session, isSlow, now)
  }

  measured(session: string, rttMs: number): void {
    this.#overlay.measured(session, rttMs)
    this.#broadcast.measured(session, rttMs)
  }

  /** A payload of tag 0x08 to 0x12; false when it is malformed. */
  receive(link: LiveLink, tag: number, bytes: Uint8Array, now: Millis): boolean {
    this.#now = now
    const from = link.session
    if (tag === broadcastTags.treeEntries) {
      const decoded = decodeTreeEntries(bytes)
      if (!decoded.ok) return false
      const { tree, hop, pulled, late, entries } = decoded.value
      const from = { link, tree, hop, pulled, late }
      for (const { entry, receipt } of entries) this.#events.entry(entry, receipt, from, now)
      return true
    }
    if (tag <= broadcastTags.pull) {
      this.#broadcast.receive(from, bytes, now)
      return true
    }
    if (tag === overlayTag) {
      const message = decodeOverlay(bytes)
      if (message.ok) this.#overlay.receive(from, message.value, now)
      return message.ok || message.code === 'unknownTag'
    }
    if (tag === registryTag) {
      const message = decodeRegistry(bytes)
      if (message.ok) this.#registry.receive(from, message.value, now)
      return message.ok || message.code === 'unknownTag'
    }
    if (tag === probeTag) {
      const message = decodeProbe(bytes)
      if (message.ok) this.#liveness.receive(from, message.value, now)
      return message.ok || message.code === 'unknownTag'
    }
    return true
  }

  timerFired(name: string, now: Millis): void {
    this.#now = now
    if (name === 'mesh/broadcast') this.#broadcast.timerFired(now)
    else if (name === 'mesh/overlay') this.#overlay.timerFired(now)
    else if (name === 'mesh/liveness') this.#liveness.timerFired(now)
    else if (name === 'mesh/registry') this.#registry.timerFired(now)
  }

  /** Call about once a second. */
  tick(now: Millis): void {
    this.#now = now
    this.#judgeCapable(now)
    this.#tellOnline(now)
    this.#attend(now)
    this.#registry.setTree(this.#place(), now)
    this.#recent.tick(now)
  }

  /** Call at the end of a turn: entries that were to go on leave now. */
  flush(): void {
    this.#batch.flush()
  }

  // Entries.

  spread(entry: Entry, session: string, from: Bringing | undefined, now: Millis): boolean {
    this.#now = now
    const ref = this.#keep(entry, now)
    if (from === undefined && session !== this.#context.own.session) this.#broadcast.known(ref, now)
    else if (from === undefined) this.#broadcast.author(ref, now)
    else this.#broadcast.arrived(ref, from.link.session, from.tree, from.hop, from.pulled, now, from.late)
    return this.#overlay.hasNeighbour
  }

  copied(entry: Entry, from: Bringing, now: Millis): void {
    this.#now = now
    this.#broadcast.duplicate(shortId(entry.id), from.link.session, from.tree, from.hop, from.pulled, now)
  }

  refused(entry: Entry, now: Millis): void {
    this.#now = now
    this.#broadcast.refused(shortId(entry.id), now)
  }

  /** Entries that a synchronisation or the relay brought. */
  known(entries: Iterable<Entry>, now: Millis): void {
    this.#now = now
    const since = this.#context.corrected(now) - recentMs
    const { log } = this.#context.room
    for (const entry of entries) {
      if (entry.time > since && log.get(entry.key) !== undefined) this.#broadcast.known(this.#keep(entry, now), now)
    }
  }

  #keep(entry: Entry, now: Millis): Ref {
    const ref = shortId(entry.id)
    this.#recent.add(ref, entry, now)
    return ref
  }

  #forward(ref: Ref, to: readonly string[], tree: TreeId, hop: number, pulled: boolean, late: boolean): void {
    const { room } = this.#context
    const entry = this.#recent.find(ref)
    if (entry === undefined || entry.husk) return
    this.#batch.add({ tree, hop, pulled, late }, to, { entry: entry.bytes, receipt: room.receiptsOf(entry)[0] })
  }

  // Links.

  #neighbour(session: string, up: boolean): void {
    const link = this.#context.reach.find(session)
    if (up) {
      this.#context.reach.keep(session)
      this.#lookout.found()
      const isLeaf = link?.heartbeat.isHidden === true
      this.#broadcast.neighbourUp(session, { rttMs: link?.heartbeat.rttMs, leaf: isLeaf }, this.#now)
    } else if (link === undefined) this.#broadcast.neighbourDown(session, this.#now)
    else this.#broadcast.neighbourParting(session, this.#now)
    this.#events.neighbour(session, up, this.#now)
  }

  #attend(now: Millis): void {
    const isAlone = this.#overlay.isLonely || this.#overlay.isShattered(now)
    this.#lookout.judge({ isAlone, rootHeardAt: this.#broadcast.rootHeardAt, online: this.online }, now)
  }

  #judgeCapable(now: Millis): void {
    const kind = kindOf(this.#context.options)
    const settled = this.#visibleSince !== undefined && now - this.#visibleSince >= settledDesktopMs
    this.#broadcast.setCapable(kind === 'node' || (kind === 'desktop' && settled), now)
  }

  #tellOnline(now: Millis): void {
    const online = this.#broadcast.online
    this.#overlay.setOnline(online, now)
    this.#registry.setOnline(online, now)
  }

  #place(): { readonly isRoot: boolean; readonly parent: string | undefined; readonly children: readonly string[] } {
    // Who takes a room of thousands for one of fifty would check in with all of them. Later roots need not count again first.
    this.#wasCounted ||= this.#broadcast.isCounted
    if (!this.#wasCounted) return { isRoot: false, parent: undefined, children: [] }
    let lowest: TreeView | undefined
    for (const tree of this.#broadcast.trees) {
      if (tree.slot !== 'hot' && (lowest === undefined || tree.slot < (lowest.slot as number))) lowest = tree
    }
    if (lowest === undefined) return { isRoot: false, parent: undefined, children: [] }
    return { isRoot: lowest.root === this.#context.own.session, parent: lowest.parent, children: lowest.children }
  }

  #send(to: string, payload: Uint8Array): void {
    this.#context.reach.send(to, priority.control, payload, this.#now)
  }

  #timer(machine: string, at: Millis): void {
    this.#context.emit({ type: 'timer', name: `mesh/${machine}`, at })
  }
}

function internContact(readOnce: ReadOnce | undefined): ((contact: Contact) => Contact) | undefined {
  return readOnce && ((contact) => readOnce.bytes('contact', contact.card, () => contact))
}

function internListed(readOnce: ReadOnce | undefined): ((entry: RegistryEntry) => RegistryEntry) | undefined {
  if (readOnce === undefined) return undefined
  return (entry) => {
    const first = readOnce.bytes('listed', entry.card, () => entry)
    return isSame(first, entry) ? first : entry
  }
}

function kindOf(options: EngineOptions): 'desktop' | 'mobile' | 'node' | 'keeper' {
  return options.kind ?? (options.platform === 'node' ? 'node' : 'desktop')
}
