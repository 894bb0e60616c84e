/**
 * Everything of a chat that is about who somebody is: the own identity, the people one knows, contacts and their rooms.
 * The chat hands commands in; rooms ask it what they may believe.
 */
import {
  type AcquaintanceOutput,
  type DeviceWhisper,
  type GivenRoom,
  type Millis,
  type Proof,
  equalBytes,
  formatHex,
} from '@kith/protocol'
import type { AuthClient } from './auth-port.ts'
import type { ChatPorts } from './chat-ports.ts'
import { ContactBook, type KeptContact } from './contacts.ts'
import { DeviceLinking } from './device-linking.ts'
import { DirectRooms } from './direct-rooms.ts'
import type { MeetingPorts } from './device-meeting.ts'
import type { DeviceCommand, DevicesState } from './devices-state.ts'
import { IdentityRefused } from './errors.ts'
import type { IncomingSocket } from './incoming.ts'
import { IdentityDesk, type KeptIdentity } from './identity-desk.ts'
import type { Contact, ContactCommand, ContactsState, IdentityCommand, IdentityState } from './identity-state.ts'
import type { IdentityStore } from './identity-store.ts'
import { KnownPeople, type KnownPerson, judgePerson } from './known-people.ts'
import { type Verification, unverified } from './members-state.ts'
import type { DeviceHub, OpenRoom } from './open-room.ts'
import { type KeptDevices, OwnDevices } from './own-devices.ts'
import type { PersonaSecrets } from './persona.ts'
import type { IdentityHub, RoomEvidence } from './room-identity.ts'

export interface OfficePorts {
  readonly ports: Pick<ChatPorts, 'crypto' | 'clock'> & MeetingPorts & { readonly auth?: AuthClient | undefined }
  readonly store: IdentityStore
  readonly rooms: () => Iterable<OpenRoom>
  readonly room: (id: string) => OpenRoom | undefined
  /** Makes or finds the open room of this secret: where there is no relay, nobody comes to a door. */
  readonly enter: (secret: Uint8Array, title: string) => Promise<OpenRoom>
  /** By the invite of a contact. */
  readonly join: (invite: string) => Promise<OpenRoom>
  readonly forget: (room: string) => Promise<void>
  /** How the person is called, and whether this machine links directly. */
  readonly settings: () => { readonly name: string; readonly relayOnly: boolean }
  readonly setName: (name: string) => Promise<void>
  /** Founds a members room for one's own devices. */
  readonly found: (title: string, relay: string | undefined) => Promise<OpenRoom>
  /** Keeps a room that the main device gave, in place of one that is there by another name. */
  readonly keepGiven: (given: GivenRoom, persona: PersonaSecrets) => Promise<void>
  /** This person founded that room, and is in it as somebody else: from now on as its founder. */
  readonly becomeFounder: (room: OpenRoom, founder: Uint8Array) => Promise<void>
  readonly changed: () => void
}

export interface KeptOffice {
  readonly identity: KeptIdentity
  readonly known: readonly KnownPerson[]
  readonly contacts: readonly KeptContact[]
  readonly devices: KeptDevices
}

export class IdentityOffice implements IdentityHub, DeviceHub {
  readonly desk: IdentityDesk
  readonly #options: OfficePorts
  readonly #known: KnownPeople
  readonly #book: ContactBook
  readonly #devices: OwnDevices
  readonly #linking: DeviceLinking
  /** How this device is called where it is linked. */
  #deviceName = ''
  readonly #direct: DirectRooms
  /** Rooms of which it is known who founded them. */
  readonly #looked = new WeakSet<OpenRoom>()
  #contacts: ContactsState | undefined
  #state: IdentityState | undefined

