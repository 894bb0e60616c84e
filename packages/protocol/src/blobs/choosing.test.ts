import { describe, expect, it } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { fetchesByItself } from './auto-fetch.ts'
import { Bits } from './bits.ts'
import { Blob } from './blob.ts'
import { chooseEvictions } from './eviction.ts'
import { blockBytes } from './layout.ts'
import { pickBlocks } from './picking.ts'

const mebibyte = 1024 * 1024

describe('which files', () => {
  it('BLB6 everybody fetches small ones, four in five larger, one in five large ones, nobody more; each the same every time', () => {
    const crypto = createSeededCrypto('shares')
    const root = crypto.random(32)
    const peers = Array.from({ length: 2_000 }, () => crypto.random(32))
    const share = (size: number): number =>
      peers.filter((peer) => fetchesByItself(crypto, peer, root, size)).length / peers.length
    expect(share(256 * 1024)).toBe(1)
    expect(share(8 * mebibyte)).toBeGreaterThan(0.77)
    expect(share(8 * mebibyte)).toBeLessThan(0.83)
    expect(share(64 * mebibyte)).toBeGreaterThan(0.17)
    expect(share(64 * mebibyte)).toBeLessThan(0.23)
    expect(share(64 * mebibyte + 1)).toBe(0)
    expect(share(8 * mebibyte)).toBe(share(8 * mebibyte))
  })

  it('BLB7 what goes to make room is held by three others, least used first, never what is pinned', () => {
    const blob = { bytes: 10, usedAt: 5, replicas: 3, pinned: false }
    const blobs = [
      { ...blob, root: 'new', usedAt: 9 },
      { ...blob, root: 'old', usedAt: 1 },
      { ...blob, root: 'rare', usedAt: 0, replicas: 2 },
      { ...blob, root: 'pinned', usedAt: 0, pinned: true },
    ]
    expect(chooseEvictions(blobs, 10)).toEqual(['old'])
    expect(chooseEvictions(blobs, 11)).toEqual(['old', 'new'])
    expect(chooseEvictions(blobs, 1_000)).toEqual(['old', 'new'])
    expect(chooseEvictions(blobs, 0)).toEqual([])
  })
})

describe('which blocks', () => {
  it('BLB11 what somebody told of and lacks when it is asked is not asked of them again, and holds nothing up', () => {
    const blob = new Blob('ab'.repeat(32), 4 * blockBytes, 0)
    blob.held = new Bits(blob.blocks)
    const view = blob.view('liar')
    for (const index of [1, 2]) blob.gainedBy(view, index)
    blob.lostBy(view, 1)
    expect(pickBlocks(blob, view, 4, () => 0)).toEqual([2])
  })
})
