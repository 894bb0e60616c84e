/** What keepers cost those who run them: how much of all that is sent comes from a keeper. */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { Engine } from '../src/engine/engine.ts'
import type { Input } from '../src/engine/input.ts'
import type { EngineOptions } from '../src/engine/options.ts'
import type { Output } from '../src/engine/output.ts'
import type { KeeperTicket } from '../src/keepers/keeper-ticket.ts'
import type { Millis } from '../src/machine.ts'
import { openRoomKeys } from '../src/rooms/keys.ts'
import { BlobLab, type LabFile, type LabPeer } from '../src/sim/blob-lab.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { Network } from '../src/sim/network.ts'
import type { EngineLike, SimPeer } from '../src/sim/peer.ts'

const relayOrigin = 'https://relay.example'
const crypto = createNativeCrypto()
const secret = new Uint8Array(32).fill(5)
const { roomId, rendezvousSecret, lobbyKey, keeperKey } = openRoomKeys(crypto, secret)
const ticket: KeeperTicket = {
  roomId,
  rendezvousSecret,
  lobbyKey,
  keeperKey: crypto.signKeyPair(keeperKey as Uint8Array).publicKey,
  relay: relayOrigin,
}

/** Of all that is sent while two members are online. */
const mostShare = 0.2

function share(net: BlobLab, keeper: LabPeer, from = new Map<LabPeer, number>()): number {
  const sent = (peer: LabPeer): number => peer.sentBytes - (from.get(peer) ?? 0)
  return sent(keeper) / net.peers.reduce((sum, peer) => sum + sent(peer), 0)
}

function want(net: BlobLab, file: LabFile, peers: readonly LabPeer[]): void {
  for (const peer of peers) {
    peer.blobs.know(file.root, file.size, net.now)
    peer.blobs.fetch(file.root, undefined, net.now)
  }
}

const isHere = (peer: LabPeer, file: LabFile): boolean => peer.progress.get(file.root)?.state === 'here'

class Counted implements EngineLike {
  readonly engine: Engine
  bytes = 0

  constructor(engine: Engine) {
    this.engine = engine
  }

  handle(input: Input, now: Millis): readonly Output[] {
    const outputs = this.engine.handle(input, now)
    for (const output of outputs) {
      if (output.type === 'transmit' || output.type === 'relaySend') this.bytes += output.bytes.length
    }
    return outputs
  }
}

describe('what a keeper uploads of messages', () => {
  it.each([12, 31])(
    'KEE15 is at most a fifth while two members talk, and while somebody comes and catches up (seed %i)',
    (seed) => {
      const net = new Network({ seed, createCrypto: (random) => ({ ...crypto, random }), keepEvents: true })
      const counted = new Map<SimPeer, Counted>()
      const add = (name: string, about: Partial<EngineOptions>): SimPeer => {
        const peer: SimPeer = net.add(name, ({ crypto: own, now }) => {
          const persona = createPersona(own, now)
          const base = { crypto: own, secret, persona, name, platform: 'browser', relayOrigin } as const
          const engine = new Counted(new Engine({ ...base, ...about }, now))
          counted.set(peer, engine)
          return engine
        })
        net.start(peer)
        return peer
      }
      const members = [add('Ana', {}), add('Ben', {})]
      const options = { ticket, windowMs: 6 * 3_600_000, entryBytes: 1 << 26, blobBytes: 1 << 26 }
      const keeper = add('k', { platform: 'node', kind: 'keeper', keeper: options, secret: new Uint8Array(32) })
      net.runFor(10_000)
      const sent = (peer: SimPeer): number => counted.get(peer)?.bytes ?? 0
      let before = new Map([...counted.keys()].map((peer) => [peer, sent(peer)]))
      const shareSince = (): number => {
        const since = (peer: SimPeer): number => sent(peer) - (before.get(peer) ?? 0)
        return since(keeper) / [...counted.keys()].reduce((sum, peer) => sum + since(peer), 0)
      }
      for (let i = 0; i < 60; i++) {
        const text = `${i}: ${'so this is what was said here '.repeat(1 + (i % 7))}`
        net.give(members[i % 2] as SimPeer, { type: 'post', tag: i, content: { type: 'text', text } })
        net.runFor(500)
      }
      expect(counted.get(keeper)?.engine.counts.entries).toBe(62)
      const talking = shareSince()
      before = new Map([...counted.keys()].map((peer) => [peer, sent(peer)]))
      const cleo = add('Cleo', {})
      expect(net.runUntil(() => cleo.shown.size === 60, 30_000)).toBe(true)
      expect(talking).toBeLessThanOrEqual(mostShare)
      expect(shareSince()).toBeLessThanOrEqual(mostShare)
    },
  )
})

describe('what a keeper uploads of files', () => {
  it('KEE15 is at most a fifth while two members are online: of a new file, and for who comes later', () => {
    const net = new BlobLab({ crypto, seed: 11 })
    const [ana, ben] = [net.add(), net.add()]
    const keeper = net.add(true)
    net.linkAll()
    const file = net.file(2_000_000)
    net.hold(ana, file)
    ana.blobs.sealed(file.root, file.size, net.now)
    want(net, file, [ben])
    keeper.blobs.know(file.root, file.size, net.now)
    net.run(120_000, () => [ben, keeper].every((peer) => isHere(peer, file)))
    expect(isHere(keeper, file)).toBe(true)
    expect(share(net, keeper)).toBeLessThanOrEqual(mostShare)

    const before = new Map(net.peers.map((peer) => [peer, peer.sentBytes]))
    const cleo = net.add()
    for (const peer of [ana, ben, keeper]) net.link(cleo, peer)
    want(net, file, [cleo])
    net.run(120_000, () => isHere(cleo, file))
    expect(isHere(cleo, file)).toBe(true)
    expect(share(net, keeper, before)).toBeLessThanOrEqual(mostShare)

    // When nobody else is there, it gives all of it.
    net.leave(ana)
    net.leave(ben)
    net.leave(cleo)
    const dan = net.add()
    net.link(dan, keeper)
    want(net, file, [dan])
    net.run(120_000, () => isHere(dan, file))
    expect(isHere(dan, file)).toBe(true)
  })
})
