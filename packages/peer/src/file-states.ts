/** How far the files of a room's messages have come: what the engine tells of a blob, shown in every message that carries it. */
import { formatHex } from '@kith/protocol'
import type { BlobProgress, Manifest } from '@kith/protocol'
import { decodePreview } from './file-preview.ts'
import { safeFileName } from './file-reading.ts'
import type { Attachment, FileInfo, FileTrouble } from './files.ts'

type Progress = Omit<Attachment, keyof FileInfo>

const unheardOf: Progress = {
  state: 'waiting',
  have: 0,
  bytesPerSecond: 0,
  sources: 0,
  holders: 0,
  leftMs: undefined,
  why: undefined,
}

interface KnownFile {
  readonly manifest: Manifest
  readonly info: FileInfo
  progress: Progress
  /** Messages that carry it. */
  readonly carriers: Set<string>
}

export class FileStates {
  readonly #files = new Map<string, KnownFile>()

  /** The files of a message, as they stand now. */
  attach(message: string, manifests: readonly Manifest[] | undefined): readonly Attachment[] {
    if (manifests === undefined || manifests.length === 0) return none
    return manifests.map((manifest) => {
      const file = this.#know(manifest)
      file.carriers.add(message)
      return { ...file.info, ...file.progress }
    })
  }

  now(file: Attachment): Attachment {
    const known = this.#files.get(file.root)
    return known === undefined ? file : { ...known.info, ...known.progress }
  }

  /** The message is gone or carries nothing any more. Answers the files that nothing carries now. */
  detach(message: string, roots: readonly string[]): readonly Manifest[] {
    return roots.flatMap((root) => {
      const file = this.#files.get(root)
      if (file === undefined || !file.carriers.delete(message) || file.carriers.size > 0) return []
      this.#files.delete(root)
      return [file.manifest]
    })
  }

  /** Answers the messages it shows in. */
  progress(event: BlobProgress): readonly string[] {
    const file = this.#files.get(event.root)
    if (file === undefined) return []
    const { state, have, bytesPerSecond, sources, holders, leftMs } = event
    file.progress = { state, have, bytesPerSecond, sources, holders, leftMs, why: troubleOf(event, file.progress) }
    return [...file.carriers]
  }

  /** It was here and was taken away to make room. */
  freed(root: string): readonly string[] {
    const file = this.#files.get(root)
    if (file === undefined) return []
    file.progress = { ...unheardOf, holders: file.progress.holders, why: 'freed' }
    return [...file.carriers]
  }

  manifest(root: string): Manifest | undefined {
    return this.#files.get(root)?.manifest
  }

  holders(root: string): number {
    return this.#files.get(root)?.progress.holders ?? 0
  }

  /** On its way, by itself or because somebody wants it. */
  isComing(root: string): boolean {
    return this.#files.get(root)?.progress.state === 'fetching'
  }

  get manifests(): readonly Manifest[] {
    return [...this.#files.values()].map(({ manifest }) => manifest)
  }

  #know(manifest: Manifest): KnownFile {
    const root = formatHex(manifest.root)
    let file = this.#files.get(root)
    if (file === undefined) {
      file = { manifest, info: infoOf(manifest), progress: unheardOf, carriers: new Set() }
      this.#files.set(root, file)
    }
    return file
  }
}

const none: readonly Attachment[] = []

/** What a manifest says of a file, made safe to show. */
export function infoOf(manifest: Manifest): FileInfo {
  return {
    root: formatHex(manifest.root),
    name: safeFileName(manifest.name),
    size: manifest.size,
    type: cleanType(manifest.type),
    preview: decodePreview(manifest.preview),
  }
}

/** `type/subtype` in lower case, or that of plain bytes. */
function cleanType(type: string): string {
  const [plain = ''] = type.toLowerCase().split(';')
  return /^[a-z]+\/[\w.+-]{1,80}$/.test(plain.trim()) ? plain.trim() : 'application/octet-stream'
}

function troubleOf({ state, why }: BlobProgress, before: Progress): FileTrouble | undefined {
  if (why === 'storeBroken') return 'damaged'
  if (why === undefined && state === 'waiting' && before.why === 'freed') return 'freed'
  return why
}
