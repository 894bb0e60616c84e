/** What simulated programs ask for, carried out: as a host does it, with the time that takes. */
import type { Crypto } from '../crypto/crypto.ts'
import type { Input } from '../engine/input.ts'
import type { EngineEvent, Output } from '../engine/output.ts'
import type { Millis } from '../machine.ts'
import type { Carriers } from './carriers.ts'
import type { SimPeer } from './peer.ts'
import type { SimRelay } from './sim-relay.ts'
import type { Timers } from './timers.ts'
import { events } from './world.ts'
import type { World } from './world.ts'

const storeMs = 3
const computeMs = 2

export interface OutputsContext {
  readonly world: World
  /** What checks signatures for programs that have them checked. */
  readonly crypto: Crypto
  readonly carriers: Carriers
  readonly relay: SimRelay
  readonly timers: Timers
  readonly observe: (peer: SimPeer, event: EngineEvent) => void
}

export class Outputs {
  readonly #context: OutputsContext

  constructor(context: OutputsContext) {
    this.#context = context
  }

  carryOut(peer: SimPeer, output: Output): void {
    const { carriers, relay, timers } = this.#context
    switch (output.type) {
      case 'transmit':
        carriers.transmit(peer, output.transport, output.bytes)
        break
      case 'event':
        this.#context.observe(peer, output.event)
        break
      case 'timer':
        timers.set(peer, output.name, output.at)
        break
      case 'cancelTimer':
        timers.cancel(peer, output.name)
        break
      case 'store':
        this.#store(peer, output)
        break
      case 'load':
        this.#later(peer, storeMs, { type: 'loaded', request: output.request, ...peer.store.read(output.range) })
        break
      case 'compute': {
        const { crypto } = this.#context
        const { checks } = output.job
        const valid = checks.map((check) => crypto.verify(check.publicKey, check.message, check.signature))
        this.#later(peer, computeMs, { type: 'computed', request: output.request, result: { type: 'verify', valid } })
        break
      }
      case 'blob':
        // Engines here keep no blobs, so they have no jobs of them: `sim/blob-lab.ts` is for those.
        break
      case 'relayConnect':
        relay.connect(peer)
        break
      case 'relayClose':
        relay.hangUp(peer)
        break
      case 'relaySend':
        relay.send(peer, output.bytes)
        break
      case 'dial':
        carriers.dial(peer, output.transport, output.offerer)
        break
      case 'signal':
        carriers.signal(peer, output.transport, output.bytes)
        break
      case 'dialAddress':
        carriers.dialAddress(peer, output.transport, output.address.port)
        break
      case 'hangUp':
        carriers.hangUp(peer, output.transport)
        break
    }
  }

  #store(peer: SimPeer, { request, changes }: Extract<Output, { type: 'store' }>): void {
    const { world } = this.#context
    const { run } = peer
    const happen = (): void => {
      if (peer.run !== run || peer.engine === undefined) return
      peer.store.apply(changes)
      world.give(peer, { type: 'stored', request, ok: true })
    }
    world.post(world.now + storeMs, events.call, peer.index, peer.index, 0, 0, happen)
  }

  #later(peer: SimPeer, delayMs: Millis, input: Input): void {
    const { world } = this.#context
    world.post(world.now + delayMs, events.input, peer.index, peer.index, peer.run, 0, input)
  }
}
