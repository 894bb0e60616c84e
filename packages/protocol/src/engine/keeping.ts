/**
 * A blind keeper at work: learns write keys, asks for tickets, takes offers of blobs, lets go of what is too old.
 *
 * It opens nothing. What it holds it would hand to anybody who can meet the room, which is nobody without the link or
 * a keeper's ticket; the entries are sealed for those with the link alone.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { Gate } from '../keepers/gate.ts'
import { KeptBlobs } from '../keepers/kept-blobs.ts'
import { type KeeperMessage, encodeKeeperMessage, maxPerPayload } from '../keepers/wire.ts'
import { isOffered } from '../keepers/words.ts'
import type { Log } from '../log/log.ts'
import type { Millis, StoreChange, StoredRecord } from '../machine.ts'
import { keeperOf } from './keeper-card.ts'
import { type LiveLink, priority } from './links.ts'
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

export interface KeepingEvents {
  store(changes: readonly StoreChange[]): void
  /** Entries of this link's log that were refused can be taken now. */
  again(session: string, now: Millis): void
  knowBlob(root: string, size: number, now: Millis): void
  forgetBlob(root: string, now: Millis): void
}

export class Keeping {
  readonly gate: Gate
  readonly blobs: KeptBlobs
  readonly #crypto: Pick<Crypto, 'verify'>
  readonly #options: KeeperOptions
  readonly #events: KeepingEvents
  readonly #asked = new Map<string, { at: Millis; times: number }>()
  #windowMs: Millis
  #houseworkAt: Millis = 0
  #turn = 0

  constructor(crypto: Pick<Crypto, 'verify'>, options: KeeperOptions, events: KeepingEvents) {
    this.#crypto = crypto
    this.#options = options
    this.#events = events
    this.#windowMs = options.windowMs
    const nobody = { roomId: new Uint8Array(16), keeperKey: new Uint8Array(32) }
    this.gate = new Gate(crypto, options.ticket ?? nobody)
    this.blobs = new KeptBlobs(options.blobBytes)
  }

  /** How far back entries are held now: less than was asked for when the quota is not enough. */
  get windowMs(): Millis {
    return this.#windowMs
  }

  restore(records: readonly StoredRecord[]): void {
    for (const record of records) {
      if (record.key.startsWith('w/b/')) this.blobs.restore(record)
      else this.gate.restore(record)
    }
  }

  /** The own store was read. */
  loaded(now: Millis): void {
    for (const { root, offer } of this.blobs.all()) this.#events.knowBlob(root, offer.size, now)
  }

  /** Another keeper came: it is told what we were told. */
  linked(link: LiveLink, reach: Reach, now: Millis): void {
    if (keeperOf(link) !== 'blind') return
    for (const grant of this.gate.grants) this.#say(link, reach, { type: 'grant', grant }, now)
    for (const { epochId } of this.gate.grants) {
      const epoch = formatHex(epochId)
      const offers = [...this.blobs.all()].filter((blob) => formatHex(blob.epochId) === epoch).map(({ offer }) => offer)
      for (let at = 0; at < offers.length; at += maxPerPayload) {
        this.#say(link, reach, { type: 'offers', epochId, offers: offers.slice(at, at + maxPerPayload) }, now)
      }
    }
  }

  receive(link: LiveLink, reach: Reach, message: KeeperMessage, now: Millis): void {
    switch (message.type) {
      case 'grant':
        this.gate.grant(message.grant)
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
    const changes = [...this.gate.flush(), ...this.blobs.flush()]
    if (changes.length > 0) this.#events.store(changes)
  }
}

function rank(link: LiveLink): number {
  return keeperOf(link) === 'blind' ? 1 : 0
}
