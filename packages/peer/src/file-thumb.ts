/** A picture in 25 bytes: what stands in its place until it is here (thumbhash, https://evanw.github.io/thumbhash/). */
import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash'

/** Thumbhash takes no larger picture. */
export const maxThumbSide: number = 100

export interface Pixels {
  readonly width: number
  readonly height: number
  /** Four bytes each: red, green, blue, opacity. */
  readonly rgba: Uint8Array
}

export function thumbOf({ width, height, rgba }: Pixels): Uint8Array {
  return rgbaToThumbHash(width, height, rgba)
}

/** About 32 pixels on the longer side; undefined when the bytes, which come from strangers, are no thumbhash. */
export function pixelsOfThumb(thumb: Uint8Array): Pixels | undefined {
  if (thumb.length < 5) return undefined
  try {
    const { w, h, rgba } = thumbHashToRGBA(thumb)
    return w > 0 && h > 0 ? { width: w, height: h, rgba } : undefined
  } catch {
    return undefined
  }
}

/** The picture made small enough for `thumbOf`, each pixel the mean of those it stands for. */
export function shrinkPixels({ width, height, rgba }: Pixels, side: number = maxThumbSide): Pixels {
  const scale = Math.min(1, side / Math.max(width, height))
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  if (w === width && h === height) return { width, height, rgba }
  const small = new Uint8Array(w * h * 4)
  for (let y = 0; y < h; y++) {
    const [top, bottom] = [Math.floor((y * height) / h), Math.max(Math.ceil(((y + 1) * height) / h), 1)]
    for (let x = 0; x < w; x++) {
      const [left, right] = [Math.floor((x * width) / w), Math.max(Math.ceil(((x + 1) * width) / w), 1)]
      const sums = [0, 0, 0, 0]
      for (let row = top; row < bottom; row++) {
        for (let at = (row * width + left) * 4; at < (row * width + right) * 4; at++) {
          sums[at & 3] = (sums[at & 3] as number) + (rgba[at] as number)
        }
      }
      const count = (bottom - top) * (right - left)
      for (let part = 0; part < 4; part++) small[(y * w + x) * 4 + part] = Math.round((sums[part] as number) / count)
    }
  }
  return { width: w, height: h, rgba: small }
}
