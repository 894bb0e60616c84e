/** A picture as half blocks: two pixels in a cell, one above the other. */
import { readWhole, pixelsOfThumb, shrinkPixels, type Attachment, type Pixels, type Room } from '@kith/peer'
import { span, type Row } from '../screen/layout.ts'
import { decodePicture } from './decode-picture.ts'

/** More is not read for a picture of a few thousand cells. */
const maxDrawnBytes = 32 * 1024 * 1024
const maxRows = 40

export function pictureRows(pixels: Pixels, columns: number, rows: number = maxRows): readonly Row[] {
  const scale = Math.min(columns / pixels.width, (rows * 2) / pixels.height)
  const width = Math.max(1, Math.floor(pixels.width * scale))
  const height = Math.max(2, Math.floor((pixels.height * scale) / 2) * 2)
  const drawn = stretch(shrinkPixels(pixels, Math.max(width, height)), width, height)
  return Array.from({ length: height / 2 }, (_, row) =>
    Array.from({ length: width }, (_, column) =>
      span('▀', { pixel: { above: drawn(column, row * 2), below: drawn(column, row * 2 + 1) } }),
    ),
  )
}

type Color = readonly [red: number, green: number, blue: number]

/** The nearest pixel; see-through parts are shown on black. */
function stretch(pixels: Pixels, width: number, height: number): (x: number, y: number) => Color {
  return (x, y) => {
    const column = Math.min(pixels.width - 1, Math.floor(((x + 0.5) * pixels.width) / width))
    const row = Math.min(pixels.height - 1, Math.floor(((y + 0.5) * pixels.height) / height))
    const at = (row * pixels.width + column) * 4
    const [red = 0, green = 0, blue = 0, opacity = 255] = pixels.rgba.subarray(at, at + 4)
    const over = (value: number): number => Math.round((value * opacity) / 255)
    return [over(red), over(green), over(blue)]
  }
}

/** The picture itself when it is here, else its colours; undefined for what is no picture we can draw. */
export async function pixelsOf(room: Room, file: Attachment): Promise<Pixels | undefined> {
  if (file.state === 'here' && file.size <= maxDrawnBytes && file.type.startsWith('image/')) {
    const parts: Uint8Array[] = []
    for await (const bytes of readWhole(room, file)) parts.push(bytes)
    const pixels = decodePicture(Buffer.concat(parts))
    if (pixels !== undefined) return pixels
  }
  return file.preview === undefined ? undefined : pixelsOfThumb(file.preview.thumb)
}
