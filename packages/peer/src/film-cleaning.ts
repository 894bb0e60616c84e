/**
 * Takes place, camera and names out of a film or sound of the ISO base media kind (MP4, MOV, M4A; ISO/IEC 14496-12).
 *
 * Boxes that hold them (`udta`, `meta`, `uuid`, …) become `free` boxes full of zeros, in place: every offset stays right
 * and nothing is encoded again. Only the index of the film (`moov`) is read; the rest stays where it is.
 */
import type { SlicedBytes } from './files.ts'

/** Boxes with other boxes inside, which are looked through. */
const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'mvex', 'moof', 'traf'])
/** Boxes that play; everything else inside the index goes. */
const playing = new Set(
  'mvhd tkhd mdhd hdlr vmhd smhd nmhd sthd hmhd gmhd dinf stsd stts stss ctts stsc stsz stz2 stco co64 sgpd sbgp saiz saio sdtp cslg elst mehd trex leva tref trgr mfhd tfhd tfdt trun senc pssh iods'.split(
    ' ',
  ),
)
/** Of these, they begin with when the film was made and changed. */
const timed = new Set(['mvhd', 'tkhd', 'mdhd'])
/** Beside the index: the film itself, and what tells how to read it. */
const topLevel = new Set(['ftyp', 'styp', 'mdat', 'free', 'skip', 'wide', 'pdin', 'sidx', 'ssix', 'mfra'])
/** An index larger than this is none. */
const maxIndexBytes = 64 * 1024 * 1024
const maxBoxes = 100_000

/** A change to the bytes: these stand there instead. */
export interface Patch {
  readonly at: number
  readonly bytes: Uint8Array
}

/** What has to be overwritten so that nothing hidden is left; undefined for what is no film of this kind. */
export async function filmPatches(film: SlicedBytes): Promise<readonly Patch[] | undefined> {
  const patches: Patch[] = []
  let at = 0
  for (let boxes = 0; at < film.size; boxes++) {
    const head = new Uint8Array(await film.slice(at, Math.min(at + 16, film.size)).arrayBuffer())
    const box = readBox(head, 0, film.size - at)
    if (box === undefined || boxes > maxBoxes) return undefined
    if (at === 0 && box.type !== 'ftyp') return undefined
    if (containers.has(box.type)) {
      if (box.size > maxIndexBytes) return undefined
      const bytes = new Uint8Array(await film.slice(at, at + box.size).arrayBuffer())
      if (!blankInside(bytes, box.head, bytes.length)) return undefined
      patches.push({ at, bytes })
    } else if (!topLevel.has(box.type)) {
      if (box.size > maxIndexBytes) return undefined
      const bytes = new Uint8Array(await film.slice(at, at + box.size).arrayBuffer())
      blank(bytes, 0, box.size, box.head)
      patches.push({ at, bytes })
    }
    at += box.size
  }
  return at === film.size && at > 0 ? patches : undefined
}

interface Box {
  readonly type: string
  readonly size: number
  /** Bytes before its contents. */
  readonly head: number
}

function readBox(bytes: Uint8Array, at: number, room: number): Box | undefined {
  if (at + 8 > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
  const short = view.getUint32(at)
  if (short === 1 && at + 16 > bytes.length) return undefined
  const head = short === 1 ? 16 : 8
  const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? room : short
  return size < head || size > room ? undefined : { type, size, head }
}

/** False when the boxes do not fit into each other. */
function blankInside(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to) {
    const box = readBox(bytes, at, to - at)
    if (box === undefined) return to - at < 8
    if (containers.has(box.type)) {
      if (!blankInside(bytes, at + box.head, at + box.size)) return false
    } else if (!playing.has(box.type)) blank(bytes, at, box.size, box.head)
    else if (timed.has(box.type)) forgetTimes(bytes, at + box.head)
    at += box.size
  }
  return true
}

function blank(bytes: Uint8Array, at: number, size: number, head: number): void {
  bytes.set([0x66, 0x72, 0x65, 0x65], at + 4)
  bytes.fill(0, at + head, at + size)
}

/** Two times behind version and flags: 4 bytes each, in version 1 8 bytes. */
function forgetTimes(bytes: Uint8Array, at: number): void {
  bytes.fill(0, at + 4, at + 4 + (bytes[at] === 1 ? 16 : 8))
}
