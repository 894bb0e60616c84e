/**
 * A model of many peers that consist of nothing but their broadcast: a static random overlay, links of 10 to 50 ms one way
 * with 10 % jitter, no crypto worth the name. It measures what trees cost and how they heal, in seconds for thousands of
 * peers; whole engines are the business of `src/sim`.
 */
import { formatHex } from '../src/codec/text.ts'
import { cheapHash, cheapSignature, cheapVerify } from './broadcast-fixture.ts'
import { Broadcast } from '../src/gossip/broadcast.ts'
import type { BroadcastPort } from '../src/gossip/broadcast-io.ts'
import { shortId } from '../src/gossip/broadcast-wire.ts'
import type { Ref, TreeId } from '../src/gossip/broadcast-wire.ts'
import { createSeededRandom } from '../src/sim/random.ts'
import type { SeededRandom } from '../src/sim/random.ts'

export interface LabOptions {
  readonly peers: number
  readonly seed: number
  readonly degree?: number
  /** This part of the peers has `hubDegree` links. */
  readonly hubs?: number
  readonly hubDegree?: number
  /** This part of the peers may lead trees. */
  readonly capable?: number
  /** Detection and repair after a crash. */
  readonly suspectMs?: number
  readonly dropMs?: number
  readonly repairMs?: readonly [number, number]
}

export interface LabLink {
  readonly to: number
  readonly baseMs: number
  lastAt: number
}

export interface LabPeer {
  readonly index: number
  readonly session: string
  readonly key: Uint8Array
  readonly broadcast: Broadcast
  readonly links: Map<string, LabLink>
  alive: boolean
  timerAt: number
}

export interface LabMessage {
  readonly ref: Ref
  readonly author: number
  readonly at: number
  /** Latency + 1 of the first copy by peer, 0 when it did not come. */
  readonly delays: Float64Array
  readonly alive: Uint8Array
  lastHop: number
  copies: number
  first: number
}

export interface LabFigures {
  readonly messages: number
  /** Of message × survivor. */
  readonly delivered: number
  readonly redundancy: number
  readonly lastHop: number
  readonly p99Ms: number
  readonly floodP99Ms: number
  readonly ratio: number
  readonly worstMs: number
  /** Frames per first delivery, by kind. */
  readonly frames: Readonly<Record<string, number>>
  /** All bytes per peer and second without the entries, 20 for each frame added. */
  readonly overheadBytes: number
}

type Event =
  | { readonly kind: 0; readonly peer: number; readonly at: number }
  | { readonly kind: 1; readonly peer: number; readonly from: string; readonly payload: Uint8Array }
  | {
      readonly kind: 2
      readonly peer: number
      readonly from: string
      readonly message: LabMessage
      readonly tree: TreeId
      readonly hop: number
      readonly pulled: boolean
      readonly late: boolean
    }
  | { readonly kind: 3; readonly run: (now: number) => void }

const kinds: Record<number, string> = { 9: 'beacon', 10: 'attach', 11: 'detach', 12: 'have', 13: 'pull' }
const wheelSize = 16_384

export class GossipLab {
  readonly peers: LabPeer[] = []
  readonly bySession = new Map<string, LabPeer>()
  readonly messages: LabMessage[] = []
  readonly random: SeededRandom
  readonly options: Required<LabOptions>
  now = 1_000_000
  frames: Record<string, number> = {}
  overhead = 0
  handled = 0
  misbehaved = 0
  readonly #wheel: Event[][] = Array.from({ length: wheelSize }, () => [])
  readonly #byRef = new Map<Ref, LabMessage>()
  #countedFrom = 0

  constructor(options: LabOptions) {
    this.options = {
      degree: 8,
      hubs: 0,
      hubDegree: 32,
      capable: 1,
      suspectMs: 3_000,
      dropMs: 5_000,
      repairMs: [3_500, 4_500],
      ...options,
    }
    this.random = createSeededRandom(options.seed)
    for (let i = 0; i < options.peers; i++) this.addPeer()
    this.#build()
  }

