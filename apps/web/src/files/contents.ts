/**
 * The bytes of files as addresses a page can show. One address per file, shared by whoever shows it and given back when
 * the last one is done; what was looked at last stays for a moment, so that scrolling does not read it again.
 */
import { readWhole, type Attachment, type Room } from '@kith/peer'
import { safeType } from './kinds.ts'

/** Addresses nobody shows any more that are kept at most. */
const maxIdle = 24

interface Held {
  url: string | undefined
  users: number
  readonly loading: Promise<string>
}

const held = new Map<string, Held>()

/** Reads all of it. A Blob of many parts is kept on disk by the browser when it is large. */
export async function readBlob(room: Room, file: Attachment): Promise<Blob> {
  const parts: Blob[] = []
  for await (const bytes of readWhole(room, file)) parts.push(new Blob([new Uint8Array(bytes)]))
  return new Blob(parts, { type: safeType(file) })
}

/** Call `release` exactly once for every `acquire`. */
export function acquire(room: Room, file: Attachment): Promise<string> {
  const known = held.get(file.root)
  if (known !== undefined) {
    known.users++
    return known.loading
  }
  const loading = readBlob(room, file).then((blob) => URL.createObjectURL(blob))
  const entry: Held = { url: undefined, users: 1, loading }
  held.set(file.root, entry)
  loading.then(
    (url) => {
      entry.url = url
      trim()
    },
    () => held.delete(file.root),
  )
  return loading
}

export function release(root: string): void {
  const entry = held.get(root)
  if (entry === undefined) return
  entry.users--
  // To the end: used last.
  held.delete(root)
  held.set(root, entry)
  trim()
}

function trim(): void {
  const idle = [...held].filter(([, { users, url }]) => users <= 0 && url !== undefined)
  for (const [root, { url }] of idle.slice(0, Math.max(0, idle.length - maxIdle))) {
    if (url !== undefined) URL.revokeObjectURL(url)
    held.delete(root)
  }
}

interface SaveFilePicker {
  showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>
}

/** Above this it is written to its place as it is read, where the browser can. */
const streamAboveBytes = 64 * 1024 * 1024

/** Hands the file to the person: into their downloads, or where they say. */
export async function save(room: Room, file: Attachment): Promise<void> {
  const { showSaveFilePicker } = window as SaveFilePicker
  if (file.size > streamAboveBytes && showSaveFilePicker !== undefined) {
    const chosen = await showSaveFilePicker({ suggestedName: file.name }).catch(() => undefined)
    if (chosen === undefined) return
    const target = await chosen.createWritable()
    for await (const bytes of readWhole(room, file)) await target.write(new Uint8Array(bytes))
    return target.close()
  }
  const url = await acquire(room, file)
  const link = document.createElement('a')
  link.href = url
  link.download = file.name
  link.click()
  window.setTimeout(() => release(file.root), 60_000)
}
