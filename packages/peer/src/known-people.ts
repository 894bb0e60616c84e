/**
 * Whom one has compared numbers with, and what is therefore known of people elsewhere: the same key is the same person,
 * and a known name with another key is a warning.
 */
import type { Millis, Proof } from '@kith/protocol'
import { formatHex } from '@kith/protocol'
import { type Membership, type Verification, unverified } from './members-state.ts'

/** More than anybody compares numbers with; the oldest make room. */
export const maxKnownPeople = 1024

export interface KnownPerson {
  /** Keys that are this person, hex: room identities, and the long-term one if they showed it. */
  readonly keys: readonly string[]
  readonly name: string
  /** Where I compared. */
  readonly rooms: readonly string[]
  readonly at: Millis
}

export class KnownPeople {
  #people: readonly KnownPerson[]

  constructor(people: readonly KnownPerson[]) {
    this.#people = people
  }

  get all(): readonly KnownPerson[] {
    return this.#people
  }

  /** I compared a number with whoever has these keys. */
  add(keys: readonly string[], name: string, room: string, at: Millis): void {
    const same = this.#people.filter((known) => known.keys.some((key) => keys.includes(key)))
    const merged = [...new Set([...same.flatMap((known) => known.keys), ...keys])]
    const others = this.#people.filter((known) => !same.includes(known))
    const rooms = [...new Set([...same.flatMap((known) => known.rooms), room])]
    this.#people = [...others, { keys: merged, name, rooms, at }].slice(-maxKnownPeople)
  }

  /** They may not be who I thought. */
  remove(keys: readonly string[]): void {
    this.#people = this.#people.filter((known) => !known.keys.some((key) => keys.includes(key)))
  }

  knows(keys: readonly string[]): boolean {
    return this.#people.some((known) => known.keys.some((key) => keys.includes(key)))
  }

  /**
   * Somebody else of this name was compared: in this room, or anywhere when they show who they are. Otherwise a friend who
   * is, as everybody, somebody else in each room would raise an alarm in each.
   */
  knowsOther(name: string, keys: readonly string[], room: string, shows: boolean): boolean {
    const wanted = foldName(name)
    if (wanted === '') return false
    return this.#people.some(
      (known) =>
        foldName(known.name) === wanted &&
        (shows || known.rooms.includes(room)) &&
        !known.keys.some((key) => keys.includes(key)),
    )
  }
}

/** What can be said for or against somebody of a room. */
export interface Evidence {
  readonly who: string
  readonly name: string
  readonly room: string
  /** What they show of themselves, judged; undefined when nothing, or it does not hold. */
  readonly proof: Proof | undefined
  readonly membership: Membership | undefined
  /** `Person.id` of myself. */
  readonly me: string
  /** Names of contacts and the key each has. */
  readonly contacts: ReadonlyMap<string, string>
}

/** The best that is known of somebody; a known name under another key goes before what others say of it. */
export function judgePerson(known: KnownPeople, evidence: Evidence): Verification {
  const { who, name, proof, membership, me } = evidence
  const identity = proof === undefined ? undefined : formatHex(proof.identity)
  const keys = identity === undefined ? [who] : [who, identity]
  const claim = proof?.claims.find(({ refused }) => refused === undefined)
  const claimed = claim?.claim
  if (known.knows(keys)) return { level: 'compared', by: [], claim: claimed }
  const mine = membership?.vouches.find(({ by }) => by === me)
  if (mine?.method === 'sas') return { level: 'compared', by: [], claim: claimed }
  if (mine?.method === 'pin') return { level: 'pin', by: [], claim: claimed }
  const contact = evidence.contacts.get(foldName(name))
  const isOther = contact !== undefined && identity !== undefined && identity !== contact
  if (known.knowsOther(name, keys, evidence.room, identity !== undefined) || isOther)
    return { level: 'changed', by: [], claim: claimed }
  if (claim !== undefined) return { level: 'attested', by: [formatHex(claim.service)], claim: claimed }
  const vouchers = (membership?.vouches ?? []).map(({ by }) => by)
  return vouchers.length > 0 ? { level: 'vouched', by: vouchers, claim: undefined } : unverified
}

/** Names that look the same to a hurried eye. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

export function packKnown(people: readonly KnownPerson[]): Record<string, unknown> {
  return { people }
}

export function unpackKnown(fields: Record<string, unknown>): readonly KnownPerson[] {
  const { people } = fields
  if (!Array.isArray(people)) return []
  return people.filter((person: unknown): person is KnownPerson => {
    if (typeof person !== 'object' || person === null) return false
    const { keys, name, rooms, at } = person as Record<string, unknown>
    return areTexts(keys) && areTexts(rooms) && typeof name === 'string' && typeof at === 'number'
  })
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
