/** A members room in miniature: doors and newcomers, with membership as a plain list. For tests of the way in. */
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import type { Millis } from '../machine.ts'
import { Arrival, type ArrivalOutput } from './arrival.ts'
import { type AtDoor, Door, type DoorLink, type DoorOutput, type OfferedInvite } from './door.ts'
import type { Voucher } from './edges.ts'
import { inviteKeys } from './invite.ts'

export interface Person {
  readonly name: string
  readonly identity: Uint8Array
  readonly session: Uint8Array
  /** Identity, hex. */
  readonly id: string
}

export interface Offering extends Omit<OfferedInvite, 'usedBy' | 'revoked'> {
  readonly inviteId: Uint8Array
  revoked: boolean
}

/** What goes over one link, so that tests can hold it back, change it or play it again. */
export type Wire = (bytes: Uint8Array) => Uint8Array | undefined

export class SmallRoom {
  readonly crypto: Crypto
  readonly roomId: Uint8Array
  now: Millis = 1_700_000_000_000
  vouchesNeeded = 1
  readonly invites: Map<string, Offering> = new Map()
  readonly members: Set<string> = new Set()
  readonly removed: Set<string> = new Set()
  /** Who is known to be in the room right now. */
  readonly here: Set<string> = new Set()
  readonly vouches: Voucher[] = []
  /** Identity → invite it came by. */
  readonly added: Map<string, string> = new Map()
  readonly doors: Map<string, Door> = new Map()
  readonly welcomed: string[] = []
  readonly arrivals: Map<string, Arrival> = new Map()
  readonly #ends = new Map<string, { readonly host: Person; readonly guest: Person; toHost: Wire; toGuest: Wire }>()
  /** Links whose far end hung up. */
  readonly closed: Set<string> = new Set()
  #links = 0

  constructor(seed: string) {
    this.crypto = createSeededCrypto(seed)
    this.roomId = this.crypto.random(32)
  }

  person(name: string): Person {
    const [identity, session] = [this.crypto.random(32), this.crypto.random(32)]
    return { name, identity, session, id: formatHex(identity) }
  }

  member(name: string): Person {
    const person = this.person(name)
    this.openDoor(person)
    return person
  }

  openDoor(person: Person): void {
    this.members.add(person.id)
    const isIn = (id: string): boolean => this.members.has(id)
    this.doors.set(
      person.id,
      new Door({
        crypto: this.crypto,
        roomId: this.roomId,
        identity: person.identity,
        session: person.session,
        view: {
          invite: (id) => {
            const invite = this.invites.get(id)
            const usedBy = [...this.added].filter(([, by]) => by === id).map(([identity]) => identity)
            return invite && { ...invite, usedBy }
          },
          standing: (id) => {
            const words = this.vouches.filter((vouch) => vouch.for === id)
            const iVouched = words.some(({ by }) => by === person.id)
            return { have: words.length, isIn: isIn(id), iVouched, wasOut: this.removed.has(id) }
          },
          vouchesNeeded: () => this.vouchesNeeded,
          mayAdmit: () => isIn(person.id),
          isHere: (id) => this.here.has(id),
        },
      }),
    )
  }

  invite(
    by: Person,
    about: { readonly asksPin: boolean; readonly uses?: number; readonly lastsMs?: Millis },
  ): Offering {
    const keys = inviteKeys(this.crypto, this.crypto.random(16))
    const { id, lobbyId, key } = keys
    const { asksPin, uses = 1, lastsMs = 86_400_000 } = about
    const offering = { id, inviteId: lobbyId, by: by.id, key: key.publicKey, uses, asksPin, revoked: false }
    const whole: Offering = { ...offering, expires: this.now + lastsMs }
    this.invites.set(id, whole)
    return whole
  }

  /** The link handshake of a newcomer with a member: both know the invite and get the same hash. */
  meet(host: Person, guest: Person, invite: Offering, hash: Uint8Array = this.crypto.random(32)): string {
    const id = `link-${this.#links++}`
    this.#ends.set(id, { host, guest, toHost: (bytes) => bytes, toGuest: (bytes) => bytes })
    const arrival = this.arrival(guest, invite)
    const { session, identity, name } = host
    this.#guestDid(arrival.met({ id, session, identity, name, handshakeHash: hash }, this.now))
    this.hostDid(host, present(this.doors.get(host.id)).arrived(doorLink(id, guest, invite, hash), this.now))
    return id
  }

