/**
 * Where two devices of one person meet for the first time: an open room of a few minutes, of which nothing is kept. It has an
 * engine of its own, with a throw-away identity, and knows only whom it is linked with and what they whisper.
 */
import { type EngineEvent, parseHex } from '@kith/protocol'
import type { ChatPorts, RoomEngine } from './chat-ports.ts'
import type { Clock } from './clock.ts'
import { Host } from './host.ts'
import type { IncomingSocket } from './incoming.ts'
import { createPersonaSecrets, openPersona } from './persona.ts'
import { relaySocketUrl } from './relay-address.ts'
import type { Storage } from './storage.ts'

export type MeetingPorts = Pick<
  ChatPorts,
  | 'clock'
  | 'crypto'
  | 'platform'
  | 'verifyMany'
  | 'createEngine'
  | 'dialRelay'
  | 'dialerFor'
  | 'dialAddress'
  | 'addresses'
  | 'noRelay'
  | 'onRelayWanted'
>

export interface MeetingOptions {
  /** Of the room, 32 bytes. */
  readonly secret: Uint8Array
  readonly relay: string | undefined
  readonly name: string
  readonly relayOnly: boolean
  /** Somebody is linked; `author` is their throw-away key, 32 bytes. */
  readonly onLinked: (session: string, author: Uint8Array) => void
  readonly onGone: (session: string) => void
  readonly onWhisper: (session: string, whisper: Uint8Array) => void
}

/** The engine is told to keep nothing, so none of this is ever asked for. */
const nothingKept: Storage = {
  write: async () => {},
  read: async () => [],
  clear: async () => {},
  close: async () => {},
}

export class DeviceMeeting {
  /** Own throw-away key, 32 bytes. */
  readonly author: Uint8Array
  readonly #options: MeetingOptions
  readonly #host: Host
  readonly #engine: RoomEngine
  readonly #clock: Clock
  readonly #linked = new Set<string>()

  constructor(ports: MeetingPorts, options: MeetingOptions) {
    const { clock, crypto, platform } = ports
    const { secret, relayOnly, name } = options
    this.#options = options
    const persona = openPersona(crypto, createPersonaSecrets(crypto, clock.now()))
    this.author = persona.author
    const relay = ports.noRelay === true ? undefined : options.relay
    if (relay !== undefined) ports.onRelayWanted?.(relay)
    const dialer = relayOnly ? undefined : ports.dialerFor?.(relay)
    this.#clock = clock
    this.#engine = ports.createEngine(
      {
        crypto,
        secret,
        persona,
        name,
        platform,
        relayOrigin: relay,
        relayOnly,
        webrtc: dialer !== undefined,
        addresses: relayOnly ? [] : (ports.addresses ?? []),
        store: false,
      },
      clock.now(),
    )
    this.#host = new Host(this.#engine, {
      clock,
      storage: nothingKept,
      storePrefix: '',
      verifyMany: ports.verifyMany,
      relay: relay === undefined ? undefined : { url: relaySocketUrl(relay), dial: ports.dialRelay },
      dial: dialer,
      dialAddress: relayOnly ? undefined : ports.dialAddress,
      onEvent: (event) => this.#event(event),
    })
    this.#host.start()
  }

  /** Takes a socket from outside, if its first frame is for this meeting. */
  takes(incoming: IncomingSocket): boolean {
    const isMine = this.#engine.accepts(incoming.first, incoming.binding.local, this.#clock.now())
    if (isMine) this.#host.accept(incoming)
    return isMine
  }

  whisper(session: string, whisper: Uint8Array): void {
    this.#host.input({ type: 'whisper', session, whisper })
  }

  stop(): Promise<void> {
    return this.#host.stop()
  }

  #event(event: EngineEvent): void {
    if (event.type === 'whisper') return this.#options.onWhisper(event.session, event.whisper)
    if (event.type !== 'peer') return
    const { session, state, author } = event.peer
    if (state !== 'linked') {
      if (this.#linked.delete(session)) this.#options.onGone(session)
      return
    }
    const key = author === session ? undefined : parseHex(author)
    if (key === undefined || this.#linked.has(session)) return
    this.#linked.add(session)
    this.#options.onLinked(session, key)
  }
}
