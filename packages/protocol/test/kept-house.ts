/** A members room whose people make tickets for keepers, and the keepers. */
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { Engine } from '../src/engine/engine.ts'
import type { MadeKeeperTicket } from '../src/engine/membership-io.ts'
import { formatKeeperTicket, parseKeeperTicket } from '../src/keepers/keeper-ticket.ts'
import { createPersona } from '../src/sim/chaos.ts'
import type { SimPeer } from '../src/sim/peer.ts'
import { House, type Resident } from './house.ts'
import { relayOrigin } from './talk.ts'

export const hour = 3_600_000
const crypto = createNativeCrypto()

export class KeptHouse extends House {
  readonly #keepers = new Map<SimPeer, () => Engine>()

  ticketBy(who: Resident): MadeKeeperTicket {
    const told = who.does({ type: 'keeperTicket' })
    if (told.type !== 'membershipDone' || told.keeper === undefined) throw new Error('no ticket')
    return told.keeper
  }

  keeper(name: string, made: MadeKeeperTicket): SimPeer {
    // As its host is given it: by its text.
    const ticket = parseKeeperTicket(crypto, formatKeeperTicket(crypto, made.ticket))
    if (!ticket.ok) throw new Error('no ticket')
    const keeper = { ticket: ticket.value, windowMs: 6 * hour, entryBytes: 1 << 26, blobBytes: 1 << 26 }
    let persona: ReturnType<typeof createPersona> | undefined
    let engine: Engine | undefined
    const peer = this.network.add(name, ({ crypto: own, now }) => {
      persona ??= createPersona(own, now)
      const about = { crypto: own, secret: new Uint8Array(32), persona, name, platform: 'node', relayOrigin } as const
      return (engine = new Engine({ ...about, kind: 'keeper', keeper }, now))
    })
    this.#keepers.set(peer, () => engine as Engine)
    this.network.start(peer)
    return peer
  }

  entries(keeper: SimPeer): number {
    return (this.#keepers.get(keeper) as () => Engine)().counts.entries
  }

  leaves(who: Resident): void {
    this.network.give(who.peer, { type: 'stop' })
    who.stops()
  }
}
