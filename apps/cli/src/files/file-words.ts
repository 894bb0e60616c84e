/** Files in a terminal: their short ids, their state in words, their progress as a bar. */
import { FileFailed, filesOf, type Attachment, type Chat, type FileTrouble, type Room, type RoomFile } from '@kith/peer'
import { printableLine } from '../printable.ts'

/** Characters of a root that name a file to a person. */
export const shortIdLength = 6
const barCells = 12
const units = ['B', 'kB', 'MB', 'GB'] as const

export function shortId(file: Pick<Attachment, 'root'>): string {
  return file.root.slice(0, shortIdLength)
}

export function sizeText(bytes: number): string {
  let unit = 0
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000
    unit++
  }
  return `${unit > 0 && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit] ?? 'B'}`
}

export function progressBar(part: number, cells: number = barCells): string {
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * cells * 8)
  const full = Math.floor(eighths / 8)
  const rest = ' ▏▎▍▌▋▊▉'.charAt(eighths % 8)
  return `▕${('█'.repeat(full) + (full < cells ? rest : '')).padEnd(cells)}▏`
}

function leftText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s left`
  return seconds < 3600 ? `${Math.round(seconds / 60)} min left` : `${Math.round(seconds / 3600)} h left`
}

const troubles: Readonly<Record<FileTrouble, string>> = {
  storeFull: 'no space left here',
  nobody: 'nobody who is here has it',
  tooLarge: 'larger than this machine takes',
  damaged: 'what came did not match',
  freed: 'made room for others',
}

export function stateText(file: Attachment): string {
  const why = file.why === undefined ? '' : ` · ${troubles[file.why]}`
  switch (file.state) {
    case 'here':
      return 'here'
    case 'fetching': {
      const parts = [`${progressBar(file.have / file.size)} ${Math.floor((file.have / file.size) * 100)} %`]
      if (file.bytesPerSecond > 0) parts.push(`${sizeText(file.bytesPerSecond)}/s`)
      if (file.sources > 0) parts.push(`from ${file.sources}`)
      if (file.leftMs !== undefined) parts.push(leftText(file.leftMs))
      return parts.join(' · ')
    }
    case 'paused':
      return `paused at ${Math.floor((file.have / file.size) * 100)} %`
    case 'failed':
      return `stopped${why}`
    case 'waiting':
      return `not here yet${why}`
  }
}

/** `[3f9a01] photo.jpg · 1.2 MB · here`, harmless for a terminal. */
export function fileLine(file: Attachment): string {
  return `[${shortId(file)}] ${printableLine(file.name)} · ${sizeText(file.size)} · ${stateText(file)}`
}

/** What files take here, and may take. */
export function spaceText({ state }: Pick<Chat, 'state'>): string {
  const { bytes = 0, freeable = 0, limit } = state.files ?? {}
  const room = limit === undefined ? '' : ` of ${sizeText(limit)}`
  const rest = freeable > 0 ? ` Three others hold ${sizeText(freeable)} of it; /free erases that here.` : ''
  return `Files take ${sizeText(bytes)}${room} here.${rest}`
}

export function listText(room: Room): string {
  const files = filesOf(room)
  if (files.length === 0) return 'No files yet. /send FILE gives one to the room.'
  const lines = files.map(({ file, by, time }) => {
    const held = file.holders > 0 ? ` · held by ${file.holders}` : ''
    return `${fileLine(file)}${held}\n    ${printableLine(by) || 'somebody'}, ${new Date(time).toLocaleString()}`
  })
  return [...lines, '', '/save ID puts one on the disk, /show ID draws a picture here.'].join('\n')
}

/** By the beginning of its id or its name; `last` is the newest. A text says why none was found. */
export function findRoomFile(room: Room, wanted: string): RoomFile | string {
  const files = filesOf(room)
  const word = wanted
    .trim()
    .toLowerCase()
    .replaceAll(/^\[|\]$/gu, '')
  const [newest] = files
  if (newest === undefined) return 'There are no files in this room yet.'
  if (word === 'last') return newest
  const found =
    (word.length >= 3 ? files.filter(({ file }) => file.root.startsWith(word)) : []).at(0) ??
    files.find(({ file }) => file.name.toLowerCase() === word) ??
    files.find(({ file }) => word !== '' && file.name.toLowerCase().startsWith(word))
  return found ?? `There is no file “${printableLine(wanted)}” here. /files lists them.`
}

/** What went wrong with a file, as a sentence. */
export function fileTroubleText(error: unknown): string {
  if (error instanceof FileFailed) return error.message
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return 'The disk is full. Make room on it, then save the file again; it is still in Kith.'
  if (code === 'EACCES' || code === 'EPERM')
    return 'Nothing may be written there. Name another place, as in /save ID ~/'
  if (code === 'ENOENT') return 'There is no such folder. Make it first, or name another.'
  return error instanceof Error ? printableLine(error.message) : 'That did not work.'
}
