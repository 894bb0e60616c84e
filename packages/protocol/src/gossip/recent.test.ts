import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxRecent, Recent, recentMs } from './recent.ts'

describe('the refs of the last half minute', () => {
  it('GOS20 are found as long as they are kept, whatever the refs are and in whatever order they come', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.record({ ref: fc.nat(60), wait: fc.nat(4_000), lane: fc.nat(70) }), { maxLength: 300 }),
        (salt, steps) => {
          const recent = new Recent(salt)
          for (let lane = 0; lane <= 70; lane += 35) recent.clearLane(lane)
          const model = new Map<number, { at: number; lanes: Set<number> }>()
          let now = 0
          for (const { ref, wait, lane } of steps) {
            now += wait
            const place = recent.find(ref)
            const held = model.get(ref)
            if (place < 0) {
              // What is older than half a minute may still be there until the next is added.
              if (held !== undefined) expect(now - held.at).toBeGreaterThan(0)
              const added = recent.add(ref, ref * 7, ref & 31, now)
              recent.setKnown(added, lane)
              model.set(ref, { at: now, lanes: new Set([lane]) })
            } else {
              expect(recent.refAt(place)).toBe(ref)
              expect(recent.treeAt(place)).toBe(ref * 7)
              expect(recent.hopAt(place)).toBe(ref & 31)
              expect(recent.timeAt(place)).toBe(held?.at)
              for (let l = 0; l <= 70; l++) expect(recent.isKnown(place, l)).toBe(held?.lanes.has(l))
              recent.setKnown(place, lane)
              held?.lanes.add(lane)
            }
            for (const [known, { at }] of model) {
              if (now - at <= recentMs) expect(recent.find(known)).toBeGreaterThanOrEqual(recent.tail)
            }
          }
        },
      ),
    )
  })

  it('GOS20 never grow beyond their limit: the oldest goes', () => {
    const recent = new Recent(1)
    for (let ref = 1; ref <= maxRecent + 10; ref++) recent.add(ref, 0, 0, 5)
    expect(recent.head - recent.tail).toBe(maxRecent)
    expect(recent.find(10)).toBe(-1)
    expect(recent.find(11)).toBe(recent.tail)
  })

  it('GOS20 forget what a lane knew when its number is given to another link', () => {
    const recent = new Recent(1)
    const place = recent.add(9, 0, 0, 0)
    recent.setKnown(place, 3)
    recent.clearLane(3)
    expect(recent.isKnown(place, 3)).toBe(false)
    recent.setKnown(place, 5)
    recent.clearLane(40)
    expect([recent.isKnown(place, 5), recent.isKnown(place, 40)]).toEqual([true, false])
  })
})
