import { describe, expect, it } from 'vitest'
import { beaconOf, cheapHash, keyOf, nameOf, Stage } from '../../test/broadcast-fixture.ts'
import { beaconSlot, broadcastTags, encodeAttach, shortId } from './broadcast-wire.ts'
import {
  claimDelay,
  epochMs,
  exclusionMs,
  goesBefore,
  Lapsed,
  lateJitterMs,
  matureMs,
  maxExclusionMs,
  maxLapsed,
  maxRankMs,
  rankOf,
  slotsFor,
  youngSilenceMs,
} from './election.ts'
import { createSeededRandom } from '../sim/random.ts'
import { Jitter } from './jitter.ts'
import { lonelyRootMs, lonelyRootRestMs } from './leader.ts'
import { leaseMs } from './tree.ts'

const { beacon } = broadcastTags
const jitter = new Jitter((length) => new Uint8Array(length).fill(3))

describe('claims to a slot', () => {
  it('GOS29 are as many as the room is large, and wait the longer the higher their rank', () => {
    expect([2, 19, 20, 99, 100, 10_000].map(slotsFor)).toEqual([1, 1, 2, 2, 3, 3])
    const last = 2 ** 48 - 1
    expect(claimDelay(0, 1_000, jitter)).toBeLessThan(claimDelay(2 ** 39, 1_000, jitter))
    expect(claimDelay(last, 10_000, jitter)).toBeGreaterThanOrEqual(maxRankMs)
    expect(claimDelay(last, 10_000, jitter)).toBeLessThanOrEqual(maxRankMs + lateJitterMs)
    expect(leaseMs + maxRankMs + lateJitterMs).toBeLessThan(10_000)
  })

  it('GOS29 are few at once, whether all of a room may lead or a Node peer in a hundred', () => {
    const heardMs = 150
    const random = createSeededRandom(11)
    const drawn = new Jitter((length) => random.bytes(length))
    for (const [online, able] of [
      [2_000, 2_000],
      [2_000, 100],
      [10_000, 100],
    ] as const) {
      let together = 0
      const rooms = 200
      for (let room = 0; room < rooms; room++) {
        const waits = Array.from({ length: able }, () => claimDelay(random.next() * 2 ** 48, online, drawn))
        const first = Math.min(...waits)
        together += waits.filter((wait) => wait <= first + heardMs).length
      }
      expect(together / rooms).toBeLessThan(3)
    }
  })

  it('GOS29 rank by the hour of the claim, the slot and the session', () => {
    const rank = (claimed: number, slot: number, key: number): number => rankOf(cheapHash, claimed, slot, keyOf(key))
    expect(rank(epochMs, 0, 1)).toBe(rank(2 * epochMs - 1, 0, 1))
    expect(new Set([rank(0, 0, 1), rank(epochMs, 0, 1), rank(0, 1, 1), rank(0, 0, 2)]).size).toBe(4)
  })

  it('GOS30 that have stood for a while go before new ones, else the lower rank goes before', () => {
    const old = { claimed: 0, sentAt: matureMs, rank: 9 }
    const young = { claimed: 0, sentAt: matureMs - 1, rank: 1 }
    expect([goesBefore(old, young), goesBefore(young, old)]).toEqual([true, false])
    expect([goesBefore({ ...old, rank: 8 }, old), goesBefore(young, { ...young, rank: 2 })]).toEqual([true, true])
  })

  it('GOS30 lose against one that goes before: the peer that made them steps back', () => {
    for (const age of [0, 60_000]) {
      const stage = new Stage().link(1)
      stage.broadcast.setCapable(true, stage.now)
      stage.pass(youngSilenceMs + maxRankMs + lateJitterMs)
      expect(stage.broadcast.isRoot).toBe(true)
      // A claim of the same age wins or loses by its rank, an old one wins.
      const claimed = stage.now - age
      stage.receive(1, beaconOf(0x20, { claimed, age }))
      const isFirst = rankOf(cheapHash, claimed, 0, keyOf(0x20)) < rankOf(cheapHash, claimed, 0, keyOf(0x80))
      expect(stage.broadcast.isRoot).toBe(age === 0 && !isFirst)
      expect(stage.broadcast.roots).toEqual([age === 0 && !isFirst ? nameOf(0x80) : nameOf(0x20)])
    }
  })

  it('GOS30 of a crowd, all over one link: the one that goes before is heard, and few are verified', () => {
    const stage = new Stage().link(1)
    const claimed = stage.now
    const roots = Array.from({ length: 100 }, (_, i) => i + 0x90)
    for (const root of roots) stage.receive(1, beaconOf(root, { claimed, age: 0 }))
    const rank = (root: number): number => rankOf(cheapHash, claimed, 0, keyOf(root))
    const first = roots.reduce((a, b) => (rank(b) < rank(a) ? b : a))
    expect(stage.broadcast.roots).toEqual([nameOf(first)])
    expect(stage.verified).toBeLessThan(12)
  })

  it('GOS30 without silence are refused, whatever their rank', () => {
    const stage = new Stage().link(1, 2)
    stage.receive(1, beaconOf(0x20, { claimed: stage.now - 60_000, age: 60_000 }))
    for (let root = 0x30; root < 0x38; root++) stage.receive(2, beaconOf(root, { claimed: stage.now, age: 0 }))
    expect(stage.broadcast.roots).toEqual([nameOf(0x20)])
    expect(stage.verified).toBe(1)
  })

  it('GOS33 are made by who may, after silence, for one slot; who has no followers steps back for two minutes', () => {
    const stage = new Stage().link(1)
    stage.broadcast.setOnline(500)
    stage.pass(20_000)
    expect(stage.broadcast.isRoot).toBe(false)
    stage.broadcast.setCapable(true, stage.now)
    stage.pass(maxRankMs + lateJitterMs)
    expect(stage.broadcast.roots).toEqual([nameOf(0x80)])
    stage.pass(lonelyRootMs + 2_500)
    expect(stage.broadcast.isRoot).toBe(false)
    stage.sent()
    stage.pass(lonelyRootRestMs - 20_000)
    expect(stage.sent(beacon)).toEqual([])
  })

  it('GOS33 end when their root may lead no more, or the room has become too small for so many', () => {
    const own = shortId(keyOf(0x80))
    const lead = (): Stage => {
      const stage = new Stage().link(1)
      stage.receive(1, beaconOf(0x20, { claimed: stage.now - 60_000, age: 60_000, online: 40 }))
      stage.broadcast.setCapable(true, stage.now)
      for (let i = 0; i < 8; i++) {
        stage.pass(1_000)
        stage.receive(1, encodeAttach([own], [39]))
        stage.receive(
          1,
          beaconOf(0x20, { claimed: stage.now - 61_000 - i * 1_000, age: 61_000 + i * 1_000, online: 40 }),
        )
      }
      return stage
    }
    const stage = lead()
    const [first] = stage.sent(beacon).filter(({ payload }) => beaconSlot(payload) === 1)
    expect(first).toBeDefined()
    expect(stage.broadcast.isRoot).toBe(true)
    stage.broadcast.setCapable(false, stage.now)
    expect(stage.broadcast.isRoot).toBe(false)
  })
})

