/**
 * Transports between simulated machines: reliable and ordered, as data channels are. WebRTC ones come about by signals
 * that name the far half; sockets by the index of the machine that listens, in place of a port.
 *
 * Each end knows the other only by number, and everything between them is an event, so that the two may be simulated on
 * different cores. With a bandwidth, frames wait for their turn in the sender's uplink and the receiver's downlink, and
 * the engine is told when more than 64 KiB of a transport wait and when less than 16 KiB do again.
 */
import { formatUtf8, parseUtf8 } from '../codec/utf8.ts'
import type { TransportKind } from '../engine/input.ts'
import type { Millis } from '../machine.ts'
import { mix, xorshift } from './chance.ts'
import { FrameCache } from './frame-cache.ts'
import type { Half, SimPeer } from './peer.ts'
import { events } from './world.ts'
import type { World } from './world.ts'

export interface CarrierOptions {
  readonly canLink: (a: number, b: number) => boolean
  /** What a partition or a crash breaks is noticed at the far end after this. */
  readonly breakMs: Millis
  /** Bits per second of every machine's line. */
  readonly bandwidth: { readonly up: number; readonly down: number } | undefined
  /** Equal frames on their way share their bytes. */
  readonly shareFrames: boolean
}

/** A machine needs this long to describe itself, or to be refused. */
const describeMs = 5
const highWater = 64 * 1024
const lowWater = 16 * 1024
const bindingBytes = 32
/** Of a frame that carries a whole payload: code, priority, payload. */
const wholeCode = 0x10

export class Carriers {
  readonly #world: World
  readonly #options: CarrierOptions
  readonly #upMsPerByte: number
  readonly #downMsPerByte: number
  readonly #frames: FrameCache | undefined
  frames = 0
  bytes = 0
  /** Frames and bytes by the first byte of the payload, where it is to be seen: two numbers per tag. */
  readonly byTag: Float64Array = new Float64Array(512)

  constructor(world: World, options: CarrierOptions) {
    this.#world = world
    this.#options = options
    this.#upMsPerByte = options.bandwidth === undefined ? 0 : 8_000 / options.bandwidth.up
    this.#downMsPerByte = options.bandwidth === undefined ? 0 : 8_000 / options.bandwidth.down
    if (options.shareFrames) this.#frames = new FrameCache()
  }

  // What a program asks for.

  dial(peer: SimPeer, name: string, offerer: boolean): void {
    const half = this.#create(peer, name, 'dtls')
    if (offerer) this.#describe('offer', peer, half)
  }

  signal(peer: SimPeer, name: string, bytes: Uint8Array): void {
    const half = peer.transports.get(name)
    const [kind, index, id] = (parseUtf8(bytes) ?? '').split(' ')
    if (half === undefined || half.far >= 0) return
    const far = Number(index)
    if (!this.#reaches(peer.index, far)) return
    this.#aim(peer, half, far, Number(id))
    if (kind === 'offer') this.#describe('answer', peer, half)
    else this.#send(peer, half, events.connect, half.farId, half.id)
  }

  dialAddress(peer: SimPeer, name: string, port: number): void {
    const half = this.#create(peer, name, 'socket')
    if (port === peer.index || !this.#reaches(peer.index, port)) {
      this.#world.post(this.#world.now + describeMs, events.refuse, peer.index, peer.index, half.id, 0, undefined)
      return
    }
    this.#aim(peer, half, port, -1)
    this.#send(peer, half, events.connect, -1, half.id, name)
  }

  transmit(peer: SimPeer, name: string, bytes: Uint8Array): void {
    const half = peer.transports.get(name)
    if (half === undefined || !half.up || !this.#world.connects(peer.index, half.far)) return
    this.frames++
    this.bytes += bytes.length
    if (half.kind === 'dtls' && bytes[0] === wholeCode && bytes.length > 2) {
      const at = (bytes[2] as number) * 2
      this.byTag[at] = (this.byTag[at] as number) + 1
      this.byTag[at + 1] = (this.byTag[at + 1] as number) + bytes.length
    }
    const shared = half.kind === 'dtls' && this.#frames !== undefined ? this.#frames.share(bytes) : bytes
    this.#send(peer, half, events.frame, half.farId, 0, shared, bytes.length)
  }

  hangUp(peer: SimPeer, name: string): void {
    const half = peer.transports.get(name)
    if (half === undefined) return
    this.#forget(peer, half)
    this.#world.post(this.#world.now + 1, events.input, peer.index, peer.index, peer.run, 0, {
      type: 'transportDown',
      transport: name,
    })
    if (half.far >= 0 && half.farId >= 0) this.#send(peer, half, events.down, half.farId, 0)
  }

