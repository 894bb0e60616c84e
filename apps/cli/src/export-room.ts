/** What is shown of a room as Markdown or JSON, and into a file that was not there before. */
import { dirname, join, resolve } from 'node:path'
import { exportFileName, exportRoom, type ExportFormat, type Room } from '@kith/peer'
import { atHome, writeToFree } from './files/save-file.ts'
import { roomTitle } from './people.ts'
import { printableLine } from './printable.ts'

/** The whole file, piece by piece. */
export function exportParts(room: Room, format: ExportFormat): Generator<string> {
  const title = printableLine(roomTitle(room.state))
  return exportRoom(room, format, { title, now: Date.now() })
}

/** Where it went. A name that ends in `.json` is JSON; without one it is Markdown in the folder one is in, named as the room. */
export async function exportToFile(room: Room, to: string | undefined): Promise<string> {
  const format = to?.toLowerCase().endsWith('.json') === true ? 'json' : 'markdown'
  const title = printableLine(roomTitle(room.state))
  const wanted = resolve(to === undefined ? exportFileName(title, format) : atHome(to))
  // Beside its place, so that nothing half stands under its name.
  const coming = join(dirname(wanted), `.kith-export-${process.pid}.part`)
  return writeToFree(coming, wanted, exportParts(room, format))
}
