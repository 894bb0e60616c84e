/** `kith export ROOM`: what is kept here of a room, to standard output, without meeting anybody. */
import type { ExportFormat, Room } from '@kith/peer'
import { findRoom } from './actions.ts'
import { exportParts } from './export-room.ts'
import { exitCodes, usage } from './failure.ts'
import type { OpenRoom } from './io.ts'
import { roomTitle } from './people.ts'
import { printableLine } from './printable.ts'

export interface ExportWanted {
  /** Not needed where there is only one. */
  readonly name: string | undefined
  readonly format: ExportFormat
}

export async function runExport(
  opened: readonly OpenRoom[],
  { name, format }: ExportWanted,
  write: (part: string) => Promise<void> | void,
): Promise<number> {
  const rooms = opened.map(({ room }) => room)
  const room = name === undefined ? (rooms.length === 1 ? rooms[0] : undefined) : findRoom(rooms, name)
  if (room === undefined) {
    const titles = rooms.map(({ state }) => `“${printableLine(roomTitle(state))}”`).join(', ')
    throw usage('roomUnknown', `Export which room? Here are ${titles}: kith export NAME > FILE`)
  }
  await stored(room)
  for (const part of exportParts(room, format)) await write(part)
  return exitCodes.done
}

/** What is kept here was read. */
async function stored(room: Room): Promise<void> {
  if (room.state.sync.phase !== 'loading') return
  await new Promise<void>((done) => {
    const stop = room.subscribe(() => {
      if (room.state.sync.phase === 'loading') return
      stop()
      done()
    })
  })
}