  // What happens to a machine.

  connected(peer: SimPeer, source: number, id: number, farId: number, name: string | undefined): void {
    const { now } = this.#world
    let half = id < 0 ? undefined : peer.halves[id]
    if (peer.engine !== undefined && id < 0 && this.#world.connects(peer.index, source)) {
      half = this.#create(peer, `in-${name}`, 'socket')
      this.#aim(peer, half, source, farId)
    }
    if (half === undefined || half.far !== source || half.farId !== farId) {
      const after = now + this.#world.travel(this.#world.distance(peer.index, source), mix(now, source))
      this.#world.post(after, events.refuse, source, peer.index, farId, 0, undefined)
      return
    }
    this.#send(peer, half, events.accept, farId, half.id)
    // Both ends are up at about the same time; the far one's first frame comes later still.
    this.#world.post(half.leaveAt, events.open, peer.index, peer.index, half.id, 0, undefined)
  }

  opened(peer: SimPeer, id: number, initiator: boolean | undefined): void {
    const half = peer.halves[id]
    if (half !== undefined) this.#open(peer, half, half.kind === 'socket' ? false : initiator)
  }

  /** One end of a transport nobody dialled: it was there before the simulation began, and is up at the event `open`. */
  lay(peer: SimPeer, far: number, farId: number): number {
    const half = this.#create(peer, `laid-${far}`, 'dtls')
    this.#aim(peer, half, far, farId)
    return half.id
  }

  accepted(peer: SimPeer, source: number, id: number, farId: number): void {
    const half = peer.halves[id]
    if (half === undefined || half.far !== source) {
      // Given up meanwhile: the far end must not wait for us.
      const after = this.#world.now + this.#world.travel(this.#world.distance(peer.index, source), mix(id, source))
      this.#world.post(after, events.down, source, peer.index, farId, 0, undefined)
      return
    }
    half.farId = farId
    this.#open(peer, half, half.kind === 'socket' ? true : undefined)
  }

  /** The far end is gone, or never was. */
  ended(peer: SimPeer, id: number): void {
    const half = peer.halves[id]
    if (half === undefined) return
    this.#forget(peer, half)
    this.#world.give(peer, { type: 'transportDown', transport: half.name })
  }

  /** `isIn`: it has waited for its turn in the downlink. */
  arrived(peer: SimPeer, source: number, id: number, bytes: Uint8Array, isIn: boolean): void {
    const half = peer.halves[id]
    if (half === undefined) return
    if (this.#downMsPerByte > 0 && !isIn) {
      const { now } = this.#world
      const ready = Math.max(now, peer.downFreeAt) + bytes.length * this.#downMsPerByte
      peer.downFreeAt = ready
      if (ready >= now + 1) {
        this.#world.post(Math.floor(ready), events.frameIn, peer.index, source, id, 0, bytes)
        return
      }
    }
    this.#world.give(peer, { type: 'transportFrame', transport: half.name, bytes })
  }

  sent(peer: SimPeer, id: number, bytes: number): void {
    const half = peer.halves[id]
    if (half === undefined) return
    half.waiting -= bytes
    if (!half.full || half.waiting > lowWater) return
    half.full = false
    this.#world.give(peer, { type: 'transportDrained', transport: half.name })
  }

  // What breaks.

