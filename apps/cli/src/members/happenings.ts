/**
 * Lines of `--json` for what happens to this program rather than in the room: what a person is told in a sentence, a script is
 * told in a line, once. docs/spec/terminal.md describes them.
 */
import type { ContactsState, RoomState } from '@kith/peer'

export type HappeningLine =
  /** It stands otherwise in the room than before; `by`: who removed it. */
  | { readonly type: 'standing'; readonly standing: string; readonly by: string | null; readonly name: string | null }
  /** The people of this open room go on elsewhere. */
  | { readonly type: 'moved'; readonly by: string; readonly name: string; readonly invite: string | null }
  /** Waits for the room's new key, and goes out by itself. */
  | { readonly type: 'held'; readonly text: string }
  /** Slow mode: the next message may go at `until`; null when it may go now. */
  | { readonly type: 'slow'; readonly until: number | null }
  /** A short number is compared with somebody; `phase` is `over` when it is not any more. */
  | {
      readonly type: 'comparing'
      readonly person: string
      readonly name: string
      readonly phase: string
      readonly digits: string | null
    }
  /** Somebody here asks to be a contact. */
  | { readonly type: 'contactRequest'; readonly person: string; readonly name: string }

export class HappeningsPrinter {
  #standing = 'in'
  #moved: string | undefined
  #slowUntil: number | null = null
  readonly #held = new Set<number>()
  readonly #comparing = new Map<string, string>()
  readonly #requests = new Set<string>()

  observe(state: RoomState, requests: ContactsState['requests'], now: number): readonly HappeningLine[] {
    const nameOf = (id: string): string => state.people.find((person) => person.id === id)?.name ?? ''
    return [
      ...this.#membership(state, nameOf, now),
      ...this.#compared(state.comparing, nameOf),
      ...this.#asked(requests.filter(({ room }) => room === state.id)),
    ]
  }

  *#membership({ members, moved }: RoomState, nameOf: (id: string) => string, now: number): Generator<HappeningLine> {
    const {
      standing,
      removedBy,
      slowUntil = 0,
      held = [],
    } = members ?? { standing: 'in' as const, removedBy: undefined }
    if (standing !== this.#standing) {
      this.#standing = standing
      const by = removedBy ?? null
      yield { type: 'standing', standing, by, name: by === null ? null : nameOf(by) }
    }
    const told = moved && `${moved.by} ${moved.invite}`
    if (moved !== undefined && this.#moved !== told) {
      this.#moved = told
      yield { type: 'moved', by: moved.by, name: moved.name, invite: moved.invite ?? null }
    }
    const until = slowUntil > now ? slowUntil : null
    if (until !== this.#slowUntil) yield { type: 'slow', until: (this.#slowUntil = until) }
    for (const { tag, text } of held) {
      if (this.#held.has(tag)) continue
      this.#held.add(tag)
      yield { type: 'held', text }
    }
  }

  *#compared(comparing: RoomState['comparing'], nameOf: (id: string) => string): Generator<HappeningLine> {
    const gone = new Set(this.#comparing.keys())
    for (const { with: person, phase, digits = null } of comparing) {
      gone.delete(person)
      if (this.#comparing.get(person) === phase) continue
      this.#comparing.set(person, phase)
      yield { type: 'comparing', person, name: nameOf(person), phase, digits }
    }
    for (const person of gone) {
      this.#comparing.delete(person)
      yield { type: 'comparing', person, name: nameOf(person), phase: 'over', digits: null }
    }
  }

  *#asked(requests: ContactsState['requests']): Generator<HappeningLine> {
    const gone = new Set(this.#requests)
    for (const { who: person, name } of requests) {
      gone.delete(person)
      if (this.#requests.has(person)) continue
      this.#requests.add(person)
      yield { type: 'contactRequest', person, name }
    }
    for (const person of gone) this.#requests.delete(person)
  }
}
