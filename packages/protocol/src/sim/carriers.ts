/**
 * Transports between simulated machines: reliable and ordered, as data channels are. WebRTC ones come about by signals
 * that name the far half; sockets by the index of the machine that listens, in place of a port.
 */
import { formatUtf8, parseUtf8 } from '../codec/utf8.ts'
import type { Input } from '../engine/input.ts'
import type { Millis } from '../machine.ts'
import type { SimPeer } from './peer.ts'
import type { World } from './world.ts'

/** One end of a transport, held by one run of a program. */
interface Half {
  readonly peer: number
  readonly run: number
  readonly name: string
  readonly binding: Uint8Array
  other: Half | undefined
  up: boolean
  closed: boolean
  /** Frames arrive in order: none before this. */
  arriveAt: Millis
}

/** A machine needs this long to describe itself, or to be refused. */
const describeMs = 5
/** What a partition breaks is noticed at the far end after this. */
const breakMs = 4_000

export class Carriers {
  readonly #world: World
  readonly #canLink: (a: number, b: number) => boolean
  readonly #halves = new Map<string, Half>()

  constructor(world: World, canLink: (a: number, b: number) => boolean) {
    this.#world = world
    this.#canLink = canLink
  }

  dial(peer: SimPeer, name: string, offerer: boolean): void {
    const half = this.#create(peer, name)
    if (offerer) this.#describe('offer', half)
  }

  signal(peer: SimPeer, name: string, bytes: Uint8Array): void {
    const half = this.#find(peer, name)
    const [kind, index, run, otherName] = (parseUtf8(bytes) ?? '').split(' ')
    const other = this.#halves.get(keyOf(Number(index), Number(run), otherName ?? ''))
    if (half === undefined || other === undefined) return
    half.other = other
    if (kind === 'offer') this.#describe('answer', half)
    else if (this.#reaches(half.peer, other.peer)) this.#join(half, other, undefined)
  }

  dialAddress(peer: SimPeer, name: string, port: number): void {
    const target = this.#world.peer(port)
    if (target?.engine === undefined || !this.#reaches(peer.index, target.index)) {
      this.#later(peer.index, peer.run, { type: 'transportDown', transport: name })
      return
    }
    const half = this.#create(peer, name)
    const other = this.#create(target, `in-${name}`)
    half.other = other
    other.other = half
    this.#join(half, other, half)
  }

  transmit(peer: SimPeer, name: string, bytes: Uint8Array): void {
    const half = this.#find(peer, name)
    const other = half?.other
    if (half?.up !== true || other === undefined || other.closed) return
    if (!this.#world.connects(half.peer, other.peer)) return
    other.arriveAt = Math.max(other.arriveAt, this.#world.now + this.#world.delay(half.peer, other.peer))
    this.#world.deliver(other.arriveAt, other.peer, other.run, { type: 'transportFrame', transport: other.name, bytes })
  }

  hangUp(peer: SimPeer, name: string): void {
    const half = this.#find(peer, name)
    if (half !== undefined) this.#cut(half, this.#world.delay(half.peer, half.other?.peer ?? half.peer))
  }

  /** Breaks what `choose` picks. `noticedAtOnce`: the far end does not have to find out by silence. */
  break(choose: (near: number, far: number | undefined) => boolean, noticedAtOnce = false): void {
    for (const half of [...this.#halves.values()]) {
      if (choose(half.peer, half.other?.peer)) this.#cut(half, noticedAtOnce ? 0 : breakMs)
    }
  }

  #reaches(a: number, b: number): boolean {
    return this.#canLink(a, b) && this.#world.connects(a, b)
  }

  #create(peer: SimPeer, name: string): Half {
    const binding = this.#world.random.bytes(32)
    const half: Half = {
      peer: peer.index,
      run: peer.run,
      name,
      binding,
      other: undefined,
      up: false,
      closed: false,
      arriveAt: 0,
    }
    this.#halves.set(keyOf(peer.index, peer.run, name), half)
    return half
  }

  #find(peer: SimPeer, name: string): Half | undefined {
    return this.#halves.get(keyOf(peer.index, peer.run, name))
  }

  #describe(kind: 'offer' | 'answer', half: Half): void {
    const bytes = formatUtf8(`${kind} ${half.peer} ${half.run} ${half.name}`)
    this.#later(half.peer, half.run, { type: 'signalMade', transport: half.name, bytes })
  }

  #later(peer: number, run: number, input: Input): void {
    this.#world.deliver(this.#world.now + describeMs, peer, run, input)
  }

  #join(half: Half, other: Half, initiator: Half | undefined): void {
    const delay = this.#world.delay(half.peer, other.peer) * 2
    for (const [near, far] of [
      [half, other],
      [other, half],
    ] as const) {
      near.arriveAt = this.#world.now + delay
      this.#world.schedule(near.arriveAt, () => this.#open(near, far, initiator))
    }
  }

  #open(near: Half, far: Half, initiator: Half | undefined): void {
    const peer = this.#world.peer(near.peer)
    if (near.closed || peer === undefined || peer.run !== near.run) return
    near.up = true
    this.#world.give(peer, {
      type: 'transportUp',
      transport: near.name,
      kind: initiator === undefined ? 'dtls' : 'socket',
      local: near.binding,
      remote: far.binding,
      initiator: initiator === undefined ? undefined : initiator === near,
    })
  }

  #cut(half: Half, delayMs: number): void {
    for (const end of [half, half.other]) {
      if (end === undefined || end.closed) continue
      end.closed = true
      this.#halves.delete(keyOf(end.peer, end.run, end.name))
      // Not before the frames that are still on their way.
      const at = Math.max(end.arriveAt, this.#world.now + (end === half ? 1 : Math.max(1, delayMs)))
      this.#world.deliver(at, end.peer, end.run, { type: 'transportDown', transport: end.name })
    }
  }
}

function keyOf(peer: number, run: number, name: string): string {
  return `${peer} ${run} ${name}`
}
