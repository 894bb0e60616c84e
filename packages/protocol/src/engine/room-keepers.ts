/**
 * What members of a members room do for its blind keepers, and what keepers do for them.
 *
 *     founder ── appointment ──┐
 *     its admins ─ lobby grant ┼──▶ members pass on ──▶ keepers whose ticket counts
 *     operations ─ sealed ─────┘                        │
 *     who comes back ◀──────────── sealed operations ───┘
 *
 * A keeper shows by a signature over the handshake that it was given a ticket (`keepers/keeper-ticket.ts`). Only such a one
 * is told where the room went when somebody was removed, else an ex-member would call itself a keeper and be told.
 */
import { emptyBytes, equalBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { Authority } from '../keepers/authority.ts'
import {
  type KeeperLobby,
  keeperLobbyOf,
  maxAppointed,
  signAppointment,
  signLobbyGrant,
} from '../keepers/lobby-words.ts'
import {
  type SealedOperation,
  openSealedOperation,
  sealOperation,
  sealedNameOf,
  signSealed,
} from '../keepers/sealed-operation.ts'
import { type KeeperMessage, encodeKeeperMessage, maxPerPayload } from '../keepers/wire.ts'
import { noEnd, signOffer, signWriteTicket } from '../keepers/words.ts'
import type { Millis } from '../machine.ts'
import type { PlacedLobby } from '../members/epochs.ts'
import type { OfferedInvite } from '../members/door.ts'
import { knows } from '../members/graph.ts'
import { isAsking } from '../members/invite.ts'
import type { Membership, Saying } from '../members/membership.ts'
import type { Operation } from '../members/operation.ts'
import type { Aside } from './asides.ts'
import { keeperOf } from './keeper-card.ts'
import { maxTicketsPerTurn, ticketTurnMs } from './keeper-help.ts'
import type { LiveLink } from './links.ts'
import { SealedExchange } from './sealed-exchange.ts'

/** Operations whose key is not here yet. */
const maxPending = 1_024
const maxPendingBytes: number = 4 * 1024 * 1024
/** Keepers are told of what is new after so long, so that not everybody tells them of it at once. */
const tellAfterMs: Millis = 1_000

export interface RoomKeepersContext {
  readonly crypto: Crypto
  /** 32 bytes. */
  readonly room: Uint8Array
  /** Own identity, hex. */
  readonly self: string
  readonly device: KeyPair
  /** Own identity's statement about it. */
  readonly certificate: Uint8Array
  readonly session: Uint8Array
  readonly membership: Membership
  /** Where members meet at this time of the room. */
  readonly lobby: (now: Millis) => PlacedLobby | undefined
  readonly keyOf: (epoch: string) => Uint8Array | undefined
  readonly corrected: (now: Millis) => Millis
  /** Of a session (hex) whose entries are here, what its newest entry tells; undefined when there are none. */
  readonly newestOf: (session: string) => Saying | undefined
  readonly links: () => readonly LiveLink[]
  readonly send: (session: string, payload: Uint8Array, now: Millis) => void
  readonly sendAside: (session: string, payload: Uint8Array, now: Millis) => void
  readonly close: (link: LiveLink, now: Millis) => void
  /** Takes operations in, if they are any. */
  readonly take: (operations: readonly Uint8Array[], now: Millis) => void
  readonly blobs: () => Iterable<BlobInfo>
}

export interface BlobInfo {
  readonly root: Uint8Array
  readonly size: number
}

interface Ours {
  readonly id: Uint8Array
  /** Identity, hex. */
  readonly author: string
  readonly epochId: Uint8Array
  readonly key: Uint8Array
  readonly bytes: Uint8Array
}

export class RoomKeepers {
  readonly #context: RoomKeepersContext
  readonly #exchange: SealedExchange
  #authority: Authority | undefined
  /** By session: the id of the ticket it has shown. */
  readonly #tickets = new Map<string, string>()
  readonly #turns = new Map<string, { at: Millis; left: number }>()
  /** By name (hex): what a keeper would be given. */
  #ours = new Map<string, Ours>()
  #oursVersion = -1
  readonly #pending = new Map<string, SealedOperation>()
  #pendingBytes = 0
  #lobby: (KeeperLobby & PlacedLobby) | undefined
  #tellAt: Millis | undefined
  #offered: { readonly version: number; readonly tickets: readonly OfferedInvite[] } = { version: -1, tickets: [] }

  constructor(context: RoomKeepersContext) {
    this.#context = context
    this.#exchange = new SealedExchange(context.crypto, {
      names: () => [...this.#known().keys()].map((name) => parseHex(name) as Uint8Array),
      get: (name) => this.#sealed(name),
      lacks: (name) => !this.#known().has(name) && !this.#pending.has(name),
    })
  }

  /** Has this keeper shown a ticket that counts? */
  isTrusted(session: string, now: Millis): boolean {
    const ticket = this.#tickets.get(session)
    return ticket !== undefined && this.#living(now).some(({ id }) => id === ticket)
  }

  /** What its far end shows in the handshake: the id of a ticket that counts. */
  ticketOf(
    shown: { readonly identity: Uint8Array; readonly proof: Uint8Array | undefined },
    handshakeHash: Uint8Array,
    now: Millis,
  ): string | undefined {
    const { identity, proof } = shown
    if (proof === undefined) return undefined
    const { crypto } = this.#context
    return this.#living(now).find(({ key }) => isAsking(crypto, key, handshakeHash, identity, proof))?.id
  }

  /** Anybody: members pass on what was signed, keepers are told more. */
  linked(link: LiveLink, identity: string, now: Millis): void {
    if (keeperOf(link) === undefined) {
      if (this.#context.membership.isMember(identity)) this.#tellWords((message) => this.#say(link, message, now))
      return
    }
    this.#recognise(link, identity, now)
    const say = (message: KeeperMessage): void => this.#say(link, message, now)
    if (this.isTrusted(link.session, now)) this.#tellKeeper(say, now)
    // Whoever holds sealed operations may know more than we do.
    this.#exchange.begin(say)
  }

  unlinked(session: string): void {
    this.#tickets.delete(session)
    this.#turns.delete(session)
  }

  /**
   * A keeper in an older lobby. If it is behind, it is told where the room went; if it is we who were away, it gives us what
   * was sealed for us.
   */
  asideUp(aside: Aside, identity: string, now: Millis): void {
    const { link } = aside
    this.#recognise(link, identity, now)
    const say = this.#beside(link, now)
    if (this.isTrusted(link.session, now)) this.#tellWords(say)
    this.#exchange.begin(say)
  }

  asidePayload({ link }: Aside, message: KeeperMessage, now: Millis): void {
    if (message.type === 'sealed') this.#open(message.operation, now)
    else if (message.type === 'sealedNames') {
      this.#exchange.receive(link.session, message, false, this.#beside(link, now), now)
    }
  }

  /** A message carries these blobs. */
  named(blobs: Iterable<BlobInfo>, now: Millis): void {
    for (const link of this.#trusted(now)) this.#offer((message) => this.#say(link, message, now), blobs, now)
  }

  receive(link: LiveLink, message: KeeperMessage, now: Millis): void {
    const say = (answer: KeeperMessage): void => this.#say(link, answer, now)
    const isTrusted = this.isTrusted(link.session, now)
    if (message.type === 'appointment' || message.type === 'lobbyGrant') return this.#heardWord(message, link, now)
    if (message.type === 'wantTickets') return isTrusted ? this.#ticket(link, message.sessions, now) : undefined
    if (message.type === 'sealed') return this.#open(message.operation, now)
    // What there is to tell is told to keepers that may have it; asked for it is only where somebody has more.
    if (isTrusted || message.type === 'sealedNames') this.#exchange.receive(link.session, message, isTrusted, say, now)
  }

  /** Operations came, or keys. */
  changed(now: Millis): void {
    this.#tellAt ??= now + tellAfterMs
    this.#partFromOthers(now)
    this.#speak(now)
    this.#giveOwn(now)
    this.#openPending(now)
  }

  tick(now: Millis): void {
    if (this.#tellAt === undefined || now < this.#tellAt) return
    this.#tellAt = undefined
    for (const link of this.#trusted(now)) this.#exchange.begin((message) => this.#say(link, message, now))
  }

  // Whose word counts.

  #heardWord(
    message: Extract<KeeperMessage, { type: 'appointment' | 'lobbyGrant' }>,
    from: LiveLink,
    now: Millis,
  ): void {
    const authority = this.#office()
    const isNews =
      message.type === 'appointment'
        ? authority?.appoint(message.appointment) === true
        : authority?.grant(message.grant) === true
    if (isNews) {
      this.#passOn(message, now, from.session)
      this.#speak(now)
    }
  }

  /** The founder says who may speak; whoever may says where the room is now. */
  #speak(now: Millis): void {
    const { crypto, membership, self, device, certificate, room } = this.#context
    if (!membership.isMember(self) || this.#living(now).length === 0) return
    const authority = this.#office()
    if (authority === undefined) return
    const isFounder = membership.settled.founder === self
    if (isFounder) this.#appoint(authority, now)
    if (!isFounder && !authority.isAppointed(formatHex(device.publicKey))) return
    const here = this.#lobbyNow(now)
    if (here === undefined || equalBytes(authority.current?.lobbyId ?? emptyBytes, here.lobbyId)) return
    const grant = signLobbyGrant(crypto, device, room, {
      lobbyId: here.lobbyId,
      writeKey: here.writer.publicKey,
      order: here.depth,
      lobbyKey: here.psk,
      rendezvousSecret: here.rendezvousSecret,
      certificate: isFounder ? certificate : emptyBytes,
    })
    if (authority.grant(grant)) this.#passOn({ type: 'lobbyGrant', grant }, now)
  }

  #appoint(authority: Authority, now: Millis): void {
    const { crypto, membership, device, certificate, room } = this.#context
    const devices = this.#appointees()
    const said = authority.appointment?.devices.map(formatHex).sort()
    if (said?.join() === devices.join()) return
    // All that could change who is an admin lies behind this.
    const order = Math.max(...membership.heads().map((id) => membership.node(id)?.depth ?? 0))
    const about = { order, devices: devices.map((one) => parseHex(one) as Uint8Array), certificate }
    const appointment = signAppointment(crypto, device, room, about)
    if (authority.appoint(appointment)) this.#passOn({ type: 'appointment', appointment }, now)
  }

  /** Devices of admins, hex, in order. The founder's come first when they are too many. */
  #appointees(): readonly string[] {
    const { membership } = this.#context
    const admins = [...membership.members()].filter(({ identity }) => membership.isAdmin(identity))
    const devices = admins.flatMap(({ identity }) => membership.devicesOf(identity).map(({ device }) => device))
    return devices.slice(0, maxAppointed).sort()
  }

  #office(): Authority | undefined {
    const { crypto, room, membership } = this.#context
    const founder = parseHex(membership.settled.founder)
    if (this.#authority === undefined && founder?.length === 32) {
      this.#authority = new Authority(crypto, room, founder)
    }
    return this.#authority
  }

  #passOn(message: KeeperMessage, now: Millis, except?: string): void {
    for (const link of this.#context.links()) {
      if (link.session === except) continue
      const isKeeper = keeperOf(link) !== undefined
      if (isKeeper ? this.isTrusted(link.session, now) : true) this.#say(link, message, now)
    }
    if (message.type !== 'lobbyGrant') return
    // A keeper believes tickets under the new key only: ours comes with it.
    for (const link of this.#trusted(now)) this.#tellOwn((own) => this.#say(link, own, now), now)
  }

  #tellWords(say: (message: KeeperMessage) => void): void {
    const authority = this.#office()
    if (authority?.appointment !== undefined) say({ type: 'appointment', appointment: authority.appointment })
    if (authority?.current !== undefined) say({ type: 'lobbyGrant', grant: authority.current })
  }

  // What keepers are told.

  #tellKeeper(say: (message: KeeperMessage) => void, now: Millis): void {
    this.#speak(now)
    this.#tellWords(say)
    this.#tellOwn(say, now)
  }

  #tellOwn(say: (message: KeeperMessage) => void, now: Millis): void {
    const here = this.#lobbyNow(now)
    if (here === undefined || !this.#context.membership.isMember(this.#context.self)) return
    const { crypto, session, blobs } = this.#context
    const own = signWriteTicket(crypto, here.writer.secretKey, here.lobbyId, { session, upTo: noEnd })
    say({ type: 'tickets', epochId: here.lobbyId, tickets: [own] })
    this.#offer(say, blobs(), now)
  }

  #offer(say: (message: KeeperMessage) => void, blobs: Iterable<BlobInfo>, now: Millis): void {
    const here = this.#lobbyNow(now)
    if (here === undefined) return
    const { crypto } = this.#context
    const { lobbyId, writer } = here
    const offers = [...blobs].map(({ root, size }) => signOffer(crypto, writer.secretKey, lobbyId, { root, size }))
    for (let at = 0; at < offers.length; at += maxPerPayload) {
      say({ type: 'offers', epochId: lobbyId, offers: offers.slice(at, at + maxPerPayload) })
    }
  }

  #ticket(link: LiveLink, sessions: readonly Uint8Array[], now: Millis): void {
    const here = this.#lobbyNow(now)
    if (here === undefined) return
    let turn = this.#turns.get(link.session)
    if (turn === undefined || now - turn.at >= ticketTurnMs) {
      this.#turns.set(link.session, (turn = { at: now, left: maxTicketsPerTurn }))
    }
    const { crypto } = this.#context
    const tickets = []
    for (const session of sessions) {
      const upTo = this.#endOf(formatHex(session))
      if (upTo === undefined || turn.left-- <= 0) continue
      tickets.push(signWriteTicket(crypto, here.writer.secretKey, here.lobbyId, { session, upTo }))
    }
    if (tickets.length > 0) this.#say(link, { type: 'tickets', epochId: here.lobbyId, tickets }, now)
  }

  /** Up to where a session counts; undefined when none of it does. */
  #endOf(session: string): number | undefined {
    const { membership, newestOf } = this.#context
    const newest = newestOf(session)
    if (newest === undefined) return undefined
    const { author, device } = newest
    if (membership.isMember(author) && !membership.isRevoked(author, device)) return noEnd
    // Of who is out, what the heads of the removal list; they count from the beginning on.
    let [low, high] = [-1, newest.seq]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (membership.counts({ ...newest, seq: middle, epoch: '' })) low = middle
      else high = middle - 1
    }
    return low < 0 ? undefined : low
  }

  // Operations, sealed.

  #known(): ReadonlyMap<string, Ours> {
    const { membership, crypto, keyOf } = this.#context
    if (this.#oursVersion === membership.version) return this.#ours
    this.#oursVersion = membership.version
    const known = new Map<string, Ours>()
    const rekeys = [...membership.settled.rekeys].sort((a, b) => b.node.depth - a.node.depth)
    for (const op of membership.operations()) {
      const node = membership.node(op.id)
      const rekey = node && rekeys.find((one) => knows(node, one.node))
      const key = rekey && keyOf(rekey.body.epoch)
      if (rekey === undefined || key === undefined) continue
      const ours = oursOf(op, rekey.body.epoch, key)
      known.set(formatHex(sealedNameOf(crypto, key, ours.id)), ours)
    }
    this.#ours = known
    return known
  }

  #sealed(name: string): SealedOperation | undefined {
    const ours = this.#known().get(name)
    const here = this.#lobby
    if (ours === undefined || here === undefined) return undefined
    const { crypto } = this.#context
    const about = { name: parseHex(name) as Uint8Array, epochId: ours.epochId }
    const box = sealOperation(crypto, ours.key, about, ours.bytes)
    return signSealed(crypto, here.writer, { ...about, box, lobbyId: here.lobbyId })
  }

  /** What one did oneself is given at once: who leaves in the next moment may be the only one who knows of it. */
  #giveOwn(now: Millis): void {
    const before = this.#ours
    for (const [name, { author }] of this.#known()) {
      if (author !== this.#context.self || before.has(name)) continue
      const operation = this.#sealed(name)
      if (operation === undefined) continue
      for (const link of this.#trusted(now)) this.#say(link, { type: 'sealed', operation }, now)
    }
  }

  #open(operation: SealedOperation, now: Millis): void {
    const name = formatHex(operation.name)
    if (this.#known().has(name) || this.#pending.has(name)) return
    if (this.#pending.size >= maxPending || this.#pendingBytes + operation.box.length > maxPendingBytes) return
    this.#pending.set(name, operation)
    this.#pendingBytes += operation.box.length
    this.#openPending(now)
  }

  /** A rekey opens what was sealed under its epoch, and so on. */
  #openPending(now: Millis): void {
    const { crypto, keyOf, take } = this.#context
    const opened: Uint8Array[] = []
    for (const [name, operation] of this.#pending) {
      const key = keyOf(formatHex(operation.epochId))
      if (key === undefined) continue
      this.#pending.delete(name)
      this.#pendingBytes -= operation.box.length
      const bytes = openSealedOperation(crypto, key, operation)
      if (bytes !== undefined) opened.push(bytes)
    }
    // Taking them in brings keys, and this is called again (`changed`).
    if (opened.length > 0) take(opened, now)
  }

  // Who is a keeper here.

  #recognise(link: LiveLink, identity: string, now: Millis): void {
    const bytes = parseHex(identity)
    const ticket = bytes && this.ticketOf({ identity: bytes, proof: link.claims.proof }, link.handshakeHash, now)
    if (ticket !== undefined) this.#tickets.set(link.session, ticket)
  }

  /** Ends links with keepers whose ticket was taken back, and, when the room moved, with those that showed none. */
  #partFromOthers(now: Millis): void {
    const before = this.#lobby?.id
    const moved = this.#lobbyNow(now)?.id !== before && before !== undefined
    for (const link of this.#context.links()) {
      if (keeperOf(link) === undefined || this.isTrusted(link.session, now)) continue
      if (moved || this.#tickets.has(link.session)) this.#context.close(link, now)
    }
  }

  #trusted(now: Millis): readonly LiveLink[] {
    return this.#context.links().filter(({ session }) => this.isTrusted(session, now))
  }

  #living(now: Millis): readonly OfferedInvite[] {
    const { membership, corrected } = this.#context
    if (this.#offered.version !== membership.version) {
      const tickets = membership.keeperTickets().filter(({ revoked }) => !revoked)
      this.#offered = { version: membership.version, tickets }
    }
    const time = corrected(now)
    return this.#offered.tickets.filter(({ expires }) => time < expires)
  }

  #lobbyNow(now: Millis): (KeeperLobby & PlacedLobby) | undefined {
    const { crypto, lobby, corrected } = this.#context
    const current = lobby(corrected(now))
    if (current === undefined) return undefined
    if (this.#lobby?.id !== current.id) this.#lobby = { ...current, ...keeperLobbyOf(crypto, current.secret) }
    return this.#lobby
  }

  #beside({ session }: LiveLink, now: Millis): (message: KeeperMessage) => void {
    return (message) => this.#context.sendAside(session, encodeKeeperMessage(message), now)
  }

  #say(link: LiveLink, message: KeeperMessage, now: Millis): void {
    this.#context.send(link.session, encodeKeeperMessage(message), now)
  }
}

function oursOf({ id, author, bytes }: Operation, epoch: string, key: Uint8Array): Ours {
  return { id: parseHex(id) as Uint8Array, author, epochId: parseHex(epoch) as Uint8Array, key, bytes }
}
