/** Keepers in whole rooms, with real cryptography and a simulated clock. */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { formatHex } from '../src/codec/text.ts'
import { Engine } from '../src/engine/engine.ts'
import type { EngineOptions } from '../src/engine/options.ts'
import type { KeeperTicket } from '../src/keepers/keeper-ticket.ts'
import { openRoomKeys } from '../src/rooms/keys.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { Network } from '../src/sim/network.ts'
import type { SimPeer } from '../src/sim/peer.ts'
import { createSeededRandom } from '../src/sim/random.ts'

const hour = 3_600_000
const keeperCount = 10
const relayOrigin = 'https://relay.example'
const secret = createSeededRandom(77).bytes(32)
const crypto = createNativeCrypto()
const keys = openRoomKeys(crypto, secret)
const ticket: KeeperTicket = {
  roomId: keys.roomId,
  rendezvousSecret: keys.rendezvousSecret,
  lobbyKey: keys.lobbyKey,
  keeperKey: crypto.signKeyPair(keys.keeperKey as Uint8Array).publicKey,
  relay: relayOrigin,
}

class Household {
  readonly net: Network
  readonly engines = new Map<SimPeer, Engine>()
  #tag = 1

  constructor(seed: number) {
    this.net = new Network({ seed, createCrypto: (random) => ({ ...crypto, random }), keepEvents: true })
  }

  person(name: string): SimPeer {
    return this.#add(name, { secret, platform: 'browser' })
  }

  keeper(name: string, about: Partial<EngineOptions['keeper'] & object> = {}, given: KeeperTicket = ticket): SimPeer {
    const keeper = { ticket: given, windowMs: 6 * hour, entryBytes: 1 << 26, blobBytes: 1 << 26, ...about }
    return this.#add(name, { secret: new Uint8Array(32), platform: 'node', kind: 'keeper', keeper })
  }

  say(peer: SimPeer, text: string): void {
    this.net.give(peer, { type: 'post', tag: this.#tag++, content: { type: 'text', text } })
  }

  leave(peer: SimPeer): void {
    this.net.give(peer, { type: 'stop' })
    this.net.crash(peer)
  }

  engine(peer: SimPeer): Engine {
    return this.engines.get(peer) as Engine
  }

  #add(name: string, about: Pick<EngineOptions, 'secret' | 'platform'> & Partial<EngineOptions>): SimPeer {
    const peer: SimPeer = this.net.add(name, ({ crypto: own, now }) => {
      const engine = new Engine({ crypto: own, persona: createPersona(own, now), name, relayOrigin, ...about }, now)
      this.engines.set(peer, engine)
      return engine
    })
    return peer
  }
}

function texts(peer: SimPeer): string[] {
  return [...peer.shown.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ text }) => text)
}

function includes(haystack: Uint8Array, needle: Uint8Array): boolean {
  return Buffer.from(haystack.buffer, haystack.byteOffset, haystack.length).includes(Buffer.from(needle))
}

