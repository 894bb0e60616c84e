/**
 * Blobs in the browser's own file system (OPFS), run in a dedicated worker: only there are files read and written in place.
 *
 *   blobs/<root>.blob    block i at i × 16 KiB
 *   blobs/<root>.pages   page p at p × the length of the first
 *   blobs/<root>.held    size u48 · bitmap of blocks · bitmap of pages
 *
 * A bitmap is written after the data it tells of was flushed, every second and on closing. Its bits are only ever set, so
 * half of a write is none the worse. Nothing here is readable without the keys, which are in the messages.
 */
import { Bits, Reader, Writer, blockBytes, blocksOf, pageLengthOf, pagesOf } from '@kith/protocol'
import type { BlobPart } from '@kith/protocol'
import { absentRuns, heldLength, holdSlots, placeOf } from '../blob-slots.ts'
import type { BlobSlots, BlobStore, BlobUse } from '../blob-store.ts'
import type { Clock } from '../clock.ts'
import { StorageBroken, StorageFull } from '../storage-errors.ts'

/** `FileSystemSyncAccessHandle`, which exists in workers only. */
export interface FileInPlace {
  read(bytes: Uint8Array, options: { readonly at: number }): number
  write(bytes: Uint8Array, options: { readonly at: number }): number
  getSize(): number
  flush(): void
  close(): void
}

interface HandleInPlace {
  createSyncAccessHandle(): Promise<FileInPlace>
}

/** In this file system every browser that has it can rename; the types do not know yet. */
interface MovableHandle {
  move(name: string): Promise<void>
}

interface OpenBlob {
  readonly root: string
  readonly size: number
  readonly blocks: Bits
  readonly pages: Bits
  readonly files: Readonly<Record<BlobPart | 'held', FileInPlace>>
  dirty: boolean
  usedAt: number
}

type Told = Pick<OpenBlob, 'size' | 'blocks' | 'pages'>

const flushMs = 1_000
const maxOpen = 16
const headBytes = 6
const maxAttempts = 20
const attemptMs = 100
const endings = ['blob', 'pages', 'held'] as const
const rootPattern = /^[0-9a-f]{64}$/u

export class BrowserBlobFiles implements BlobStore {
  readonly #directory: FileSystemDirectoryHandle
  readonly #clock: Clock
  readonly #open = new Map<string, Promise<OpenBlob | undefined>>()
  #stopFlush: (() => void) | undefined

  constructor(directory: FileSystemDirectoryHandle, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
  }

  async look(root: string, size: number): Promise<BlobSlots> {
    const blob = await this.#blob(root, undefined)
    const isHere = blob?.size === size
    const blocks = isHere ? blob.blocks : new Bits(blocksOf(size))
    const pages = isHere ? blob.pages : new Bits(pagesOf(size))
    return { blocks: blocks.toBytes(), pages: pages.toBytes() }
  }

