/**
 * Ways into a room: made new, by a link, by an invite, given by one's main device; and out of an open room into a members room.
 * Each step is one of a row (`open-chat.ts`), so that a double click joins once.
 */
import {
  dayMs,
  emptyBytes,
  foundRoom,
  foundingSaltBytes,
  formatHex,
  looksLikeInvite,
  maxInviteUses,
  openRoomKeys,
  parseHex,
  parseInvite,
  parseRoomLink,
  roomSecretBytes,
} from '@kith/protocol'
import type { GivenRoom, Millis } from '@kith/protocol'
import type { ChatPorts } from './chat-ports.ts'
import { maxRooms, type ChatStore, type RoomRecord } from './chat-store.ts'
import type { ChatSettings, NewRoom } from './chat.ts'
import { LinkMalformed, TooManyRooms } from './errors.ts'
import type { IdentityDesk } from './identity-desk.ts'
import { isIn, isMet } from './is-in.ts'
import { defaultPolicy } from './members-state.ts'
import { cutText, maxTitleLength } from './names.ts'
import type { OpenRoom } from './open-room.ts'
import { createPersonaSecrets, openPersona, type PersonaSecrets } from './persona.ts'
import { parseRelay } from './relay-address.ts'

/** So long the people of an open room may follow. */
const callOverMs: Millis = 30 * dayMs

export interface JoiningPorts {
  readonly chat: ChatPorts
  readonly store: ChatStore
  /** By id; shared with the chat. */
  readonly rooms: Map<string, OpenRoom>
  readonly desk: IdentityDesk
  readonly settings: () => ChatSettings
  /** Opens it. */
  readonly add: (record: RoomRecord) => OpenRoom
}

export class Joining {
  readonly #ports: JoiningPorts

  constructor(ports: JoiningPorts) {
    this.#ports = ports
  }

  /** A new room. */
  async make(options: NewRoom): Promise<OpenRoom> {
    const { crypto, defaultRelay } = this.#ports.chat
    const relay = options.relay === undefined ? defaultRelay : parseRelay(options.relay)
    if (options.kind === 'members') return this.#found(relay, options)
    return this.#enter(crypto.random(roomSecretBytes), relay, options.title ?? '')
  }

  /** The room of a link or an invite: one that is here already, or another. */
  async follow(link: string): Promise<OpenRoom> {
    if (looksLikeInvite(link)) return this.#knock(link)
    const parsed = parseRoomLink(link)
    if (!parsed.ok) throw new LinkMalformed()
    const { secret, relay } = parsed.value
    const known = this.#ports.rooms.get(this.#idOf(secret))
    if (known === undefined) return this.#enter(secret, relay ?? this.#ports.chat.defaultRelay, '')
    return relay === undefined || relay === known.record.relay ? known : this.#move(known, relay)
  }

