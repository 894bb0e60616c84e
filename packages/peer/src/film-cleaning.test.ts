import { concatBytes } from '@kith/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filmPatches } from './film-cleaning.ts'

const secret = '+52.5163+013.3777/'

function text(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0))
}

function box(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...contents)
  const head = new Uint8Array(8)
  new DataView(head.buffer).setUint32(0, 8 + content.length)
  head.set(text(type), 4)
  return concatBytes(head, content)
}

function largeBox(type: string, content: Uint8Array): Uint8Array {
  const head = new Uint8Array(16)
  new DataView(head.buffer).setUint32(0, 1)
  new DataView(head.buffer).setBigUint64(8, BigInt(16 + content.length))
  head.set(text(type), 4)
  return concatBytes(head, content)
}

async function clean(film: Uint8Array): Promise<Uint8Array | undefined> {
  const patches = await filmPatches(new Blob([new Uint8Array(film)]))
  if (patches === undefined) return undefined
  const done = film.slice()
  for (const { at, bytes } of patches) done.set(bytes, at)
  return done
}

const made = Uint8Array.of(0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9)
const film = concatBytes(
  box('ftyp', text('isom')),
  largeBox('mdat', text('the film itself')),
  box(
    'moov',
    box('mvhd', made),
    box('udta', box('\xa9xyz', text(secret))),
    box('meta', text(secret)),
    box(
      'trak',
      box('tkhd', made),
      box('mdia', box('mdhd', made), box('hdlr', text('vide'))),
      box('udta', text(secret)),
    ),
  ),
  box('uuid', text(secret)),
)

describe('hidden data of films', () => {
  it('FIL2 becomes zeros in place, so that everything else stays where it was', async () => {
    const done = await clean(film)
    expect(done?.length).toBe(film.length)
    const said = String.fromCharCode(...(done ?? []))
    expect(said).not.toContain(secret)
    expect(said).not.toContain('udta')
    expect(said).not.toContain(String.fromCharCode(1, 2, 3, 4, 5, 6, 7, 8))
    expect(said.indexOf('the film itself')).toBe(String.fromCharCode(...film).indexOf('the film itself'))
    expect(said).toContain('vide')
  })

  it('is not promised for what is no such film, or broken', async () => {
    expect(await clean(text('RIFF....AVI LIST'))).toBeUndefined()
    expect(await clean(new Uint8Array())).toBeUndefined()
    expect(await clean(film.subarray(0, film.length - 5))).toBeUndefined()
    expect(
      await clean(concatBytes(box('ftyp'), box('moov', Uint8Array.of(0, 0, 0, 99, 1, 2, 3, 4, 5)))),
    ).toBeUndefined()
  })

  it('FIL2 never throws, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: film.length - 1 }), fc.nat({ max: 255 }), async (at, value) => {
        const broken = film.slice()
        broken[at] = value
        await clean(broken)
      }),
    )
  })
})
