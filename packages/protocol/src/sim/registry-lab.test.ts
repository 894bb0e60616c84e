import { describe, expect, it } from 'vitest'
import { maxRegistryEntries } from '../gossip/registry-wire.ts'
import { RegistryLab } from './registry-lab.ts'
import type { RegistryPeer } from './registry-lab.ts'

function build(n: number, seed: number): RegistryLab {
  const lab = new RegistryLab(seed)
  for (let i = 0; i < n; i++) lab.add(`peer ${i}`)
  lab.setOnline()
  lab.plant(lab.peers[0] as RegistryPeer)
  return lab
}

/** How many of the living hold exactly the living, and show the same. */
function right(lab: RegistryLab): number {
  const { living } = lab
  const sessions = new Set(living.map((peer) => peer.session))
  return living.filter(({ registry, shown }) => {
    const held = registry.entries()
    return (
      held.length === sessions.size &&
      held.every(({ session, name }) => sessions.has(session) && shown.get(session)?.name === name) &&
      shown.size === held.length
    )
  }).length
}

describe('a registry over a tree', () => {
  it('GOS80 gives everybody a full copy of who is here', () => {
    const lab = build(150, 1)
    lab.run(9_000)
    expect(right(lab)).toBe(150)
    const newcomer = lab.add('late')
    lab.plant(lab.peers[0] as RegistryPeer)
    lab.setOnline()
    lab.run(6_000)
    expect(right(lab)).toBe(151)
    expect(newcomer.registry.get(lab.peers[7]?.session ?? '')?.name).toBe('peer 7')
  })

  it('GOS80 costs an idle peer next to nothing', () => {
    const lab = build(150, 4)
    lab.run(20_000)
    const before = lab.peers.map((peer) => peer.sentBytes)
    lab.run(60_000)
    const perPeer = lab.peers.reduce((sum, peer, i) => sum + peer.sentBytes - (before[i] ?? 0), 0) / 150
    expect(perPeer).toBeLessThan(400)
    expect(right(lab)).toBe(150)
  })

  it('GOS83 is right again within 10 s of a new root', () => {
    const lab = build(150, 1)
    lab.run(20_000)
    lab.crash([lab.peers[0] as RegistryPeer, ...lab.peers.slice(20, 35)])
    lab.run(6_000)
    lab.setOnline()
    lab.plant(lab.peers[5] as RegistryPeer)
    lab.run(10_000)
    expect(right(lab)).toBe(134)
  })

  it('GOS83 keeps everybody who is here while the root changes', () => {
    const lab = build(100, 8)
    lab.run(20_000)
    lab.crash([lab.peers[0] as RegistryPeer])
    lab.run(6_000)
    lab.plant(lab.peers[9] as RegistryPeer)
    for (let i = 0; i < 40; i++) {
      lab.run(500)
      for (const peer of lab.living) expect(peer.registry.size).toBeGreaterThanOrEqual(99)
    }
  })

  it('GOS84 drops a lost peer within 10 s of the report, and nobody who is still here', () => {
    const lab = build(60, 5)
    lab.run(20_000)
    const gone = lab.peers[30] as RegistryPeer
    lab.crash([gone])
    lab.plant(lab.peers[0] as RegistryPeer)
    // Somebody lies about five others, over and over.
    const liar = lab.peers[12] as RegistryPeer
    for (let i = 0; i < 30; i++) {
      for (const victim of lab.peers.slice(1, 6)) liar.registry.lost(victim.session, lab.now)
      lab.run(600)
      for (const peer of lab.living) {
        for (const victim of lab.peers.slice(1, 6)) expect(peer.registry.get(victim.session)).toBeDefined()
      }
    }
    expect(right(lab)).toBe(59)
  })

  it('GOS85 samples presence in a large room', () => {
    const lab = new RegistryLab(6)
    for (let i = 0; i < 400; i++) lab.add(`peer ${i}`)
    lab.setOnline()
    lab.plant(lab.peers[0] as RegistryPeer)
    lab.run(15_000)
    const { registry } = lab.peers[200] as RegistryPeer
    expect(registry.isSampled).toBe(true)
    expect(registry.size).toBeGreaterThan(180)
    expect(registry.size).toBeLessThan(340)
    const held = registry.entries().map((entry) => entry.session)
    for (const peer of lab.peers)
      expect(
        peer.registry
          .entries()
          .map((entry) => entry.session)
          .sort(),
      ).toEqual(held.sort())
  })

  it('GOS86 takes no card that the engine refuses', () => {
    const lab = build(40, 7)
    const forged = lab.peers[17] as RegistryPeer
    lab.forged.add(forged.session)
    lab.run(9_000)
    for (const peer of lab.living) expect(peer.registry.get(forged.session)).toBeUndefined()
    expect((lab.peers[3] as RegistryPeer).registry.size).toBe(39)
  })

  it('GOS82 forgets a copy nobody has confirmed for 90 s', () => {
    const lab = build(20, 9)
    lab.run(10_000)
    lab.crash([lab.peers[0] as RegistryPeer])
    for (const peer of lab.peers) {
      peer.parent = undefined
      peer.children = []
    }
    lab.run(60_000)
    for (const peer of lab.living) expect(peer.registry.size).toBe(20)
    lab.run(40_000)
    for (const peer of lab.living) expect(peer.registry.size).toBe(0)
    lab.plant(lab.peers[1] as RegistryPeer)
    lab.setOnline()
    lab.run(9_000)
    expect(right(lab)).toBe(19)
    expect(maxRegistryEntries).toBeGreaterThan(20)
  })
})
