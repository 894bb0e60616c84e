/** A file of this machine on its way into a room: what it is, without hidden data, and a preview that travels ahead. */
import { open, stat, type FileHandle } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import {
  FileFailed,
  cleanPicture,
  filmPatches,
  noPreview,
  safeFileName,
  shrinkPixels,
  thumbOf,
  typeOfFileName,
  type FilePreview,
  type FileToSend,
  type Patch,
  type SlicedBytes,
} from '@kith/peer'
import { decodePicture } from './decode-picture.ts'
import { atHome } from './save-file.ts'

/** Larger pictures are not taken apart in memory. */
const maxPictureBytes = 64 * 1024 * 1024

export interface OpenedFile {
  readonly file: FileToSend
  /** It still carries hidden data: as it was asked for, or because nobody here can remove it. */
  readonly hasHidden: boolean
  close(): Promise<void>
}

/** Rejects with `FileFailed`. `original`: send it byte for byte, hidden data and all. */
export async function openFile(path: string, original = false): Promise<OpenedFile> {
  const at = resolve(atHome(path))
  let handle: FileHandle | undefined
  try {
    if (!(await stat(at)).isFile()) throw new FileFailed('unreadable')
    handle = await open(at)
    const { size } = await handle.stat()
    if (size === 0) throw new FileFailed('empty')
    const opened = await prepare(new DiskBytes(handle, 0, size), basename(at), original)
    const held = handle
    return { ...opened, close: () => held.close() }
  } catch (error) {
    await handle?.close()
    throw error instanceof FileFailed ? error : new FileFailed('unreadable', { cause: error })
  }
}

async function prepare(
  disk: SlicedBytes,
  fileName: string,
  original: boolean,
): Promise<{ readonly file: FileToSend; readonly hasHidden: boolean }> {
  const name = safeFileName(fileName)
  const type = typeOfFileName(name)
  if (type.startsWith('image/') && disk.size <= maxPictureBytes) {
    const bytes = new Uint8Array(await disk.slice(0, disk.size).arrayBuffer())
    const file = { name, type, bytes: disk, preview: picturePreview(bytes) }
    const clean = original ? undefined : cleanPicture(bytes)
    return clean === undefined
      ? { file, hasHidden: true }
      : { file: { ...file, bytes: new Blob([new Uint8Array(clean)]) }, hasHidden: false }
  }
  if (/^(?:video|audio)\//.test(type)) {
    const patches = original ? undefined : await filmPatches(disk)
    const isPlain = /\/(?:webm|ogg|wav)$/.test(type)
    return patches === undefined
      ? { file: { name, type, bytes: disk }, hasHidden: original || !isPlain }
      : { file: { name, type, bytes: new PatchedBytes(disk, patches) }, hasHidden: false }
  }
  return { file: { name, type, bytes: disk }, hasHidden: false }
}

function picturePreview(bytes: Uint8Array): FilePreview | undefined {
  const pixels = decodePicture(bytes)
  if (pixels === undefined) return undefined
  return { ...noPreview, width: pixels.width, height: pixels.height, thumb: thumbOf(shrinkPixels(pixels)) }
}

/** A part of a file on disk, read when it is asked for. */
class DiskBytes implements SlicedBytes {
  readonly #handle: FileHandle
  readonly #from: number
  readonly size: number

  constructor(handle: FileHandle, from: number, to: number) {
    this.#handle = handle
    this.#from = from
    this.size = Math.max(0, to - from)
  }

  slice(from: number, to: number): DiskBytes {
    return new DiskBytes(this.#handle, this.#from + from, this.#from + Math.min(to, this.size))
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, this.#from + filled)
      // The file became shorter while it was read.
      if (bytesRead === 0) throw new FileFailed('unreadable')
      filled += bytesRead
    }
    return bytes.buffer
  }
}

/** The same bytes with some of them written over. */
class PatchedBytes implements SlicedBytes {
  readonly #bytes: SlicedBytes
  readonly #patches: readonly Patch[]
  readonly size: number

  constructor(bytes: SlicedBytes, patches: readonly Patch[]) {
    this.#bytes = bytes
    this.#patches = patches
    this.size = bytes.size
  }

  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> } {
    return {
      arrayBuffer: async () => {
        const part = await this.#bytes.slice(from, to).arrayBuffer()
        const bytes = new Uint8Array(part)
        for (const patch of this.#patches) {
          const [begin, end] = [Math.max(from, patch.at), Math.min(from + bytes.length, patch.at + patch.bytes.length)]
          if (begin < end) bytes.set(patch.bytes.subarray(begin - patch.at, end - patch.at), begin - from)
        }
        return part
      },
    }
  }
}