describe('keepers', () => {
  it('KEE1 KEE4 LOG24 ten keepers, one person who leaves: hours later the link brings everything inside the window and nothing beyond', () => {
    const house = new Household(5)
    const { net } = house
    const ana = house.person('Ana')
    const keepers = Array.from({ length: keeperCount }, (_, i) => house.keeper(`k${i}`))
    net.start(ana)
    for (const keeper of keepers) net.start(keeper)
    net.runFor(20_000)
    house.say(ana, 'long ago')
    // Machines asleep: hours of beats between eleven programs would cost minutes here.
    net.sleep(4 * hour)
    net.runFor(20_000)
    house.say(ana, 'in the afternoon')
    net.runFor(60_000)
    house.say(ana, 'and a last word')
    net.runFor(30_000)
    for (const keeper of keepers) expect(house.engine(keeper).counts.entries).toBe(4)
    house.leave(ana)
    net.sleep(3 * hour)
    net.runFor(10_000)

    const ben = house.person('Ben')
    net.start(ben)
    expect(net.runUntil(() => texts(ben).length >= 2 && ben.sync?.phase === 'synced', 60_000)).toBe(true)
    net.runFor(20_000)
    expect(texts(ben)).toEqual(['in the afternoon', 'and a last word'])
    expect(ben.sync).toMatchObject({ phase: 'synced', gaps: 0 })
    const [message] = [...ben.shown.values()]
    expect(message?.author).not.toBe('')
    expect(message?.name).toBe('Ana')
  }, 120_000)

  it('KEE2 a keeper’s store holds no word, no name and no key of the room', () => {
    const house = new Household(6)
    const { net } = house
    const ana = house.person('Ana Solana')
    const keeper = house.keeper('k')
    net.start(ana)
    net.start(keeper)
    net.runFor(10_000)
    house.say(ana, 'the cherry tree behind the shed')
    net.runFor(10_000)
    expect(house.engine(keeper).counts.entries).toBeGreaterThan(0)
    const words = ['the cherry tree behind the shed', 'cherry', 'Solana']
    const secrets = [secret, keys.epochKey, keys.writeKey, keys.keeperKey as Uint8Array]
    let looked = 0
    const look = (found: Uint8Array | string): void => {
      looked++
      for (const word of words) {
        if (typeof found === 'string') expect(found).not.toContain(word)
        else expect(includes(found, new TextEncoder().encode(word))).toBe(false)
      }
      if (typeof found === 'string') for (const key of secrets) expect(found).not.toContain(formatHex(key))
      else for (const key of secrets) expect(includes(found, key)).toBe(false)
    }
    const prefixes = ['w/', 'm/', 'f/', 'o/', 'e/', 'r/']
    for (const prefix of prefixes) {
      for (const { key, value } of keeper.store.read({ prefix, limit: 10_000 }).records) {
        look(key)
        look(value)
      }
    }
    expect(looked).toBeGreaterThan(8)
  })

  it('KEE3 entries of a session without a ticket are refused, whoever brings them', () => {
    const house = new Household(7)
    const { net } = house
    const keeper = house.keeper('k')
    // Another keeper’s owner knows how to meet, and writes under a key of its own.
    const stranger = house.person('Stranger')
    net.start(keeper)
    const other = createSeededRandom(4).bytes(32)
    const forged = { ...openRoomKeys(crypto, other), ...ticketKeys(), epochKey: other }
    const intruder = net.add('intruder', ({ crypto: own, now }) => {
      const persona = createPersona(own, now)
      return new Engine(
        { crypto: own, persona, name: 'x', platform: 'node', relayOrigin, secret: other, keys: forged },
        now,
      )
    })
    net.start(intruder)
    net.runFor(10_000)
    house.say(intruder, 'junk')
    net.runFor(30_000)
    expect(house.engine(keeper).counts.entries).toBe(0)
    // Somebody of the room is taken at once.
    net.start(stranger)
    net.runFor(10_000)
    house.say(stranger, 'hello')
    net.runFor(10_000)
    expect(house.engine(keeper).counts.entries).toBe(2)
  })

  it('KEE5 a keeper killed right after it promised has it when it starts again', () => {
    const house = new Household(8)
    const { net } = house
    const ana = house.person('Ana')
    const keeper = house.keeper('k')
    net.start(ana)
    net.start(keeper)
    net.runFor(10_000)
    for (let i = 0; i < 5; i++) {
      house.say(ana, `word ${i}`)
      const kept = (): boolean => ana.shown.size === i + 1 && [...ana.shown.values()].every(({ keptBy }) => keptBy > 0)
      expect(net.runUntil(kept, 30_000, 1)).toBe(true)
      net.crash(keeper)
      net.start(keeper)
      net.runUntil(() => house.engine(keeper).counts.entries === i + 2, 40, 1)
      expect(house.engine(keeper).counts.entries).toBe(i + 2)
      net.runFor(8_000)
    }
    expect([...ana.shown.values()].every(({ storedBy }) => storedBy === 0)).toBe(true)
  })

  it('KEE6 keepers fill each other in when nobody else is there', () => {
    const house = new Household(9)
    const { net } = house
    const ana = house.person('Ana')
    const first = house.keeper('k0')
    const second = house.keeper('k1')
    net.start(ana)
    net.start(first)
    net.runFor(10_000)
    house.say(ana, 'for later')
    net.runFor(10_000)
    house.leave(ana)
    net.start(second)
    expect(net.runUntil(() => house.engine(second).counts.entries === 2, 60_000)).toBe(true)
    expect(formatHex(house.engine(second).digest)).toBe(formatHex(house.engine(first).digest))
  })
})

function ticketKeys(): Pick<KeeperTicket, 'roomId' | 'rendezvousSecret' | 'lobbyKey'> & { readonly id: string } {
  const { roomId, rendezvousSecret, lobbyKey } = ticket
  return { roomId, rendezvousSecret, lobbyKey, id: formatHex(roomId) }
}
