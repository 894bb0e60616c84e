/**
 * What members do for blind keepers: say which write key counts, vouch for sessions, and tell what files there are.
 *
 * A member shows its own ticket when a link comes up, so that what it says is taken at once; the tickets of others it
 * makes when a keeper asks for them, within a budget, because each costs a signature.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { encodeKeeperMessage, maxPerPayload, type KeeperMessage } from '../keepers/wire.ts'
import { type BlobOffer, type Grant, noEnd, signGrant, signOffer, signWriteTicket } from '../keepers/words.ts'
import type { Log } from '../log/log.ts'
import type { RoomKeys } from '../rooms/keys.ts'
import { keeperOf } from './keeper-card.ts'
import { type LiveLink, priority } from './links.ts'
import type { Reach } from './reach.ts'
import { TicketTurns } from './ticket-turns.ts'

/** Offers remembered, so that none is signed twice. */
const maxOffers = 4_096

export interface KeeperHelpContext {
  readonly crypto: Pick<Crypto, 'sign' | 'signKeyPair'>
  readonly roomId: Uint8Array
  readonly keys: RoomKeys
  readonly ownSession: Uint8Array
  readonly log: Log
  readonly reach: Reach
}

export class KeeperHelp {
  readonly #context: KeeperHelpContext
  readonly #offers = new Map<string, BlobOffer>()
  readonly #turns = new TicketTurns()
  #writer: KeyPair | undefined
  #grant: Grant | undefined

  constructor(context: KeeperHelpContext) {
    this.#context = context
  }

  linked(link: LiveLink, blobs: Iterable<{ readonly root: Uint8Array; readonly size: number }>, now: Millis): void {
    if (keeperOf(link) !== 'blind') return
    const { crypto, ownSession, keys } = this.#context
    const grant = this.#granted()
    if (grant === undefined) return
    this.#say(link, { type: 'grant', grant }, now)
    const own = signWriteTicket(crypto, this.#write().secretKey, keys.epochId, { session: ownSession, upTo: noEnd })
    this.#say(link, { type: 'tickets', epochId: keys.epochId, tickets: [own] }, now)
    this.#offer([link], [...blobs], now)
  }

  unlinked(session: string): void {
    this.#turns.forget(session)
  }

  /** A message carries these blobs. */
  named(blobs: readonly { readonly root: Uint8Array; readonly size: number }[], now: Millis): void {
    const keepers = this.#context.reach.links().filter((link) => keeperOf(link) === 'blind')
    if (keepers.length > 0) this.#offer(keepers, blobs, now)
  }

  receive(link: LiveLink, message: KeeperMessage, now: Millis): void {
    if (message.type !== 'wantTickets' || keeperOf(link) !== 'blind' || this.#granted() === undefined) return
    const { crypto, keys, log } = this.#context
    if (formatHex(message.epochId) !== formatHex(keys.epochId)) return
    // Only of sessions whose entries are here: those were sealed by somebody who knew the room's key.
    const known = message.sessions.filter(
      (session) => log.chain(formatHex(session)) !== undefined && this.#turns.take(link.session, now),
    )
    if (known.length === 0) return
    const { secretKey } = this.#write()
    const tickets = known.map((session) => signWriteTicket(crypto, secretKey, keys.epochId, { session, upTo: noEnd }))
    this.#say(link, { type: 'tickets', epochId: keys.epochId, tickets }, now)
  }

  #offer(
    links: readonly LiveLink[],
    blobs: readonly { readonly root: Uint8Array; readonly size: number }[],
    now: Millis,
  ): void {
    if (this.#granted() === undefined) return
    const { epochId } = this.#context.keys
    const offers = blobs.map((blob) => this.#offerOf(blob.root, blob.size))
    for (let at = 0; at < offers.length; at += maxPerPayload) {
      const some = offers.slice(at, at + maxPerPayload)
      for (const link of links) this.#say(link, { type: 'offers', epochId, offers: some }, now)
    }
  }

  #offerOf(root: Uint8Array, size: number): BlobOffer {
    const name = formatHex(root)
    const known = this.#offers.get(name)
    if (known?.size === size) return known
    const offer = signOffer(this.#context.crypto, this.#write().secretKey, this.#context.keys.epochId, { root, size })
    if (this.#offers.size >= maxOffers) this.#offers.delete(this.#offers.keys().next().value as string)
    this.#offers.set(name, offer)
    return offer
  }

  #write(): KeyPair {
    return (this.#writer ??= this.#context.crypto.signKeyPair(this.#context.keys.writeKey))
  }

  #granted(): Grant | undefined {
    const { crypto, keys, roomId } = this.#context
    if (keys.keeperKey === undefined) return undefined
    const { secretKey } = crypto.signKeyPair(keys.keeperKey)
    // An open room has one epoch for ever, so everybody makes the same grant.
    const about = { epochId: keys.epochId, writeKey: this.#write().publicKey, since: 0 }
    return (this.#grant ??= signGrant(crypto, secretKey, roomId, about))
  }

  #say(link: LiveLink, message: KeeperMessage, now: Millis): void {
    this.#context.reach.send(link.session, priority.control, encodeKeeperMessage(message), now)
  }
}