  /** The program is gone: its far ends find out after a while. */
  crash(peer: SimPeer): void {
    for (const half of peer.transports.values()) {
      if (half.far >= 0 && half.farId >= 0) {
        const at = Math.max(half.leaveAt, this.#world.now + this.#options.breakMs)
        this.#world.post(at, events.down, half.far, peer.index, half.farId, 0, undefined)
      }
      peer.halves[half.id] = undefined
    }
    peer.transports.clear()
  }

  /** Breaks what `choose` picks by the far machine. One end notices at once, the other finds out by silence. */
  break(peer: SimPeer, choose: (far: number) => boolean, noticedAtOnce: boolean): void {
    for (const half of [...peer.transports.values()]) {
      if (half.far < 0 || !choose(half.far)) continue
      this.#forget(peer, half)
      const after = noticedAtOnce || peer.index < half.far ? 1 : this.#options.breakMs
      const input = { type: 'transportDown', transport: half.name }
      this.#world.post(this.#world.now + after, events.input, peer.index, peer.index, peer.run, 0, input)
    }
  }

  #reaches(a: number, b: number): boolean {
    return this.#options.canLink(a, b) && this.#world.connects(a, b)
  }

  #create(peer: SimPeer, name: string, kind: TransportKind): Half {
    const id = peer.halves.length
    const half: Half = {
      id,
      name,
      kind,
      far: -1,
      farId: -1,
      up: false,
      distance: 0,
      leaveAt: 0,
      state: mix(this.#world.seed, peer.index, id) | 1,
      waiting: 0,
      full: false,
    }
    peer.halves.push(half)
    peer.transports.set(name, half)
    return half
  }

  #forget(peer: SimPeer, half: Half): void {
    peer.halves[half.id] = undefined
    if (peer.transports.get(half.name) === half) peer.transports.delete(half.name)
  }

  #aim(peer: SimPeer, half: Half, far: number, farId: number): void {
    half.far = far
    half.farId = farId
    half.distance = this.#world.distance(peer.index, far)
  }

  #describe(kind: 'offer' | 'answer', peer: SimPeer, half: Half): void {
    const bytes = formatUtf8(`${kind} ${peer.index} ${half.id}`)
    const input = { type: 'signalMade', transport: half.name, bytes }
    this.#world.post(this.#world.now + describeMs, events.input, peer.index, peer.index, peer.run, 0, input)
  }

  /** Everything between two ends keeps its order. `size`: what it takes of the uplink. */
  #send(peer: SimPeer, half: Half, kind: number, a: number, b: number, data?: unknown, size = 0): void {
    const { now } = this.#world
    let leaves = now
    if (size > 0 && this.#upMsPerByte > 0) {
      peer.upFreeAt = Math.max(now, peer.upFreeAt) + size * this.#upMsPerByte
      leaves = Math.floor(peer.upFreeAt)
      if (leaves > now) this.#wait(peer, half, leaves, size)
    }
    half.state = xorshift(half.state)
    const at = leaves + this.#world.travel(half.distance, half.state)
    if (at > half.leaveAt) half.leaveAt = at
    this.#world.post(half.leaveAt, kind, half.far, peer.index, a, b, data)
  }

  #wait(peer: SimPeer, half: Half, until: Millis, size: number): void {
    half.waiting += size
    this.#world.post(until, events.sent, peer.index, peer.index, half.id, size, undefined)
    if (half.full || half.waiting <= highWater) return
    half.full = true
    const input = { type: 'transportFull', transport: half.name }
    this.#world.post(this.#world.now, events.input, peer.index, peer.index, peer.run, 0, input)
  }

  #open(peer: SimPeer, half: Half, initiator: boolean | undefined): void {
    half.up = true
    this.#world.give(peer, {
      type: 'transportUp',
      transport: half.name,
      kind: half.kind,
      local: this.#binding(peer.index, half.id),
      remote: this.#binding(half.far, half.farId),
      initiator,
    })
  }

  /** Both ends compute both. */
  #binding(peer: number, id: number): Uint8Array {
    const bytes = new Uint8Array(bindingBytes)
    let state = mix(this.#world.seed, peer, id) | 1
    for (let i = 0; i < bindingBytes; i++) {
      state = xorshift(state)
      bytes[i] = state >>> 8
    }
    return bytes
  }
}
