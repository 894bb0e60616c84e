/**
 * Plain sockets where there is more than one lobby: which of them a socket leads to.
 *
 * An accepted socket shows it by its first frame, whose hint fits the key of one lobby: of the current one, and it becomes
 * a link of the room; of an invite or an older lobby, and it becomes an aside. A newcomer, who is in no room yet, dials
 * for asides only. So rooms without a relay let people in and back in as well.
 */
import { slotAt } from '../discovery/rendezvous.ts'
import { matchesHint } from '../link/handshake.ts'
import type { LinkOptions } from '../link/link-io.ts'
import { linkTimeoutMs } from '../link/link.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { Asides } from './asides.ts'
import type { Input } from './input.ts'
import type { Carrier } from './links.ts'
import type { Lobby } from './lobby.ts'
import type { Output } from './output.ts'

/** Accepted sockets that have not shown yet what they are for. */
export const maxUndecided = 16

type Up = Extract<Input, { type: 'transportUp' }>

export interface EntrancesContext {
  readonly crypto: Crypto
  readonly lobbies: () => readonly Lobby[]
  readonly asides: Asides
  readonly corrected: (now: Millis) => Millis
  /** As ever: a link of the room. */
  readonly room: (up: Up, now: Millis) => void
  readonly linkOptions: (
    kind: Up['kind'],
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
    lobby: Lobby,
  ) => Omit<LinkOptions, 'name' | 'expect'>
  readonly emit: (output: Output) => void
}

export class Entrances {
  readonly #context: EntrancesContext
  readonly #undecided = new Map<string, { readonly up: Up; readonly since: Millis }>()

  constructor(context: EntrancesContext) {
    this.#context = context
  }

  /** False for a transport that can only lead to the room. */
  up(up: Up, now: Millis): boolean {
    const lobbies = this.#context.lobbies()
    if (up.kind !== 'socket') return false
    if (up.initiator === true) {
      const seeker = lobbies.find(({ role }) => role === 'seeker')
      if (seeker === undefined || lobbies.some(({ purpose }) => purpose === 'current')) return false
      this.#aside(up, seeker, now)
      return true
    }
    // An open room has one lobby: what comes is for it or for nothing.
    if (lobbies.length === 1 && lobbies[0]?.purpose === 'current') return false
    if (this.#undecided.size >= maxUndecided) this.#hangUp(up.transport)
    else this.#undecided.set(up.transport, { up, since: now })
    return true
  }

  /** The lobby an accepted socket's first frame is for. */
  lobbyOf(firstFrame: Uint8Array, local: Uint8Array, now: Millis): Lobby | undefined {
    const { crypto, lobbies, corrected } = this.#context
    const slot = slotAt(corrected(now))
    // Whoever seeks begins everywhere: nobody comes to a seeker.
    return lobbies().find(({ psk, role }) => role !== 'seeker' && matchesHint(crypto, psk, slot, local, firstFrame))
  }

  /** A frame came: the first of an undecided socket decides. */
  frame(transport: string, bytes: Uint8Array, now: Millis): void {
    const waiting = this.#undecided.get(transport)
    if (waiting === undefined) return
    this.#undecided.delete(transport)
    const lobby = this.lobbyOf(bytes, waiting.up.local, now)
    if (lobby === undefined) this.#hangUp(transport)
    else if (lobby.purpose === 'current') this.#context.room(waiting.up, now)
    else this.#aside(waiting.up, lobby, now)
  }

  down(transport: string): void {
    this.#undecided.delete(transport)
  }

  tick(now: Millis): void {
    for (const [transport, { since }] of this.#undecided) {
      if (now - since < linkTimeoutMs) continue
      this.#undecided.delete(transport)
      this.#hangUp(transport)
    }
  }

  #aside({ transport, kind, local, remote, initiator }: Up, lobby: Lobby, now: Millis): void {
    const { asides, linkOptions, emit } = this.#context
    const carrier: Carrier = {
      kind,
      transmit: (channel, bytes) => emit({ type: 'transmit', transport, channel, bytes }),
      close: () => this.#hangUp(transport),
    }
    const options = linkOptions(kind, initiator === true, local, remote, lobby)
    if (!asides.openTransport(transport, carrier, options, lobby, now)) this.#hangUp(transport)
  }

  #hangUp(transport: string): void {
    this.#context.emit({ type: 'hangUp', transport })
  }
}