describe('roots that come and go', () => {
  it('GOS32 are left out for a minute the second time, and twice as long each time after', () => {
    const lapsed = new Lapsed()
    const left: number[] = []
    for (let i = 0; i < 10; i++) {
      lapsed.add(5, i, true, 0)
      let ms = 0
      while (!lapsed.admits(5, i + 1, ms)) ms += exclusionMs
      left.push(ms)
    }
    expect(left.slice(0, 4)).toEqual([0, exclusionMs, 2 * exclusionMs, 4 * exclusionMs])
    expect(left.at(-1)).toBe(maxExclusionMs)
  })

  it('GOS32 are forgiven after an hour, never believed with an old beacon, and remembered in a bounded number', () => {
    const lapsed = new Lapsed()
    for (let i = 0; i < 3; i++) lapsed.add(5, 70 + i, true, 0)
    expect(lapsed.admits(5, 72, maxExclusionMs)).toBe(false)
    lapsed.add(5, 100, true, 2 * maxExclusionMs)
    expect(lapsed.admits(5, 101, 2 * maxExclusionMs)).toBe(true)
    for (let id = 10; id < 10 + maxLapsed; id++) lapsed.add(id, 1, false, 0)
    expect(lapsed.admits(5, 1, 0)).toBe(true)
    expect(lapsed.admits(10, 1, 0)).toBe(false)
  })

  it('GOS32 are left out here too, while this peer was listening', () => {
    const stage = new Stage().link(1, 2)
    const come = (): void => stage.receive(1, beaconOf(0x20, { claimed: stage.now - 60_000, age: 60_000 }))
    const seen: number[] = []
    for (let i = 0; i < 3; i++) {
      come()
      seen.push(stage.broadcast.roots.length)
      for (let s = 0; s < 5; s++) {
        stage.pass(2_000)
        stage.receive(2, beaconOf(0x20, { claimed: stage.now - 600_000, age: 1 }))
      }
    }
    expect(seen).toEqual([1, 1, 0])
  })
})
