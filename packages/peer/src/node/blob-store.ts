/**
 * Blobs of a terminal: one folder, three files for each blob.
 *
 *   <root>.blob    block i at i × 16 KiB, sparse until it is complete
 *   <root>.pages   page p at p × the length of the first
 *   <root>.held    size u48 · bitmap of blocks · bitmap of pages
 *
 * A bitmap is written after the data it tells of is on disk (fdatasync), every second and on closing, by a new file that
 * takes the place of the old one. So after a crash the newest second is fetched again, and nothing that is told of is
 * missing. Everything in here is ciphertext and hashes of it; keys are in the messages.
 */
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Bits, Reader, Writer, blockBytes, blocksOf, pageLengthOf, pagesOf } from '@kith/protocol'
import type { BlobPart } from '@kith/protocol'
import { absentRuns, heldLength, holdSlots, placeOf } from '../blob-slots.ts'
import type { BlobSlots, BlobStore, BlobUse } from '../blob-store.ts'
import type { Clock } from '../clock.ts'
import { StorageBroken, StorageFull } from '../storage-errors.ts'

/** What a crash may cost. */
export const flushMs = 1_000
/** Files kept open. */
const maxOpen = 16
const rootPattern = /^[0-9a-f]{64}$/u
const sizeBytes = 6
const maxHeldFileBytes: number = 512 * 1024

interface OpenBlob {
  readonly root: string
  readonly size: number
  readonly blocks: Bits
  readonly pages: Bits
  readonly files: Readonly<Record<BlobPart, FileHandle>>
  /** Written since the bitmap was. */
  dirty: boolean
  /** Reads and writes under way. */
  busy: number
  usedAt: number
}

export async function openNodeBlobStore(directory: string, clock: Clock): Promise<BlobStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return new NodeBlobStore(directory, clock)
}

