/**
 * A model network of overlays: links take time to make, some pairs cannot link, peers crash, a relay introduces the
 * lonely ones. No engines, no cryptography: it is for questions about the overlay alone (is it connected, how long until
 * it is whole again), and fast enough to ask them for a thousand peers on several seeds.
 */
import { formatHex } from '../codec/text.ts'
import { Overlay } from '../gossip/overlay.ts'
import type { OverlayOutput } from '../gossip/overlay.ts'
import type { Contact, OverlayMessage, PeerKind } from '../gossip/overlay-wire.ts'
import type { Millis } from '../machine.ts'
import { EventQueue } from './event-queue.ts'
import { createSeededRandom } from './random.ts'
import type { SeededRandom } from './random.ts'

export interface LabOptions {
  readonly seed: number
  /** One way, between two random peers. */
  readonly latencyMs?: readonly [number, number]
  /** Part of the pairs that cannot link. */
  readonly unlinkable?: number
  /** Silence after which a neighbour is suspected, and dropped. */
  readonly suspectMs?: number
  readonly dropMs?: number
  readonly isRelayUp?: boolean
}

export interface LabPeer {
  readonly index: number
  readonly contact: Contact
  readonly overlay: Overlay
  readonly kind: PeerKind
  readonly links: Set<number>
  isAlive: boolean
  /** In the relay's topic because it is lonely. */
  isLonelyUntil: Millis
  timerAt: Millis | undefined
  /** Counters. */
  connects: number
  lonely: number
  changes: number
}

const startTime = 1_000_000
const relayMs = 60
const greeters = 32
const knockTimeoutMs = 4_000
const transportTimeoutMs = 6_000

export class OverlayLab {
  readonly peers: LabPeer[] = []
  readonly #queue = new EventQueue<() => void>()
  readonly #random: SeededRandom
  readonly #options: Required<LabOptions>
  readonly #bySession = new Map<string, LabPeer>()
  /** Which half a peer is in; links across do not carry anything while it is set. */
  #halves: ((index: number) => number) | undefined
  now: Millis = startTime
  sent = 0
  sentContacts = 0

