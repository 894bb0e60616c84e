/** Which keepers of a members room have shown a ticket that counts: one that was neither taken back nor has run out. */
import { parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { OfferedInvite } from '../members/door.ts'
import { isAsking } from '../members/invite.ts'
import type { Membership } from '../members/membership.ts'
import type { LiveLink } from './links.ts'

export class ShownTickets {
  readonly #crypto: Crypto
  readonly #membership: Membership
  readonly #corrected: (now: Millis) => Millis
  /** By session: the id of the ticket it has shown. */
  readonly #tickets = new Map<string, string>()
  #offered: { readonly version: number; readonly tickets: readonly OfferedInvite[] } = { version: -1, tickets: [] }

  /** `corrected` turns this machine's time into the room's. */
  constructor(crypto: Crypto, membership: Membership, corrected: (now: Millis) => Millis) {
    this.#crypto = crypto
    this.#membership = membership
    this.#corrected = corrected
  }

  /** Has this keeper shown a ticket that counts? */
  isTrusted(session: string, now: Millis): boolean {
    const ticket = this.#tickets.get(session)
    return ticket !== undefined && this.living(now).some(({ id }) => id === ticket)
  }

  /** Has it shown one that counted then? */
  hasShown(session: string): boolean {
    return this.#tickets.has(session)
  }

  /** What its far end shows in the handshake: the id of a ticket that counts. */
  ticketOf(
    shown: { readonly identity: Uint8Array; readonly proof: Uint8Array | undefined },
    handshakeHash: Uint8Array,
    now: Millis,
  ): string | undefined {
    const { identity, proof } = shown
    if (proof === undefined) return undefined
    return this.living(now).find(({ key }) => isAsking(this.#crypto, key, handshakeHash, identity, proof))?.id
  }

  /** A link with a keeper, whose identity (hex) its handshake has shown. */
  recognise(link: LiveLink, identity: string, now: Millis): void {
    const bytes = parseHex(identity)
    const ticket = bytes && this.ticketOf({ identity: bytes, proof: link.claims.proof }, link.handshakeHash, now)
    if (ticket !== undefined) this.#tickets.set(link.session, ticket)
  }

  forget(session: string): void {
    this.#tickets.delete(session)
  }

  /** Tickets that count now. */
  living(now: Millis): readonly OfferedInvite[] {
    const { version } = this.#membership
    if (this.#offered.version !== version) {
      const tickets = this.#membership.keeperTickets().filter(({ revoked }) => !revoked)
      this.#offered = { version, tickets }
    }
    const time = this.#corrected(now)
    return this.#offered.tickets.filter(({ expires }) => time < expires)
  }
}
