/** The lines of `--json` about files: what there is, how far it has come, and what a bot asks for. */
import type { Result } from '@kith/protocol'
import { accept, reject } from '@kith/protocol'
import { FileFailed, type Attachment, type FileState, type Message, type Room } from '@kith/peer'
import { fileTroubleText, findRoomFile } from '../files/file-words.ts'
import { saveFile } from '../files/save-file.ts'
import { openFile } from '../files/send-file.ts'

export interface FileFields {
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly size: number
}

export type FileLine =
  | (FileFields & {
      readonly type: 'file'
      readonly message: string
      readonly state: FileState
      readonly have: number
      readonly bytesPerSecond: number
      readonly sources: number
      readonly holders: number
      readonly leftMs: number | null
      readonly why: string | null
    })
  | { readonly type: 'saved'; readonly id: string; readonly path: string }

export type FileLineIn =
  | {
      readonly type: 'attach'
      readonly path: string
      readonly text: string
      readonly original: boolean
      readonly room: string | undefined
    }
  | { readonly type: 'save'; readonly id: string; readonly path: string | undefined; readonly room: string | undefined }
  | { readonly type: 'fetch' | 'pause' | 'free'; readonly id: string; readonly room: string | undefined }
  | { readonly type: 'files'; readonly room: string | undefined }

export type FileLineFault = 'pathMissing' | 'idMissing'

export const fileLineFaults: Readonly<Record<FileLineFault, string>> = {
  pathMissing: 'attach needs path, as in {"type":"attach","path":"photo.jpg"}.',
  idMissing: 'save, fetch, pause and free need id, as in {"type":"save","id":"3f9a01","path":"photo.jpg"}.',
}

export function fileFields({ root, name, type, size }: Attachment): FileFields {
  return { id: root, name, mediaType: type, size }
}

export function fileLineOf(message: string, file: Attachment): FileLine {
  const { state, have, bytesPerSecond, sources, holders, leftMs = null, why = null } = file
  const speed = Math.round(bytesPerSecond)
  const left = leftMs === null ? null : Math.round(leftMs)
  return {
    type: 'file',
    ...fileFields(file),
    message,
    state,
    have,
    bytesPerSecond: speed,
    sources,
    holders,
    leftMs: left,
    why,
  }
}

/** Undefined: it is about something else. */
export function parseFileLine(
  fields: Readonly<Record<string, unknown>>,
  room: string | undefined,
): Result<FileLineIn, FileLineFault> | undefined {
  const { type, id, path, text, original } = fields
  switch (type) {
    case 'attach':
      if (typeof path !== 'string' || path === '') return reject('pathMissing')
      return accept({ type, path, text: typeof text === 'string' ? text : '', original: original === true, room })
    case 'save':
      if (typeof id !== 'string' || id === '') return reject('idMissing')
      return accept({ type, id, path: typeof path === 'string' && path !== '' ? path : undefined, room })
    case 'fetch':
    case 'pause':
    case 'free':
      return typeof id === 'string' && id !== '' ? accept({ type, id, room }) : reject('idMissing')
    case 'files':
      return accept({ type, room })
    default:
      return undefined
  }
}

/** Tells of every file when it came further, and only then. */
export class FilePrinter {
  readonly #said = new Map<string, string>()

  /** The lines of files that are new or have come further. */
  changed(messages: readonly Message[]): readonly FileLine[] {
    const lines: FileLine[] = []
    for (const { id, attachments } of messages) {
      for (const file of attachments) {
        const said = `${file.state} ${file.have} ${file.holders} ${file.why ?? ''}`
        if (this.#said.get(file.root) === said) continue
        this.#said.set(file.root, said)
        lines.push(fileLineOf(id, file))
      }
    }
    return lines
  }
}

/** Carries out what a bot asked for; rejects with an error whose message says what happened. */
export async function obeyFileLine(
  line: Exclude<FileLineIn, { readonly type: 'attach' }>,
  room: Room,
): Promise<readonly FileLine[]> {
  if (line.type === 'files') return allFiles(room)
  const found = findRoomFile(room, line.id)
  if (typeof found === 'string') throw new FileFailed('unknown')
  const { file } = found
  switch (line.type) {
    case 'save': {
      const path = await saveFile(room, file, line.path).catch((error: unknown) => {
        throw error instanceof FileFailed ? error : new Error(fileTroubleText(error), { cause: error })
      })
      return [{ type: 'saved', id: file.root, path }]
    }
    case 'fetch':
      await room.fetchFile(file.root)
      return []
    case 'pause':
      await room.pauseFile(file.root)
      return []
    case 'free':
      await room.freeFile(file.root)
      return []
  }
}

export async function attachFromLine(
  line: Extract<FileLineIn, { readonly type: 'attach' }>,
  room: Room,
): Promise<string> {
  const opened = await openFile(line.path, line.original)
  try {
    return await room.attach([opened.file], { text: line.text })
  } finally {
    await opened.close()
  }
}

function allFiles(room: Room): readonly FileLine[] {
  const lines: FileLine[] = []
  for (let i = 0; i < room.timeline.length; i++) {
    const { id, attachments } = room.timeline.at(i)
    for (const file of attachments) lines.push(fileLineOf(id, file))
  }
  return lines
}