  constructor(options: LabOptions) {
    this.#options = {
      latencyMs: [10, 50],
      unlinkable: 0,
      suspectMs: 3_000,
      dropMs: 5_000,
      isRelayUp: true,
      ...options,
    }
    this.#random = createSeededRandom(options.seed)
  }

  get living(): LabPeer[] {
    return this.peers.filter((peer) => peer.isAlive)
  }

  /** A new peer, which has heard of `contacts`. */
  join(kind: PeerKind = 'desktop', contacts: readonly LabPeer[] = []): LabPeer {
    const index = this.peers.length
    const random = this.#random.fork()
    const card = random.bytes(136)
    const contact: Contact = { session: formatHex(card.subarray(0, 32)), card }
    const pending: OverlayOutput[] = []
    let emit = (output: OverlayOutput): void => void pending.push(output)
    const overlay = new Overlay(
      { own: contact, random: random.bytes, emit: (output) => emit(output), kind, intern: (c) => this.#intern(c) },
      this.now,
    )
    const peer: LabPeer = {
      index,
      contact,
      overlay,
      kind,
      links: new Set(),
      isAlive: true,
      isLonelyUntil: 0,
      timerAt: undefined,
      connects: 0,
      lonely: 0,
      changes: 0,
    }
    this.peers.push(peer)
    this.#bySession.set(contact.session, peer)
    emit = (output) => this.#handle(peer, output)
    for (const output of pending) this.#handle(peer, output)
    overlay.learned(
      contacts.map((other) => other.contact),
      this.now,
    )
    return peer
  }

  setOnline(): void {
    const living = this.living
    for (const peer of living) peer.overlay.setOnline(living.length, this.now)
  }

  run(forMs: number): void {
    const end = this.now + forMs
    while ((this.#queue.nextAt ?? Infinity) <= end) {
      const next = this.#queue.pop()
      if (next === undefined) break
      this.now = next.at
      next.value()
    }
    this.now = end
  }

  /** Gone without a word; neighbours notice by silence. */
  crash(peers: readonly LabPeer[]): void {
    for (const peer of peers) peer.isAlive = false
    for (const peer of peers) {
      for (const other of peer.links) this.#silence(this.#peer(other), peer, () => true)
    }
  }

  /** A part of the living, at random. */
  some(part: number): LabPeer[] {
    const living = this.living
    for (let i = living.length - 1; i > 0; i--) {
      const other = this.#random.between(0, i)
      const peer = living[i] as LabPeer
      living[i] = living[other] as LabPeer
      living[other] = peer
    }
    return living.slice(0, Math.round(living.length * part))
  }

  partition(halfOf: (index: number) => number): void {
    this.#halves = halfOf
    for (const peer of this.living) {
      for (const other of peer.links) {
        if (halfOf(other) !== halfOf(peer.index)) {
          this.#silence(peer, this.#peer(other), () => this.#isCut(peer.index, other))
        }
      }
    }
  }

  heal(): void {
    this.#halves = undefined
  }

  /** Both ends agree that they are neighbours. */
  neighboursOf(peer: LabPeer): LabPeer[] {
    return peer.overlay.active
      .map((session) => this.#bySession.get(session) as LabPeer)
      .filter((other) => other.isAlive && other.overlay.isNeighbour(peer.contact.session))
  }

  /** Sizes of the parts the living are in, the largest first. */
  components(): number[] {
    const seen = new Set<LabPeer>()
    const sizes: number[] = []
    for (const start of this.living) {
      if (seen.has(start)) continue
      const stack = [start]
      seen.add(start)
      let size = 0
      for (let peer = stack.pop(); peer !== undefined; peer = stack.pop()) {
        size++
        for (const other of this.neighboursOf(peer)) {
          if (seen.has(other)) continue
          seen.add(other)
          stack.push(other)
        }
      }
      sizes.push(size)
    }
    return sizes.sort((a, b) => b - a)
  }

  /** Part of the pairs of one's neighbours that are neighbours of each other. */
  clustering(): number {
    let closed = 0
    let pairs = 0
    for (const peer of this.living) {
      const others = this.neighboursOf(peer)
      for (let i = 0; i < others.length; i++) {
        for (let k = i + 1; k < others.length; k++) {
          pairs++
          if ((others[i] as LabPeer).overlay.isNeighbour((others[k] as LabPeer).contact.session)) closed++
        }
      }
    }
    return closed / Math.max(1, pairs)
  }

  /** How many passive views of the living know each of the living. */
  inDegrees(): number[] {
    const count = new Map<string, number>()
    for (const peer of this.living) {
      for (const { session } of peer.overlay.passive) count.set(session, (count.get(session) ?? 0) + 1)
    }
    return this.living.map((peer) => count.get(peer.contact.session) ?? 0)
  }

  later(afterMs: number, act: () => void): void {
    this.#queue.push(this.now + Math.max(1, Math.round(afterMs)), act)
  }

  #handle(peer: LabPeer, output: OverlayOutput): void {
    switch (output.type) {
      case 'send':
        this.#send(peer, output.to, output.message)
        break
      case 'connect':
        this.#connect(peer, output)
        break
      case 'release':
        this.#release(peer, output.session)
        break
      case 'lonely':
        peer.lonely++
        peer.isLonelyUntil = this.now + 30_000
        if (this.#options.isRelayUp) this.later(relayMs * 2, () => this.#introduce(peer))
        break
      case 'neighbour':
        peer.changes++
        break
      case 'timer':
        peer.timerAt = output.at
        this.#queue.push(Math.max(output.at, this.now + 1), () => {
          if (!peer.isAlive || peer.timerAt !== output.at) return
          peer.timerAt = undefined
          peer.overlay.timerFired(this.now)
        })
        break
    }
  }

  #send(peer: LabPeer, to: string, message: OverlayMessage): void {
    const other = this.#bySession.get(to)
    if (other === undefined || !peer.links.has(other.index)) return
    this.sent++
    if ('contacts' in message) this.sentContacts += message.contacts.length
    if ('contact' in message) this.sentContacts++
    this.later(this.#latency(peer.index, other.index), () => {
      if (!other.isAlive || !other.links.has(peer.index) || this.#isCut(peer.index, other.index)) return
      other.overlay.receive(peer.contact.session, message, this.now)
    })
  }

  #connect(peer: LabPeer, wish: Extract<OverlayOutput, { type: 'connect' }>): void {
    peer.connects++
    const { session } = wish.contact
    const other = this.#bySession.get(session)
    const tell = (afterMs: number, why: 'busy' | 'failed' | 'timeout'): void =>
      this.later(afterMs, () => {
        if (peer.isAlive) peer.overlay.failed(session, why, this.now)
      })
    if (other === undefined) return tell(knockTimeoutMs, 'timeout')
    // By a member, or else by the relay: two legs each way.
    const oneWayMs = this.#latency(peer.index, other.index) + relayMs / 2
    this.later(oneWayMs, () => {
      if (!other.isAlive || this.#isCut(peer.index, other.index)) return tell(knockTimeoutMs - oneWayMs, 'timeout')
      if (!other.overlay.admits(peer.contact.session, wish.priority, this.now)) {
        other.overlay.learned([peer.contact], this.now)
        return tell(oneWayMs, 'busy')
      }
      if (!this.#canLink(peer.index, other.index)) return tell(transportTimeoutMs, 'failed')
      this.later(oneWayMs + 3 * this.#latency(peer.index, other.index), () => {
        if (!peer.isAlive || !other.isAlive || this.#isCut(peer.index, other.index)) {
          return tell(knockTimeoutMs, 'timeout')
        }
        this.#link(peer, other)
      })
    })
  }

  #link(a: LabPeer, b: LabPeer): void {
    const rttMs = 2 * this.#baseLatency(a.index, b.index)
    a.links.add(b.index)
    b.links.add(a.index)
    a.overlay.linked(b.contact, { rttMs, path: 'direct' }, this.now)
    b.overlay.linked(a.contact, { rttMs, path: 'direct' }, this.now)
  }

  #release(peer: LabPeer, session: string): void {
    const other = this.#bySession.get(session)
    if (other === undefined || other.overlay.isNeighbour(peer.contact.session)) return
    this.#unlink(peer, other)
    this.later(this.#latency(peer.index, other.index), () => this.#unlink(other, peer))
  }

  #unlink(peer: LabPeer, other: LabPeer): void {
    if (peer.links.delete(other.index) && peer.isAlive) peer.overlay.unlinked(other.contact.session, this.now)
  }

  #silence(peer: LabPeer, other: LabPeer, isStill: () => boolean): void {
    const { suspectMs, dropMs } = this.#options
    const { session } = other.contact
    const earlier = this.#random.between(0, 300)
    this.later(suspectMs - earlier, () => {
      if (peer.isAlive && peer.links.has(other.index) && isStill()) peer.overlay.suspect(session, true, this.now)
    })
    this.later(dropMs - earlier, () => {
      if (!peer.links.has(other.index)) return
      if (isStill()) this.#unlink(peer, other)
      else if (peer.isAlive) peer.overlay.suspect(session, false, this.now)
    })
  }

  /** The relay tells who is in the topic: greeters, and who is lonely too. */
  #introduce(peer: LabPeer): void {
    if (!peer.isAlive) return
    const isHere = (other: LabPeer): boolean => other.isAlive && other !== peer && !this.#isCut(peer.index, other.index)
    const met = this.peers.filter(
      (other) => isHere(other) && (other.isLonelyUntil > this.now || this.#isGreeter(other)),
    )
    for (let i = met.length - 1; i > 0; i--) {
      const other = this.#random.between(0, i)
      const swapped = met[i] as LabPeer
      met[i] = met[other] as LabPeer
      met[other] = swapped
    }
    const learned = met.slice(0, 100).map((other) => other.contact)
    peer.overlay.learned(learned, this.now)
    for (const other of met) {
      this.later(relayMs, () => {
        if (other.isAlive) other.overlay.learned([peer.contact], this.now)
      })
    }
  }

  /** About 32 of all stay in the topic, as the engine has it. */
  #isGreeter(peer: LabPeer): boolean {
    return parseInt(peer.contact.session.slice(0, 8), 16) * this.peers.length < greeters * 0x1_0000_0000
  }

  #isCut(a: number, b: number): boolean {
    return this.#halves !== undefined && this.#halves(a) !== this.#halves(b)
  }

  #canLink(a: number, b: number): boolean {
    return mix(Math.min(a, b), Math.max(a, b), this.#options.seed) >= this.#options.unlinkable
  }

  #baseLatency(a: number, b: number): number {
    const [least, most] = this.#options.latencyMs
    return least + (most - least) * mix(Math.min(a, b) + 7_919, Math.max(a, b), this.#options.seed)
  }

  #latency(a: number, b: number): number {
    return this.#baseLatency(a, b) * (0.9 + 0.2 * this.#random.next())
  }

  #peer(index: number): LabPeer {
    return this.peers[index] as LabPeer
  }

  #intern(contact: Contact): Contact {
    return this.#bySession.get(contact.session)?.contact ?? contact
  }
}

/** Uniform in [0, 1), the same for a pair each time. */
function mix(a: number, b: number, seed: number): number {
  let x = Math.imul(a + 1, 0x9e37_79b1) ^ Math.imul(b + 1, 0x85eb_ca77) ^ Math.imul(seed + 1, 0xc2b2_ae3d)
  x = Math.imul(x ^ (x >>> 15), 0x2c1b_3c6d)
  x = Math.imul(x ^ (x >>> 12), 0x297a_2d39)
  return ((x ^ (x >>> 15)) >>> 0) / 0x1_0000_0000
}