  addPeer(): LabPeer {
    const index = this.peers.length
    const key = this.random.bytes(32)
    const session = formatHex(key)
    const links = new Map<string, LabLink>()
    const broadcast = new Broadcast({
      own: session,
      ownKey: key,
      roomTag: new Uint8Array(8),
      random: this.random.fork().bytes,
      sign: (message) => cheapSignature(key, message),
      verify: cheapVerify,
      sha256: cheapHash,
      roomTime: (now) => now,
      digest: () => new Uint8Array(8),
      port: {
        send: (to, payload) => this.send(peer, to, payload),
        forward: (...args) => this.#forward(peer, ...args),
        timer: (at) => this.#timer(peer, at),
        beacon: () => undefined,
        misbehaved: () => this.misbehaved++,
      },
    })
    const peer: LabPeer = { index, session, key, broadcast, links, alive: true, timerAt: 0 }
    this.peers.push(peer)
    this.bySession.set(session, peer)
    broadcast.setOnline(this.options.peers)
    broadcast.setCapable(this.random.chance(this.options.capable), this.now)
    return peer
  }

  link(a: LabPeer, b: LabPeer): void {
    if (a === b || a.links.has(b.session)) return
    const baseMs = 10 + this.random.next() * 40
    a.links.set(b.session, { to: b.index, baseMs, lastAt: 0 })
    b.links.set(a.session, { to: a.index, baseMs, lastAt: 0 })
    a.broadcast.neighbourUp(b.session, { rttMs: Math.round(2 * baseMs), leaf: false }, this.now)
    b.broadcast.neighbourUp(a.session, { rttMs: Math.round(2 * baseMs), leaf: false }, this.now)
  }

