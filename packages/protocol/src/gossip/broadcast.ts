/**
 * How an entry reaches everybody in a large room: trees shaped by beacons, announcements on every other link, and pulls
 * of what the trees left out.
 *
 * The engine tells it which links are up and what came over them; it answers through a `BroadcastPort`. It never sees an
 * entry, only its `ref`: the engine keeps the bytes of the last minute by ref and encodes them once for all receivers.
 *
 *     neighbourUp / neighbourDown / neighbourSuspect / measured      from the links
 *     receive(from, payload)        a payload of tag 0x09 to 0x0d
 *     author(ref)                   an own entry was made          → port.forward
 *     arrived(ref, …)               a link brought a new one       → port.forward
 *     duplicate(ref, …)             a link brought one that is held
 *     known(ref)                    the relay or a synchronisation brought a recent one
 *     timerFired()                  at the time of the last port.timer
 */
import type { Millis } from '../machine.ts'
import type { BroadcastOptions, BroadcastPort, NeighbourInfo, TreeView } from './broadcast-io.ts'
import { broadcastTags, maxHops, noTree } from './broadcast-wire.ts'
import type { Ref, TreeId } from './broadcast-wire.ts'
import { Jitter } from './jitter.ts'
import { Lanes, never } from './lanes.ts'
import type { Lane } from './lanes.ts'
import { Lazy, refusedTree } from './lazy.ts'
import { Recent } from './recent.ts'
import type { Tree } from './tree.ts'
import { Trees } from './trees.ts'

/** Own messages in this time that make a speaker hot, and how long its own tree then stands after the last. */
export const hotMessages = 10
export const hotWindowMs = 10_000
export const hotRestMs = 30_000
/** A parent that left out this many of the last 16 entries is no parent any more, and for this long if it meant to. */
export const maxMisses = 3
export const barredMs = 60_000
/** Entries under way while a parent is changed are not counted against the new one. */
export const graceMs = 1_000

/** Links beside the tree's edges that an entry goes to while the parent is lost. */
export const floodWidth = 8
/** Who is this near to the author announces an entry early. */
export const earlyHops = 0

export class Broadcast {
  readonly #port: BroadcastPort
  readonly #lanes = new Lanes()
  readonly #recent: Recent
  readonly #lazy: Lazy
  readonly #trees: Trees
  /** When the last own messages were made: a ring. */
  readonly #spoken: Millis[] = []
  #spokenAt = 0
  #timerAt: Millis = never
  /** Of the last call. */
  #now: Millis = 0

