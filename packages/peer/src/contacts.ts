/**
 * The people one keeps beyond rooms: who asked, whom one asked, and who is a contact, by their long-term identity.
 *
 * `chat/contact/<identity>`  { name, secret, room, relay, since, blocked, met, invite }
 */
import type { AcquaintanceOutput, Millis } from '@kith/protocol'
import { IdentityRefused } from './errors.ts'
import type { Contact, ContactRequest, ContactsState } from './identity-state.ts'
import { foldName } from './known-people.ts'

export const maxContacts = 512
/** Requests that are shown at one time; the oldest make room. */
export const maxShownRequests = 32

export interface KeptContact {
  /** Long-term identity, hex. */
  readonly id: string
  readonly name: string
  /** Shared by the two since they became contacts. */
  readonly secret: Uint8Array
  /** Of the two; empty until whoever founds it has. */
  readonly room: string
  readonly relay: string | undefined
  readonly since: Millis
  readonly blocked: boolean
  /** Where they became contacts, and who they are there. */
  readonly met?: { readonly room: string; readonly who: string } | undefined
  /** What lets the other in, until they are. */
  readonly invite?: string | undefined
}

export class ContactBook {
  readonly #contacts = new Map<string, KeptContact>()
  #requests: readonly ContactRequest[] = []
  #asked: readonly (ContactRequest & { readonly declined: boolean })[] = []
  #ids: ReadonlyMap<string, string> | undefined

  constructor(contacts: readonly KeptContact[]) {
    for (const contact of contacts) this.#contacts.set(contact.id, contact)
  }

  get(id: string): KeptContact {
    const contact = this.#contacts.get(id)
    if (contact === undefined) throw new IdentityRefused('unknownContact')
    return contact
  }

  /** The contact whose room this is. */
  inRoom(room: string): KeptContact | undefined {
    return this.all.find((contact) => contact.room === room)
  }

  /** The contact somebody of a room became. */
  metAs(room: string, who: string): KeptContact | undefined {
    return this.all.find(({ met }) => met?.room === room && met.who === who)
  }

  find(id: string): KeptContact | undefined {
    return this.#contacts.get(id)
  }

  get all(): readonly KeptContact[] {
    return [...this.#contacts.values()]
  }

  /** By the name one gave them, the identity they must show to be that person. */
  get idByName(): ReadonlyMap<string, string> {
    this.#ids ??= new Map(this.all.map(({ name, id }) => [foldName(name), id]))
    return this.#ids
  }

  put(contact: KeptContact): void {
    if (!this.#contacts.has(contact.id) && this.#contacts.size >= maxContacts) throw new IdentityRefused('busy')
    this.#contacts.set(contact.id, contact)
    this.#ids = undefined
  }

  remove(id: string): void {
    this.#contacts.delete(id)
    this.#ids = undefined
  }

  asks(request: ContactRequest): void {
    this.#asked = [...without(this.#asked, request), { ...request, declined: false }].slice(-maxShownRequests)
  }

  answered(request: ContactRequest): void {
    this.#requests = without(this.#requests, request)
  }

  /** What a room's machine tells, but that somebody is a contact now: that is kept first. */
  met(request: ContactRequest, type: Exclude<AcquaintanceOutput['type'], 'whisper'>): void {
    switch (type) {
      case 'asked':
        this.#requests = [...without(this.#requests, request), request].slice(-maxShownRequests)
        return
      case 'declined':
        this.#asked = this.#asked.map((one) => (isSame(one, request) ? { ...one, declined: true } : one))
        return
      case 'acquainted':
        this.#requests = without(this.#requests, request)
        this.#asked = without(this.#asked, request)
    }
  }

  state(show: (contact: KeptContact) => Contact): ContactsState {
    const list = this.all.map(show).toSorted((a, b) => (foldName(a.name) < foldName(b.name) ? -1 : 1))
    return { list, requests: this.#requests, asked: this.#asked }
  }
}

function isSame(a: ContactRequest, b: ContactRequest): boolean {
  return a.room === b.room && a.who === b.who
}

function without<T extends ContactRequest>(list: readonly T[], request: ContactRequest): readonly T[] {
  return list.filter((one) => !isSame(one, request))
}
