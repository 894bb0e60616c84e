/**
 * Where a member meets the others: in the lobby of the newest key, in earlier ones for those who were away, and at the
 * invites. Members move together when somebody went.
 */
import type { Millis } from '../machine.ts'
import { type Epochs, type LobbyKeys, lobbyOf as lobbyKeysOf } from '../members/epochs.ts'
import type { Membership } from '../members/membership.ts'
import type { Admitting } from './admitting.ts'
import type { Fellows } from './fellows.ts'
import type { Lobby } from './lobby.ts'
import type { EngineOptions, MembershipOptions } from './options.ts'
import { Reunion } from './reunion.ts'

export interface MeetingPlacesPorts {
  readonly options: EngineOptions & { readonly membership: MembershipOptions }
  /** Own session key, 32 bytes, and identity, hex. */
  readonly session: Uint8Array
  readonly self: string
  readonly membership: Membership
  readonly epochs: Epochs
  readonly fellows: Fellows
  readonly admitting: Admitting
  readonly isIn: () => boolean
  readonly isOut: () => boolean
  readonly corrected: (now: Millis) => Millis
  readonly set: (lobbies: readonly Lobby[], now: Millis) => void
}

export class MeetingPlaces {
  readonly #ports: MeetingPlacesPorts
  readonly #reunion: Reunion
  #names: string

  constructor(ports: MeetingPlacesPorts, now: Millis) {
    this.#ports = ports
    this.#reunion = new Reunion(ports.options.crypto, ports.session)
    this.#names = namesOf(this.lobbies(now))
  }

  /** A member (identity, hex) is at the far end of a link. */
  met(identity: string): void {
    this.#reunion.met(identity)
  }

  /** Where others are met, and where those are met who were away or are new. */
  lobbies(now: Millis): readonly Lobby[] {
    const { current, earlier } = this.#ports.epochs.lobbies(this.#ports.corrected(now))
    const isIn = this.#ports.isIn()
    const { lobbySecret } = this.#ports.options.membership
    // A new device of a member: it has no operation yet, and was told where the others are.
    if (lobbySecret !== undefined && current === undefined && !this.#ports.isOut())
      return [lobbyOf(lobbyKeysOf(this.#ports.options.crypto, lobbySecret), 'current', 'peer')]
    // Whoever was removed looks for nobody: there is nobody who would answer.
    const known = isIn && current !== undefined ? [lobbyOf(current, 'current', 'peer')] : []
    const role = isIn && current !== undefined && this.#looksFor(current, now) ? 'seeker' : 'listener'
    const listening = isIn ? earlier.map((lobby) => lobbyOf(lobby, 'catchUp', role)) : []
    // A member's new device stays where it was let in, until it has a key and knows where the others are.
    const mayOpen = isIn && current !== undefined
    return [...known, ...listening, ...(this.#ports.isOut() ? [] : this.#ports.admitting.lobbies(mayOpen, now))]
  }

  /** Do the members meet there, as far as this one knows? */
  isCurrent(lobby: Lobby, now: Millis): boolean {
    const current = this.lobbies(now).find(({ purpose }) => purpose === 'current')
    return lobby.purpose === 'current' && lobby.id === current?.id
  }

  #looksFor(current: LobbyKeys, now: Millis): boolean {
    // Those we are linked with stay with us when the lobby moves.
    const here = this.#ports.fellows.here()
    const others: string[] = []
    for (const { identity } of this.#ports.membership.members()) {
      if (identity !== this.#ports.self && !here.has(identity)) others.push(identity)
    }
    return this.#reunion.looks(current.id, others, now)
  }

  /** Goes where the others are now, if that is somewhere else. */
  move(now: Millis): void {
    const lobbies = this.lobbies(now)
    const names = namesOf(lobbies)
    if (names === this.#names) return
    this.#names = names
    this.#ports.set(lobbies, now)
  }
}

function lobbyOf({ id, psk, rendezvousSecret }: LobbyKeys, purpose: Lobby['purpose'], role: Lobby['role']): Lobby {
  return { id: `members ${id}`, purpose, role, psk, rendezvousSecret }
}

function namesOf(lobbies: readonly Lobby[]): string {
  return lobbies.map(({ id, purpose, role }) => `${id} ${purpose} ${role}`).join()
}
