/** What a room says about itself in one line, where other programs would show a banner or a toast. */
import type { Person, RoomState } from '@kith/peer'
import type { Messages } from '../messages/messages.tsx'

export interface Status {
  readonly tone: 'calm' | 'busy' | 'away'
  readonly text: string
  /** 0–1 while catching up. */
  readonly progress: number | undefined
}

export type StatusFacts = Pick<RoomState, 'kind' | 'people' | 'relay' | 'sync' | 'members' | 'contact'>

export function statusOf(room: StatusFacts, words: Messages): Status {
  const say = words.status
  // Keepers are nobody, and are told of by themselves.
  const others = room.people.filter((person) => !person.me && person.keeper === undefined)
  const keepers = room.people.filter((person) => person.keeper !== undefined && person.online).length
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
  if (room.members !== undefined && room.members.standing !== 'in') {
    return { tone: 'away', text: say.removed, progress: undefined }
  }
  if (room.members?.unanswered === true) return { tone: 'away', text: say.unanswered, progress: undefined }
  if (room.relay === 'away') {
    if (reached.length === 0) return { tone: 'away', text: say.offline, progress: undefined }
    return { tone: 'away', text: say.relayAwayDirect(direct.length, here.length), progress: undefined }
  }
  if (room.sync.phase === 'loading' || room.sync.phase === 'catchingUp')
    return busy(room.relay === 'connecting' && others.length === 0 ? say.joining : say.loading)
  // Two who talk are no assembly.
  const inside = room.contact === undefined ? room.people.filter(({ membership }) => membership !== undefined) : []
  if (here.length === 0) {
    if (room.relay === 'connecting') return busy(say.joining)
    const text = others.length === 0 ? say.alone : inside.length > 1 ? membersLine(inside, 1, words) : say.nobody
    return calm(keepers === 0 ? text : `${text} · ${say.keepers(keepers)}`)
  }
  const reaching = here.length - reached.length
  const parts = [inside.length > 0 ? membersLine(inside, here.length + 1, words) : say.people(here.length + 1)]
  if (reaching > 0) parts.push(say.reaching(reaching))
  if (keepers > 0) parts.push(say.keepers(keepers))
  if (room.sync.gaps > 0) parts.push(say.gaps(room.sync.gaps))
  return calm(parts.join(' · '))
}

function membersLine(inside: readonly Person[], here: number, words: Messages): string {
  return `${words.status.members(inside.length, inside.filter(isVerifiedByMe).length)} · ${words.status.hereNow(here)}`
}

/** Of the others: compared by me, or let in by a PIN of mine. */
export function isVerifiedByMe({ me, verification: { level } }: Person): boolean {
  return !me && (level === 'compared' || level === 'pin')
}

/** What to call a room whose reader has not named it: its people, or a word. */
export function roomName(room: Pick<RoomState, 'title' | 'people'>, words: Messages): string {
  if (room.title !== '') return room.title
  const names = room.people
    .filter((person) => !person.me && person.keeper === undefined && person.name !== '')
    .map((person) => person.name)
  if (names.length === 0) return words.room.unnamed
  return words.room.withNames(names.slice(0, 3), Math.max(0, names.length - 3))
}
