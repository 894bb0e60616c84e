/** Where this peer is met now, and on which terms it links with others there. */
import { emptyBytes } from '../codec/bytes.ts'
import { slotAt } from '../discovery/rendezvous.ts'
import type { LinkOptions } from '../link/link-io.ts'
import type { TransportKind } from './input.ts'
import type { Lobby } from './lobby.ts'
import type { ReachContext } from './reach-io.ts'

export type LobbiesContext = Pick<
  ReachContext,
  'options' | 'lobbies' | 'session' | 'corrected' | 'claims' | 'welcomes' | 'now'
>

export class Lobbies {
  readonly #context: LobbiesContext
  #all: readonly Lobby[]
  /** As an open room has: then every transport is the room's. Asked for each frame, so it is not worked out each time. */
  #isRoomOnly: boolean

  constructor(context: LobbiesContext) {
    this.#context = context
    this.#all = context.lobbies
    this.#isRoomOnly = isOnlyRoom(context.lobbies)
  }

  get all(): readonly Lobby[] {
    return this.#all
  }

  set all(lobbies: readonly Lobby[]) {
    this.#all = lobbies
    this.#isRoomOnly = isOnlyRoom(lobbies)
  }

  /** Nothing but the room itself can be reached by them. */
  get isRoomOnly(): boolean {
    return this.#isRoomOnly
  }

  /** Where the room itself is; nowhere for whoever is not in yet. */
  get current(): Lobby | undefined {
    return this.#all.find(({ purpose }) => purpose === 'current')
  }

  /** How a link begins: with which keys, and what is said of oneself and asked of the far side. */
  linkOptions(
    kind: TransportKind | 'relay' | 'circuit',
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
    lobby: Lobby | undefined = this.current,
  ): Omit<LinkOptions, 'name' | 'expect'> {
    const { options, session, corrected, claims, welcomes, now } = this.#context
    return {
      crypto: options.crypto,
      role: isInitiator ? 'initiator' : 'responder',
      kind,
      local,
      remote,
      session,
      psks: lobby === undefined ? [] : [lobby.psk],
      slot: slotAt(corrected(now())),
      claims: (hash) => (lobby === undefined ? emptyBytes : claims(lobby, hash)),
      welcomes: lobby && welcomes && ((peer, hash) => welcomes(peer, lobby, hash)),
    }
  }
}

function isOnlyRoom(lobbies: readonly Lobby[]): boolean {
  return lobbies.length === 1 && lobbies[0]?.purpose === 'current'
}
