/** What somebody of a room asks of one, said once each: to be a contact, to compare six digits. */
import type { ContactRequest, RoomState } from '@kith/peer'
import { printableLine } from './printable.ts'

export class AskedWatch {
  readonly #said = new Set<string>()

  /** Sentences that are new since the last look. */
  observe({ id, people, comparing }: RoomState, requests: readonly ContactRequest[]): readonly string[] {
    const nameOf = (who: string): string => printableLine(people.find((person) => person.id === who)?.name ?? '')
    const asked = new Map<string, string>()
    for (const { room, who, name } of requests) {
      const called = printableLine(name)
      if (room !== id) continue
      asked.set(
        `contact ${who}`,
        `${called} would like to keep you as a contact: /contact accept ${called}, or /contact decline ${called}`,
      )
    }
    for (const { with: who, phase, digits = '' } of comparing) {
      const called = nameOf(who)
      if (phase !== 'digits' || called === '') continue
      asked.set(
        `digits ${who} ${digits}`,
        `You and ${called} have six digits to compare: ${digits.slice(0, 3)} ${digits.slice(3)}. Read them to each other, then /verify ${called} same, or different`,
      )
    }
    const fresh = [...asked].filter(([key]) => !this.#said.has(key))
    // Asked again later is news again.
    this.#said.clear()
    for (const key of asked.keys()) this.#said.add(key)
    return fresh.map(([, text]) => text)
  }
}