class NodeBlobStore implements BlobStore {
  readonly #directory: string
  readonly #clock: Clock
  readonly #open = new Map<string, Promise<OpenBlob>>()
  #stopFlush: (() => void) | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor(directory: string, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
  }

  async look(root: string, size: number): Promise<BlobSlots> {
    const blob = await this.#blob(root, undefined)
    if (blob === undefined || blob.size !== size) {
      return { blocks: new Bits(blocksOf(size)).toBytes(), pages: new Bits(pagesOf(size)).toBytes() }
    }
    return { blocks: blob.blocks.toBytes(), pages: blob.pages.toBytes() }
  }

  async write(root: string, size: number, part: BlobPart, index: number, bytes: Uint8Array): Promise<void> {
    try {
      const blob = (await this.#blob(root, size)) as OpenBlob
      const bits = part === 'block' ? blob.blocks : blob.pages
      if (blob.size !== size) throw new RangeError(`this blob has ${blob.size} bytes, not ${size}`)
      for (const run of absentRuns(bits, size, part, { index, bytes })) {
        const at = placeOf(size, part, run.index)
        await this.#busy(blob, () => blob.files[part].write(run.bytes, 0, run.bytes.length, at))
        holdSlots(bits, size, part, run)
        blob.dirty = true
        this.#flushSoon()
      }
    } catch (error) {
      throw blobError(this.#directory, error)
    }
  }

  async read(root: string, part: BlobPart, index: number, count: number = 1): Promise<Uint8Array | undefined> {
    const blob = await this.#blob(root, undefined)
    if (blob === undefined) return undefined
    const length = heldLength(part === 'block' ? blob.blocks : blob.pages, blob.size, part, index, count)
    if (length === 0) return undefined
    const bytes = new Uint8Array(length)
    const { bytesRead } = await this.#busy(blob, () =>
      blob.files[part].read(bytes, 0, length, placeOf(blob.size, part, index)),
    )
    return bytesRead === length ? bytes : undefined
  }

  async move(from: string, to: string): Promise<void> {
    try {
      await this.#flush()
      const blob = await this.#open.get(from)
      this.#open.delete(from)
      if (blob !== undefined) await closeFiles(blob)
      await this.#hold(to, this.#rename(from, to))
    } catch (error) {
      throw blobError(this.#directory, error)
    }
  }

  async remove(root: string): Promise<void> {
    const opening = this.#open.get(root)
    this.#open.delete(root)
    const blob = await opening?.catch(() => undefined)
    if (blob !== undefined) await closeFiles(blob)
    for (const ending of ['held', 'blob', 'pages']) await rm(this.#path(root, ending), { force: true })
  }

  async list(): Promise<readonly BlobUse[]> {
    await this.#flush()
    const uses: BlobUse[] = []
    const names = await readdir(this.#directory)
    await this.#removeUntold(names)
    for (const name of names) {
      const root = name.slice(0, -'.held'.length)
      if (!name.endsWith('.held') || !rootPattern.test(root)) continue
      const held = await this.#readHeld(root)
      const file = await stat(this.#path(root, 'held')).catch(() => undefined)
      // Moved or removed since the names were read.
      if (held === undefined || file === undefined) continue
      const bytes = held.blocks.count * blockBytes + held.pages.count * pageLengthOf(held.size, 0)
      uses.push({
        root,
        size: held.size,
        bytes: Math.min(bytes, held.size + bytes / 512 + blockBytes),
        usedAt: file.mtimeMs,
      })
    }
    return uses
  }

  async close(): Promise<void> {
    this.#stopFlush?.()
    this.#stopFlush = undefined
    await this.#flush()
    const opened = await Promise.allSettled(this.#open.values())
    this.#open.clear()
    for (const one of opened) if (one.status === 'fulfilled') await closeFiles(one.value)
  }

  /** What a program left that ended before it told of anything takes its place, and can never be read. */
  async #removeUntold(names: readonly string[]): Promise<void> {
    const told = new Set(names.filter((name) => name.endsWith('.held')).map((name) => name.slice(0, -'.held'.length)))
    for (const name of names) {
      const root = name.slice(0, name.indexOf('.'))
      if (!rootPattern.test(root) || told.has(root) || this.#open.has(root)) continue
      // It may have told, and been closed, since the names were read.
      if ((await this.#readHeld(root)) !== undefined) continue
      await rm(join(this.#directory, name), { force: true })
    }
  }

  #path(root: string, ending: string): string {
    return join(this.#directory, `${root}.${ending}`)
  }

  /** Opens it, or makes it when a size is given. */
  async #blob(root: string, size: number | undefined): Promise<OpenBlob | undefined> {
    const opening = this.#open.get(root)
    if (opening !== undefined) {
      const blob = await opening
      blob.usedAt = this.#clock.now()
      return blob
    }
    const known = await this.#readHeld(root)
    if (known === undefined && size === undefined) return undefined
    // Somebody else may have opened it meanwhile.
    const again = this.#open.get(root)
    if (again !== undefined) return again
    return this.#hold(root, this.#make(root, known?.size ?? (size as number), known))
  }

  /** Open from now on, also while it is still being opened: then nobody takes its files for left behind. */
  async #hold(root: string, opening: Promise<OpenBlob>): Promise<OpenBlob> {
    this.#open.set(root, opening)
    opening.catch(() => this.#open.delete(root))
    const blob = await opening
    await this.#closeSome()
    return blob
  }

  async #rename(from: string, to: string): Promise<OpenBlob> {
    // What tells of it comes last: a crash in between leaves nothing that is told of and not there.
    for (const ending of ['blob', 'pages', 'held']) await rename(this.#path(from, ending), this.#path(to, ending))
    const known = await this.#readHeld(to)
    if (known === undefined) throw new RangeError(`nothing tells of ${to}`)
    return this.#make(to, known.size, known)
  }

  async #make(root: string, size: number, known: Pick<OpenBlob, 'blocks' | 'pages'> | undefined): Promise<OpenBlob> {
    // Neither truncated nor made anew.
    const flags = constants.O_RDWR | constants.O_CREAT
    const block = await open(this.#path(root, 'blob'), flags, 0o600)
    const page = await open(this.#path(root, 'pages'), flags, 0o600)
    const { blocks, pages } = known ?? { blocks: new Bits(blocksOf(size)), pages: new Bits(pagesOf(size)) }
    return { root, size, blocks, pages, files: { block, page }, dirty: false, busy: 0, usedAt: this.#clock.now() }
  }

  async #readHeld(root: string): Promise<Pick<OpenBlob, 'size' | 'blocks' | 'pages'> | undefined> {
    if (!rootPattern.test(root)) return undefined
    const bytes = await readFile(this.#path(root, 'held')).catch(() => undefined)
    if (bytes === undefined || bytes.length > maxHeldFileBytes) return undefined
    const reader = new Reader(new Uint8Array(bytes))
    const size = reader.u48()
    const blocks = Bits.from(reader.raw(Math.ceil(blocksOf(size) / 8)), blocksOf(size))
    const pages = Bits.from(reader.rest(), pagesOf(size))
    return blocks.ok && pages.ok ? { size, blocks: blocks.value, pages: pages.value } : undefined
  }

  async #busy<T>(blob: OpenBlob, work: () => Promise<T>): Promise<T> {
    blob.busy++
    try {
      return await work()
    } finally {
      blob.busy--
    }
  }

  /** The least used ones that nobody reads or writes just now. */
  async #closeSome(): Promise<void> {
    if (this.#open.size <= maxOpen) return
    const opened = await Promise.all([...this.#open.values()].map((one) => one.catch(() => undefined)))
    const idle = opened.filter((blob) => blob !== undefined && blob.busy === 0 && !blob.dirty) as OpenBlob[]
    for (const blob of idle.sort((a, b) => a.usedAt - b.usedAt).slice(0, this.#open.size - maxOpen)) {
      if (blob.busy > 0 || blob.dirty) continue
      this.#open.delete(blob.root)
      await utimes(this.#path(blob.root, 'held'), blob.usedAt / 1000, blob.usedAt / 1000).catch(() => undefined)
      await closeFiles(blob)
    }
  }

  #flushSoon(): void {
    this.#stopFlush ??= this.#clock.after(flushMs, () => {
      this.#stopFlush = undefined
      // What cannot be told of now is fetched again after the next start.
      void this.#flush().catch(() => undefined)
    })
  }

  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      for (const opening of [...this.#open.values()]) {
        const blob = await opening.catch(() => undefined)
        if (blob?.dirty === true) await this.#busy(blob, () => this.#writeHeld(blob))
      }
    })
    return this.#flushing
  }

  async #writeHeld(blob: OpenBlob): Promise<void> {
    blob.dirty = false
    // As it is before the data is known to be on disk.
    const writer = new Writer(sizeBytes).u48(blob.size).raw(blob.blocks.toBytes()).raw(blob.pages.toBytes())
    const bytes = writer.finish()
    await blob.files.block.datasync()
    await blob.files.page.datasync()
    if (!this.#open.has(blob.root)) return
    const fresh = this.#path(blob.root, 'held.new')
    const file = await open(fresh, 'w', 0o600)
    await file.writeFile(bytes)
    await file.datasync()
    await file.close()
    await rename(fresh, this.#path(blob.root, 'held'))
  }
}

async function closeFiles(blob: OpenBlob): Promise<void> {
  while (blob.busy > 0) await new Promise((resolve) => void setImmediate(resolve))
  await Promise.allSettled([blob.files.block.close(), blob.files.page.close()])
}

function blobError(place: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StorageFull(place, { cause: error })
  return new StorageBroken(`Files could not be kept in ${place}. Look whether that disk is there and may be written.`, {
    cause: error,
  })
}
