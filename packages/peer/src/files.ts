/**
 * Files as people see them: what a message carries, how far it has come, and what one can do about it.
 *
 * A file is named by its root (hex), which also proves its bytes. Everything here is immutable and structured-cloneable.
 */
import type { Millis } from '@kith/protocol'
import type { FilePreview } from './file-preview.ts'

/**
 * `waiting`: known, not asked for, or nobody who has it is here · `fetching` · `paused` by a person · `here`: complete ·
 * `failed`: see `why`; what was received is kept.
 */
export type FileState = 'waiting' | 'fetching' | 'paused' | 'here' | 'failed'

/**
 * `storeFull`: no space to keep it · `nobody`: nobody who is here has it now · `tooLarge`: over what this device takes ·
 * `damaged`: what came does not match what was announced · `freed`: it was here and made room for others.
 */
export type FileTrouble = 'storeFull' | 'nobody' | 'tooLarge' | 'damaged' | 'freed'

export interface FileInfo {
  readonly root: string
  /** As its author called it, made safe to show: no path, no control characters. */
  readonly name: string
  readonly size: number
  /** Media type as its author said; never trusted to decide what runs. */
  readonly type: string
  readonly preview: FilePreview | undefined
}

export interface Attachment extends FileInfo {
  readonly state: FileState
  /** Bytes that are here. */
  readonly have: number
  readonly bytesPerSecond: number
  /** How many peers it is coming from right now. */
  readonly sources: number
  /** How many others are known to hold all of it. */
  readonly holders: number
  readonly leftMs: Millis | undefined
  readonly why: FileTrouble | undefined
}

/** What can be read in parts: a Blob, or a file on a disk. */
export interface SlicedBytes {
  readonly size: number
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

/** A file on its way into a room. Its hidden data is the caller's to remove (`picture-cleaning.ts`, `film-cleaning.ts`). */
export interface FileToSend {
  readonly name: string
  readonly type: string
  readonly bytes: SlicedBytes
  readonly preview?: FilePreview | undefined
}

/** A file of the room: who gave it, when, and in which message. */
export interface RoomFile {
  readonly file: Attachment
  readonly message: string
  readonly author: string
  readonly by: string
  readonly time: Millis
}

/** What the files of all rooms take here. */
export interface FileUse {
  readonly bytes: number
  /** Of these, what at least three others hold as well (`safeReplicas`): it can go and come back. */
  readonly freeable: number
  /** What files may take: as somebody said, or as the disk has room. Undefined where that is not known. */
  readonly limit: number | undefined
}

/** A file could not be taken, read or kept. The message says what to do. */
export class FileFailed extends Error {
  override readonly name = 'FileFailed'
  readonly why: FileTrouble | 'unreadable' | 'empty' | 'tooMany' | 'unknown' | 'noStore' | 'stopped'

  constructor(why: FileFailed['why'], options?: ErrorOptions) {
    super(said[why], options)
    this.why = why
  }
}

const said: Readonly<Record<FileFailed['why'], string>> = {
  storeFull: 'There is no space left here for this file. Free some space, then go on; what has come so far is kept.',
  nobody: 'Nobody who is here right now has this file. It goes on by itself when somebody who has it comes.',
  tooLarge: 'This file is larger than Kith can carry.',
  damaged:
    'What came did not match what was announced and was thrown away. Try again; it is fetched from somebody else.',
  freed: 'This file made room for others. It can be fetched again from those who hold it.',
  unreadable: 'This file could not be read. Look whether it is still there and may be opened.',
  empty: 'This file is empty; there is nothing to send.',
  tooMany: 'That is too much for one message. Send it in several.',
  noStore: 'This browser has no place for files. Use a newer one, or a window that is not private.',
  stopped: 'Fetching this file was stopped. Go on with it, then open it again.',
  unknown: 'There is no such file in this room.',
}

/** Files of one message. */
export const maxFilesPerMessage: number = 16
