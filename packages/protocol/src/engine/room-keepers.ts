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
import { formatHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type KeeperLobby, keeperLobbyOf } from '../keepers/lobby-words.ts'
import { type KeeperMessage, encodeKeeperMessage, maxPerPayload } from '../keepers/wire.ts'
import { noEnd, signOffer, signWriteTicket } from '../keepers/words.ts'
import type { Millis } from '../machine.ts'
import type { PlacedLobby } from '../members/epochs.ts'
import type { Membership, Saying } from '../members/membership.ts'
import type { Aside } from './asides.ts'
import { keeperOf } from './keeper-card.ts'
import type { LiveLink } from './links.ts'
import { LobbyAuthority, type LobbyWord } from './lobby-authority.ts'
import { SealedExchange } from './sealed-exchange.ts'
import { SealedOperations } from './sealed-operations.ts'
import { ShownTickets } from './shown-tickets.ts'
import { TicketTurns } from './ticket-turns.ts'

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

export class RoomKeepers {
  /** What keepers have shown of being asked to. */
  readonly tickets: ShownTickets
  readonly #context: RoomKeepersContext
  readonly #authority: LobbyAuthority
  readonly #operations: SealedOperations
  readonly #exchange: SealedExchange
  readonly #turns = new TicketTurns()
  #lobby: (KeeperLobby & PlacedLobby) | undefined
  #tellAt: Millis | undefined

  constructor(context: RoomKeepersContext) {
    this.#context = context
    const { crypto, membership, self, keyOf, take, corrected } = context
    this.tickets = new ShownTickets(crypto, membership, corrected)
    this.#authority = new LobbyAuthority(context)
    this.#operations = new SealedOperations({ crypto, self, membership, keyOf, lobby: () => this.#lobby, take })
    this.#exchange = new SealedExchange(crypto, this.#operations)
  }

  /** Anybody: members pass on what was signed, keepers are told more. */
  linked(link: LiveLink, identity: string, now: Millis): void {
    if (keeperOf(link) === undefined) {
      if (this.#context.membership.isMember(identity)) this.#tellWords((message) => this.#say(link, message, now))
      return
    }
    this.tickets.recognise(link, identity, now)
    const say = (message: KeeperMessage): void => this.#say(link, message, now)
    if (this.tickets.isTrusted(link.session, now)) this.#tellKeeper(say, now)
    // Whoever holds sealed operations may know more than we do.
    this.#exchange.begin(say)
  }

  unlinked(session: string): void {
    this.tickets.forget(session)
    this.#turns.forget(session)
  }

  /**
   * A keeper in an older lobby. If it is behind, it is told where the room went; if it is we who were away, it gives us what
   * was sealed for us.
   */
  asideUp(aside: Aside, identity: string, now: Millis): void {
    const { link } = aside
    this.tickets.recognise(link, identity, now)
    const say = this.#beside(link, now)
    if (this.tickets.isTrusted(link.session, now)) this.#tellWords(say)
    this.#exchange.begin(say)
  }

  asidePayload({ link }: Aside, message: KeeperMessage, now: Millis): void {
    if (message.type === 'sealed') this.#operations.receive(message.operation, now)
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
    const isTrusted = this.tickets.isTrusted(link.session, now)
    if (message.type === 'appointment' || message.type === 'lobbyGrant') return this.#heardWord(message, link, now)
    if (message.type === 'wantTickets') return isTrusted ? this.#ticket(link, message.sessions, now) : undefined
    if (message.type === 'sealed') return this.#operations.receive(message.operation, now)
    // What there is to tell is told to keepers that may have it; asked for it is only where somebody has more.
    if (isTrusted || message.type === 'sealedNames') this.#exchange.receive(link.session, message, isTrusted, say, now)
  }

  /** Operations came, or keys. */
  changed(now: Millis): void {
    this.#tellAt ??= now + tellAfterMs
    this.#partFromOthers(now)
    this.#speak(now)
    this.#giveOwn(now)
    this.#operations.openPending(now)
  }

  tick(now: Millis): void {
    if (this.#tellAt === undefined || now < this.#tellAt) return
    this.#tellAt = undefined
    for (const link of this.#trusted(now)) this.#exchange.begin((message) => this.#say(link, message, now))
  }

  // Whose word counts.

  #heardWord(word: LobbyWord, from: LiveLink, now: Millis): void {
    if (!this.#authority.heard(word)) return
    this.#passOn(word, now, from.session)
    this.#speak(now)
  }

  /** The founder says who may speak; whoever may says where the room is now. */
  #speak(now: Millis): void {
    const { membership, self } = this.#context
    if (!membership.isMember(self) || this.tickets.living(now).length === 0) return
    for (const word of this.#authority.speak(() => this.#lobbyNow(now))) this.#passOn(word, now)
  }

  #passOn(word: LobbyWord, now: Millis, except?: string): void {
    for (const link of this.#context.links()) {
      if (link.session === except) continue
      if (keeperOf(link) === undefined || this.tickets.isTrusted(link.session, now)) this.#say(link, word, now)
    }
    if (word.type !== 'lobbyGrant') return
    // A keeper believes tickets under the new key only: ours comes with it.
    for (const link of this.#trusted(now)) this.#tellOwn((own) => this.#say(link, own, now), now)
  }

  #tellWords(say: (message: KeeperMessage) => void): void {
    for (const word of this.#authority.words()) say(word)
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
    const { crypto } = this.#context
    const tickets = []
    for (const session of sessions) {
      const upTo = this.#endOf(formatHex(session))
      if (upTo === undefined || !this.#turns.take(link.session, now)) continue
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

  /** What one did oneself is given at once: who leaves in the next moment may be the only one who knows of it. */
  #giveOwn(now: Millis): void {
    for (const operation of this.#operations.newOwn())
      for (const link of this.#trusted(now)) this.#say(link, { type: 'sealed', operation }, now)
  }

  // Who is a keeper here.

  /** Ends links with keepers whose ticket was taken back, and, when the room moved, with those that showed none. */
  #partFromOthers(now: Millis): void {
    const before = this.#lobby?.id
    const moved = this.#lobbyNow(now)?.id !== before && before !== undefined
    for (const link of this.#context.links()) {
      if (keeperOf(link) === undefined || this.tickets.isTrusted(link.session, now)) continue
      if (moved || this.tickets.hasShown(link.session)) this.#context.close(link, now)
    }
  }

  #trusted(now: Millis): readonly LiveLink[] {
    return this.#context.links().filter(({ session }) => this.tickets.isTrusted(session, now))
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
