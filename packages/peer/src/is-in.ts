/** Being let into a members room takes a moment; founding one takes as long as reading what was just written. */
import type { Room } from './chat.ts'

/** Resolves when one is in the room; never when that does not come to be. */
export function isIn(room: Room): Promise<void> {
  return comesTrue(room, () => room.state.kind !== 'members' || room.state.members?.standing === 'in')
}

/** Resolves when one is linked with somebody there. */
export function isMet(room: Room): Promise<void> {
  return comesTrue(room, () => room.state.people.some(({ me, path }) => !me && path !== undefined))
}

function comesTrue(room: Room, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isTrue()) return
      stop()
      resolve()
    }
    const stop = room.subscribe(look)
    look()
  })
}
