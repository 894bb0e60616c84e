import { concatBytes } from '@kith/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanPicture, jpegOrientation } from './picture-cleaning.ts'

const secret = 'GPS 52.5163N 13.3777E'

function text(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0))
}

function holds(bytes: Uint8Array | undefined, part: string): boolean {
  return String.fromCharCode(...(bytes ?? [])).includes(part)
}

function segment(marker: number, content: Uint8Array): Uint8Array {
  const length = content.length + 2
  return concatBytes(Uint8Array.of(0xff, marker, length >> 8, length & 255), content)
}

/** TIFF with one entry, how the picture is turned, and a secret behind it. */
function exif(turned: number, order: 'MM' | 'II'): Uint8Array {
  const big = order === 'MM'
  const short = (value: number): number[] => (big ? [0, value] : [value, 0])
  const long = (value: number): number[] => (big ? [0, 0, 0, value] : [value, 0, 0, 0])
  // prettier-ignore
  const tiff = [...text(order), ...short(42), ...long(8), ...short(1),
    ...(big ? [0x01, 0x12] : [0x12, 0x01]), ...short(3), ...long(1), ...short(turned), 0, 0, ...long(0)]
  return concatBytes(text('Exif\0\0'), Uint8Array.from(tiff), text(secret))
}

const scan = concatBytes(segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)), Uint8Array.of(1, 2, 0xff, 0, 0xff, 0xd0, 3))

function jpeg(turned: number, order: 'MM' | 'II' = 'MM', rest: Uint8Array = text(secret)): Uint8Array {
  return concatBytes(
    Uint8Array.of(0xff, 0xd8),
    segment(0xe0, text('JFIF\0\x01\x02\0\0\x01\0\x01\0\0')),
    segment(0xe1, exif(turned, order)),
    segment(0xe1, text(`http://ns.adobe.com/xap/1.0/\0${secret}`)),
    segment(0xe2, text('ICC_PROFILE\0colours')),
    segment(0xe2, text(`MPF\0${secret}`)),
    segment(0xed, text(`Photoshop 3.0\0${secret}`)),
    segment(0xfe, text(secret)),
    segment(0xdb, new Uint8Array(65)),
    scan,
    Uint8Array.of(0xff, 0xd9),
    rest,
  )
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, content.length)
  return concatBytes(length, text(name), content, new Uint8Array(4))
}

function riff(name: string, content: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, content.length, true)
  return concatBytes(text(name), length, content, new Uint8Array(content.length & 1))
}

function webp(...chunks: readonly Uint8Array[]): Uint8Array {
  return riff('RIFF', concatBytes(text('WEBP'), ...chunks))
}

describe('hidden data of pictures', () => {
  it('FIL1 leaves a JPEG: place, camera, captions, comments and what hides behind its end', () => {
    const clean = cleanPicture(jpeg(1))
    expect(holds(jpeg(1), secret)).toBe(true)
    expect(holds(clean, secret)).toBe(false)
    expect(holds(clean, 'Exif')).toBe(false)
    expect(holds(clean, 'ICC_PROFILE')).toBe(true)
    expect(holds(clean, 'JFIF')).toBe(true)
    expect(clean?.subarray(-2)).toEqual(Uint8Array.of(0xff, 0xd9))
    // The pixels are those that were there.
    expect(holds(clean, String.fromCharCode(...scan))).toBe(true)
  })

  it.each(['MM', 'II'] as const)('FIL1 keeps how a photo is turned, and nothing else of Exif (%s)', (order) => {
    for (const turned of [2, 3, 6, 8]) {
      expect(jpegOrientation(jpeg(turned, order))).toBe(turned)
      const clean = cleanPicture(jpeg(turned, order)) ?? new Uint8Array()
      expect(jpegOrientation(clean)).toBe(turned)
      expect(holds(clean, secret)).toBe(false)
      expect(cleanPicture(clean)).toEqual(clean)
    }
  })

  it('leaves a PNG, also from chunks nobody has heard of, and what hides behind its end', () => {
    const head = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
    const drawing = [chunk('IHDR', new Uint8Array(13)), chunk('IDAT', Uint8Array.of(9)), chunk('IEND', text(''))]
    const [ihdr, idat, iend] = drawing as [Uint8Array, Uint8Array, Uint8Array]
    const hidden = ['tEXt', 'iTXt', 'zTXt', 'eXIf', 'tIME', 'caBX'].map((name) => chunk(name, text(secret)))
    const clean = cleanPicture(concatBytes(head, ihdr, ...hidden, idat, iend, text(secret)))
    expect(clean).toEqual(concatBytes(head, ihdr, idat, iend))
  })

  it('leaves a GIF and keeps its frames and its loop', () => {
    const head = concatBytes(text('GIF89a'), Uint8Array.of(1, 0, 1, 0, 0x80, 0, 0), new Uint8Array(6))
    const loop = concatBytes(Uint8Array.of(0x21, 0xff, 11), text('NETSCAPE2.0'), Uint8Array.of(3, 1, 0, 0, 0))
    const xmp = concatBytes(
      Uint8Array.of(0x21, 0xff, 11),
      text('XMP DataXMP'),
      Uint8Array.of(secret.length),
      text(secret),
      Uint8Array.of(0),
    )
    const comment = concatBytes(Uint8Array.of(0x21, 0xfe, secret.length), text(secret), Uint8Array.of(0))
    const frame = Uint8Array.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0)
    const clean = cleanPicture(concatBytes(head, loop, comment, xmp, frame, Uint8Array.of(0x3b), text(secret)))
    expect(clean).toEqual(concatBytes(head, loop, frame, Uint8Array.of(0x3b)))
  })

  it('leaves a WebP, whose head no longer announces it', () => {
    const vp8x = riff('VP8X', Uint8Array.of(0x08 | 0x04 | 0x10, 0, 0, 0, 1, 0, 0, 1, 0, 0))
    const pixels = riff('VP8 ', Uint8Array.of(1, 2, 3))
    const clean = cleanPicture(webp(vp8x, pixels, riff('EXIF', text(secret)), riff('XMP ', text(secret))))
    expect(clean).toEqual(webp(riff('VP8X', Uint8Array.of(0x10, 0, 0, 0, 1, 0, 0, 1, 0, 0)), pixels))
  })

  it('is not promised for what is none of these, or broken', () => {
    expect(cleanPicture(text('BM a bitmap'))).toBeUndefined()
    expect(cleanPicture(new Uint8Array())).toBeUndefined()
    expect(cleanPicture(jpeg(1).subarray(0, 200))).toBeUndefined()
  })

  it('FIL1 never throws and never ends up with more than was there, whatever the bytes', () => {
    const heads = [
      Uint8Array.of(0xff, 0xd8, 0xff),
      text('GIF89a'),
      text('RIFF\xff\xff\xff\xffWEBP'),
      text('\x89PNG\r\n\x1a\n'),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), (head, rest) => {
        const bytes = concatBytes(head, rest)
        expect((cleanPicture(bytes) ?? bytes).length).toBeLessThanOrEqual(bytes.length)
      }),
    )
    fc.assert(
      fc.property(fc.nat({ max: jpeg(6).length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const bytes = jpeg(6)
        bytes[at] = value
        cleanPicture(bytes)
        jpegOrientation(bytes)
      }),
    )
  })
})
