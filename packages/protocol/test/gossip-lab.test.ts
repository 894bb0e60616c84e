import { describe, expect, it } from 'vitest'
import { beaconOf, keyOf } from './broadcast-fixture.ts'
import { broadcastTags, encodeIds, hotSlot } from '../src/gossip/broadcast-wire.ts'
import { GossipLab } from './gossip-lab.ts'
import type { LabPeer } from './gossip-lab.ts'

const warmUpMs = 9_000

function warm(peers: number, seed: number): GossipLab {
  const lab = new GossipLab({ peers, seed })
  lab.run(lab.now + warmUpMs)
  lab.resetCounts()
  return lab
}

function living(lab: GossipLab): LabPeer[] {
  return lab.peers.filter((peer) => peer.alive)
}

/** What each living peer takes for the roots of the shared trees. */
function views(lab: GossipLab): Set<string> {
  const linked = living(lab).filter(({ links }) => links.size > 0)
  return new Set(linked.map(({ broadcast }) => [...broadcast.roots].sort().join(' ')))
}

describe('many peers', () => {
  it('GOS29 that begin at once agree on as many roots as the room is to have, and count themselves', () => {
    for (const [peers, roots] of [
      [14, 1],
      [60, 2],
      [120, 3],
    ] as const) {
      const lab = warm(peers, peers)
      expect(lab.peers.filter(({ broadcast }) => broadcast.isRoot)).toHaveLength(roots)
      expect(views(lab).size).toBe(1)
      lab.run(lab.now + 4_000)
      expect(new Set(lab.peers.map(({ broadcast }) => broadcast.online))).toEqual(new Set([peers]))
    }
  })

  it('GOS30 that were parted and meet again keep one root in each slot', () => {
    const lab = warm(120, 5)
    const cut: [LabPeer, LabPeer][] = []
    for (const peer of lab.peers) {
      for (const link of peer.links.values()) {
        const other = lab.peers[link.to] as LabPeer
        if (peer.index < 60 && other.index >= 60) cut.push([peer, other])
      }
    }
    for (const [a, b] of cut) lab.unlink(a, b)
    lab.run(lab.now + 25_000)
    expect(views(lab).size).toBe(2)
    for (const [a, b] of cut) lab.link(a, b)
    lab.run(lab.now + 5_000)
    expect(views(lab).size).toBe(1)
    expect(lab.peers.filter(({ broadcast }) => broadcast.isRoot).length).toBe([...views(lab)][0]?.split(' ').length)
  })

  it('GOS31 have a new root within 10 s of the death of one, and lose nothing', () => {
    const lab = warm(130, 3)
    const victim = lab.peers.find(({ broadcast }) => broadcast.isRoot) as LabPeer
    lab.talk(5, lab.now + 12_000)
    lab.crash([victim])
    lab.run(lab.now + 10_000)
    expect(views(lab).size).toBe(1)
    expect([...views(lab)][0]?.split(' ')).toHaveLength(3)
    expect([...views(lab)][0]).not.toContain(victim.session)
    lab.run(lab.now + 4_000)
    expect(lab.figures().delivered).toBe(1)
  })

  it('GOS35 get every entry once, not much later than a flood would bring it', () => {
    const lab = warm(400, 1)
    lab.talk(20, lab.now + 5_000)
    lab.run(lab.now + 7_000)
    const { delivered, redundancy, ratio, frames, lastHop } = lab.figures()
    expect(delivered).toBe(1)
    expect(redundancy).toBeLessThanOrEqual(0.005)
    expect(ratio).toBeLessThanOrEqual(1.8)
    expect(lastHop).toBeLessThanOrEqual(11)
    expect((frames['have'] ?? 0) + (frames['beacon'] ?? 0) + (frames['attach'] ?? 0)).toBeLessThan(1.5)
  })

  it('GOS34 get the entries of whoever speaks much almost as fast as by a flood', () => {
    const lab = warm(400, 2)
    const speaker = lab.peers[7] as LabPeer
    lab.talk(4, lab.now + 6_000, speaker)
    lab.run(lab.now + 7_000)
    const from = lab.messages.length
    lab.talk(10, lab.now + 5_000, speaker)
    lab.run(lab.now + 7_000)
    const { delivered, redundancy, ratio, lastHop } = lab.figures(lab.messages.slice(from))
    expect(delivered).toBe(1)
    expect(redundancy).toBeLessThanOrEqual(0.005)
    expect(ratio).toBeLessThanOrEqual(1.1)
    expect(lastHop).toBeLessThanOrEqual(8)
  })

  it.each([
    [30, 2_000],
    [50, 4_000],
    [80, 8_000],
  ])('GOS43 of whom %i %% crash at once: every entry reaches every survivor in time', (share, boundMs) => {
    const lab = warm(150, 10 + share)
    lab.talk(10, lab.now + 9_000)
    lab.run(lab.now + 1_000)
    const victims = lab.peers.filter(() => lab.random.chance(share / 100))
    lab.crash(victims)
    // Whoever lost every neighbour hears nothing before it has another: that is the overlay's work, not a tree's.
    const orphans = new Set(
      living(lab).filter((peer) => [...peer.links.values()].every((link) => !(lab.peers[link.to] as LabPeer).alive)),
    )
    lab.run(lab.now + 16_000)
    const messages = lab.messages.filter(({ author }) => (lab.peers[author] as LabPeer).alive)
    expect(lab.figures(messages, false).delivered).toBe(1)
    const others = messages.filter(({ author }) => !orphans.has(lab.peers[author] as LabPeer))
    for (const message of others) {
      for (const peer of living(lab)) {
        if (orphans.has(peer)) continue
        expect((message.delays[peer.index] as number) - 1).toBeLessThanOrEqual(boundMs)
      }
    }
  })

  it('GOS44 that come and go cost next to no copies', () => {
    const lab = warm(400, 4)
    const until = lab.now + 10_000
    lab.talk(10, until)
    // Twice the churn that is to be borne: every second 0.1 % go without a word, and as many come.
    for (let at = lab.now + 500; at < until; at += 2_500) {
      lab.at(at, () => {
        lab.crash([lab.random.pick(living(lab))])
        lab.join()
      })
    }
    lab.run(until + 8_000)
    const { delivered, redundancy } = lab.figures(lab.messages, false)
    expect(delivered).toBe(1)
    expect(redundancy).toBeLessThanOrEqual(0.05)
  })

  it('GOS42 bear liars: black holes, false announcements, forged and borrowed beacons', () => {
    const lab = warm(200, 6)
    const liars = lab.peers.slice(0, 10)
    const { random } = lab
    for (const liar of liars) {
      // It takes its place in the trees and passes nothing on.
      liar.broadcast.arrived = () => undefined
      liar.broadcast.duplicate = () => undefined
    }
    for (let at = lab.now; at < lab.now + 12_000; at += 500) {
      lab.at(at, () => {
        for (const liar of liars) {
          const refs = Array.from({ length: 50 }, () => random.between(1, 2 ** 40))
          for (const to of liar.links.keys()) {
            lab.send(liar, to, encodeIds(broadcastTags.have, refs))
            lab.send(liar, to, beaconOf(random.between(1, 250), { claimed: lab.now, age: 0, slot: hotSlot }))
            lab.send(liar, to, beaconOf(3, { root: keyOf(4), claimed: lab.now - 60_000, age: 60_000 }))
          }
        }
      })
    }
    lab.talk(10, lab.now + 10_000)
    lab.run(lab.now + 16_000)
    expect(lab.misbehaved).toBeGreaterThan(0)
    const honest = lab.messages.filter(({ author }) => author >= liars.length)
    expect(lab.figures(honest, false).delivered).toBe(1)
    const late = honest.filter(({ at }) => at > lab.now - 9_000)
    let slow = 0
    for (const { delays } of late) for (const delay of delays.slice(liars.length)) if (delay > 1_000) slow++
    expect(slow / (late.length * 190)).toBeLessThan(0.01)
  })

  it('GOS35 do the same again for the same seed', () => {
    const figures = [1, 1, 2].map((seed) => {
      const lab = warm(60, seed)
      lab.talk(20, lab.now + 2_000)
      lab.run(lab.now + 4_000)
      return JSON.stringify([lab.figures(), lab.handled])
    })
    expect(figures[0]).toBe(figures[1])
    expect(figures[0]).not.toBe(figures[2])
  })
})
