import { describe, expect, it } from 'vitest'
import { OverlayLab } from './overlay-lab.ts'
import type { LabOptions, LabPeer } from './overlay-lab.ts'

function build(n: number, everyMs: number, options: LabOptions): OverlayLab {
  const lab = new OverlayLab(options)
  const first = lab.join()
  for (let i = 1; i < n; i++) {
    lab.join('desktop', [first])
    if (everyMs > 0) lab.run(everyMs)
    if (i % 20 === 0) lab.setOnline()
  }
  lab.setOnline()
  return lab
}

const degrees = (lab: OverlayLab): number[] => lab.living.map((peer) => lab.neighboursOf(peer).length)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('a network of overlays', () => {
  it.each([
    ['one by one', 200, 50, 0],
    ['all at once', 200, 0, 0],
    ['where 15 % of the pairs cannot link', 200, 20, 0.15],
  ])('GOS52 joined %s is whole and even', (_, n, everyMs, unlinkable) => {
    const lab = build(n, everyMs, { seed: n + everyMs, unlinkable })
    lab.run(40_000)
    expect(lab.components()).toEqual([n])
    const all = degrees(lab)
    expect(Math.min(...all)).toBeGreaterThanOrEqual(6)
    expect(Math.max(...all)).toBeLessThanOrEqual(11)
    expect(mean(all)).toBeLessThan(9)
    expect(lab.clustering()).toBeLessThan(0.2)
    lab.run(90_000)
    const known = lab.inDegrees().sort((a, b) => a - b)
    expect(known[0]).toBeGreaterThan(0)
    expect(mean(known.slice(0, n / 10))).toBeGreaterThan(3)
    expect(lab.living.every((peer) => peer.overlay.passive.length <= 32)).toBe(true)
  })

  it('GOS52 settles: an idle network hardly changes', () => {
    const lab = build(120, 20, { seed: 9 })
    lab.run(60_000)
    const before = lab.peers.reduce((sum, peer) => sum + peer.changes, 0)
    lab.run(30_000)
    const changes = lab.peers.reduce((sum, peer) => sum + peer.changes, 0) - before
    expect(changes / 120).toBeLessThan(0.5)
  })

  it.each([
    [0.3, 1],
    [0.5, 2],
    [0.8, 3],
    [0.8, 4],
  ])('GOS54 a crash of %d at once leaves no survivor without a neighbour (seed %i)', (part, seed) => {
    const lab = build(200, 10, { seed, unlinkable: 0.1 })
    lab.run(40_000)
    lab.crash(lab.some(part))
    const survivors = lab.living.length
    lab.run(4_500)
    expect(degrees(lab).filter((degree) => degree === 0)).toEqual([])
    lab.run(2_500)
    expect(degrees(lab).filter((degree) => degree < 4)).toEqual([])
    expect(lab.components()).toEqual([survivors])
    lab.run(15_000)
    expect(mean(degrees(lab))).toBeGreaterThan(7.5)
  })

  it('GOS55 finds its way back without contacts: the relay introduces who is lonely', () => {
    const lab = new OverlayLab({ seed: 3 })
    for (let i = 0; i < 100; i++) lab.join()
    lab.run(15_000)
    lab.setOnline()
    expect(lab.components()).toEqual([100])
  })

  it('GOS58 grows together again after a partition, by many links', () => {
    const lab = build(200, 20, { seed: 5 })
    lab.run(30_000)
    lab.partition((index) => index % 2)
    lab.run(40_000)
    expect(lab.components()).toEqual([100, 100])
    lab.heal()
    lab.run(40_000)
    expect(lab.components()).toEqual([200])
    const across = lab.living.flatMap((peer) =>
      lab.neighboursOf(peer).filter((other) => (other.index + peer.index) % 2 === 1),
    )
    expect(across.length / 2).toBeGreaterThan(10)
  })

  it('GOS59 gives hubs many neighbours, and keepers none that has better', () => {
    const lab = new OverlayLab({ seed: 6 })
    const first = lab.join('node')
    for (let i = 1; i < 200; i++) {
      lab.join(i % 40 === 0 ? 'node' : i % 10 === 5 ? 'keeper' : i % 10 === 3 ? 'mobile' : 'desktop', [first])
      lab.run(30)
      if (i % 20 === 0) lab.setOnline()
    }
    lab.setOnline()
    lab.run(60_000)
    expect(lab.components()).toEqual([200])
    const of = (kind: LabPeer['kind']): number[] =>
      lab.living.filter((peer) => peer.kind === kind).map((peer) => lab.neighboursOf(peer).length)
    expect(Math.max(...of('node'))).toBeLessThanOrEqual(64)
    expect(mean(of('node'))).toBeGreaterThan(14)
    expect(Math.max(...of('mobile'))).toBeLessThanOrEqual(8)
    expect(Math.max(...of('desktop'))).toBeLessThanOrEqual(11)
    for (const peer of lab.living.filter((peer) => peer.kind === 'desktop')) {
      expect(lab.neighboursOf(peer).filter((other) => other.kind === 'keeper').length).toBeLessThanOrEqual(3)
    }
  })
})
