/** Reads the colours out of the style sheet itself, so that the sheet cannot drift from what was checked. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fakeKey } from '@kith/peer/testing/fake-keys'
import { glyphCount } from '@kith/protocol'
import { hueStep, markOf } from './colour.ts'

const tokens = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8')

type Oklch = readonly [lightness: number, chroma: number, hue: number]

/** CSS Color 4: OKLCH to linear sRGB, clipped to the gamut as a worst case of what a screen does. */
function linearRgb([l, c, hue]: Oklch): readonly number[] {
  const angle = (hue * Math.PI) / 180
  const a = c * Math.cos(angle)
  const b = c * Math.sin(angle)
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ].map((value) => Math.min(1, Math.max(0, value)))
}

function luminance(colour: Oklch): number {
  const [red = 0, green = 0, blue = 0] = linearRgb(colour)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: Oklch, b: Oklch): number {
  const [darker, lighter] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05)
}

function token(name: string, hue = 0): { readonly light: Oklch; readonly dark: Oklch } {
  const declared = new RegExp(`${name}: light-dark\\(oklch\\(([^)]*?)\\)(?:\\))?, oklch\\(([^)]*?)\\)`).exec(
    tokens.replaceAll('var(--hue)', String(hue)),
  )
  const read = (text: string | undefined): Oklch => {
    const [l, c, h] = (text ?? '').split(' ').map(Number)
    if (l === undefined || c === undefined || h === undefined) throw new Error(`tokens.css has no ${name}`)
    return [l, c, h]
  }
  return { light: read(declared?.[1]), dark: read(declared?.[2]) }
}

const hues = Array.from({ length: 360 / hueStep }, (_, i) => i * hueStep)

describe('a person’s colour can be read in both themes', () => {
  it.each(['light', 'dark'] as const)(
    '%s: names on every surface 4.5:1, glyph on its disc and dots on paper 3:1',
    (theme) => {
      for (const hue of hues) {
        const person = token('--person', hue)[theme]
        for (const surface of ['--paper', '--surface', '--raised']) {
          expect(contrast(person, token(surface)[theme]), `${hue}° on ${surface}`).toBeGreaterThanOrEqual(4.5)
        }
        expect(contrast(person, token('--person-soft', hue)[theme]), `${hue}° glyph`).toBeGreaterThanOrEqual(3)
        expect(
          contrast(token('--person-fill', hue)[theme], token('--paper')[theme]),
          `${hue}° dot`,
        ).toBeGreaterThanOrEqual(3)
      }
    },
  )

  it.each(['light', 'dark'] as const)('%s: ink, accent, warning and danger 4.5:1 on every surface', (theme) => {
    for (const ink of ['--ink', '--ink-soft', '--ink-faint', '--accent', '--danger', '--warn']) {
      for (const surface of ['--paper', '--surface', '--raised', '--accent-soft']) {
        if (surface === '--accent-soft' && ['--ink-faint', '--danger', '--warn'].includes(ink)) continue
        expect(contrast(token(ink)[theme], token(surface)[theme]), `${ink} on ${surface}`).toBeGreaterThanOrEqual(4.5)
      }
    }
    expect(contrast(token('--on-accent')[theme], token('--accent')[theme])).toBeGreaterThanOrEqual(4.5)
    expect(contrast(token('--edge')[theme], token('--raised')[theme])).toBeGreaterThanOrEqual(3)
  })
})

describe('a mark comes from the key alone', () => {
  it('is the same every time and spreads over all hues and glyphs', () => {
    const marks = Array.from({ length: 2000 }, (_, i) => markOf(fakeKey(`${i}`)))
    expect(markOf(fakeKey('7'))).toEqual(marks[7])
    expect(new Set(marks.map((mark) => mark.hue)).size).toBe(hues.length)
    expect(new Set(marks.map((mark) => mark.glyph)).size).toBe(glyphCount)
  })

  it('gives a stranger with a friend’s name another mark', () => {
    expect(markOf(fakeKey('Mara, the friend'))).not.toEqual(markOf(fakeKey('Mara, the stranger')))
  })

  it('draws something for a key it cannot read', () => {
    expect(markOf('no key')).toEqual(markOf(''))
  })
})
