/**
 * The room two contacts have to themselves: one of them founds it and lets the other in, by an invite that goes over their link
 * alone (docs/decisions/0023-direct-chats.md). Without a relay nobody comes to a door, so there it is an open room whose
 * secret both know.
 */
import { type Crypto, type Millis, dayMs, formatHex, parseInvite } from '@kith/protocol'
import type { Clock } from './clock.ts'
import type { ContactBook, KeptContact } from './contacts.ts'
import type { IdentityStore } from './identity-store.ts'
import { isIn } from './is-in.ts'
import type { OpenRoom } from './open-room.ts'

/** A contact who is away for longer is asked anew. */
const inviteLastsMs: Millis = 30 * dayMs
/** An invite nobody came by is said again. */
const inviteAgainMs: Millis = 5_000

/** Where two became contacts, and who the other is there. */
type Met = NonNullable<KeptContact['met']>

export interface DirectRoomsPorts {
  readonly crypto: Crypto
  readonly clock: Clock
  readonly store: Pick<IdentityStore, 'writeContact'>
  readonly book: ContactBook
  readonly room: (id: string) => OpenRoom | undefined
  readonly enter: (secret: Uint8Array, title: string) => Promise<OpenRoom>
  readonly join: (invite: string) => Promise<OpenRoom>
  readonly found: (title: string, relay: string | undefined) => Promise<OpenRoom>
  /** Own long-term identity, hex. */
  readonly identity: () => string
  /** This device can say by itself who one is. */
  readonly mayShow: () => boolean
  /** Contacts, or what is known of people, changed. */
  readonly changed: () => void
}

export class DirectRooms {
  readonly #ports: DirectRoomsPorts
  /** One contact after another, so that an invite finds the contact it is of. */
  #befriending: Promise<void> = Promise.resolve()
  readonly #stopInviting = new Map<string, () => void>()

  constructor(ports: DirectRoomsPorts) {
    this.#ports = ports
  }

  stop(): void {
    for (const stop of this.#stopInviting.values()) stop()
  }

  /** Somebody is a contact now. What cannot be kept is told by the store; the next request makes the contact again. */
  acquainted(id: string, name: string, secret: Uint8Array, met: Met): void {
    this.#befriending = this.#befriending.then(() => this.#befriend(id, name, secret, met)).catch(() => {})
  }

  /** A contact founded the room of the two, and lets us in. */
  invited(room: string, who: string, invite: string): void {
    this.#befriending = this.#befriending
      .then(async () => {
        const contact = this.#ports.book.metAs(room, who)
        const parsed = parseInvite(this.#ports.crypto, invite)
        if (contact === undefined || contact.blocked || this.#founds(contact.id) || !parsed.ok) return
        // Said again, on the way in or after it.
        if (contact.room !== '' && formatHex(parsed.value.invite.roomId) === contact.room) return
        const direct = await this.#ports.join(invite)
        await this.#keepDirect({ ...contact, room: direct.id }, direct)
      })
      .catch(() => {})
  }

  /** Somebody is linked: perhaps a contact who has not heard of the room of the two. */
  personMet(room: string, who: string): void {
    const contact = this.#ports.book.metAs(room, who)
    if (contact?.invite === undefined) return
    const others = this.#ports.room(contact.room)?.state.people.filter(({ me, membership }) => !me && membership)
    if (others === undefined || others.length === 0) return this.#invite(contact.invite, { room, who })
    const { invite: _used, ...rest } = contact
    this.#ports.book.put(rest)
    void this.#ports.store.writeContact(rest).catch(() => {})
  }

  async #befriend(id: string, told: string, secret: Uint8Array, met: Met): Promise<void> {
    const { store } = this.#ports
    const before = this.#ports.book.find(id)
    // Asked again, such as after one of the two lost theirs: the newer room counts.
    const contact: KeptContact = {
      id,
      name: before?.name ?? told,
      secret,
      room: '',
      relay: this.#ports.room(met.room)?.record.relay,
      since: before?.since ?? this.#ports.clock.now(),
      blocked: before?.blocked ?? false,
      met,
    }
    await store.writeContact(contact)
    this.#ports.book.put(contact)
    this.#ports.changed()
    if (contact.relay === undefined) {
      const open = await this.#ports.enter(secret, contact.name)
      return this.#keepDirect({ ...contact, room: open.id }, open)
    }
    if (!this.#founds(id)) return
    const direct = await this.#ports.found(contact.name, contact.relay)
    await this.#keepDirect({ ...contact, room: direct.id }, direct)
    await isIn(direct)
    const made = await direct.govern({ type: 'invite', uses: 1, lastsMs: inviteLastsMs, asksPin: false })
    const invite = direct.state.members?.invites.find((one) => one.id === made)?.link
    if (invite === undefined) return
    const waiting = { ...this.#ports.book.get(id), invite }
    await store.writeContact(waiting)
    this.#ports.book.put(waiting)
    this.#invite(invite, met)
  }

  /** Said again until they are in or this program ends: whoever was gone for longer than a whisper lasts has not heard it. */
  #invite(invite: string, met: Met): void {
    this.#ports.room(met.room)?.identity.invite(met.who, invite)
    this.#stopInviting.get(met.who)?.()
    const stop = this.#ports.clock.after(inviteAgainMs, () => {
      if (this.#ports.room(met.room) !== undefined) this.personMet(met.room, met.who)
    })
    this.#stopInviting.set(met.who, stop)
  }

  /** One of the two founds their room: the one with the smaller long-term identity. */
  #founds(id: string): boolean {
    return this.#ports.identity() < id
  }

  async #keepDirect(contact: KeptContact, room: OpenRoom): Promise<void> {
    await this.#ports.store.writeContact(contact)
    this.#ports.book.put(contact)
    room.setContact(contact.id)
    if (room.state.title !== contact.name) await room.setTitle(contact.name)
    this.#ports.changed()
    // In their room each shows the other who they are.
    void isIn(room)
      .then(() => (room.identity.isShown || !this.#ports.mayShow() ? undefined : room.showIdentity(true)))
      .catch(() => {})
  }
}
