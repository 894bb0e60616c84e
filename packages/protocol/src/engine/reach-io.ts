/** What `Reach` is given, and what it tells: links, whom the relay names, and what a mesh is asked. */
import type { NeighbourPriority, Contact } from '../gossip/overlay-wire.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import type { AuthenticatedPeer } from '../link/handshake.ts'
import type { AsidesEvents } from './asides.ts'
import type { ConnectFailure } from './knocks.ts'
import type { LinksEvents, LiveLink } from './links.ts'
import type { Lobby } from './lobby.ts'
import type { MeetingEvents } from './meeting.ts'
import type { EngineOptions } from './options.ts'
import type { Output } from './output.ts'

export interface ReachContext {
  readonly options: EngineOptions
  /** 16 bytes: cards are signed for it. */
  readonly roomId: Uint8Array
  /** Where others are met, to begin with. */
  readonly lobbies: readonly Lobby[]
  readonly session: SessionKeys
  /** This machine's time turned into the room's. */
  readonly corrected: (now: Millis) => Millis
  /** What we say of ourselves in a handshake, as `encodeClaims` makes it. */
  readonly claims: (lobby: Lobby, handshakeHash: Uint8Array) => Uint8Array
  /** May this session link with us in this lobby? Whoever knows its key may when not given. */
  readonly welcomes?: ((peer: AuthenticatedPeer, lobby: Lobby, handshakeHash: Uint8Array) => boolean) | undefined
  /** Time of the input being handled. */
  readonly now: () => Millis
  readonly emit: (output: Output) => void
}

export type ReachEvents = Pick<LinksEvents, 'linked' | 'unlinked' | 'payload'> &
  Partial<AsidesEvents> &
  Partial<Pick<LinksEvents, 'slow' | 'moved'>> &
  Omit<MeetingEvents, 'signal' | 'direct' | 'alive' | 'metAside' | 'leftAside'> & {
    /** A link or an attempt at one ended. */
    failed(code: string, now: Millis): void
    /** Of a mesh: may this peer link with us? */
    admits(session: string, urgency: NeighbourPriority, now: Millis): boolean
    /** Of a mesh: peers that are known to be here. */
    learned(contacts: readonly Contact[], now: Millis): void
    /** Of a mesh: whom `connect` named has a place for us, or asked for one itself. */
    welcomed(session: string, now: Millis): void
    /** Of a mesh: what `connect` asked for came to nothing. */
    connectFailed(session: string, why: ConnectFailure, now: Millis): void
    /** Of a mesh: the card `connect` was given is not signed by whom it names. */
    wrongCard(session: string, now: Millis): void
    /** Of a mesh: others whom somebody may ask that finds no place here. */
    referral(): readonly Contact[]
    /** The linked session that knows another one. */
    via(session: string): string | undefined
    /** Linked sessions that say they are linked with this one themselves, not through others. */
    knowing(session: string): readonly LiveLink[]
  }
