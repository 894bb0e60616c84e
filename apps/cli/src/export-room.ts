/** What is shown of a room as Markdown or JSON, and into a file that was not there before. */
import { open, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { exportFileName, exportRoom, type ExportFormat, type Room } from '@kith/peer'
import { moveToFree } from './files/save-file.ts'
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
  const wanted = resolve(to?.replace(/^~(?=\/|$)/u, homedir()) ?? exportFileName(title, format))
  // Beside its place, so that nothing half stands under its name.
  const coming = join(dirname(wanted), `.kith-export-${process.pid}.part`)
  const handle = await open(coming, 'w', 0o600)
  try {
    for (const part of exportParts(room, format)) await handle.write(part)
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(coming, { force: true })
    throw error
  }
  await handle.close()
  return moveToFree(coming, wanted)
}
