/** What a room says about itself in one line, where other programs would show a banner or a toast. */
import type { RoomState } from '@kith/peer'
import type { Messages } from '../messages/messages.tsx'

export interface Status {
  readonly tone: 'calm' | 'busy' | 'away'
  readonly text: string
  /** 0–1 while catching up. */
  readonly progress: number | undefined
}

export type StatusFacts = Pick<RoomState, 'people' | 'relay' | 'sync'>

export function statusOf(room: StatusFacts, words: Messages): Status {
  const say = words.status
  const others = room.people.filter((person) => !person.me)
  const here = others.filter((person) => person.online)
  const reached = here.filter((person) => !person.reaching)
  const direct = here.filter((person) => person.path === 'direct')
  const calm = (text: string): Status => ({ tone: 'calm', text, progress: undefined })
  const busy = (text: string): Status => ({ tone: 'busy', text, progress: undefined })

  // Nothing to count yet: that is still looking.
  if (room.sync.phase === 'catchingUp' && room.sync.total > 0) {
    const { have, total } = room.sync
    const progress = total > 0 ? Math.min(1, have / total) : 0
    return { tone: 'busy', text: say.catchingUp(have, total), progress }
  }
  if (room.relay === 'away') {
    if (reached.length === 0) return { tone: 'away', text: say.offline, progress: undefined }
    return { tone: 'away', text: say.relayAwayDirect(direct.length, here.length), progress: undefined }
  }
  if (room.sync.phase === 'loading' || room.sync.phase === 'catchingUp')
    return busy(room.relay === 'connecting' && others.length === 0 ? say.joining : say.loading)
  if (here.length === 0) {
    if (room.relay === 'connecting') return busy(say.joining)
    return calm(others.length === 0 ? say.alone : say.nobody)
  }
  const reaching = here.length - reached.length
  const parts = [say.people(here.length + 1)]
  if (reaching > 0) parts.push(say.reaching(reaching))
  if (room.sync.gaps > 0) parts.push(say.gaps(room.sync.gaps))
  return calm(parts.join(' · '))
}

/** What to call a room whose reader has not named it: its people, or a word. */
export function roomName(room: Pick<RoomState, 'title' | 'people'>, words: Messages): string {
  if (room.title !== '') return room.title
  const names = room.people.filter((person) => !person.me && person.name !== '').map((person) => person.name)
  if (names.length === 0) return words.room.unnamed
  return words.room.withNames(names.slice(0, 3), Math.max(0, names.length - 3))
}
