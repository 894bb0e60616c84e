/** Reading a file of a room as a whole, as a stream, and what files a room has. */
import type { Room } from './chat.ts'
import type { Attachment, RoomFile } from './files.ts'

/** What is read at once. */
export const readBytes: number = 1024 * 1024

/** From the first byte to the last, as they come. */
export async function* readWhole(
  room: Room,
  file: Attachment,
  from = 0,
  to: number = file.size,
): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to;) {
    const part = await room.readFile(file.root, at, Math.min(readBytes, to - at))
    if (part.length === 0) return
    yield part
    at += part.length
  }
}

/** Newest first, so that turned around they are as in the room. Looks through the whole timeline: ask when somebody looks, not at every change. */
export function filesOf(room: Pick<Room, 'timeline'>): readonly RoomFile[] {
  const files: RoomFile[] = []
  const { timeline } = room
  for (let i = timeline.length - 1; i >= 0; i--) {
    const { attachments, id, author, name, time } = timeline.at(i)
    for (const file of attachments.toReversed()) files.push({ file, message: id, author, by: name, time })
  }
  return files
}

export function findFile(room: Pick<Room, 'timeline'>, root: string): Attachment | undefined {
  const { timeline } = room
  for (let i = timeline.length - 1; i >= 0; i--) {
    const found = timeline.at(i).attachments.find((file) => file.root === root)
    if (found !== undefined) return found
  }
  return undefined
}

const hidden = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
const forbidden = /[/\\:*?"<>|]/gu
const maxFileName = 120

/** A name that shows and stores safely anywhere: no path, nothing that turns text around, its ending kept. */
export function safeFileName(name: string): string {
  const plain = name.replace(hidden, '').replace(forbidden, '_').replace(/\s+/gu, ' ').trim().replace(/^\.+/u, '')
  const characters = [...plain]
  if (characters.length <= maxFileName) return plain === '' ? 'file' : plain
  const dot = plain.lastIndexOf('.')
  const ending = dot > 0 && plain.length - dot <= 12 ? [...plain.slice(dot)] : []
  return [...characters.slice(0, maxFileName - ending.length), ...ending].join('')
}
