/** A JPEG or PNG as pixels, within limits: the bytes may come from strangers. */
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import type { Pixels } from '@kith/peer'

const maxMegapixels = 40
const maxMemoryMegabytes = 384

/** Undefined for other kinds, for what is broken, and for what is too large. */
export function decodePicture(bytes: Uint8Array): Pixels | undefined {
  try {
    if (bytes[0] === 0xff && bytes[1] === 0xd8) {
      const { width, height, data } = jpeg.decode(bytes, {
        useTArray: true,
        maxResolutionInMP: maxMegapixels,
        maxMemoryUsageInMB: maxMemoryMegabytes,
      })
      return { width, height, rgba: data }
    }
    if (bytes[0] === 0x89 && bytes[1] === 0x50) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      // The size stands in the head: a small file may claim a large picture.
      if (view.getUint32(16) * view.getUint32(20) > maxMegapixels * 1_000_000) return undefined
      const { width, height, data } = PNG.sync.read(Buffer.from(bytes))
      return { width, height, rgba: data }
    }
  } catch {
    // Broken, or not what it says it is.
  }
  return undefined
}
