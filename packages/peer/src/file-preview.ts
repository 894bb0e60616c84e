/**
 * What of a file is shown before it is here: a few hundred bytes that travel inside the message.
 *
 *   preview   form u8 = 1, then parts until the end, each once, in this order: tag u8 · length varint · bytes
 *     1 picture   width u32 · height u32 · thumbhash (5…25 bytes)
 *     2 sound     duration in ms u32 · peaks, one u8 each (0…128 of them)
 *
 * Tags this version does not know are skipped. The bytes come from strangers: what is malformed is no preview.
 */
import { Reader, Writer } from '@kith/protocol'
import type { Millis } from '@kith/protocol'

export interface FilePreview {
  /** Pixels as they are shown, turned upright; 0 where unknown. */
  readonly width: number
  readonly height: number
  /** A thumbhash, or empty. */
  readonly thumb: Uint8Array
  /** Of sound and film; 0 where unknown. */
  readonly durationMs: Millis
  /** Loudness over time, 0…255, for a waveform; empty for none. */
  readonly peaks: Uint8Array
}

export const maxPeaks: number = 128
export const maxThumbBytes: number = 32
const maxSide = 65_535
const maxDurationMs = 0xff_ff_ff_ff
const form = 1
const tags = { picture: 1, sound: 2 } as const
const maxPartBytes = 1024

export const noPreview: FilePreview = {
  width: 0,
  height: 0,
  thumb: new Uint8Array(),
  durationMs: 0,
  peaks: new Uint8Array(),
}

/** Empty when there is nothing to show. */
export function encodePreview(preview: FilePreview): Uint8Array {
  const { width, height, thumb, durationMs, peaks } = preview
  const writer = new Writer().u8(form)
  const isPicture = width > 0 && height > 0
  const isSound = durationMs > 0 || peaks.length > 0
  if (!isPicture && !isSound) return new Uint8Array()
  if (isPicture) {
    const part = new Writer().u32(Math.min(width, maxSide)).u32(Math.min(height, maxSide))
    writer.u8(tags.picture).bytes(part.raw(thumb.subarray(0, maxThumbBytes)).finish())
  }
  if (isSound) {
    const part = new Writer().u32(Math.min(Math.round(durationMs), maxDurationMs)).raw(peaks.subarray(0, maxPeaks))
    writer.u8(tags.sound).bytes(part.finish())
  }
  return writer.finish()
}

export function decodePreview(bytes: Uint8Array): FilePreview | undefined {
  const reader = new Reader(bytes)
  if (reader.u8() !== form) return undefined
  let preview = noPreview
  let before = 0
  while (!reader.failed && reader.remaining > 0) {
    const tag = reader.u8()
    const part = new Reader(reader.bytes(maxPartBytes))
    if (reader.failed || tag <= before) return undefined
    before = tag
    if (tag === tags.picture) {
      const [width, height] = [part.u32(), part.u32()]
      const thumb = part.raw(part.remaining)
      if (part.failed || width < 1 || height < 1 || width > maxSide || height > maxSide) return undefined
      if (thumb.length > maxThumbBytes) return undefined
      preview = { ...preview, width, height, thumb: thumb.slice() }
    } else if (tag === tags.sound) {
      const durationMs = part.u32()
      const peaks = part.raw(part.remaining)
      if (part.failed || peaks.length > maxPeaks) return undefined
      preview = { ...preview, durationMs, peaks: peaks.slice() }
    }
  }
  return reader.failed || before === 0 ? undefined : preview
}
