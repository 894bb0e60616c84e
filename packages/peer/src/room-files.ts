/** What one does with the files of an open room: seal them into the store, send them, fetch, read and free them. */
import { formatHex, maxFileBytes, maxFileTypeBytes } from '@kith/protocol'
import type { BlobInput, Manifest } from '@kith/protocol'
import { encodePreview, noPreview } from './file-preview.ts'
import { safeFileName } from './file-reading.ts'
import { infoOf } from './file-states.ts'
import { FileFailed, maxFilesPerMessage, type FileInfo, type FileToSend, type SlicedBytes } from './files.ts'
import { StorageFull } from './storage-errors.ts'

/** What the facade needs of the machinery of blobs (`blobs.ts`). */
export interface FileBlobs {
  /** Seals the source under a fresh key and keeps it. */
  seal(source: SlicedBytes): Promise<{ readonly root: Uint8Array; readonly key: Uint8Array; readonly size: number }>
  /** Opened bytes; waits for what is missing, which is asked for in order if `mayFetch`. */
  read(manifest: Manifest, from: number, length: number, mayFetch?: () => boolean): Promise<Uint8Array>
  free(root: string): Promise<void>
  /** Whoever waits for a part of it waits no longer. */
  stopReading(root: string): void
}

export interface RoomFilesPorts {
  readonly blobs: FileBlobs | undefined
  readonly input: (input: BlobInput) => void
  /** The manifest of a file that some message carries. */
  readonly manifest: (root: string) => Manifest | undefined
  readonly draftChanged: (draft: readonly FileInfo[]) => void
  /** `stopped` is another one now. */
  readonly stoppedChanged: () => void
}

export class RoomFiles {
  readonly #ports: RoomFilesPorts
  #draft: readonly Manifest[]
  readonly #stopped: Set<string>

  constructor(ports: RoomFilesPorts, draft: readonly Manifest[], stopped: readonly string[]) {
    this.#ports = ports
    this.#draft = draft
    this.#stopped = new Set(stopped)
  }

  /** Paused or erased by somebody, oldest first: over a restart, too, they wait until somebody wants them. */
  get stopped(): readonly string[] {
    return [...this.#stopped]
  }

  /** An engine that begins is told before it looks what is here. */
  begun(): void {
    for (const root of this.#stopped) this.#ports.input({ type: 'blobPause', root })
  }

  /** Somebody wants it again: a button was pressed, or it is looked at. */
  wanted(root: string): void {
    if (this.#stopped.delete(root)) this.#ports.stoppedChanged()
  }

  get draft(): readonly Manifest[] {
    return this.#draft
  }

  async addToDraft(file: FileToSend): Promise<FileInfo> {
    if (this.#draft.length >= maxFilesPerMessage) throw new FileFailed('tooMany')
    const manifest = await this.seal(file)
    this.#setDraft([...this.#draft, manifest])
    return infoOf(manifest)
  }

  async removeFromDraft(root: string): Promise<void> {
    if (!this.#draft.some((file) => formatHex(file.root) === root)) return
    this.#setDraft(this.#draft.filter((file) => formatHex(file.root) !== root))
    await this.#blobs.free(root)
  }

  /** The manifests of these roots, from the draft. */
  fromDraft(roots: readonly string[]): readonly Manifest[] {
    return roots.map((root) => {
      const found = this.#draft.find((file) => formatHex(file.root) === root)
      if (found === undefined) throw new FileFailed('unknown')
      return found
    })
  }

  /** They were sent. */
  leaveDraft(roots: readonly string[]): void {
    if (roots.length > 0) this.#setDraft(this.#draft.filter((file) => !roots.includes(formatHex(file.root))))
  }

  async seal(file: FileToSend): Promise<Manifest> {
    const { bytes } = file
    if (bytes.size === 0) throw new FileFailed('empty')
    if (bytes.size > maxFileBytes) throw new FileFailed('tooLarge')
    try {
      const { root, key, size } = await this.#blobs.seal(bytes)
      const preview = encodePreview(file.preview ?? noPreview)
      const type = file.type.length <= maxFileTypeBytes ? file.type : ''
      return { root, key, size, type, name: safeFileName(file.name), preview }
    } catch (error) {
      if (error instanceof FileFailed) throw error
      throw new FileFailed(error instanceof StorageFull ? 'storeFull' : 'unreadable', { cause: error })
    }
  }

  fetch(root: string): void {
    this.#known(root)
    this.wanted(root)
    this.#ports.input({ type: 'blobFetch', root })
  }

  pause(root: string): void {
    this.#known(root)
    this.#stop(root)
    this.#ports.input({ type: 'blobPause', root })
  }

  async free(root: string): Promise<void> {
    this.#known(root)
    this.#stop(root)
    this.#ports.input({ type: 'blobCancel', root })
    await this.#blobs.free(root)
  }

  /** No message carries it any more. */
  async drop(root: string): Promise<void> {
    this.wanted(root)
    this.#ports.input({ type: 'blobCancel', root })
    // What cannot be erased now is erased when space is needed.
    await this.#ports.blobs?.free(root).catch(() => undefined)
  }

  /** What a stopped one lacks is refused: a player that reads on must not begin anew what somebody paused. */
  async read(root: string, from: number, length: number): Promise<Uint8Array> {
    const manifest = this.#ports.manifest(root) ?? this.#draft.find((file) => formatHex(file.root) === root)
    if (manifest === undefined) throw new FileFailed('unknown')
    return this.#blobs.read(manifest, from, length, () => !this.#stopped.has(root))
  }

  get #blobs(): FileBlobs {
    if (this.#ports.blobs === undefined) throw new FileFailed('noStore')
    return this.#ports.blobs
  }

  #stop(root: string): void {
    this.#stopped.delete(root)
    this.#stopped.add(root)
    this.#ports.blobs?.stopReading(root)
    this.#ports.stoppedChanged()
  }

  #known(root: string): void {
    if (this.#ports.manifest(root) === undefined) throw new FileFailed('unknown')
  }

  #setDraft(draft: readonly Manifest[]): void {
    this.#draft = draft
    this.#ports.draftChanged(draft.map(infoOf))
  }
}
