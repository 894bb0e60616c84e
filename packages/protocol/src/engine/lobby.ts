/**
 * A lobby: where one may be met, and the key of the handshakes there.
 *
 * An open room has one, for ever. A members room gets another with every removal; whoever was away looks for the others
 * in the one it knows, so members listen there for a while (`catchUp`), as they do where a newcomer was told to come
 * (`invite`). What such a lobby leads to is an *aside*: a link beside the room, on which only what is needed to get in is
 * said (`asides.ts`).
 *
 * | role | begins a link | with whom |
 * |---|---|---|
 * | peer | whose session key is larger; towards a listener always | peers and listeners |
 * | listener | never | peers and seekers |
 * | seeker | always | listeners |
 *
 * Whoever begins shows itself first (`link/handshake.ts`), so a listener gives nothing away before it knows who asks.
 */
import type { RoomKeys } from '../rooms/keys.ts'

export interface Lobby {
  /** Unique in its engine. */
  readonly id: string
  readonly purpose: 'current' | 'catchUp' | 'invite'
  readonly role: 'peer' | 'listener' | 'seeker'
  /** Of every link handshake begun here, 32 bytes. */
  readonly psk: Uint8Array
  /** R of the topics at the relay, 32 bytes. */
  readonly rendezvousSecret: Uint8Array
}

/** Of catch-up lobbies, and of invites, the first so many count: a relay lets a session be in 16 topics. */
export const maxListeningLobbies = 3

/** The one lobby of an open room. */
export function openLobby(keys: Pick<RoomKeys, 'id' | 'lobbyKey' | 'rendezvousSecret'>): Lobby {
  const { id, lobbyKey, rendezvousSecret } = keys
  return { id, purpose: 'current', role: 'peer', psk: lobbyKey, rendezvousSecret }
}

/** Lobbies that are listened at, within the limits; the order is the caller's. */
export function boundLobbies(lobbies: readonly Lobby[]): readonly Lobby[] {
  const counts = new Map<string, number>()
  return lobbies.filter(({ purpose }) => {
    const count = (counts.get(purpose) ?? 0) + 1
    counts.set(purpose, count)
    return count <= (purpose === 'current' ? 1 : maxListeningLobbies)
  })
}

/** May two who met in this lobby link at all? */
export function mayLink(lobby: Lobby, isFarListener: boolean): boolean {
  return lobby.role === 'listener' ? !isFarListener : lobby.role === 'peer' || isFarListener
}

/** Is it ours to begin? Session keys in hex. */
export function begins(lobby: Lobby, own: string, far: string, isFarListener: boolean): boolean {
  if (lobby.role === 'peer') return isFarListener || own > far
  return lobby.role === 'seeker'
}
