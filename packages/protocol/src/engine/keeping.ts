/**
 * A blind keeper at work: learns write keys, asks for tickets, takes offers of blobs, lets go of what is too old.
 *
 * It opens nothing. What it holds it would hand to anybody who can meet the room, which is nobody without the link or
 * a keeper's ticket; the entries are sealed for those with the link alone.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { decodeChain } from '../identity/chain.ts'
import { Gate } from '../keepers/gate.ts'
import { type KeptBlob, KeptBlobs } from '../keepers/kept-blobs.ts'
import { type KeeperMessage, encodeKeeperMessage, maxPerPayload } from '../keepers/wire.ts'
import { isOffered } from '../keepers/words.ts'
import type { Log } from '../log/log.ts'
import type { Millis, StoreChange, StoredRecord } from '../machine.ts'
import type { Aside } from './asides.ts'
import { keeperOf } from './keeper-card.ts'
import { KeeperLobbies } from './keeper-lobbies.ts'
import { type LiveLink, priority } from './links.ts'
import type { Lobby } from './lobby.ts'
import type { KeeperOptions } from './options.ts'
import type { Reach } from './reach.ts'

/** A ticket is asked for again, of the next peer, after so long. */
export const askAgainMs: Millis = 3_000
/** A session nobody had a ticket for after so many peers were asked is a stranger's. */
const maxAsks = 6
/** Rooms are looked over for what is too much so often. */
const houseworkMs: Millis = 30_000
/** The window does not shrink below this, whatever the quota. */
const leastWindowMs: Millis = 10 * 60_000

/** What a keeper holds right now, in numbers. */
export interface KeeperHoldings {
  readonly entries: number
  readonly entryBytes: number
  /** Less than was asked for when the quota is not enough. */
  readonly windowMs: Millis
  /** That showed a ticket. */
  readonly sessions: number
  /** Files; their sizes, also of what has not come yet. */
  readonly blobs: number
  readonly blobBytes: number
  /** Of a members room, sealed. */
  readonly operations: number
}

export interface KeepingEvents {
  store(changes: readonly StoreChange[]): void
  /** Entries of this link's log that were refused can be taken now. */
  again(session: string, now: Millis): void
  knowBlob(root: string, size: number, now: Millis): void
  forgetBlob(root: string, now: Millis): void
  /** Members meet elsewhere now. */
  moved(lobbies: readonly Lobby[], now: Millis): void
}

export class Keeping {
  readonly gate: Gate
  readonly blobs: KeptBlobs
  /** Of a members room. */
  readonly #rooms: KeeperLobbies | undefined
  readonly #crypto: Crypto
  readonly #options: KeeperOptions
  readonly #events: KeepingEvents
  readonly #asked = new Map<string, { at: Millis; times: number }>()
  #windowMs: Millis
  #houseworkAt: Millis = 0
  #turn = 0