  /** What passes on a link from here on. */
  tap(link: string, wires: { readonly toHost?: Wire; readonly toGuest?: Wire }): void {
    Object.assign(present(this.#ends.get(link)), wires)
  }

  arrival(guest: Person, invite: Offering): Arrival {
    let arrival = this.arrivals.get(guest.id)
    if (arrival === undefined) {
      const { identity, session } = guest
      arrival = new Arrival({ crypto: this.crypto, roomId: this.roomId, inviteId: invite.id, identity, session })
      this.arrivals.set(guest.id, arrival)
    }
    return arrival
  }

  #pinShown(host: Person, guest: Person): AtDoor['pin'] {
    const newcomers = present(this.doors.get(host.id)).newcomers()
    return newcomers.find((one) => one.identity === guest.id)?.pin
  }

  pinOf(host: Person, guest: Person): string | undefined {
    return this.#pinShown(host, guest)?.digits
  }

  triesLeft(host: Person, guest: Person): number | undefined {
    return this.#pinShown(host, guest)?.triesLeft
  }

  enter(guest: Person, pin: string): boolean {
    const outputs = present(this.arrivals.get(guest.id)).enterPin(pin)
    if (outputs !== undefined) this.#guestDid(outputs)
    return outputs !== undefined
  }

  /** The member at this door gives their word, or shows a PIN. */
  vouch(host: Person, guest: Person, method: Voucher['method']): boolean {
    const outputs = present(this.doors.get(host.id)).vouch(guest.id, method, this.now)
    if (outputs !== undefined) this.hostDid(host, outputs)
    return outputs !== undefined
  }

  hangUp(link: string): void {
    const end = this.#ends.get(link)
    if (end === undefined) return
    this.#ends.delete(link)
    this.closed.add(link)
    this.hostDid(end.host, present(this.doors.get(end.host.id)).left(link))
    const arrival = this.arrivals.get(end.guest.id)
    if (arrival !== undefined) this.#guestDid(arrival.lost(link))
  }

  refresh(): void {
    for (const [id, door] of this.doors) this.hostDid({ id }, door.refresh(this.now))
  }

  deliver(link: string, bytes: Uint8Array, to: 'host' | 'guest'): void {
    const end = this.#ends.get(link)
    if (end === undefined) return
    if (to === 'host') this.hostDid(end.host, present(this.doors.get(end.host.id)).receive(link, bytes, this.now))
    else this.#guestDid(present(this.arrivals.get(end.guest.id)).receive(link, bytes))
  }

  hostDid(host: Pick<Person, 'id'>, outputs: readonly DoorOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'send') this.#pass(output.link, output.bytes, 'guest')
      else if (output.type === 'hangUp') this.hangUp(output.link)
      else if (output.type === 'admit') this.#admit(host.id, output)
      else if (output.type === 'burnt') {
        const invite = this.invites.get(output.invite)
        if (invite?.by === host.id) invite.revoked = true
      } else if (output.type === 'welcome') this.welcomed.push(`${host.id} ${formatHex(output.link.identity)}`)
    }
  }

  #admit(by: string, { link, method }: Extract<DoorOutput, { type: 'admit' }>): void {
    const id = formatHex(link.identity)
    if (!this.added.has(id)) this.added.set(id, link.invite)
    if (!this.vouches.some((vouch) => vouch.by === by && vouch.for === id)) this.vouches.push({ by, for: id, method })
    if (this.vouches.filter((vouch) => vouch.for === id).length >= this.vouchesNeeded) this.members.add(id)
    this.refresh()
  }

  #guestDid(outputs: readonly ArrivalOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'send') this.#pass(output.link, output.bytes, 'host')
      else if (output.type === 'hangUp') this.hangUp(output.link)
    }
  }

  #pass(link: string, bytes: Uint8Array, to: 'host' | 'guest'): void {
    const end = this.#ends.get(link)
    const passed = to === 'host' ? end?.toHost(bytes) : end?.toGuest(bytes)
    if (passed !== undefined) this.deliver(link, passed, to)
  }
}

export function doorLink(id: string, guest: Person, invite: Offering, handshakeHash: Uint8Array): DoorLink {
  const { session, identity, name } = guest
  return { id, invite: invite.id, session, identity, name, handshakeHash }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test asks for what is not there')
  return value
}

/** Another six digits than these. */
export function otherPin(pin: string): string {
  return pin === '000000' ? '000001' : '000000'
}

export const junk: Uint8Array = concatBytes(Uint8Array.of(0x69), new Uint8Array(32))