  constructor(options: BroadcastOptions) {
    const jitter = new Jitter(options.random)
    this.#port = options.port
    this.#recent = new Recent(jitter.between(0, 0x7fff_ffff))
    this.#lazy = new Lazy(this.#lanes, this.#recent, options.port, jitter, () => this.#trees.isFed)
    this.#trees = new Trees(options, this.#lanes, jitter, {
      due: (at) => this.#arm(at),
      doubt: (now) => this.#lazy.doubt(now),
    })
  }

  // What is asked.

  /** How many are online: as the beacons say, else as the engine said. */
  get online(): number {
    return this.#trees.online
  }

  /** `online` is what some root has counted. */
  get isCounted(): boolean {
    return this.#trees.isCounted
  }

  /** This peer leads a shared tree or its own. */
  get isRoot(): boolean {
    return this.#trees.leader.tree !== undefined
  }

  /** Sessions that lead the shared trees now. */
  get roots(): readonly string[] {
    return this.#trees.shared.flatMap((tree) => (tree === undefined ? [] : [tree.root]))
  }

  /** When the newest beacon of a shared tree came, 0 where there is none. */
  get rootHeardAt(): Millis {
    return this.#trees.shared.reduce((at, tree) => Math.max(at, tree?.at ?? 0), 0)
  }

  /** For the map. */
  get trees(): readonly TreeView[] {
    const now = this.#now
    const views: TreeView[] = []
    for (const tree of this.#trees.list) {
      if (tree.isRetired || !tree.isLive(now)) continue
      const children = tree.edges.filter((edge) => tree.isChild(edge, now)).map((edge) => edge.lane.session)
      const slot = tree.isHot ? 'hot' : tree.slot
      const { id, root, hop, parent } = tree
      views.push({ tree: id, root, slot, hops: hop, parent: parent?.lane.session, children })
    }
    return views
  }

  /** Entries that were announced and have not come. */
  get wanted(): number {
    return this.#lazy.wanted
  }

  /** Do entries travel on the link with this neighbour? */
  carries(session: string): boolean {
    const lane = this.#lanes.find(session)
    return lane !== undefined && this.#trees.carries(lane, this.#now)
  }

  /** Would this peer be left without a place in some tree, were it not for this neighbour? */
  needs(session: string): boolean {
    const lane = this.#lanes.find(session)
    return lane !== undefined && this.#trees.needs(lane, this.#now)
  }

  // What is known.

  /** May this peer be a root? A Node peer, or a desktop in the foreground for a minute; not metered, never hidden. */
  setCapable(capable: boolean, now: Millis): void {
    this.#trees.leader.setCapable(capable, now)
  }

  /** How many the engine believes to be online, used until a beacon says. */
  setOnline(online: number): void {
    this.#trees.setOnline(online)
  }

  neighbourUp(session: string, info: NeighbourInfo, now: Millis): void {
    const known = this.#lanes.find(session)
    if (known !== undefined) {
      known.parting = false
      return
    }
    const lane = this.#lanes.add(session, info, now)
    if (lane === undefined) return
    this.#lazy.laneUp(lane, now)
    this.#trees.laneUp(lane, now)
    this.#arm(this.#lazy.dueAt)
  }

  /** It is no neighbour any more, but its link will be there for some seconds: time to change over. */
  neighbourParting(session: string, now: Millis): void {
    const lane = this.#lanes.find(session)
    if (lane === undefined || lane.parting) return
    lane.parting = true
    this.#trees.laneDoubtful(lane, now)
    this.#arm(this.#lazy.dueAt)
  }

  neighbourDown(session: string, now: Millis): void {
    const lane = this.#lanes.find(session)
    if (lane === undefined) return
    this.#lanes.remove(lane)
    this.#lazy.unsettle(now)
    this.#trees.laneDown(lane, now)
    this.#arm(this.#lazy.dueAt)
  }

  /** Silent for 3 s, or heard again. Trees stop counting on a suspect. */
  neighbourSuspect(session: string, suspect: boolean, now: Millis): void {
    const lane = this.#lanes.find(session)
    if (lane === undefined || lane.suspect === suspect) return
    lane.suspect = suspect
    if (suspect) {
      this.#lazy.unsettle(now)
      this.#trees.laneDoubtful(lane, now)
    } else this.#lazy.hold(false, false, now)
    this.#arm(this.#lazy.dueAt)
  }

  measured(session: string, rttMs: number): void {
    const lane = this.#lanes.find(session)
    if (lane !== undefined) lane.rttMs = rttMs
  }

  /** Slow, hidden or metered: never a parent. */
  setLeaf(session: string, leaf: boolean, now: Millis): void {
    const lane = this.#lanes.find(session)
    if (lane === undefined || lane.leaf === leaf) return
    lane.leaf = leaf
    if (leaf) this.#trees.laneDoubtful(lane, now)
  }

  // What comes.

  /** A payload of tag 0x09 to 0x0d from a neighbour. */
  receive(from: string, payload: Uint8Array, now: Millis): void {
    const lane = this.#lanes.find(from)
    if (lane === undefined) return
    this.#now = now
    lane.heardAt = now
    if (!this.#dispatch(lane, payload, now)) this.#port.misbehaved(from, 'malformed')
    this.#catchUp(now)
  }

  #dispatch(lane: Lane, payload: Uint8Array, now: Millis): boolean {
    switch (payload[0]) {
      case broadcastTags.beacon:
        return this.#trees.receiveBeacon(lane, payload, now)
      case broadcastTags.attach:
        return this.#trees.places.receiveAttach(lane, payload, now)
      case broadcastTags.detach:
        return this.#trees.places.receiveDetach(lane, payload, now)
      case broadcastTags.have: {
        const isWellFormed = this.#lazy.receiveHave(lane, payload, now)
        this.#arm(this.#lazy.dueAt)
        return isWellFormed
      }
      case broadcastTags.pull:
        return this.#lazy.receivePull(lane, payload, now)
      default:
        return false
    }
  }

  /** An own entry is to go out. */
  author(ref: Ref, now: Millis): void {
    if (this.#recent.find(ref) >= 0) return
    const tree = this.#trees.choose(now)
    const place = this.#recent.add(ref, tree?.id ?? noTree, 0, now)
    this.#forward(ref, place, tree, undefined, 1, now, false)
    this.#speak(now)
    this.#hold(false, true, now)
  }

  /** A new and valid entry came over a link; `tree` is `noTree` and `hop` 1 when it came without a tree tag. */
  arrived(ref: Ref, from: string, treeId: TreeId, hop: number, pulled: boolean, now: Millis, late = false): void {
    const lane = this.#lanes.find(from)
    if (lane !== undefined) lane.heardAt = now
    const before = this.#recent.find(ref)
    if (before >= 0 && this.#recent.treeAt(before) !== refusedTree) return
    const known = treeId === noTree ? undefined : this.#trees.find(treeId)
    const tree = treeId === noTree ? this.#trees.choose(now) : known
    const place = before >= 0 ? before : this.#recent.add(ref, tree?.id ?? treeId, hop, now)
    if (before >= 0) this.#recent.retake(place, tree?.id ?? treeId, hop)
    if (lane !== undefined) this.#recent.setKnown(place, lane.index)
    const isLate = this.#lazy.came(place, lane, pulled, now) || pulled || late
    if (known !== undefined) this.#judgeParent(known, lane, pulled, now)
    if (hop < maxHops) this.#forward(ref, place, tree, lane, hop + 1, now, isLate)
    this.#hold(isLate || known === undefined, hop <= earlyHops, now)
    this.#catchUp(now)
  }

  /** A copy of an entry that is held came over a link. */
  duplicate(ref: Ref, from: string, treeId: TreeId, hop: number, pulled: boolean, now: Millis): void {
    const lane = this.#lanes.find(from)
    if (lane === undefined) return
    lane.heardAt = now
    const place = this.#recent.find(ref)
    if (place >= 0) this.#recent.setKnown(place, lane.index)
    const tree = this.#trees.find(treeId)
    if (pulled || tree === undefined) return
    // The parent was late, and owes nothing.
    if (tree.parent?.lane === lane) lane.misses &= lane.misses - 1
    else this.#trees.places.repair(tree, lane, now)
    if (place < 0 || this.#recent.treeAt(place) !== noTree || hop >= maxHops) return
    // A synchronisation was quicker than the tree: those behind us still wait for it.
    this.#recent.retake(place, tree.id, hop)
    this.#forward(ref, place, tree, lane, hop + 1, now, false)
  }

  /** It is held although no gossip brought it. Only for entries of the last minute: older ones are never announced. */
  known(ref: Ref, now: Millis): void {
    if (this.#recent.find(ref) >= 0) return
    this.#lazy.came(this.#recent.add(ref, noTree, 0, now), undefined, true, now)
    this.#hold(false, false, now)
  }

  /** It came over a link, but the room does not take it: it is not asked for again, and not announced. */
  refused(ref: Ref, now: Millis): void {
    if (this.#recent.find(ref) >= 0) return
    this.#lazy.came(this.#recent.add(ref, refusedTree, 0, now), undefined, true, now)
  }

  timerFired(now: Millis): void {
    this.#now = now
    this.#timerAt = never
    if (this.#lazy.dueAt <= now && this.#lazy.run(now)) this.#lazy.doubt(now)
    if (this.#trees.dueAt <= now) this.#trees.run(now)
    this.#arm(Math.min(this.#lazy.dueAt, this.#trees.dueAt))
  }

  // What goes.

  #forward(
    ref: Ref,
    place: number,
    tree: Tree | undefined,
    from: Lane | undefined,
    hop: number,
    now: Millis,
    late: boolean,
  ): void {
    const to: string[] = []
    if (tree === undefined) for (const lane of this.#lanes.list) this.#address(to, lane, place, from)
    else {
      // What a former parent still sends, the new one has of its own.
      const isDown = from !== undefined && (tree.find(from)?.ledUntil ?? 0) > now
      // Towards the root first: most of the room is behind it.
      if (tree.parent !== undefined && !isDown) this.#address(to, tree.parent.lane, place, from)
      for (const edge of tree.edges) {
        if (edge !== tree.parent && edge.childUntil > now) this.#address(to, edge.lane, place, from)
      }
      const isFlood = (tree.parent === undefined && !tree.isOwn) || now < tree.floodUntil
      if (isFlood) this.#flood(to, ref, place, from)
    }
    if (to.length > 0) this.#port.forward(ref, to, tree?.id ?? this.#recent.treeAt(place), hop, false, late)
  }

  /** Not only along the edges: nobody may be up there. A peer of many links does not tell them all. */
  #flood(to: string[], ref: Ref, place: number, from: Lane | undefined): void {
    const { list } = this.#lanes
    const most = to.length + floodWidth
    for (let i = 0; i < list.length && to.length < most; i++) {
      this.#address(to, list[(ref + i) % list.length] as Lane, place, from)
    }
  }

  #address(to: string[], lane: Lane, place: number, from: Lane | undefined): void {
    if (lane === from || this.#recent.isKnown(place, lane.index)) return
    this.#recent.setKnown(place, lane.index)
    to.push(lane.session)
  }

  #hold(late: boolean, early: boolean, now: Millis): void {
    this.#lazy.hold(late, early, now)
    this.#arm(this.#lazy.dueAt)
  }

  /** Did the tree bring it? What had to be pulled, the parent left out. */
  #judgeParent(tree: Tree, lane: Lane | undefined, pulled: boolean, now: Millis): void {
    const parent = tree.parent
    if (parent === undefined || (!pulled && parent.lane !== lane)) return
    const owing = parent.lane
    owing.misses = ((owing.misses << 1) | (pulled ? 1 : 0)) & 0xffff
    if (!pulled || now - tree.attachedAt < graceMs) return
    if (owing.missesSince === never || now - owing.missesSince > missesSpanMs) owing.missesSince = now
    if (countBits(owing.misses) < maxMisses) return
    // Beacons came through all the while: it passes on those, and keeps the entries to itself.
    if (parent.heardAt > owing.missesSince) owing.barredUntil = now + barredMs
    owing.misses = 0
    owing.missesSince = never
    this.#trees.places.leaveParent(tree, now)
  }

  #speak(now: Millis): void {
    this.#spoken[this.#spokenAt] = now
    this.#spokenAt = (this.#spokenAt + 1) % hotMessages
    const tenAgo = this.#spoken[this.#spokenAt]
    const isHot = tenAgo !== undefined && now - tenAgo <= hotWindowMs
    if (isHot || this.#trees.leader.tree?.isHot === true) this.#trees.leader.speakHot(now + hotRestMs, now)
  }

  /** Timers of a tab in the background come up to a second late; what arrives does not. */
  #catchUp(now: Millis): void {
    if (this.#timerAt < now) this.timerFired(now)
  }

  #arm(at: Millis): void {
    if (at >= this.#timerAt) return
    this.#timerAt = at
    this.#port.timer(at)
  }
}

/** Misses of one parent farther apart than this are accidents. */
const missesSpanMs = 60_000

function countBits(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
