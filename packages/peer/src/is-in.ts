/** Being let into a members room takes a moment; founding one takes as long as reading what was just written. */
import type { Room } from './chat.ts'

/** Resolves when one is in the room; never when that does not come to be. */
export function isIn(room: Room): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (room.state.kind === 'members' && room.state.members?.standing !== 'in') return
      stop()
      resolve()
    }
    const stop = room.subscribe(look)
    look()
  })
}
