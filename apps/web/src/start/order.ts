/** The order of rooms in lists and for Alt + arrow keys: the one spoken in last comes first, a silent one before all. */
import type { RoomState } from '@kith/peer'

export function newestFirst(rooms: readonly RoomState[]): readonly RoomState[] {
  // Nothing sorts behind `~` in an id, so that a room just made stands where it is looked for.
  const key = (room: RoomState): string => room.newest?.id ?? '~'
  return rooms.toSorted((a, b) => (key(a) < key(b) ? 1 : -1))
}
