/** The files of a room in memory: contents as given, progress on demand. For fakes and fixtures. */
import { noPreview, type FilePreview } from '../file-preview.ts'
import { FileFailed, maxFilesPerMessage, type Attachment, type FileInfo, type FileToSend } from '../files.ts'
import { safeFileName } from '../file-reading.ts'

export interface MemoryFile extends Partial<Omit<Attachment, 'root' | 'name' | 'type' | 'have' | 'preview'>> {
  readonly name: string
  readonly type: string
  /** Or how to make them when they are looked at; `size` is needed then. */
  readonly bytes?: Uint8Array | (() => Uint8Array) | undefined
  readonly preview?: Partial<FilePreview> | undefined
  /** The part of it that is here, 0…1. Default: all of it. */
  readonly part?: number | undefined
}

export interface MemoryFilesPorts {
  /** 64 hexadecimal characters made from a text. */
  key(seed: string): string
  /** The attachment under this root is another now. */
  changed(file: Attachment): void
  draftChanged(draft: readonly FileInfo[]): void
  readonly paceMs: number
  /** Whether any of the others is here. */
  anybody(): boolean
}

const steps = 8

export class MemoryFiles {
  readonly #ports: MemoryFilesPorts
  readonly #files = new Map<string, Attachment>()
  readonly #bytes = new Map<string, Uint8Array | (() => Uint8Array)>()
  readonly #waiting = new Set<() => void>()
  #draft: readonly FileInfo[] = []
  #made = 0
  /** `addToDraft` and `attach` reject with this from now on. */
  refusing: FileFailed['why'] | undefined

  constructor(ports: MemoryFilesPorts) {
    this.#ports = ports
  }

  get draft(): readonly FileInfo[] {
    return this.#draft
  }

  add(fake: MemoryFile): Attachment {
    const { part = 1, bytes, preview, ...given } = fake
    const size = fake.size ?? (typeof bytes === 'function' ? 0 : (bytes?.length ?? 0))
    const file: Attachment = {
      bytesPerSecond: 0,
      sources: 0,
      holders: 0,
      leftMs: undefined,
      why: undefined,
      ...given,
      state: fake.state ?? (part >= 1 ? 'here' : 'waiting'),
      root: this.#ports.key(`file ${fake.name} ${++this.#made}`),
      size,
      have: Math.floor(size * part),
      preview: preview === undefined ? undefined : { ...noPreview, ...preview },
    }
    this.#files.set(file.root, file)
    if (bytes !== undefined) this.#bytes.set(file.root, bytes)
    return file
  }

  get(root: string): Attachment {
    const file = this.#files.get(root)
    if (file === undefined) throw new FileFailed('unknown')
    return file
  }

  set(root: string, change: Partial<Attachment>): void {
    const next = { ...this.get(root), ...change }
    this.#files.set(root, next)
    this.#ports.changed(next)
    for (const look of this.#waiting) look()
  }

  async take(given: FileToSend): Promise<Attachment> {
    if (this.refusing !== undefined) throw new FileFailed(this.refusing)
    if (given.bytes.size === 0) throw new FileFailed('empty')
    const bytes = new Uint8Array(await given.bytes.slice(0, given.bytes.size).arrayBuffer())
    return this.add({ name: safeFileName(given.name), type: given.type, bytes, preview: given.preview })
  }

  async addToDraft(given: FileToSend): Promise<FileInfo> {
    if (this.#draft.length >= maxFilesPerMessage) throw new FileFailed('tooMany')
    const file = await this.take(given)
    this.#setDraft([...this.#draft, file])
    return file
  }

  /** It was put there before. */
  toDraft(fake: MemoryFile): FileInfo {
    const file = this.add(fake)
    this.#draft = [...this.#draft, file]
    return file
  }

  removeFromDraft(root: string): void {
    this.#setDraft(this.#draft.filter((file) => file.root !== root))
  }

  /** What leaves the draft for a message. */
  leave(roots: readonly string[]): readonly Attachment[] {
    this.#setDraft(this.#draft.filter((file) => !roots.includes(file.root)))
    return roots.map((root) => this.get(root))
  }

  fetch(root: string): void {
    const file = this.get(root)
    if (file.state === 'here' || file.state === 'fetching') return
    if (!this.#ports.anybody()) return this.set(root, { state: 'waiting', why: 'nobody' })
    if (this.#ports.paceMs === 0) return this.set(root, { state: 'here', have: file.size, why: undefined })
    this.set(root, { state: 'fetching', why: undefined, sources: 2 })
    this.#step(root)
  }

  pause(root: string): void {
    if (this.get(root).state === 'fetching') this.set(root, { state: 'paused', bytesPerSecond: 0, leftMs: undefined })
  }

  free(root: string): void {
    this.set(root, { state: 'waiting', have: 0, why: 'freed', bytesPerSecond: 0, leftMs: undefined })
  }

  async read(root: string, from: number, length: number): Promise<Uint8Array> {
    const wanted = (): number => Math.min(from + length, this.get(root).size)
    if (this.get(root).have < wanted() && this.get(root).state === 'waiting') this.fetch(root)
    while (this.get(root).have < wanted()) {
      const { state, why } = this.get(root)
      if (state === 'failed' || why === 'nobody') throw new FileFailed(why ?? 'nobody')
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look)
          resolve()
        }
        this.#waiting.add(look)
      })
    }
    const kept = this.#bytes.get(root) ?? new Uint8Array(this.get(root).size)
    const bytes = typeof kept === 'function' ? kept() : kept
    this.#bytes.set(root, bytes)
    return bytes.slice(from, wanted())
  }

  #step(root: string): void {
    setTimeout(() => {
      const file = this.get(root)
      if (file.state !== 'fetching') return
      const have = Math.min(file.size, file.have + Math.ceil(file.size / steps))
      if (have === file.size) return this.set(root, { state: 'here', have, bytesPerSecond: 0, leftMs: undefined })
      const bytesPerSecond = (file.size / steps / this.#ports.paceMs) * 1000
      this.set(root, { have, bytesPerSecond, leftMs: ((file.size - have) / bytesPerSecond) * 1000 })
      this.#step(root)
    }, this.#ports.paceMs)
  }

  #setDraft(draft: readonly FileInfo[]): void {
    this.#draft = draft
    this.#ports.draftChanged(draft)
  }
}
