/** Whom a name that was typed means. */
import type { Person, Room } from '@kith/peer'
import { printableLine } from './printable.ts'

/**
 * One of the others by name, by the beginning of it, or by the beginning of a session or key: with several of one name
 * only that tells them apart. A text says why nobody was found.
 */
export function findPerson(room: Room, name: string): { readonly who: string; readonly person: Person } | string {
  const wanted = printableLine(name).toLowerCase()
  const others = room.state.people.filter(({ me }) => !me)
  const nameOf = (person: Person): string => printableLine(person.name).toLowerCase()
  const exact = others.filter((person) => nameOf(person) === wanted)
  const named = exact.length > 0 ? exact : others.filter((person) => nameOf(person).startsWith(wanted))
  const here = named.filter(({ online }) => online)
  const found = here.length > 0 ? here : named
  const [first] = found
  if (found.length > 1)
    return `There are ${found.length} whose name begins so: ${found.map(({ id }) => `/why ${id.slice(0, 6)}`).join(', ')}.`
  if (first !== undefined) return { who: first.id, person: first }
  if (/^[0-9a-f]{4,64}$/u.test(wanted)) {
    for (const person of others) {
      const session = person.presences.find((presence) => presence.session.startsWith(wanted))?.session
      if (session !== undefined || person.id.startsWith(wanted)) return { who: session ?? person.id, person }
    }
  }
  return `There is nobody called “${printableLine(name)}” here. /who lists them.`
}
