import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePreview, encodePreview, noPreview, type FilePreview } from './file-preview.ts'
import { pixelsOfThumb, shrinkPixels, thumbOf } from './file-thumb.ts'

const previews = fc.record<FilePreview>({
  width: fc.integer({ min: 1, max: 65_535 }),
  height: fc.integer({ min: 1, max: 65_535 }),
  thumb: fc.uint8Array({ maxLength: 32 }),
  durationMs: fc.integer({ min: 1, max: 0xff_ff_ff_ff }),
  peaks: fc.uint8Array({ maxLength: 128 }),
})

describe('a preview', () => {
  it('FIL3 comes back as it went', () => {
    fc.assert(
      fc.property(previews, (preview) => {
        expect(decodePreview(encodePreview(preview))).toEqual(preview)
      }),
    )
  })

  it('is nothing when there is nothing to show', () => {
    expect(encodePreview(noPreview)).toEqual(new Uint8Array())
    expect(decodePreview(new Uint8Array())).toBeUndefined()
  })

  it('FIL3 from strangers never throws, and skips what a newer program put in', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodePreview(bytes)))
    const sound = { ...noPreview, durationMs: 900 }
    expect(decodePreview(Uint8Array.of(...encodePreview(sound), 9, 1, 7))).toEqual(sound)
  })

  it('shows a picture as its colours, also made from a large one', () => {
    const red = {
      width: 400,
      height: 200,
      rgba: new Uint8Array(400 * 200 * 4).map((_, i) => (i % 4 === 0 || i % 4 === 3 ? 255 : 0)),
    }
    const small = shrinkPixels(red)
    expect([small.width, small.height]).toEqual([100, 50])
    const shown = pixelsOfThumb(thumbOf(small))
    expect(shown).toBeDefined()
    expect((shown?.width ?? 0) / (shown?.height ?? 1)).toBeCloseTo(2, 0)
    expect(shown?.rgba[0]).toBeGreaterThan(200)
    expect(shown?.rgba[1]).toBeLessThan(60)
  })

  it('of a thumbhash that is none shows nothing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void pixelsOfThumb(bytes)))
    expect(pixelsOfThumb(Uint8Array.of(1, 2))).toBeUndefined()
  })
})
