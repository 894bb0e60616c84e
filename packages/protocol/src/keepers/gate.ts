/**
 * What a blind keeper takes in: entries of sessions that showed a ticket of the room, and nothing of strangers.
 *
 * Whoever has the keeper's own ticket can meet the room and link, so a link proves nothing. An entry of a session without
 * a ticket is refused, and the session is asked about; when its ticket comes, its history comes by synchronisation.
 *
 * In an open room a ticket is of the epoch its entries are of. In a members room it is of the newest lobby: when somebody
 * was removed, tickets of before admit nothing any more, and members make new ones for whose word counts. What was taken
 * in before stays.
 *
 * | record | value |
 * |---|---|
 * | `w/g/<epoch id>` | write key 32 · since u48 · signature 64 |
 * | `w/t/<session>` | epoch id 32 · up to u32 · signature 64 |
 */
import { equalBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'
import type { StoreChange, StoredRecord } from '../machine.ts'
import type { Authority } from './authority.ts'
import type { KeeperTicket } from './keeper-ticket.ts'
import { type Grant, type WriteTicket, isGranted, isTicketed } from './words.ts'

/** Epochs whose write keys are remembered; of more the oldest goes. */
export const maxGrants = 64
/** Sessions with a ticket. */
export const maxTickets = 16_384
/** Sessions whose ticket is asked for. */
export const maxWanted = 1_024

interface Admitted {
  /** Hex; of a lobby in a members room. */
  readonly epoch: string
  readonly upTo: number
  readonly signature: Uint8Array
}

/** Which write key counts for an epoch, or a lobby. */
export type WriteGrant = Pick<Grant, 'epochId' | 'writeKey'>

export class Gate {
  readonly #crypto: Pick<Crypto, 'verify'>
  readonly #ticket: Pick<KeeperTicket, 'roomId' | 'keeperKey'>
  readonly #grants = new Map<string, Grant>()
  readonly #admitted = new Map<string, Admitted>()
  /** Session → epoch, hex: refused for want of a ticket. */
  readonly #wanted = new Map<string, string>()
  readonly #authority: Authority | undefined
  readonly #changes: StoreChange[] = []

  /** `authority`: of a members room. */
  constructor(
    crypto: Pick<Crypto, 'verify'>,
    ticket: Pick<KeeperTicket, 'roomId' | 'keeperKey'>,
    authority?: Authority | undefined,
  ) {
    this.#crypto = crypto
    this.#ticket = ticket
    this.#authority = authority
  }

  get sessions(): number {
    return this.#admitted.size
  }

  get grants(): Iterable<Grant> {
    return this.#grants.values()
  }

  /** May it be kept? Asks for the ticket of a session that has none. */
  accepts(entry: Entry): boolean {
    const admitted = this.#admitted.get(entry.hex)
    const lobby = this.#authority?.current
    if (this.#authority !== undefined && lobby === undefined) return false
    const epoch = formatHex(lobby?.lobbyId ?? entry.epochId)
    // A session that may write in one epoch and has gone over to the next shows another ticket.
    if (admitted?.epoch === epoch) return entry.seq <= admitted.upTo
    if (this.#wanted.size < maxWanted) this.#wanted.set(entry.hex, epoch)
    return false
  }

  isAdmitted(session: string): boolean {
    return this.#admitted.has(session)
  }

  /** True when it is news. Of an open room; a members room has its authority. */
  grant(grant: Grant): boolean {
    if (this.#authority !== undefined) return false
    const epoch = formatHex(grant.epochId)
    const known = this.#grants.get(epoch)
    if (known !== undefined && (known.since >= grant.since || equalBytes(known.writeKey, grant.writeKey))) return false
    if (!isGranted(this.#crypto, this.#ticket.keeperKey, this.#ticket.roomId, grant)) return false
    this.#grants.set(epoch, grant)
    this.#put(`w/g/${epoch}`, new Writer(102).raw(grant.writeKey).u48(grant.since).raw(grant.signature).finish())
    if (this.#grants.size > maxGrants) {
      const oldest = [...this.#grants].reduce((a, b) => (b[1].since < a[1].since ? b : a))[0]
      this.#grants.delete(oldest)
      this.#put(`w/g/${oldest}`, undefined)
    }
    return true
  }

  /** Of a members room's lobbies, only the newest counts. */
  grantOf(epoch: string): WriteGrant | undefined {
    if (this.#authority === undefined) return this.#grants.get(epoch)
    const lobby = this.#authority.current
    return lobby && formatHex(lobby.lobbyId) === epoch
      ? { epochId: lobby.lobbyId, writeKey: lobby.writeKey }
      : undefined
  }

  /** True when a session is let in by it that was not. */
  admit(epochId: Uint8Array, ticket: WriteTicket): boolean {
    const epoch = formatHex(epochId)
    const session = formatHex(ticket.session)
    const grant = this.grantOf(epoch)
    const known = this.#admitted.get(session)
    if (grant === undefined || (known?.epoch === epoch && known.upTo >= ticket.upTo)) return false
    if (!isTicketed(this.#crypto, grant, ticket)) return false
    const { upTo, signature } = ticket
    this.#admitted.set(session, { epoch, upTo, signature })
    this.#put(`w/t/${session}`, new Writer(100).raw(epochId).u32(upTo).raw(signature).finish())
    if (this.#admitted.size > maxTickets) {
      const oldest = this.#admitted.keys().next().value as string
      this.#admitted.delete(oldest)
      this.#put(`w/t/${oldest}`, undefined)
    }
    return this.#wanted.delete(session)
  }

  /** For another keeper. */
  ticketOf(session: string, epoch: string): WriteTicket | undefined {
    const admitted = this.#admitted.get(session)
    const bytes = parseHex(session)
    return admitted?.epoch !== epoch || bytes === undefined
      ? undefined
      : { session: bytes, upTo: admitted.upTo, signature: admitted.signature }
  }

  /** Sessions whose tickets are asked for, by epoch; asking again is the caller's. */
  *wanted(): Generator<readonly [session: string, epoch: string]> {
    yield* this.#wanted
  }

  /** Nobody has a ticket for it: it is a stranger's. */
  giveUp(session: string): void {
    this.#wanted.delete(session)
  }

  /** The log forgot it. */
  forget(session: string): void {
    if (this.#admitted.delete(session)) this.#put(`w/t/${session}`, undefined)
  }

  /** From the own store, which is authenticated at rest. */
  restore({ key, value }: StoredRecord): void {
    const reader = new Reader(value.slice())
    const name = key.slice('w/t/'.length)
    if (key.startsWith('w/g/')) {
      const epochId = parseHex(name)
      const [writeKey, since, signature] = [reader.raw(32), reader.u48(), reader.raw(64)]
      if (reader.done() && epochId?.length === 32) this.#grants.set(name, { epochId, writeKey, since, signature })
    } else if (key.startsWith('w/t/')) {
      const [epochId, upTo, signature] = [reader.raw(32), reader.u32(), reader.raw(64)]
      if (reader.done()) this.#admitted.set(name, { epoch: formatHex(epochId), upTo, signature })
    }
  }

  /** What has to be stored since the last time. */
  flush(): readonly StoreChange[] {
    return this.#changes.splice(0)
  }

  #put(key: string, value: Uint8Array | undefined): void {
    this.#changes.push({ key, value })
  }
}