  async write(root: string, size: number, part: BlobPart, index: number, bytes: Uint8Array): Promise<void> {
    try {
      const blob = (await this.#blob(root, size)) as OpenBlob
      const bits = part === 'block' ? blob.blocks : blob.pages
      if (blob.size !== size) throw new RangeError(`this blob has ${blob.size} bytes, not ${size}`)
      for (const run of absentRuns(bits, size, part, { index, bytes })) {
        if (blob.files[part].write(run.bytes, { at: placeOf(size, part, run.index) }) !== run.bytes.length) {
          throw new DOMException('short write', 'QuotaExceededError')
        }
        holdSlots(bits, size, part, run)
        blob.dirty = true
      }
      this.#stopFlush ??= this.#clock.after(flushMs, () => this.#flush())
    } catch (error) {
      throw blobError(error)
    }
  }

  async read(root: string, part: BlobPart, index: number, count: number = 1): Promise<Uint8Array | undefined> {
    const blob = await this.#blob(root, undefined)
    if (blob === undefined) return undefined
    const length = heldLength(part === 'block' ? blob.blocks : blob.pages, blob.size, part, index, count)
    if (length === 0) return undefined
    const bytes = new Uint8Array(length)
    return blob.files[part].read(bytes, { at: placeOf(blob.size, part, index) }) === length ? bytes : undefined
  }

  async move(from: string, to: string): Promise<void> {
    try {
      const blob = await this.#open.get(from)
      this.#open.delete(from)
      if (blob !== undefined) {
        writeHeld(blob)
        closeFiles(blob.files)
      }
      await this.#hold(to, this.#rename(from, to))
    } catch (error) {
      throw blobError(error)
    }
  }

  async remove(root: string): Promise<void> {
    const opening = this.#open.get(root)
    this.#open.delete(root)
    const blob = await opening?.catch(() => undefined)
    if (blob !== undefined) closeFiles(blob.files)
    for (const ending of endings) await this.#directory.removeEntry(`${root}.${ending}`).catch(() => undefined)
  }

  async list(): Promise<readonly BlobUse[]> {
    const names: string[] = []
    const directory = this.#directory as unknown as { keys(): AsyncIterable<string> }
    for await (const name of directory.keys()) names.push(name)
    const uses: BlobUse[] = []
    for (const root of new Set(names.map((name) => name.slice(0, name.indexOf('.'))))) {
      if (!rootPattern.test(root)) continue
      const held = await this.#toldOf(root)
      if (held === undefined) await this.#removeUntold(root)
      else {
        const bytes = held.blocks.count * blockBytes + held.pages.count * pageLengthOf(held.size, 0)
        uses.push({ root, size: held.size, bytes, usedAt: held.usedAt })
      }
    }
    return uses
  }

  /** What is kept of it, without opening it: to be counted is no use of it. */
  async #toldOf(root: string): Promise<(Told & { readonly usedAt: number }) | undefined> {
    const blob = await this.#open.get(root)?.catch(() => undefined)
    if (blob !== undefined) return blob
    try {
      const file = await (await this.#directory.getFileHandle(`${root}.held`)).getFile()
      const told = parseHeld(new Uint8Array(await file.arrayBuffer()))
      return told && { ...told, usedAt: file.lastModified }
    } catch {
      return undefined
    }
  }

  /** What a page left that went before it told of anything takes its place, and can never be read. */
  async #removeUntold(root: string): Promise<void> {
    if (this.#open.has(root)) return
    // A tab that is still closing has it open: then it stays.
    for (const ending of endings) await this.#directory.removeEntry(`${root}.${ending}`).catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#stopFlush?.()
    this.#flush()
    const opened = await Promise.allSettled(this.#open.values())
    this.#open.clear()
    for (const one of opened) {
      if (one.status !== 'fulfilled' || one.value === undefined) continue
      writeHeld(one.value)
      closeFiles(one.value.files)
    }
  }

  /** Opens it, or makes it when a size is given. */
  async #blob(root: string, size: number | undefined): Promise<OpenBlob | undefined> {
    if (!rootPattern.test(root)) return undefined
    let opening = this.#open.get(root)
    if (opening === undefined) {
      const isKnown = await this.#directory.getFileHandle(`${root}.held`).then(
        () => true,
        () => false,
      )
      if (!isKnown && size === undefined) return undefined
      // Somebody else may have opened it meanwhile: a file is open in place once.
      opening = this.#open.get(root) ?? this.#hold(root, this.#make(root, size))
    }
    const blob = await opening
    if (blob !== undefined) blob.usedAt = this.#clock.now()
    // Whoever only looked found nothing; whoever writes makes it.
    else if (size !== undefined) return this.#blob(root, size)
    return blob
  }

  /** Open from now on, also while it is still being opened: then nobody takes its files for left behind. */
  #hold(root: string, opening: Promise<OpenBlob | undefined>): Promise<OpenBlob | undefined> {
    this.#open.set(root, opening)
    const forget = (): void => {
      if (this.#open.get(root) === opening) this.#open.delete(root)
    }
    opening.then((made) => made ?? forget(), forget)
    void this.#closeSome()
    return opening
  }

