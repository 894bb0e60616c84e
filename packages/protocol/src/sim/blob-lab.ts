/**
 * A model of the blobs room alone: peers with an uplink each, which every link shares, a downlink and a store.
 *
 * What is urgent goes before blocks; blocks of a peer's links take turns on its uplink, and a link takes another one
 * while fewer than two wait, much as `engine/blob-traffic.ts` does. Everything is hashed and checked as in earnest; the store keeps a
 * reference to the one true block, so that hundreds of peers fit into one process.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { equalBytes } from '../codec/bytes.ts'
import { Bits } from '../blobs/bits.ts'
import { Blobs } from '../blobs/blobs.ts'
import type { BlobEvent, BlobJob, BlobResult } from '../blobs/jobs.ts'
import { blockLengthOf, blocksOf, hashBytes, pagesOf } from '../blobs/layout.ts'
import { buildPages, leafOf } from '../blobs/merkle.ts'
import { blobTags } from '../blobs/wire.ts'
import type { BlobProgress } from '../blobs/progress.ts'
import type { Millis } from '../machine.ts'
import { EventQueue } from './event-queue.ts'
import { type SeededRandom, createSeededRandom } from './random.ts'

export interface LabFile {
  readonly root: string
  readonly size: number
  readonly blocks: readonly Uint8Array[]
  readonly pages: readonly Uint8Array[]
}

interface Held {
  readonly blocks: Bits
  readonly pages: Bits
}

interface Lane {
  readonly to: LabPeer
  readonly latencyMs: Millis
  readonly messages: Uint8Array[]
  readonly blocks: Uint8Array[]
}

export interface BlobLabOptions {
  readonly crypto: Crypto
  readonly seed: number
  /** Bytes per millisecond; 1,250 is 10 Mbit/s. */
  readonly uplink?: number | undefined
  readonly downlink?: number | undefined
  readonly latencyMs?: readonly [Millis, Millis] | undefined
}

const storeMs: Millis = 1
/** What a packet costs besides its payload, per 1,200 bytes: DTLS, SCTP, UDP, IP. */
const packetBytes = 1_200
const packetOverhead = 77
const maxWaiting = 2
const blockTag = blobTags.from + 4

export class LabPeer {
  readonly session: string
  readonly blobs: Blobs
  readonly store: Map<string, Held> = new Map()
  readonly progress: Map<string, BlobProgress> = new Map()
  /** When it had all of a blob. */
  readonly completedAt: Map<string, Millis> = new Map()
  readonly lanes: Map<string, Lane> = new Map()
  readonly dropped: string[] = []
  /** Blocks that left, by root and number. */
  readonly sent: Map<string, number> = new Map()
  sentBytes = 0
  /** Blocks its store still takes. */
  space: number = Infinity
  isGone = false
  downFreeAt: Millis = 0
  isSending = false
  turn = 0
  /** Changes what it sends: for liars. */
  tamper: ((payload: Uint8Array) => Uint8Array | undefined) | undefined

  constructor(session: string, blobs: Blobs) {
    this.session = session
    this.blobs = blobs
  }
}

export class BlobLab {
  readonly peers: LabPeer[] = []
  readonly files: Map<string, LabFile> = new Map()
  now: Millis = 1_000_000
  /** Called when a peer has all of a blob, the first time. */
  onComplete: (peer: LabPeer) => void = () => {}
  readonly #crypto: Crypto
  readonly #random: SeededRandom
  readonly #uplink: number
  readonly #downlink: number
  readonly #latencyMs: readonly [Millis, Millis]
  readonly #queue = new EventQueue<() => void>()
  readonly #keepers = new Set<string>()
  #requests = 0

  constructor(options: BlobLabOptions) {
    this.#crypto = options.crypto
    this.#random = createSeededRandom(options.seed)
    this.#uplink = options.uplink ?? 1_250
    this.#downlink = options.downlink ?? 12_500
    this.#latencyMs = options.latencyMs ?? [5, 40]
  }

