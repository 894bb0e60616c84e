/**
 * A blind keeper in a members room: whose word it believes, where it meets members as the room moves, and the sealed
 * operations it hands to who comes back.
 *
 * It is in the newest lobby it was told of, and listens in a few before, where whoever was away looks for the others.
 * Somebody removed may look there, too: on such a link it gives sealed operations, of which that one can open only what
 * was said while it was in, and nothing else.
 */
import { equalBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { Authority } from '../keepers/authority.ts'
import { type KeeperTicket } from '../keepers/keeper-ticket.ts'
import { SealedShelf } from '../keepers/sealed-shelf.ts'
import { isSealedSigned } from '../keepers/sealed-operation.ts'
import type { KeeperMessage } from '../keepers/wire.ts'
import type { Millis, StoreChange, StoredRecord } from '../machine.ts'
import { isAsking, signAsking } from '../members/invite.ts'
import { keeperOf } from './keeper-card.ts'
import type { LiveLink } from './links.ts'
import { type Lobby, maxListeningLobbies } from './lobby.ts'
import { SealedExchange } from './sealed-exchange.ts'

type Say = (message: KeeperMessage) => void

export class KeeperLobbies {
  readonly authority: Authority
  readonly shelf: SealedShelf = new SealedShelf()
  readonly #crypto: Crypto
  readonly #ticket: KeeperTicket
  readonly #key: KeyPair
  readonly #exchange: SealedExchange

  constructor(crypto: Crypto, ticket: KeeperTicket, members: NonNullable<KeeperTicket['members']>) {
    this.#crypto = crypto
    this.#ticket = ticket
    this.authority = new Authority(crypto, members.room, ticket.keeperKey)
    this.#key = crypto.signKeyPair(members.seed)
    this.#exchange = new SealedExchange(crypto, {
      names: () => this.shelf.names(),
      get: (name) => this.shelf.get(name),
      lacks: (name) => !this.shelf.has(name),
    })
  }

  /** Shows in a handshake that this keeper was given a ticket. */
  proof(handshakeHash: Uint8Array, identity: Uint8Array): Uint8Array {
    return signAsking(this.#crypto, this.#key, handshakeHash, identity)
  }

  lobbies(): readonly Lobby[] {
    const { rendezvousSecret, lobbyKey } = this.#ticket
    const known = this.authority.grants().map((grant) => ({ ...grant, psk: grant.lobbyKey }))
    const given = { psk: lobbyKey, rendezvousSecret }
    const all = known.some(({ psk }) => equalBytes(psk, lobbyKey)) ? known : [...known, given]
    return all.slice(0, 1 + maxListeningLobbies).map(({ psk, rendezvousSecret: meets }, index): Lobby => ({
      id: `kept ${formatHex(psk)}`,
      purpose: index === 0 ? 'current' : 'catchUp',
      role: index === 0 ? 'peer' : 'listener',
      psk,
      rendezvousSecret: meets,
    }))
  }

  /** Another keeper came: of the same ticket, it is told what we were told. */
  linked(link: LiveLink, identity: Uint8Array | undefined, say: Say): void {
    if (keeperOf(link) === undefined) return
    if (this.#isOfOurs(link, identity)) this.#tellWords(say)
    this.#exchange.begin(say)
  }

  /** True when the room moved. */
  heard(message: Extract<KeeperMessage, { type: 'appointment' | 'lobbyGrant' }>): boolean {
    const before = this.authority.current
    if (message.type === 'appointment') this.authority.appoint(message.appointment)
    else this.authority.grant(message.grant)
    return before !== this.authority.current
  }

  /** To keepers of the same ticket, which it answers; others may be anybody. */
  passOn(
    links: readonly (readonly [LiveLink, Uint8Array | undefined])[],
    say: (to: LiveLink) => Say,
  ): readonly LiveLink[] {
    const ours = links.filter(([link, identity]) => this.#isOfOurs(link, identity)).map(([link]) => link)
    for (const link of ours) this.#tellWords(say(link))
    return ours
  }

  /** About sealed operations. `isBeside`: on a link of an older lobby. */
  receive(from: string, message: KeeperMessage, isBeside: boolean, say: Say, now: Millis): void {
    if (message.type !== 'sealed') return this.#exchange.receive(from, message, !isBeside, say, now)
    if (isBeside) return
    const { operation } = message
    const lobby = this.authority.current
    if (lobby === undefined || !equalBytes(lobby.lobbyId, operation.lobbyId)) return
    if (this.shelf.has(formatHex(operation.name))) return
    if (isSealedSigned(this.#crypto, lobby.writeKey, operation)) this.shelf.take(operation)
  }

  restore(record: StoredRecord): void {
    if (record.key.startsWith('w/o/')) this.shelf.restore(record)
    else this.authority.restore(record)
  }

  flush(): readonly StoreChange[] {
    return [...this.authority.flush(), ...this.shelf.flush()]
  }

  #tellWords(say: Say): void {
    const { appointment, current } = this.authority
    if (appointment !== undefined) say({ type: 'appointment', appointment })
    if (current !== undefined) say({ type: 'lobbyGrant', grant: current })
  }

  #isOfOurs({ claims, handshakeHash }: LiveLink, identity: Uint8Array | undefined): boolean {
    const { proof } = claims
    if (proof === undefined || identity === undefined) return false
    return isAsking(this.#crypto, this.#key.publicKey, handshakeHash, identity, proof)
  }
}