  /** A room whose first record says that I founded it. */
  async #found(relay: string | undefined, { title, policy = defaultPolicy }: NewRoom): Promise<OpenRoom> {
    if (this.#ports.rooms.size >= maxRooms) throw new TooManyRooms(maxRooms)
    const { clock, crypto, storage } = this.#ports.chat
    const now = clock.now()
    const salt = crypto.random(foundingSaltBytes)
    const persona = createPersonaSecrets(crypto, now, this.#ports.desk.founder(salt))
    const rules = { ...policy, acceptedServices: [] }
    const { roomId, records } = foundRoom(crypto, { ...openPersona(crypto, persona), salt }, rules, now)
    const id = formatHex(roomId)
    await storage.write(records.map(({ key, value }) => ({ key: `room/${id}/${key}`, value })))
    const members = { roomId, inviteSecret: undefined, links: {} }
    return this.#keepRoom({ id, secret: emptyBytes, relay, members }, title, persona)
  }

  /** By an invite: into a room one is not in, or once more after a refusal. */
  async #knock(link: string): Promise<OpenRoom> {
    const { crypto } = this.#ports.chat
    const parsed = parseInvite(crypto, link)
    if (!parsed.ok) throw new LinkMalformed()
    const { invite, relay } = parsed.value
    const id = formatHex(invite.roomId)
    const known = this.#ports.rooms.get(id)
    if (known === undefined) {
      const members = { roomId: invite.roomId, inviteSecret: invite.secret, inviter: invite.inviter, links: {} }
      return this.#keepRoom({ id, secret: emptyBytes, relay: relay ?? this.#ports.chat.defaultRelay, members })
    }
    if (known.state.members?.standing === 'in') return known
    await known.stop()
    await known.enterBy(invite.secret, invite.inviter)
    if (relay !== undefined && relay !== known.record.relay) await known.moveTo(relay)
    known.start(this.#ports.settings())
    return known
  }

  /** A room that the main device of this person gave. What was said here as somebody else stays that person's. */
  async keepGiven(given: GivenRoom, persona: PersonaSecrets): Promise<void> {
    const id = formatHex(given.room)
    const isOpen = given.kind === 'open'
    if (isOpen && this.#idOf(given.secret) !== id) return
    const known = this.#ports.rooms.get(id)
    if (known !== undefined) {
      await known.stop()
      this.#ports.rooms.delete(id)
    }
    const members = isOpen
      ? undefined
      : { roomId: given.room, inviteSecret: undefined, lobbySecret: given.secret, links: {}, ...known?.record.members }
    const relay = given.relay === '' ? undefined : given.relay
    const room = await this.#keepRoom(
      { id, secret: isOpen ? given.secret : emptyBytes, relay, members },
      given.title,
      persona,
    )
    if (given.name !== '') await room.setName(given.name)
  }

  /** In place of whom one came in as: that one goes, so that nobody is in the room twice. */
  async becomeFounder(room: OpenRoom, founder: Uint8Array): Promise<void> {
    if (this.#ports.rooms.get(room.id) !== room) return
    const { clock, crypto } = this.#ports.chat
    await room.stop()
    const record = { ...room.record, persona: createPersonaSecrets(crypto, clock.now(), founder) }
    await this.#ports.store.writeRoom(record)
    const again = this.#ports.add(record)
    // A removal moves the room's meeting place: not before somebody is there to move along.
    void isMet(again)
      .then(() => again.govern({ type: 'remove', who: formatHex(room.author), with: [] }))
      .catch(() => {})
  }

  #enter(secret: Uint8Array, relay: string | undefined, title: string): Promise<OpenRoom> {
    return this.#keepRoom({ id: this.#idOf(secret), secret, relay }, title)
  }

  async #keepRoom(
    made: Pick<RoomRecord, 'id' | 'secret' | 'relay' | 'members'>,
    title = '',
    given?: PersonaSecrets,
  ): Promise<OpenRoom> {
    if (this.#ports.rooms.size >= maxRooms) throw new TooManyRooms(maxRooms)
    const { clock, crypto } = this.#ports.chat
    let joinedAt = clock.now()
    // Two in one millisecond keep their order, too.
    const taken = new Set([...this.#ports.rooms.values()].map((room) => room.record.joinedAt))
    while (taken.has(joinedAt)) joinedAt++
    const record: RoomRecord = {
      ...made,
      title: cutText(title, maxTitleLength),
      name: undefined,
      joinedAt,
      persona:
        given ?? createPersonaSecrets(crypto, joinedAt, this.#ports.desk.roomIdentity(parseHex(made.id) ?? emptyBytes)),
    }
    await this.#ports.store.writeRoom(record)
    return this.#ports.add(record)
  }

  /** An open room that meets nowhere yet. */
  async enterOnce(secret: Uint8Array, title: string): Promise<OpenRoom> {
    return this.#ports.rooms.get(this.#idOf(secret)) ?? this.#enter(secret, undefined, title)
  }

  /** The link in hand names another relay than the one we know: the newer link is right. */
  async #move(room: OpenRoom, relay: string): Promise<OpenRoom> {
    await room.stop()
    await room.moveTo(relay)
    room.start(this.#ports.settings())
    return room
  }

  #idOf(secret: Uint8Array): string {
    return openRoomKeys(this.#ports.chat.crypto, secret).id
  }
}

/**
 * Tells the people of an open room in which members room it goes on.
 *
 * Whoever comes by what everybody with the old link can read is asked for a PIN: there may be some among them who should not
 * have had it. Those who were chosen are given a way of their own.
 */
export async function callOver(from: OpenRoom, to: OpenRoom, along: readonly string[] | undefined): Promise<void> {
  await isIn(to)
  const others = from.state.people.filter(({ me, keeper }) => !me && keeper === undefined)
  const inviteFor = async (uses: number, asksPin: boolean): Promise<string> => {
    const made = await to.govern({
      type: 'invite',
      uses: Math.min(maxInviteUses, uses),
      lastsMs: callOverMs,
      asksPin,
    })
    return to.state.members?.invites.find(({ id }) => id === made)?.link ?? ''
  }
  const people = others.map(({ id }) => id).filter((id) => along?.includes(id) === true)
  const isForAll = along === undefined || people.length === others.length
  const open = isForAll ? await inviteFor(Math.max(8, others.length * 2), true) : ''
  const own = people.length === 0 ? '' : await inviteFor(people.length * 2, false)
  await from.tellMoved(open, { people, invite: own })
}