  constructor(crypto: Crypto, options: KeeperOptions, events: KeepingEvents) {
    this.#crypto = crypto
    this.#options = options
    this.#events = events
    this.#windowMs = options.windowMs
    const nobody = { roomId: new Uint8Array(16), keeperKey: new Uint8Array(32) }
    const { ticket } = options
    this.#rooms = ticket?.members && new KeeperLobbies(crypto, ticket, ticket.members)
    this.gate = new Gate(crypto, ticket ?? nobody, this.#rooms?.authority)
    this.blobs = new KeptBlobs(options.blobBytes)
  }

  /** How far back entries are held now: less than was asked for when the quota is not enough. */
  get windowMs(): Millis {
    return this.#windowMs
  }

  /** Of a members room: where its members are met. */
  get lobbies(): readonly Lobby[] | undefined {
    return this.#rooms?.lobbies()
  }

  /** Of a members room: that this keeper was given a ticket. */
  proof(handshakeHash: Uint8Array, identity: Uint8Array): Uint8Array | undefined {
    return this.#rooms?.proof(handshakeHash, identity)
  }

  holdings(log: Log): KeeperHoldings {
    return {
      entries: log.size,
      entryBytes: log.bytes,
      windowMs: this.#windowMs,
      sessions: this.gate.sessions,
      blobs: this.blobs.size,
      blobBytes: this.blobs.bytes,
      operations: this.#rooms?.shelf.size ?? 0,
    }
  }

  restore(records: readonly StoredRecord[]): void {
    for (const record of records) {
      if (record.key.startsWith('w/b/')) this.blobs.restore(record)
      else if (/^w\/(?:a$|[lo]\/)/u.test(record.key)) this.#rooms?.restore(record)
      else this.gate.restore(record)
    }
  }

  /** The own store was read. */
  loaded(now: Millis): void {
    for (const { root, offer } of this.blobs.all()) this.#events.knowBlob(root, offer.size, now)
    if (this.#rooms !== undefined) this.#events.moved(this.#rooms.lobbies(), now)
  }

  /** Another keeper came: it is told what we were told. */
  linked(link: LiveLink, reach: Reach, now: Millis): void {
    if (keeperOf(link) !== 'blind') return
    this.#rooms?.linked(link, identityOf(link), (message) => this.#say(link, reach, message, now))
    for (const grant of this.gate.grants) this.#say(link, reach, { type: 'grant', grant }, now)
    this.#offerTo(link, reach, now)
  }

  /** On a link of an older lobby, or with somebody who only listens where we are: the room may have moved. */
  aside({ link }: Aside, reach: Reach, message: KeeperMessage, now: Millis): void {
    if (message.type === 'appointment' || message.type === 'lobbyGrant') return this.#heard(message, link, reach, now)
    const say = (answer: KeeperMessage): void => void reach.sendAside(link.session, encodeKeeperMessage(answer), now)
    this.#rooms?.receive(link.session, message, true, say, now)
  }

  receive(link: LiveLink, reach: Reach, message: KeeperMessage, now: Millis): void {
    switch (message.type) {
      case 'grant':
        this.gate.grant(message.grant)
        break
      case 'appointment':
      case 'lobbyGrant':
        return this.#heard(message, link, reach, now)
      case 'sealedState':
      case 'sealedNames':
      case 'wantSealed':
      case 'sealed':
        this.#rooms?.receive(link.session, message, false, (answer) => this.#say(link, reach, answer, now), now)
        break
      case 'tickets': {
        let isNews = false
        for (const ticket of message.tickets) {
          this.#asked.delete(formatHex(ticket.session))
          if (this.gate.admit(message.epochId, ticket)) isNews = true
        }
        this.#flush()
        if (isNews) this.#events.again(link.session, now)
        return
      }
      case 'wantTickets': {
        if (keeperOf(link) !== 'blind') return
        const epoch = formatHex(message.epochId)
        const tickets = message.sessions.flatMap((session) => this.gate.ticketOf(formatHex(session), epoch) ?? [])
        if (tickets.length > 0) this.#say(link, reach, { type: 'tickets', epochId: message.epochId, tickets }, now)
        return
      }
      case 'offers': {
        const grant = this.gate.grantOf(formatHex(message.epochId))
        if (grant === undefined) return
        for (const offer of message.offers) {
          if (!isOffered(this.#crypto, grant, offer)) continue
          const root = formatHex(offer.root)
          const isKnown = this.blobs.has(root)
          const going = this.blobs.take(message.epochId, offer, now)
          for (const gone of going ?? []) this.#events.forgetBlob(gone, now)
          if (going !== undefined && !isKnown) this.#events.knowBlob(root, offer.size, now)
        }
      }
    }
    this.#flush()
  }

  /** Call at every tick and after entries came. */
  tick(log: Log, reach: Reach, now: Millis): void {
    if (this.#options.ticket !== undefined) this.#ask(reach, now)
    if (now - this.#houseworkAt < houseworkMs) return
    this.#houseworkAt = now
    for (const root of this.blobs.expire(now)) this.#events.forgetBlob(root, now)
    this.#fit(log)
    this.#flush()
  }

  #heard(
    message: Extract<KeeperMessage, { type: 'appointment' | 'lobbyGrant' }>,
    from: LiveLink,
    reach: Reach,
    now: Millis,
  ): void {
    const rooms = this.#rooms
    if (rooms === undefined) return
    const [before] = rooms.lobbies()
    const isNews = rooms.heard(message)
    this.#flush()
    if (!isNews) return
    const lobbies = rooms.lobbies()
    this.#events.moved(lobbies, now)
    // Sessions are asked about anew: tickets of before admit nothing any more.
    this.#asked.clear()
    const others = reach.links().filter(({ session }) => session !== from.session)
    const told = rooms.passOn(
      others.map((link) => [link, identityOf(link)] as const),
      (link) => (message) => this.#say(link, reach, message, now),
    )
    if (before?.id === lobbies[0]?.id) return
    // One of them may be who was removed. Members come again where the room is now.
    for (const link of others) if (!told.includes(link)) reach.close(link, 'moved', now)
  }

  #offerTo(link: LiveLink, reach: Reach, now: Millis): void {
    const byEpoch = new Map<string, KeptBlob[]>()
    for (const blob of this.blobs.all()) {
      const epoch = formatHex(blob.epochId)
      byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), blob])
    }
    for (const [epoch, blobs] of byEpoch) {
      const grant = this.gate.grantOf(epoch)
      if (grant === undefined) continue
      const offers = blobs.map(({ offer }) => offer)
      for (let at = 0; at < offers.length; at += maxPerPayload) {
        const some = offers.slice(at, at + maxPerPayload)
        this.#say(link, reach, { type: 'offers', epochId: grant.epochId, offers: some }, now)
      }
    }
  }

  /** Holds less when there is no room for more, and more again when there is. */
  #fit(log: Log): void {
    const { bytes } = log
    const { entryBytes, windowMs } = this.#options
    let fitting = this.#windowMs
    if (bytes > entryBytes) fitting = Math.max(leastWindowMs, this.#windowMs * (0.9 * (entryBytes / bytes)))
    else if (bytes < entryBytes / 2) fitting = Math.min(windowMs, this.#windowMs * 1.25)
    if (fitting === this.#windowMs) return
    this.#windowMs = Math.round(fitting)
    log.setWindow(this.#windowMs)
  }

  /** One peer at a time, and the next one when that brought nothing. */
  #ask(reach: Reach, now: Millis): void {
    const due = new Map<string, Uint8Array[]>()
    for (const [session, epoch] of [...this.gate.wanted()]) {
      const asked = this.#asked.get(session)
      if (asked !== undefined && now - asked.at < askAgainMs) continue
      const times = (asked?.times ?? 0) + 1
      if (times > maxAsks) {
        this.#asked.delete(session)
        this.gate.giveUp(session)
        continue
      }
      this.#asked.set(session, { at: now, times })
      const bytes = parseHex(session)
      if (bytes === undefined) continue
      const sessions = due.get(epoch) ?? []
      sessions.push(bytes)
      due.set(epoch, sessions)
    }
    if (due.size === 0) return
    // Members first: they can make what they do not have.
    const links = reach.links().toSorted((a, b) => rank(a) - rank(b))
    const members = links.filter((link) => rank(link) === 0).length
    const link = links[this.#turn++ % Math.max(1, members === 0 ? links.length : members)]
    if (link === undefined) return
    for (const [epoch, sessions] of due) {
      const epochId = parseHex(epoch)
      if (epochId === undefined) continue
      for (let at = 0; at < sessions.length; at += maxPerPayload) {
        const some = sessions.slice(at, at + maxPerPayload)
        this.#say(link, reach, { type: 'wantTickets', epochId, sessions: some }, now)
      }
    }
  }

  #say(link: LiveLink, reach: Reach, message: KeeperMessage, now: Millis): void {
    reach.send(link.session, priority.control, encodeKeeperMessage(message), now)
  }

  #flush(): void {
    const changes = [...this.gate.flush(), ...this.blobs.flush(), ...(this.#rooms?.flush() ?? [])]
    if (changes.length > 0) this.#events.store(changes)
  }
}

function rank(link: LiveLink): number {
  return keeperOf(link) === 'blind' ? 1 : 0
}

/** Who a linked session says it is; its link was made by who has that session. */
function identityOf(link: LiveLink): Uint8Array | undefined {
  const statements = decodeChain(link.claims.chain)
  return statements.ok ? statements.value.at(-2)?.issuer : undefined
}