  unlink(a: LabPeer, b: LabPeer): void {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      if (x.links.delete(y.session) && x.alive) x.broadcast.neighbourDown(y.session, this.now)
    }
  }

  at(at: number, run: (now: number) => void): void {
    this.#post(at, { kind: 3, run })
  }

  send(from: LabPeer, to: string, payload: Uint8Array): void {
    const kind = kinds[payload[0] as number] ?? 'other'
    this.frames[kind] = (this.frames[kind] ?? 0) + 1
    this.overhead += payload.length + 20
    const link = from.links.get(to)
    if (link !== undefined) {
      this.#post(this.#arrival(link), { kind: 1, peer: link.to, from: from.session, payload })
    }
  }

  speak(author: LabPeer): LabMessage {
    const ref = shortId(this.random.bytes(6))
    const alive = Uint8Array.from(this.peers, (peer) => (peer.alive ? 1 : 0))
    const delays = new Float64Array(this.peers.length)
    const message = { ref, author: author.index, at: this.now, delays, alive, lastHop: 0, copies: 0, first: 0 }
    delays[author.index] = 1
    this.messages.push(message)
    this.#byRef.set(ref, message)
    author.broadcast.author(ref, this.now)
    return message
  }

  /** Random living authors, `perSecond` messages until `until`. */
  talk(perSecond: number, until: number, author?: LabPeer): void {
    const next = (): void => {
      if (this.now >= until) return
      let speaker = author
      while (speaker === undefined || !speaker.alive) speaker = this.random.pick(this.peers)
      this.speak(speaker)
      this.at(this.now + this.random.between(1, Math.round(2_000 / perSecond)), next)
    }
    this.at(this.now + 1, next)
  }

  run(until: number): void {
    for (; this.now < until; this.now++) {
      const bucket = this.#wheel[this.now & (wheelSize - 1)] as Event[]
      for (let i = 0; i < bucket.length; i++) this.#handle(bucket[i] as Event)
      bucket.length = 0
    }
  }

  /** Those peers stop without a word; the others find out. */
  crash(victims: readonly LabPeer[]): void {
    const { suspectMs, dropMs, repairMs } = this.options
    for (const victim of victims) victim.alive = false
    for (const victim of victims) {
      for (const link of victim.links.values()) {
        const other = this.peers[link.to] as LabPeer
        if (!other.alive) continue
        const late = this.random.between(0, 300)
        this.at(this.now + suspectMs + late, () => {
          if (other.alive) other.broadcast.neighbourSuspect(victim.session, true, this.now)
        })
        this.at(this.now + dropMs + late, () => this.unlink(other, victim))
        this.at(this.now + this.random.between(repairMs[0], repairMs[1]), () => this.repair(other))
      }
    }
  }

  /** One more link with somebody who has room. */
  repair(peer: LabPeer): void {
    if (!peer.alive) return
    let living = 0
    for (const link of peer.links.values()) if ((this.peers[link.to] as LabPeer).alive) living++
    if (living >= this.options.degree) return
    for (let tries = 0; tries < 50; tries++) {
      const other = this.random.pick(this.peers)
      if (!other.alive || other === peer || peer.links.has(other.session)) continue
      if (other.links.size > this.options.degree + 2 && tries < 40) continue
      this.link(peer, other)
      return
    }
  }

  /** A newcomer with as many links as everybody. */
  join(): LabPeer {
    const peer = this.addPeer()
    for (let i = 0; i < this.options.degree; i++) this.repair(peer)
    return peer
  }

  /** Counts frames from here. */
  resetCounts(): void {
    this.frames = {}
    this.overhead = 0
    this.handled = 0
    this.#countedFrom = this.now
  }

  figures(messages: readonly LabMessage[] = this.messages, withFlood = true): LabFigures {
    const delays: number[] = []
    const flood: number[] = []
    let expected = 0
    let here = 0
    let copies = 0
    let first = 0
    let hops = 0
    let worst = 0
    for (const message of messages) {
      copies += message.copies
      first += message.first
      hops += message.lastHop
      for (let i = 0; i < message.alive.length; i++) {
        if (message.alive[i] === 0 || !(this.peers[i] as LabPeer).alive || i === message.author) continue
        expected++
        const delay = message.delays[i] as number
        if (delay === 0) continue
        here++
        delays.push(delay - 1)
        worst = Math.max(worst, delay - 1)
      }
      if (withFlood) for (const delay of this.#floodDelays(message.author)) flood.push(delay)
    }
    const seconds = Math.max(1, this.now - this.#countedFrom) / 1000
    const frames: Record<string, number> = {}
    for (const [kind, count] of Object.entries(this.frames)) frames[kind] = round(count / Math.max(1, first), 3)
    const p99Ms = quantile(delays, 0.99)
    const floodP99Ms = quantile(flood, 0.99)
    return {
      messages: messages.length,
      delivered: here / Math.max(1, expected),
      redundancy: round((copies - first) / Math.max(1, first), 5),
      lastHop: round(hops / Math.max(1, messages.length), 2),
      p99Ms: round(p99Ms, 1),
      floodP99Ms: round(floodP99Ms, 1),
      ratio: round(p99Ms / Math.max(1, floodP99Ms), 3),
      worstMs: Math.round(worst),
      frames,
      overheadBytes: Math.round(this.overhead / seconds / this.peers.length),
    }
  }

  #handle(event: Event): void {
    this.handled++
    if (event.kind === 3) {
      event.run(this.now)
      return
    }
    const peer = this.peers[event.peer] as LabPeer
    if (!peer.alive) return
    if (event.kind === 0) {
      if (peer.timerAt !== event.at) return
      if (event.at > this.now) this.#timer(peer, event.at)
      else {
        peer.timerAt = 0
        peer.broadcast.timerFired(this.now)
      }
      return
    }
    if (!peer.links.has(event.from)) return
    if (event.kind === 1) peer.broadcast.receive(event.from, event.payload, this.now)
    else this.#entry(peer, event)
  }

  #entry(peer: LabPeer, event: Event & { kind: 2 }): void {
    const { message, from, tree, hop, pulled, late } = event
    message.copies++
    if (peer.index < message.delays.length && message.delays[peer.index] !== 0) {
      peer.broadcast.duplicate(message.ref, from, tree, hop, pulled, this.now)
      return
    }
    if (peer.index >= message.delays.length) {
      // Came later than the message: it holds what synchronisation brought it.
      message.copies--
      peer.broadcast.arrived(message.ref, from, tree, hop, pulled, this.now, late)
      return
    }
    message.first++
    message.lastHop = Math.max(message.lastHop, hop)
    message.delays[peer.index] = this.now - message.at + 1
    peer.broadcast.arrived(message.ref, from, tree, hop, pulled, this.now, late)
  }

  #forward(from: LabPeer, ...args: Parameters<BroadcastPort['forward']>): void {
    const [ref, to, tree, hop, pulled, late] = args
    const message = this.#byRef.get(ref)
    if (message === undefined) return
    for (const session of to) {
      this.frames['entry'] = (this.frames['entry'] ?? 0) + 1
      if (pulled) this.frames['pulled'] = (this.frames['pulled'] ?? 0) + 1
      this.overhead += 31
      const link = from.links.get(session)
      if (link === undefined) continue
      const peer = link.to
      this.#post(this.#arrival(link), { kind: 2, peer, from: from.session, message, tree, hop, pulled, late })
    }
  }

  #arrival(link: LabLink): number {
    const at = this.now + link.baseMs * (0.9 + 0.2 * this.random.next())
    link.lastAt = Math.max(link.lastAt, Math.round(at), this.now + 1)
    return link.lastAt
  }

  #timer(peer: LabPeer, at: number): void {
    peer.timerAt = at
    this.#post(Math.max(this.now, at), { kind: 0, peer: peer.index, at })
  }

  #post(at: number, event: Event): void {
    const when = Math.min(Math.max(Math.round(at), this.now), this.now + wheelSize - 1)
    if (event.kind === 3 && when < Math.round(at)) {
      ;(this.#wheel[when & (wheelSize - 1)] as Event[]).push({ kind: 3, run: () => this.#post(at, event) })
    } else (this.#wheel[when & (wheelSize - 1)] as Event[]).push(event)
  }

  #build(): void {
    const { degree, hubs, hubDegree } = this.options
    const stubs: LabPeer[] = []
    for (const peer of this.peers) {
      const links = this.random.chance(hubs) ? hubDegree : degree
      for (let i = 0; i < links; i++) stubs.push(peer)
    }
    for (let i = stubs.length - 1; i > 0; i--) {
      const j = this.random.between(0, i)
      const swap = stubs[i] as LabPeer
      stubs[i] = stubs[j] as LabPeer
      stubs[j] = swap
    }
    for (let i = 0; i + 1 < stubs.length; i += 2) this.link(stubs[i] as LabPeer, stubs[i + 1] as LabPeer)
  }

  /** Latency of an ideal flood (Dijkstra), over the links as they are. */
  #floodDelays(author: number): number[] {
    const best = new Float64Array(this.peers.length).fill(Infinity)
    // Latencies are small: buckets of half a millisecond are the queue.
    const buckets: number[][] = [[author]]
    best[author] = 0
    for (let b = 0; b < buckets.length; b++) {
      for (const index of buckets[b] ?? []) {
        const at = best[index] as number
        if (Math.floor(at * 2) !== b) continue
        for (const link of (this.peers[index] as LabPeer).links.values()) {
          if (!(this.peers[link.to] as LabPeer).alive) continue
          const next = at + link.baseMs
          if (next >= (best[link.to] as number)) continue
          best[link.to] = next
          ;(buckets[Math.floor(next * 2)] ??= []).push(link.to)
        }
      }
    }
    return [...best].filter((delay, i) => i !== author && Number.isFinite(delay))
  }
}

function quantile(values: number[], q: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
