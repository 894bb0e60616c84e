import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { blocksOf, hashBytes, leavesPerPage, pageLengthOf, pagesOf, plainBytes } from './layout.ts'
import { buildPages, openPage } from './merkle.ts'
import { nonceOf } from './seal.ts'

const crypto = createSeededCrypto('merkle')
const sizes = [1, plainBytes, plainBytes + 1, 512 * plainBytes, 512 * plainBytes + 1, 1_700 * plainBytes]

function leavesFor(size: number): Uint8Array {
  return crypto.random(blocksOf(size) * hashBytes)
}

describe('the tree of a file', () => {
  it('BLB3 every page leads to the root, whatever the size', () => {
    for (const size of sizes) {
      const leaves = leavesFor(size)
      const { root, pages } = buildPages(crypto, size, leaves)
      expect(pages.length).toBe(pagesOf(size))
      pages.forEach((page, index) => {
        expect(page.length).toBe(pageLengthOf(size, index))
        const from = index * leavesPerPage * hashBytes
        const value = leaves.subarray(from, from + leavesPerPage * hashBytes)
        expect(openPage(crypto, root, size, index, page)).toEqual({ ok: true, value })
      })
    }
  })

  it('BLB3 a page that was altered, moved, cut, or is of another size leads nowhere', () => {
    const size = 1_100 * plainBytes
    const { root, pages } = buildPages(crypto, size, leavesFor(size))
    const [first, second] = pages as [Uint8Array, Uint8Array]
    expect(openPage(crypto, root, size, 1, first).ok).toBe(false)
    expect(openPage(crypto, root, size, 0, second).ok).toBe(false)
    expect(openPage(crypto, root, size, 0, first.subarray(hashBytes))).toEqual({ ok: false, code: 'wrongLength' })
    expect(openPage(crypto, root, size, 3, first)).toEqual({ ok: false, code: 'wrongLength' })
    // The same number of blocks, another size: it is bound to the root.
    expect(openPage(crypto, root, size - 1, 0, first)).toEqual({ ok: false, code: 'wrongPage' })
    fc.assert(
      fc.property(fc.nat(first.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = first.slice()
        altered[at] = (altered[at] as number) ^ flip
        expect(openPage(crypto, root, size, 0, altered)).toEqual({ ok: false, code: 'wrongPage' })
      }),
      { numRuns: 20 },
    )
  })

  it('BLB4 no nonce comes twice, and only the last block says that it is', () => {
    const size = 300 * plainBytes
    const seen = new Set(Array.from({ length: 300 }, (_, index) => nonceOf(size, index).join()))
    expect(seen.size).toBe(300)
    expect(nonceOf(size, 298)[11]).toBe(0)
    expect(nonceOf(size, 299)[11]).toBe(1)
    // A file cut at a border of blocks would end with a block that does not say so.
    expect(nonceOf(size - plainBytes, 298)).not.toEqual(nonceOf(size, 298))
  })
})
