/** What a file is shown as. Its type is what its author says, so only kinds that cannot run anything are ever opened. */
import type { FileInfo } from '@kith/peer'

export type FileKind = 'picture' | 'film' | 'voice' | 'sound' | 'other'

/** SVG is a program as much as a picture, and stays a file. */
const pictures = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'])
const films = new Set(['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime'])
const sounds = new Set([
  'audio/mpeg',
  'audio/mp4',
  'audio/aac',
  'audio/ogg',
  'audio/webm',
  'audio/wav',
  'audio/x-wav',
  'audio/flac',
  'audio/x-m4a',
])

export function kindOf({ type, preview }: Pick<FileInfo, 'type' | 'preview'>): FileKind {
  if (pictures.has(type)) return 'picture'
  if (films.has(type)) return 'film'
  if (sounds.has(type)) return (preview?.peaks.length ?? 0) > 0 ? 'voice' : 'sound'
  return 'other'
}

/** The type a browser is told: what it may show, or plain bytes to save. */
export function safeType(file: Pick<FileInfo, 'type' | 'preview'>): string {
  return kindOf(file) === 'other' ? 'application/octet-stream' : file.type
}

/** `0:07`, `12:30`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
