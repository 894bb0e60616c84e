/**
 * The relay of a simulated network: the real `RelayServer`, its sockets, and what a hostile one does to what it sends.
 *
 * Sockets are ordered; frames vanish only where `lossRate` or `meddle` say so.
 */
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { RelayServer } from '../relay/server.ts'
import type { RelayServerInput, RelayServerOutput } from '../relay/server.ts'
import type { SimPeer } from './peer.ts'
import type { SeededRandom } from './random.ts'
import { xorshift } from './chance.ts'
import { events, relayPlace } from './world.ts'
import type { World } from './world.ts'

/** Bytes a hostile relay is about to deliver; it may alter, drop (none) or repeat (several) them. */
export type RelayMeddler = (towards: number, bytes: Uint8Array, random: SeededRandom) => readonly Uint8Array[]

/** One machine's connection, as the relay knows it. */
interface Socket {
  readonly peer: number
  /** The machine's own number for it. */
  readonly token: number
  readonly connection: number
  arriveAt: Millis
}

const host = 'relay.example'

export class SimRelay {
  readonly #world: World
  readonly #crypto: Crypto
  readonly #key: KeyPair
  readonly #random: SeededRandom
  readonly #byConnection = new Map<number, Socket>()
  readonly #byPeer = new Map<number, Socket>()
  #server: RelayServer | undefined
  /** Counts the relay's lives, so that timers of an earlier one are dropped. */
  #life = 0
  #nextConnection = 1
  /** What the relay's clock is ahead of everybody's. */
  skewMs = 0
  /** Part of its frames, either way, that vanish. */
  lossRate = 0
  /** Set to make it hostile. */
  meddle: RelayMeddler | undefined

  constructor(world: World, crypto: Crypto, random: SeededRandom) {
    this.#world = world
    this.#crypto = crypto
    this.#random = random
    this.#key = crypto.signKeyPair(crypto.random(32))
  }

  start(): void {
    if (this.#server !== undefined) return
    this.#server = new RelayServer({ crypto: this.#crypto, relay: this.#key })
    this.#life++
  }

  kill(): void {
    this.#server = undefined
    this.#life++
    for (const socket of [...this.#byPeer.values()]) this.#close(socket)
  }

  /** How many machines are connected. */
  get sockets(): number {
    return this.#byPeer.size
  }

  // The machine's end.

  connect(peer: SimPeer): void {
    this.hangUp(peer)
    peer.relaySocket = ++peer.relaySockets
    if (this.#world.connects(peer.index, relayPlace)) this.#toRelay(peer, events.relayDial, undefined)
    else {
      const { index, relaySocket } = peer
      const at = this.#world.now + this.#travel(index, peer.relayState)
      this.#world.post(at, events.relayDown, index, relayPlace, relaySocket, 0, undefined)
    }
  }

  send(peer: SimPeer, bytes: Uint8Array): void {
    if (peer.relaySocket > 0) this.#toRelay(peer, events.relayFrame, bytes)
  }

  hangUp(peer: SimPeer): void {
    if (peer.relaySocket === 0) return
    this.#toRelay(peer, events.relayHangUp, undefined)
    const { now } = this.#world
    this.#world.post(now + 1, events.relayDown, peer.index, peer.index, peer.relaySocket, 0, undefined)
  }

  // What arrives at the relay.

  dialled(peer: number, token: number): void {
    const before = this.#byPeer.get(peer)
    if (before !== undefined) this.#forget(before)
    const connection = this.#nextConnection++
    const socket: Socket = { peer, token, connection, arriveAt: 0 }
    if (this.#server === undefined || !this.#world.connects(peer, relayPlace)) {
      this.#toPeer(socket, events.relayDown, undefined)
      return
    }
    this.#byConnection.set(connection, socket)
    this.#byPeer.set(peer, socket)
    this.#toPeer(socket, events.relayUp, undefined)
    this.#handle({ type: 'connected', connection, host })
  }

  heard(peer: number, token: number, bytes: Uint8Array): void {
    const socket = this.#byPeer.get(peer)
    if (socket?.token !== token || this.#random.chance(this.lossRate)) return
    this.#handle({ type: 'frame', connection: socket.connection, bytes })
  }

  hungUp(peer: number, token: number): void {
    const socket = this.#byPeer.get(peer)
    if (socket?.token === token) this.#forget(socket)
  }

  /** The machines that `choose` picks cannot be reached any more; they notice by themselves. */
  drop(choose: (peer: number) => boolean): void {
    for (const socket of [...this.#byPeer.values()]) if (choose(socket.peer)) this.#forget(socket)
  }

  #forget(socket: Socket): void {
    this.#byPeer.delete(socket.peer)
    this.#byConnection.delete(socket.connection)
    this.#handle({ type: 'closed', connection: socket.connection })
  }

  #close(socket: Socket): void {
    this.#forget(socket)
    this.#toPeer(socket, events.relayDown, undefined)
  }

  #handle(input: RelayServerInput): void {
    if (this.#server === undefined) return
    for (const output of this.#server.handle(input, this.#world.now + this.skewMs)) this.#carryOut(output)
  }

  #carryOut(output: RelayServerOutput): void {
    switch (output.type) {
      case 'send':
        for (const connection of output.connections) this.#deliver(connection, output.bytes)
        break
      case 'close': {
        const socket = this.#byConnection.get(output.connection)
        if (socket !== undefined) this.#close(socket)
        break
      }
      case 'timer': {
        const life = this.#life
        const happen = (): void => {
          if (life === this.#life) this.#handle({ type: 'timerFired', name: output.name })
        }
        this.#world.post(output.at - this.skewMs, events.call, relayPlace, relayPlace, 0, 0, happen)
        break
      }
      case 'hold':
      case 'report':
        break
    }
  }

  #deliver(connection: number, bytes: Uint8Array): void {
    const socket = this.#byConnection.get(connection)
    if (socket === undefined || this.#random.chance(this.lossRate)) return
    for (const delivered of this.meddle?.(socket.peer, bytes, this.#random) ?? [bytes]) {
      this.#toPeer(socket, events.relaySays, delivered)
    }
  }

  #toPeer(socket: Socket, kind: number, bytes: Uint8Array | undefined): void {
    const at = this.#world.now + this.#travel(socket.peer, this.#random.between(1, 0x7fff_ffff))
    socket.arriveAt = Math.max(socket.arriveAt, at)
    this.#world.post(socket.arriveAt, kind, socket.peer, relayPlace, socket.token, 0, bytes)
  }

  #toRelay(peer: SimPeer, kind: number, bytes: Uint8Array | undefined): void {
    peer.relayState = xorshift(peer.relayState)
    const at = this.#world.now + this.#travel(peer.index, peer.relayState)
    peer.relayLeaveAt = Math.max(peer.relayLeaveAt, at)
    this.#world.post(peer.relayLeaveAt, kind, relayPlace, peer.index, peer.relaySocket, 0, bytes)
  }

  #travel(peer: number, state: number): Millis {
    return this.#world.travel(this.#world.distance(peer, relayPlace), state)
  }
}
