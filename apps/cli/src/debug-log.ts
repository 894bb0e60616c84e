/** `--debug`: what happens to rooms and links, with times and without content, names, keys or addresses. */
import type { Chat, Room } from '@kith/peer'

const shortId = 6

/** Calls `write` with one line per change; returns what stops it. */
export function logChanges(chat: Chat, write: (line: string) => void, now: () => number): () => void {
  const before = new Map<string, string>()
  const say = (room: Room, key: string, text: string): void => {
    const place = `${room.id} ${key}`
    if (before.get(place) === text) return
    before.set(place, text)
    write(`${new Date(now()).toISOString()} room ${room.id.slice(0, shortId)} ${key} ${text}\n`)
  }
  const look = (): void => {
    for (const { id } of chat.state.rooms) {
      const room = chat.room(id)
      if (room === undefined) continue
      const { relay, sync, people, notices } = room.state
      say(room, 'relay', relay)
      say(room, 'sync', `${sync.phase} ${sync.have}/${sync.total} gaps ${sync.gaps}`)
      const present = new Set<string>()
      for (const person of people) {
        if (person.me) continue
        for (const { session, path, platform } of person.presences) {
          present.add(session)
          say(room, `session ${session.slice(0, shortId)}`, `${platform} ${path ?? 'joining'}`)
        }
      }
      for (const notice of notices) say(room, `notice ${notice.id}`, notice.code)
      say(room, 'sessions', String(present.size))
    }
  }
  look()
  return chat.subscribe(look)
}
