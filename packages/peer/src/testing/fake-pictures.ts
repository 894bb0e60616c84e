/** Landscapes and sounds made of numbers, for fixtures: nothing is fetched and nobody's photo is in the repository. */
import type { MemoryFile } from '../memory/files.ts'
import { thumbOf, type Pixels } from '../file-thumb.ts'

type Color = readonly [red: number, green: number, blue: number]

interface Scene {
  readonly top: Color
  readonly low: Color
  readonly sun: readonly [x: number, y: number, size: number]
  readonly glow: Color
  readonly hills: readonly Color[]
  readonly seed: number
}

const scenes: Readonly<Record<string, Scene>> = {
  evening: {
    top: [58, 66, 118],
    low: [246, 166, 110],
    sun: [0.68, 0.5, 0.035],
    glow: [255, 226, 170],
    hills: [
      [108, 86, 128],
      [70, 62, 104],
      [38, 40, 70],
    ],
    seed: 3,
  },
  morning: {
    top: [132, 184, 214],
    low: [238, 232, 214],
    sun: [0.3, 0.34, 0.03],
    glow: [255, 250, 226],
    hills: [
      [146, 178, 176],
      [92, 136, 126],
      [46, 88, 78],
    ],
    seed: 11,
  },
  night: {
    top: [12, 18, 40],
    low: [44, 66, 96],
    sun: [0.42, 0.22, 0.028],
    glow: [226, 232, 240],
    hills: [
      [30, 46, 70],
      [20, 32, 52],
      [10, 18, 32],
    ],
    seed: 7,
  },
  autumn: {
    top: [186, 206, 220],
    low: [248, 236, 214],
    sun: [0.8, 0.3, 0.03],
    glow: [255, 246, 220],
    hills: [
      [206, 168, 120],
      [192, 116, 66],
      [120, 62, 44],
    ],
    seed: 5,
  },
}

export type SceneName = 'evening' | 'morning' | 'night' | 'autumn'

/** Where the water begins, from the top. */
const shore = 0.64

function mix(a: Color, b: Color, part: number): Color {
  const at = Math.min(1, Math.max(0, part))
  return [a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at, a[2] + (b[2] - a[2]) * at]
}

function ridge(x: number, layer: number, seed: number): number {
  const at = (steps: number, shift: number): number => Math.sin(x * steps + seed * shift + layer * 2.1)
  return 0.36 + layer * 0.085 + at(3.1, 1.3) * 0.05 + at(7.7, 2.9) * 0.022 + at(19, 0.7) * 0.008 + at(53, 1.9) * 0.003
}

function land(x: number, y: number, scene: Scene, ratio: number): Color {
  const layer = scene.hills.findLastIndex((_, index) => y > ridge(x, index, scene.seed))
  const hill = scene.hills[layer]
  if (hill !== undefined) return mix(hill, scene.low, Math.max(0, 0.24 - (y - ridge(x, layer, scene.seed)) * 2))
  const [sunX, sunY, size] = scene.sun
  const distance = Math.hypot((x - sunX) * ratio, y - sunY)
  const sky = mix(scene.top, scene.low, (y / 0.5) ** 1.4)
  if (distance < size) return scene.glow
  return mix(sky, scene.glow, 0.75 * Math.exp(-(distance - size) * 9))
}

export function paintScene(name: SceneName, width: number, height: number): Pixels {
  const scene = scenes[name] as Scene
  const rgba = new Uint8Array(width * height * 4)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column / width, row / height]
      const isWater = y > shore
      const depth = (y - shore) / (1 - shore)
      const wave = isWater ? Math.sin(row * 1.7 + Math.sin(column * 0.035 + row) * 2) * 0.006 * (0.3 + depth) : 0
      const seen = isWater
        ? land(x + wave, shore - (y - shore) * 0.92 + wave, scene, width / height)
        : land(x, y, scene, width / height)
      const color = isWater ? mix(seen, scene.top, 0.22 + depth * 0.3) : seen
      rgba.set([...color.map(Math.round), 255], (row * width + column) * 4)
    }
  }
  return { width, height, rgba }
}

const thumbSide = 48

function bitmapBytes(width: number, height: number): number {
  return 54 + ((width * 3 + 3) & ~3) * height
}

/** A bitmap every browser draws: no compression to carry along. */
export function encodeBitmap({ width, height, rgba }: Pixels): Uint8Array {
  const line = (width * 3 + 3) & ~3
  const bytes = new Uint8Array(bitmapBytes(width, height))
  const view = new DataView(bytes.buffer)
  bytes.set([0x42, 0x4d])
  view.setUint32(2, bytes.length, true)
  view.setUint32(10, 54, true)
  view.setUint32(14, 40, true)
  view.setInt32(18, width, true)
  view.setInt32(22, -height, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, 24, true)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * 4
      bytes.set(
        [rgba[from + 2] as number, rgba[from + 1] as number, rgba[from] as number],
        54 + row * line + column * 3,
      )
    }
  }
  return bytes
}

export function fakePicture(
  scene: SceneName,
  name: string,
  [width, height]: readonly [number, number],
  more: Partial<MemoryFile> = {},
): MemoryFile {
  const scale = thumbSide / Math.max(width, height)
  const thumb = thumbOf(paintScene(scene, Math.round(width * scale), Math.round(height * scale)))
  const bytes = (): Uint8Array => encodeBitmap(paintScene(scene, width, height))
  return {
    name,
    type: 'image/bmp',
    size: bitmapBytes(width, height),
    bytes,
    preview: { width, height, thumb },
    holders: 3,
    ...more,
  }
}

const sampleRate = 8000

/** Somebody who says nothing in particular: a hum that rises and falls, as WAV. */
export function fakeVoice(seconds: number, more: Partial<MemoryFile> = {}): MemoryFile {
  const count = Math.round(seconds * sampleRate)
  const loudAt = (part: number): number =>
    Math.abs(Math.sin(part * 31) * Math.sin(part * 7.3 + 1) * (0.55 + 0.45 * Math.sin(part * 97))) ** 0.7
  const bytes = new Uint8Array(44 + count)
  const view = new DataView(bytes.buffer)
  const text = (at: number, value: string): void =>
    bytes.set(
      Uint8Array.from(value, (c) => c.charCodeAt(0)),
      at,
    )
  text(0, 'RIFF')
  view.setUint32(4, 36 + count, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate, true)
  view.setUint16(32, 1, true)
  view.setUint16(34, 8, true)
  text(36, 'data')
  view.setUint32(40, count, true)
  for (let at = 0; at < count; at++) {
    bytes[44 + at] = 128 + Math.round(Math.sin(at * 0.12) * 60 * loudAt(at / count))
  }
  const peaks = Uint8Array.from({ length: 96 }, (_, i) => 20 + loudAt(i / 96) * 235)
  return {
    name: 'Voice message.wav',
    type: 'audio/wav',
    bytes,
    preview: { durationMs: seconds * 1000, peaks },
    holders: 2,
    ...more,
  }
}
