/** Who is here, where the room meets, and how people are reached, in words. */
import type { Path } from '@kith/protocol'
import type { Person, Room, RoomState } from '@kith/peer'

export interface PathGroup {
  readonly word: string
  readonly people: readonly Person[]
}

const words: Readonly<Record<Path, string>> = { direct: 'direct', relay: 'by relay', through: 'through others' }

export function pathWord(path: Path | undefined): string {
  return path === undefined ? 'connecting' : words[path]
}

/** Path `through`, by the name of who carries. */
export function carriedBy(name: string): string {
  return `through ${name}`
}

/** The name of who has this session; undefined when nobody here does. */
export function nameOfSession(state: RoomState, session: string | undefined): string | undefined {
  if (session === undefined) return undefined
  return state.people.find(({ presences }) => presences.some((presence) => presence.session === session))?.name
}

/** The others who are online, by how they are reached: the best paths first. */
export function peopleByPath(state: RoomState): readonly PathGroup[] {
  const groups: PathGroup[] = []
  const others = state.people.filter((person) => person.online && !person.me)
  for (const path of ['direct', 'through', 'relay'] as const) {
    const people = others.filter((person) => person.path === path)
    if (people.length > 0) groups.push({ word: pathWord(path), people })
  }
  const unlinked = others.filter((person) => person.path === undefined)
  const beyond = unlinked.filter((person) => !person.reaching)
  if (beyond.length > 0) groups.push({ word: 'along others', people: beyond })
  const reaching = unlinked.filter((person) => person.reaching)
  if (reaching.length > 0) groups.push({ word: pathWord(undefined), people: reaching })
  return groups
}

/** The relay in words; empty when there is none and none is wanted. */
export function relayText(state: RoomState): string {
  const host = state.relayHost ?? 'relay'
  switch (state.relay) {
    case 'up':
      return host
    case 'connecting':
      return `reaching ${host}…`
    case 'away':
      return `${host} is away`
    case 'none':
      return 'no relay'
  }
}

/** The state of the history in words, with its proof once it is whole. */
export function syncText(state: RoomState): string {
  const { phase, have, total, gaps } = state.sync
  const count = (n: number): string => n.toLocaleString('en')
  const missing = gaps === 0 ? '0 gaps' : gaps === 1 ? '1 gap' : `${count(gaps)} gaps`
  switch (phase) {
    case 'loading':
      return 'opening…'
    case 'alone':
      return 'nobody else here'
    case 'catchingUp':
      return `catching up ${count(have)} of ${count(total)}`
    case 'synced':
      return `${count(have)} of ${count(Math.max(have, total))}, ${missing}`
  }
}

/** What the room is called here; a room without a title is called by the people in it. */
export function roomTitle(state: RoomState): string {
  if (state.title !== '') return state.title
  const others = state.people.filter((person) => !person.me && person.name !== '').map((person) => person.name)
  if (others.length === 0) return `room ${state.id.slice(0, 6)}`
  return others.length <= 3 ? others.join(', ') : `${others.slice(0, 3).join(', ')} +${others.length - 3}`
}

/** Where the room meets, by its link. */
export function relayOf(room: Room): string | undefined {
  const { link, relayHost } = room.state
  const origin = /^https?:\/\/[^/#]+/u.exec(link)?.[0]
  return origin ?? (relayHost === undefined ? undefined : `https://${relayHost}`)
}