  async #rename(from: string, to: string): Promise<OpenBlob | undefined> {
    // What tells of it comes last: a page that goes in between leaves nothing that is told of and not there.
    for (const ending of endings) {
      const handle = (await this.#directory.getFileHandle(`${from}.${ending}`)) as unknown as MovableHandle
      await handle.move(`${to}.${ending}`)
    }
    return this.#make(to, undefined)
  }

  /** Undefined when nothing was kept yet: a page that goes within the first second leaves files without a bitmap. */
  async #make(root: string, size: number | undefined): Promise<OpenBlob | undefined> {
    const [block, page, held] = await Promise.all(endings.map((ending) => this.#inPlace(`${root}.${ending}`)))
    const files = { block: block as FileInPlace, page: page as FileInPlace, held: held as FileInPlace }
    const known = readHeld(files.held)
    const bytes = known?.size ?? size
    if (bytes === undefined) {
      closeFiles(files)
      return undefined
    }
    const { blocks, pages } = known ?? { blocks: new Bits(blocksOf(bytes)), pages: new Bits(pagesOf(bytes)) }
    return { root, size: bytes, blocks, pages, files, dirty: false, usedAt: this.#clock.now() }
  }

  async #inPlace(name: string): Promise<FileInPlace> {
    const handle = (await this.#directory.getFileHandle(name, { create: true })) as unknown as HandleInPlace
    for (let attempt = 1; ; attempt++) {
      try {
        return await handle.createSyncAccessHandle()
      } catch (error) {
        // The tab that had it a moment ago may still be closing.
        if (attempt >= maxAttempts) throw error
        await new Promise<void>((resolve) => void this.#clock.after(attemptMs, resolve))
      }
    }
  }

  async #closeSome(): Promise<void> {
    const opened = await Promise.all([...this.#open.values()].map((one) => one.catch(() => undefined)))
    const idle = opened.filter((blob) => blob !== undefined && !blob.dirty) as OpenBlob[]
    const surplus = this.#open.size - maxOpen
    if (surplus <= 0) return
    // Reads and writes are done at once, so whoever is open is not in use.
    for (const blob of idle.sort((a, b) => a.usedAt - b.usedAt).slice(0, surplus)) {
      this.#open.delete(blob.root)
      closeFiles(blob.files)
    }
  }

  #flush(): void {
    this.#stopFlush = undefined
    for (const opening of this.#open.values()) {
      void opening.then(
        (blob) => blob?.dirty === true && writeHeld(blob),
        () => undefined,
      )
    }
  }
}

function writeHeld(blob: OpenBlob): void {
  if (!blob.dirty) return
  blob.dirty = false
  blob.files.block.flush()
  blob.files.page.flush()
  const writer = new Writer(headBytes).u48(blob.size).raw(blob.blocks.toBytes()).raw(blob.pages.toBytes())
  blob.files.held.write(writer.finish(), { at: 0 })
  blob.files.held.flush()
}

function readHeld(file: FileInPlace): Told | undefined {
  const bytes = new Uint8Array(file.getSize())
  file.read(bytes, { at: 0 })
  return parseHeld(bytes)
}

function parseHeld(bytes: Uint8Array): Told | undefined {
  if (bytes.length <= headBytes) return undefined
  const reader = new Reader(bytes)
  const size = reader.u48()
  const blocks = Bits.from(reader.raw(Math.ceil(blocksOf(size) / 8)), blocksOf(size))
  const pages = Bits.from(reader.rest(), pagesOf(size))
  return blocks.ok && pages.ok ? { size, blocks: blocks.value, pages: pages.value } : undefined
}

function closeFiles(files: OpenBlob['files']): void {
  for (const file of Object.values(files)) file.close()
}

function blobError(error: unknown): Error {
  const isFull = error instanceof DOMException && error.name === 'QuotaExceededError'
  if (isFull) return new StorageFull('files in this browser', { cause: error })
  return new StorageBroken('Files could not be kept in this browser. Reload the page, then try again.', {
    cause: error,
  })
}
