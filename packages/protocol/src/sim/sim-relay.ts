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
import { relayPlace } from './world.ts'
import type { World } from './world.ts'

/** Bytes a hostile relay is about to deliver; it may alter, drop (none) or repeat (several) them. */
export type RelayMeddler = (towards: number, bytes: Uint8Array, random: SeededRandom) => readonly Uint8Array[]

interface Socket {
  readonly peer: number
  readonly run: number
  arriveAt: Millis
  leaveAt: Millis
}

const host = 'relay.example'

export class SimRelay {
  readonly #world: World
  readonly #crypto: Crypto
  readonly #key: KeyPair
  readonly #sockets = new Map<number, Socket>()
  /** By machine: the number of its socket. */
  readonly #socketOf = new Map<number, number>()
  #server: RelayServer | undefined
  /** Counts the relay's lives, so that timers of an earlier one are dropped. */
  #life = 0
  #nextSocket = 1
  /** What the relay's clock is ahead of everybody's. */
  skewMs = 0
  /** Part of its frames, either way, that vanish. */
  lossRate = 0
  /** Set to make it hostile. */
  meddle: RelayMeddler | undefined

  constructor(world: World, crypto: Crypto) {
    this.#world = world
    this.#crypto = crypto
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
    this.drop(() => true)
  }

  connect(peer: SimPeer): void {
    this.close(peer.index)
    const at = this.#world.now + this.#world.delay(peer.index, relayPlace)
    if (this.#server === undefined || !this.#world.connects(peer.index, relayPlace)) {
      this.#world.deliver(at, peer.index, peer.run, { type: 'relayDown' })
      return
    }
    const connection = this.#nextSocket++
    this.#sockets.set(connection, { peer: peer.index, run: peer.run, arriveAt: 0, leaveAt: 0 })
    this.#socketOf.set(peer.index, connection)
    this.#world.deliver(at, peer.index, peer.run, { type: 'relayUp' })
    this.#world.schedule(at, () => {
      if (this.#sockets.has(connection)) this.#handle({ type: 'connected', connection, host })
    })
  }

  send(peer: SimPeer, bytes: Uint8Array): void {
    const connection = this.#socketOf.get(peer.index)
    const socket = connection === undefined ? undefined : this.#sockets.get(connection)
    if (connection === undefined || socket === undefined || socket.run !== peer.run) return
    if (this.#world.random.chance(this.lossRate)) return
    socket.leaveAt = Math.max(socket.leaveAt, this.#world.now + this.#world.delay(peer.index, relayPlace))
    this.#world.schedule(socket.leaveAt, () => {
      if (this.#sockets.has(connection)) this.#handle({ type: 'frame', connection, bytes })
    })
  }

  close(peer: number): void {
    const connection = this.#socketOf.get(peer)
    if (connection === undefined) return
    const socket = this.#sockets.get(connection)
    this.#socketOf.delete(peer)
    this.#sockets.delete(connection)
    if (socket !== undefined) this.#world.deliver(this.#world.now + 1, peer, socket.run, { type: 'relayDown' })
    this.#handle({ type: 'closed', connection })
  }

  /** Drops the sockets of the machines that `choose` picks. */
  drop(choose: (peer: number) => boolean): void {
    for (const { peer } of [...this.#sockets.values()]) if (choose(peer)) this.close(peer)
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
        const socket = this.#sockets.get(output.connection)
        if (socket !== undefined) this.close(socket.peer)
        break
      }
      case 'timer': {
        const life = this.#life
        this.#world.schedule(Math.max(this.#world.now, output.at - this.skewMs), () => {
          if (life === this.#life) this.#handle({ type: 'timerFired', name: output.name })
        })
        break
      }
      case 'hold':
      case 'report':
        break
    }
  }

  #deliver(connection: number, bytes: Uint8Array): void {
    const socket = this.#sockets.get(connection)
    if (socket === undefined || this.#world.random.chance(this.lossRate)) return
    for (const delivered of this.meddle?.(socket.peer, bytes, this.#world.random) ?? [bytes]) {
      socket.arriveAt = Math.max(socket.arriveAt, this.#world.now + this.#world.delay(socket.peer, relayPlace))
      this.#world.deliver(socket.arriveAt, socket.peer, socket.run, { type: 'relayFrame', bytes: delivered })
    }
  }
}
