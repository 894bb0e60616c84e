/**
 * A model of the registry alone: peers on a tree that is built anew when its root is gone, as fast as the real one is
 * and told to each peer at its own tick.
 */
import { formatHex } from '../codec/text.ts'
import { Registry } from '../gossip/registry.ts'
import type { RegistryOutput } from '../gossip/registry.ts'
import { decodeRegistry, encodeRegistry } from '../gossip/registry-wire.ts'
import type { RegistryEntry, RegistryMessage } from '../gossip/registry-wire.ts'
import type { Millis } from '../machine.ts'
import { EventQueue } from './event-queue.ts'
import { createSeededRandom } from './random.ts'
import type { SeededRandom } from './random.ts'

export interface RegistryPeer {
  readonly index: number
  readonly session: string
  readonly card: Uint8Array
  readonly registry: Registry
  /** Neighbours in the overlay. */
  readonly neighbours: Set<number>
  isAlive: boolean
  isRoot: boolean
  parent: number | undefined
  children: number[]
  timerAt: Millis | undefined
  /** As an interface shows it, from `changed` alone. */
  readonly shown: Map<string, RegistryEntry>
  sentBytes: number
}

const startTime = 1_000_000
const tickMs = 1_000

export class RegistryLab {
  readonly peers: RegistryPeer[] = []
  readonly #queue = new EventQueue<() => void>()
  readonly #bySession = new Map<string, RegistryPeer>()
  readonly #random: SeededRandom
  readonly #degree: number
  /** Cards that are refused. */
  readonly forged: Set<string> = new Set()
  checks = 0
  now: Millis = startTime

  constructor(seed: number, degree = 8) {
    this.#random = createSeededRandom(seed)
    this.#degree = degree
  }

  get living(): RegistryPeer[] {
    return this.peers.filter((peer) => peer.isAlive)
  }

  add(name: string): RegistryPeer {
    const index = this.peers.length
    const random = this.#random.fork()
    const card = random.bytes(136)
    const session = formatHex(card.subarray(0, 32))
    const registry = new Registry(
      {
        own: session,
        random: random.bytes,
        emit: (output) => this.#handle(peer, output),
        verifyCard: (checked) => {
          this.checks++
          return this.forged.size === 0 || !this.forged.has(formatHex(checked.subarray(0, 32)))
        },
      },
      this.now,
    )
    const peer: RegistryPeer = {
      index,
      session,
      card,
      registry,
      neighbours: new Set(),
      isAlive: true,
      isRoot: false,
      parent: undefined,
      children: [],
      timerAt: undefined,
      shown: new Map(),
      sentBytes: 0,
    }
    const others = this.living
    for (let i = 0; i < this.#degree / 2 && others.length > 0; i++) {
      const other = this.#random.pick(others)
      peer.neighbours.add(other.index)
      other.neighbours.add(index)
    }
    this.peers.push(peer)
    this.#bySession.set(session, peer)
    registry.setSelf({ card, name, since: this.now }, this.now)
    this.later(this.#random.between(1, tickMs), () => this.#tick(peer))
    return peer
  }

  /** The tree of a new root, at once; peers learn their place at their next tick. */
  plant(root: RegistryPeer): void {
    for (const peer of this.peers) {
      peer.isRoot = peer === root
      peer.parent = undefined
      peer.children = []
    }
    const seen = new Set([root.index])
    const queue = [root]
    for (let peer = queue.shift(); peer !== undefined; peer = queue.shift()) {
      for (const index of peer.neighbours) {
        const other = this.peers[index] as RegistryPeer
        if (!other.isAlive || seen.has(index)) continue
        seen.add(index)
        other.parent = peer.index
        peer.children.push(index)
        queue.push(other)
      }
    }
  }

  setOnline(): void {
    const online = this.living.length
    for (const peer of this.living) peer.registry.setOnline(online, this.now)
  }

  crash(peers: readonly RegistryPeer[]): void {
    for (const peer of peers) peer.isAlive = false
    for (const peer of peers) {
      for (const index of peer.neighbours) {
        const other = this.peers[index] as RegistryPeer
        this.later(5_000, () => {
          if (other.isAlive) other.registry.lost(peer.session, this.now)
        })
      }
    }
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

  later(afterMs: number, act: () => void): void {
    this.#queue.push(this.now + Math.max(1, Math.round(afterMs)), act)
  }

  /** A payload as it goes over a link. */
  deliver(from: RegistryPeer, to: RegistryPeer, message: RegistryMessage): void {
    const bytes = encodeRegistry(message)
    from.sentBytes += bytes.length
    this.later(this.#random.between(10, 50), () => {
      const decoded = decodeRegistry(bytes)
      if (to.isAlive && decoded.ok) to.registry.receive(from.session, decoded.value, this.now)
    })
  }

  #tick(peer: RegistryPeer): void {
    if (!peer.isAlive) return
    const named = (index: number): string => (this.peers[index] as RegistryPeer).session
    const parent = peer.parent === undefined ? undefined : named(peer.parent)
    peer.registry.setTree({ isRoot: peer.isRoot, parent, children: peer.children.map(named) }, this.now)
    this.later(tickMs, () => this.#tick(peer))
  }

  #handle(peer: RegistryPeer, output: RegistryOutput): void {
    if (output.type === 'send') {
      const to = this.#bySession.get(output.to)
      if (to !== undefined && peer.isAlive) this.deliver(peer, to, output.message)
    } else if (output.type === 'timer') {
      peer.timerAt = output.at
      this.#queue.push(Math.max(output.at, this.now + 1), () => {
        if (!peer.isAlive || peer.timerAt !== output.at) return
        peer.timerAt = undefined
        peer.registry.timerFired(this.now)
      })
    } else {
      for (const session of output.gone) peer.shown.delete(session)
      for (const entry of output.put) peer.shown.set(entry.session, entry)
    }
  }
}