  constructor(options: OfficePorts, kept: KeptOffice) {
    this.#options = options
    const { ports, store } = options
    this.desk = new IdentityDesk(
      {
        crypto: ports.crypto,
        now: () => ports.clock.now(),
        auth: ports.auth,
        write: (identity) => store.writeIdentity(identity),
        preparedProof: (author) => {
          for (const room of options.rooms()) if (equalBytes(room.author, author)) return room.record.persona.proof
          return undefined
        },
        changed: () => this.#rejudge(),
      },
      kept.identity,
    )
    this.#known = new KnownPeople(kept.known)
    this.#book = new ContactBook(kept.contacts)
    this.#direct = new DirectRooms({
      crypto: ports.crypto,
      clock: ports.clock,
      store,
      book: this.#book,
      room: options.room,
      enter: options.enter,
      join: options.join,
      found: options.found,
      identity: () => formatHex(this.identity),
      mayShow: () => !this.desk.isLinked,
      changed: () => this.#rejudge(),
    })
    this.#devices = new OwnDevices(
      {
        crypto: ports.crypto,
        clock: ports.clock,
        rooms: options.rooms,
        contacts: () => this.#book.all,
        person: () => ({ identity: this.desk.identity, name: options.settings().name }),
        prove: (author) => this.desk.prove(author),
        write: (devices) => store.writeDevices(devices),
        linkTo: async (identity, name) => {
          await this.desk.linkTo(identity, name)
          if (name !== '') await options.setName(name)
        },
        keepRoom: options.keepGiven,
        keepContact: async (contact) => {
          await store.writeContact(contact)
          this.#book.put(contact)
        },
        changed: options.changed,
      },
      kept.devices,
    )
    this.#linking = new DeviceLinking({
      meeting: ports,
      relayOnly: () => options.settings().relayOnly,
      deviceName: () => this.#deviceName || options.settings().name,
      give: (device, say) => this.#devices.give(device, say),
      answered: (whisper) => this.#devices.answered(whisper),
      take: (whisper, say) => this.#devices.take(whisper, say),
      changed: options.changed,
    })
  }

  get identity(): Uint8Array {
    return this.desk.identity
  }

  /** Keeps its identity as long as nothing in it changed. */
  get state(): IdentityState {
    const next: IdentityState = { ...this.desk.state, devices: this.#devicesState() }
    if (this.#state === undefined || JSON.stringify(next) !== JSON.stringify(this.#state)) this.#state = next
    return this.#state
  }

  ownDeviceMet(room: OpenRoom, session: string): void {
    this.#devices.met(room, session)
  }

  ownDeviceGone(): void {
    this.#options.changed()
  }

  ownDeviceSaid(room: OpenRoom, session: string, device: string, whisper: DeviceWhisper): void {
    this.#devices.heard(room, session, device, whisper)
  }

  /** Who came back by the twelve words came in as anybody does; the room's beginning says that it is its founder. */
  cameIn(room: OpenRoom, founder: string, salt: Uint8Array): void {
    if (this.#looked.has(room)) return
    this.#looked.add(room)
    // Whoever was here before the words were entered stays who they were.
    if (formatHex(room.author) === founder || !this.desk.isRoomIdentity(room.author, room.id)) return
    const secret = this.desk.ownFounder(founder, salt)
    if (secret !== undefined) this.#options.becomeFounder(room, secret).catch(() => room.tellBroken())
  }

  /** A socket for the device that is being linked. */
  takes(incoming: IncomingSocket): boolean {
    return this.#linking.takes(incoming)
  }

  /** The chat closes. */
  stop(): void {
    this.#linking.stop()
    this.#direct.stop()
  }

  #devicesState(): DevicesState {
    const { isLinked } = this.desk
    const rooms = [...this.#options.rooms()]
    return {
      role: isLinked ? 'linked' : 'main',
      revoked: isLinked && rooms.some(({ state }) => state.members?.standing === 'revoked'),
      list: this.#devices.list,
      linking: this.#linking.state,
    }
  }

  async #device(command: DeviceCommand): Promise<string | undefined> {
    switch (command.type) {
      case 'offerDevice': {
        if (this.desk.isLinked) throw new IdentityRefused('linkedDevice')
        // The room of one's own devices, so that there is always one they share.
        const { notes } = this.#devices
        if (notes === undefined || this.#options.room(notes) === undefined) {
          const room = await this.#options.found(command.notes, command.relay)
          await this.#devices.noteRoom(room.id)
        }
        return this.#linking.offer(command.relay)
      }
      case 'becomeDevice':
        this.#deviceName = command.name
        this.#linking.become(command.code, command.relay)
        return undefined
      case 'confirmDevice':
        await this.#linking.confirm(command.matches)
        return undefined
      case 'stopLinking':
        this.#linking.stop()
        return undefined
      case 'renameDevice':
        await this.#devices.rename(command.device, command.name)
        return undefined
      case 'revokeDevice':
        await this.#devices.revoke(command.device)
        return undefined
    }
  }

  /** Keeps its identity as long as nothing in it changed. */
  get contacts(): ContactsState {
    const next = this.#book.state((contact) => this.#show(contact))
    if (this.#contacts === undefined || JSON.stringify(next) !== JSON.stringify(this.#contacts)) this.#contacts = next
    return this.#contacts
  }

  isBlocked(room: string): boolean {
    return this.#book.all.some((contact) => contact.room === room && contact.blocked)
  }

  judge(author: Uint8Array, proof: Uint8Array): Proof | undefined {
    return this.desk.judge(author, proof)
  }

  prove(author: Uint8Array): Uint8Array {
    return this.desk.prove(author)
  }

  verification(room: string, evidence: RoomEvidence): Verification {
    return judgePerson(this.#known, { ...evidence, room, contacts: this.#book.idByName })
  }

  async compared(room: string, evidence: RoomEvidence, matches: boolean): Promise<void> {
    const { who, name, proof } = evidence
    // A contact proved over their link which person this author is, also where they do not show it.
    const identity = proof === undefined ? this.#book.metAs(room, who)?.id : formatHex(proof.identity)
    const keys = identity === undefined ? [who] : [who, identity]
    if (matches) this.#known.add(keys, name, room, this.#now())
    else this.#known.remove(keys)
    await this.#options.store.writeKnown(this.#known.all)
    this.#rejudge()
  }

  met(room: string, output: Exclude<AcquaintanceOutput, { readonly type: 'whisper' }>): void {
    const { who } = output
    const name = output.type === 'asked' ? output.name : this.#nameIn(room, who)
    if (output.type === 'asked' && this.#isBlockedPerson(room, who)) return
    this.#book.met({ room, who, name }, output.type)
    if (output.type === 'acquainted') {
      const { identity, secret, name: told } = output.contact
      if (this.#known.knows([who])) {
        this.#known.add([who, formatHex(identity)], name, room, this.#now())
        void this.#options.store.writeKnown(this.#known.all).catch(() => {})
      }
      this.#direct.acquainted(formatHex(identity), told === '' ? name : told, secret, { room, who })
    }
    this.#options.changed()
  }

  async identify(command: IdentityCommand): Promise<string | undefined> {
    const { desk } = this
    switch (command.type) {
      case 'phrase':
        return desk.phrase()
      case 'restore':
        await desk.restore(command.phrase)
        return undefined
      case 'lookUp':
        return desk.lookUp(command.relay)
      case 'believe':
        await desk.believe(command.relay, command.key)
        return undefined
      case 'doubt':
        await desk.doubt(command.key)
        return undefined
      case 'askCode':
        await desk.askCode(command.email, command.relay)
        return undefined
      case 'enterCode': {
        const email = await desk.enterCode(command.code)
        await this.#showAgain()
        return email
      }
      case 'dropClaim':
        await desk.dropClaim(command.claim)
        await this.#showAgain()
        return undefined
      case 'show': {
        const room = this.#roomOf(command.room)
        if (command.on && this.desk.prove(room.author).length === 0) throw new IdentityRefused('linkedDevice')
        await room.showIdentity(command.on)
        return undefined
      }
      default:
        return this.#device(command)
    }
  }

  async contact(command: ContactCommand): Promise<string | undefined> {
    const { store } = this.#options
    switch (command.type) {
      case 'request': {
        this.#roomOf(command.room).identity.request(command.who)
        this.#book.asks(this.#requestOf(command))
        break
      }
      case 'answer':
        this.#roomOf(command.room).identity.answer(command.who, command.accepts)
        this.#book.answered(this.#requestOf(command))
        break
      case 'rename': {
        const renamed = { ...this.#book.get(command.contact), name: command.name.trim().slice(0, 64) }
        await store.writeContact(renamed)
        this.#book.put(renamed)
        await this.#options.room(renamed.room)?.setTitle(renamed.name)
        break
      }
      case 'block': {
        const contact = { ...this.#book.get(command.contact), blocked: command.on }
        await store.writeContact(contact)
        this.#book.put(contact)
        await this.#hide(contact)
        break
      }
      case 'remove': {
        const { id, room } = this.#book.get(command.contact)
        await store.forgetContact(id)
        this.#book.remove(id)
        if (room !== '') await this.#options.forget(room)
        break
      }
    }
    this.#rejudge()
    return undefined
  }

  /** `Contact.id`, when this is the room of two. */
  contactOf(room: string): string | undefined {
    return this.#book.inRoom(room)?.id
  }

  /** Whoever is blocked is silent wherever they show who they are. */
  showed(room: string, who: string): void {
    const opened = this.#options.room(room)
    if (opened === undefined || who === opened.state.me || !this.#isBlockedPerson(room, who)) return
    void opened.setQuiet(who, 'hidden').catch(() => {})
  }

  /** A contact founded the room of the two, and lets us in. */
  invited(room: string, who: string, invite: string): void {
    this.#direct.invited(room, who, invite)
  }

  /** Somebody is linked: perhaps a contact who has not heard of the room of the two. */
  personMet(room: OpenRoom, who: string): void {
    this.#direct.personMet(room.id, who)
  }

  /** What is attested changed: rooms that were shown it are shown the newer. */
  async #showAgain(): Promise<void> {
    for (const room of this.#options.rooms()) if (room.identity.isShown) await room.showIdentity(true)
  }

  async #hide(contact: KeptContact): Promise<void> {
    for (const room of this.#options.rooms()) {
      const others = room.id === contact.room ? room.state.people.map(({ id }) => id) : []
      for (const who of new Set([...room.identity.showing(contact.id), ...others])) {
        if (who !== room.state.me) await room.setQuiet(who, contact.blocked ? 'hidden' : undefined)
      }
    }
  }

  #isBlockedPerson(room: string, who: string): boolean {
    const proof = this.#options.room(room)?.identity.proofOf(who)
    return proof !== undefined && this.#book.find(formatHex(proof.identity))?.blocked === true
  }

  #show({ id, name, room, since, blocked }: KeptContact): Contact {
    const isKnown = this.#known.knows([id])
    const verification: Verification = isKnown ? { level: 'compared', by: [], claim: undefined } : unverified
    return { id, name, room, since, blocked, verification, here: this.#whereIs(id) }
  }

  #whereIs(id: string): Contact['here'] {
    for (const room of this.#options.rooms()) {
      for (const who of room.identity.showing(id)) {
        const person = room.state.people.find((one) => one.id === who)
        if (person?.online === true && !person.me) return { room: room.id, path: person.path }
      }
    }
    return undefined
  }

  #requestOf({ room, who }: { readonly room: string; readonly who: string }) {
    return { room, who, name: this.#nameIn(room, who) }
  }

  #nameIn(room: string, who: string): string {
    return this.#options.room(room)?.state.people.find(({ id }) => id === who)?.name ?? ''
  }

  #roomOf(id: string): OpenRoom {
    const room = this.#options.room(id)
    if (room === undefined) throw new IdentityRefused('unknownPerson')
    return room
  }

  #rejudge(): void {
    for (const room of this.#options.rooms()) room.rejudge()
    this.#options.changed()
  }

  #now(): Millis {
    return this.#options.ports.clock.now()
  }
}