  /** Ciphertext that nobody needs to open. */
  file(size: number): LabFile {
    const crypto = this.#crypto
    const blocks = Array.from({ length: blocksOf(size) }, (_, i) => this.#random.bytes(blockLengthOf(size, i)))
    const leaves = new Uint8Array(blocks.length * hashBytes)
    blocks.forEach((block, i) => leaves.set(leafOf(crypto, block), i * hashBytes))
    const { root, pages } = buildPages(crypto, size, leaves)
    const file = { root: formatHex(root), size, blocks, pages }
    this.files.set(file.root, file)
    return file
  }

  add(isKeeper = false): LabPeer {
    const self = this.#random.bytes(32)
    const session = formatHex(self)
    if (isKeeper) this.#keepers.add(session)
    const random = this.#random.fork()
    const blobs = new Blobs({
      crypto: { sha256: this.#crypto.sha256, random: random.bytes },
      self,
      hasRoom: (to) => (peer.lanes.get(to)?.blocks.length ?? maxWaiting) < maxWaiting,
      send: (to, urgency, bytes) => this.#send(peer, to, urgency === 'message', bytes),
      job: (job) => this.#job(peer, job),
      tell: (event) => this.#told(peer, event),
      fetchesAll: isKeeper,
      isKeeper: (other) => this.#keepers.has(other),
      wake: (at) => this.#at(at, peer, () => peer.blobs.beat(this.now)),
      drop: (other) => {
        peer.dropped.push(other)
        const far = this.peers.find((one) => one.session === other)
        if (far !== undefined) this.#queue.push(this.now, () => this.unlink(peer, far))
      },
    })
    const peer = new LabPeer(session, blobs)
    this.peers.push(peer)
    return peer
  }

  link(a: LabPeer, b: LabPeer): void {
    const latencyMs = this.#random.between(...this.#latencyMs)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.lanes.set(to.session, { to, latencyMs, messages: [], blocks: [] })
    }
    a.blobs.linked(b.session, this.now)
    b.blobs.linked(a.session, this.now)
  }

  unlink(a: LabPeer, b: LabPeer): void {
    if (!a.lanes.delete(b.session)) return
    b.lanes.delete(a.session)
    a.blobs.unlinked(b.session, this.now)
    b.blobs.unlinked(a.session, this.now)
  }

  /** Everybody with everybody up to nine; of more, eight each as a mesh has it: four rings in random order. */
  linkAll(rings = 4): void {
    const { peers } = this
    if (peers.length <= rings * 2 + 1) {
      peers.forEach((peer, i) => peers.slice(i + 1).forEach((other) => this.link(peer, other)))
      return
    }
    for (let ring = 0; ring < rings; ring++) {
      const order = this.#shuffled()
      order.forEach((peer, i) => {
        const next = order[(i + 1) % order.length] as LabPeer
        if (!peer.lanes.has(next.session)) this.link(peer, next)
      })
    }
  }

  leave(peer: LabPeer): void {
    peer.isGone = true
    for (const { to } of [...peer.lanes.values()]) this.unlink(peer, to)
  }

  /** It has all of it, or these blocks, and every page. */
  hold(peer: LabPeer, file: LabFile, blocks?: readonly number[]): void {
    const held = { blocks: new Bits(file.blocks.length), pages: new Bits(pagesOf(file.size)) }
    held.pages.fill()
    if (blocks === undefined) held.blocks.fill()
    else for (const index of blocks) held.blocks.set(index)
    peer.store.set(file.root, held)
  }

  /** Runs until nothing is left to do, `until` says so, or so much time has passed. */
  run(ms: Millis, until: () => boolean = () => false): void {
    const end = this.now + ms
    while (!until()) {
      const at = this.#queue.nextAt
      if (at === undefined || at > end) {
        this.now = end
        return
      }
      const next = this.#queue.pop()
      this.now = Math.max(this.now, at)
      next?.value()
    }
  }

  #shuffled(): LabPeer[] {
    const order = [...this.peers]
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#random.between(0, i)
      ;[order[i], order[j]] = [order[j] as LabPeer, order[i] as LabPeer]
    }
    return order
  }

  #told(peer: LabPeer, event: BlobEvent): void {
    if (event.type !== 'blob') return
    peer.progress.set(event.root, event)
    if (event.state === 'here' && !peer.completedAt.has(event.root)) {
      peer.completedAt.set(event.root, this.now)
      this.onComplete(peer)
    }
  }

  #at(at: Millis, peer: LabPeer, run: () => void): void {
    this.#queue.push(at, () => {
      if (!peer.isGone) run()
    })
  }

  // The store.

  #job(peer: LabPeer, job: BlobJob): number {
    const request = ++this.#requests
    this.#at(this.now + storeMs, peer, () => peer.blobs.done(request, this.#answer(peer, job), this.now))
    return request
  }

  #answer(peer: LabPeer, job: BlobJob): BlobResult {
    const file = this.files.get(job.root)
    const held = peer.store.get(job.root)
    switch (job.type) {
      case 'look':
        return {
          type: 'held',
          blocks: held?.blocks.toBytes() ?? new Bits(blocksOf(job.size)).toBytes(),
          pages: held?.pages.toBytes() ?? new Bits(pagesOf(job.size)).toBytes(),
        }
      case 'keepBlock': {
        if (!equalBytes(leafOf(this.#crypto, job.bytes), job.leaf)) return { type: 'kept', outcome: 'corrupt' }
        if (peer.space <= 0) return { type: 'kept', outcome: 'full' }
        peer.space--
        this.#slots(peer, job.root, job.size).blocks.set(job.index)
        return { type: 'kept', outcome: 'kept' }
      }
      case 'keepPage':
        this.#slots(peer, job.root, job.size).pages.set(job.index)
        return { type: 'kept', outcome: 'kept' }
      case 'read': {
        const slots = job.part === 'block' ? held?.blocks : held?.pages
        const bytes = job.part === 'block' ? file?.blocks[job.index] : file?.pages[job.index]
        return { type: 'bytes', bytes: slots?.has(job.index) === true ? bytes : undefined }
      }
      case 'remove':
        peer.store.delete(job.root)
        return { type: 'removed' }
    }
  }

  #slots(peer: LabPeer, root: string, size: number): Held {
    let held = peer.store.get(root)
    if (held === undefined) {
      held = { blocks: new Bits(blocksOf(size)), pages: new Bits(pagesOf(size)) }
      peer.store.set(root, held)
    }
    return held
  }

  // The network.

  #send(from: LabPeer, to: string, isMessage: boolean, bytes: Uint8Array): void {
    const lane = from.lanes.get(to)
    const payload = from.tamper === undefined ? bytes : from.tamper(bytes)
    if (lane === undefined || payload === undefined) return
    if (isMessage) lane.messages.push(payload)
    else lane.blocks.push(payload)
    this.#transmit(from)
  }

  #transmit(from: LabPeer): void {
    if (from.isSending || from.isGone) return
    const lanes = [...from.lanes.values()]
    const urgent = lanes.find(({ messages }) => messages.length > 0)
    let lane = urgent
    for (let i = 1; lane === undefined && i <= lanes.length; i++) {
      const at = (from.turn + i) % lanes.length
      if ((lanes[at]?.blocks.length ?? 0) === 0) continue
      lane = lanes[at]
      from.turn = at
    }
    if (lane === undefined) return
    const payload = (urgent === undefined ? lane.blocks[0] : lane.messages.shift()) as Uint8Array
    const bytes = payload.length + Math.ceil(payload.length / packetBytes) * packetOverhead
    from.isSending = true
    from.sentBytes += bytes
    if (payload[0] === blockTag) this.#count(from, payload)
    // Fractions of a millisecond add up to the right rate: time here need not be whole.
    const sentAt = this.now + bytes / this.#uplink
    this.#at(sentAt, from, () => {
      from.isSending = false
      if (urgent === undefined) {
        lane.blocks.shift()
        from.blobs.room(lane.to.session, this.now)
      }
      this.#transmit(from)
    })
    const { to } = lane
    this.#at(sentAt + lane.latencyMs, to, () => {
      to.downFreeAt = Math.max(this.now, to.downFreeAt) + bytes / this.#downlink
      this.#at(to.downFreeAt, to, () => {
        if (to.lanes.has(from.session) && !to.blobs.receive(from.session, payload, this.now)) this.unlink(to, from)
      })
    })
  }

  #count(from: LabPeer, payload: Uint8Array): void {
    const key = formatHex(payload.subarray(1, 37))
    from.sent.set(key, (from.sent.get(key) ?? 0) + 1)
  }
}
