/** What happens at the door of a room, said once each: for whoever waits to come in, and for whoever can open. */
import type { RoomState } from '@kith/peer'
import { printableLine } from '../printable.ts'
import { elsewhereText, enteringText, nameIn, newcomerText } from './words.ts'

export class MembersWatch {
  #entering = ''
  #standing = 'in'
  #moved = ''
  readonly #newcomers = new Map<string, { readonly name: string; readonly text: string }>()
  readonly #changed = new Set<string>()
  readonly #held = new Set<number>()

  /** Sentences that are new since the last look. */
  observe(state: RoomState): readonly string[] {
    const said: string[] = []
    const { entering, members, people } = state
    const now = entering === undefined ? '' : enteringText(entering)
    if (now !== this.#entering) {
      said.push(now === '' ? 'You are in.' : now)
      this.#entering = now
    }
    const standing = members?.standing ?? 'in'
    if (standing !== this.#standing) {
      if (standing === 'removed')
        said.push(
          `${members?.removedBy === undefined ? 'Somebody' : nameIn(state, members.removedBy)} removed you from this room. What you have read stays here; no more comes.`,
        )
      if (standing === 'revoked')
        said.push('Your main device removed this one. What you have read stays here; no more comes.')
      this.#standing = standing
    }
    const { moved } = state
    const told = moved === undefined ? '' : `${moved.by} ${moved.invite}`
    if (moved !== undefined && told !== this.#moved) {
      this.#moved = told
      if (moved.by !== state.me)
        said.push(
          moved.invite === undefined
            ? elsewhereText(moved.name)
            : `${printableLine(moved.name) || 'Somebody'} made a members room for the people here: /follow goes there.`,
        )
    }
    const atDoor = members?.mayAdd === true ? members.newcomers : []
    for (const newcomer of atDoor) {
      const text = newcomerText(newcomer, state)
      if (this.#newcomers.get(newcomer.id)?.text === text) continue
      this.#newcomers.set(newcomer.id, { name: printableLine(newcomer.name) || 'Somebody', text })
      said.push(text)
    }
    for (const [id, { name }] of this.#newcomers) {
      if (atDoor.some((newcomer) => newcomer.id === id)) continue
      this.#newcomers.delete(id)
      // A PIN that stood there is of no use any more.
      const isIn = people.some((person) => person.id === id && person.membership !== undefined)
      said.push(isIn ? `${name} is in.` : `${name} is not at the door any more.`)
    }
    for (const { tag, text } of members?.held ?? []) {
      if (this.#held.has(tag)) continue
      this.#held.add(tag)
      said.push(`Waiting, for the room is getting a new key; goes out by itself: ${printableLine(text)}`)
    }
    for (const { id, name, verification } of people) {
      if (verification.level !== 'changed' || this.#changed.has(id)) continue
      this.#changed.add(id)
      const called = printableLine(name)
      said.push(
        `WARNING: this ${called} has another key than the ${called} you compared numbers with. Compare again before you trust it: /verify ${called}`,
      )
    }
    return said
  }
}
