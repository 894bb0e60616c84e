/** The client's half of the relay protocol. */
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis, TimerOutput } from '../machine.ts'

export interface RelayClientOptions {
  readonly crypto: Crypto
  /** What the person's link says, for example `https://chat.example`: proofs are bound to its host. */
  readonly origin: string
  readonly session: KeyPair
}

/** `discovery/rendezvous.ts` TopicKeys fit. */
export interface TopicEntrance {
  readonly topic: Uint8Array
  readonly secretKey: Uint8Array
  readonly until: Millis
}

export type RelayClientInput =
  /** The socket is open / gone (also when it never opened). */
  | { readonly type: 'up' }
  | { readonly type: 'down' }
  | { readonly type: 'frame'; readonly bytes: Uint8Array }
  | { readonly type: 'timerFired'; readonly name: string }
  /** The program slept or changed network: ask at once whether the relay still hears us. */
  | { readonly type: 'woke' }
  /** Be in a topic until told to leave or `until`; kept over reconnects. Again: replaces the announcement. */
  | { readonly type: 'enter'; readonly keys: TopicEntrance; readonly announcement: Uint8Array }
  | { readonly type: 'leave'; readonly topic: Uint8Array }
  /** Answered by a `receipt` or a `refused` whose subject is the entry's digest. */
  | { readonly type: 'publish'; readonly topic: Uint8Array; readonly entry: Uint8Array }
  /** `expires` on the caller's clock, at most 60 s ahead. Answered only when it fails: `absent` or `refused`. */
  | { readonly type: 'signal'; readonly to: Uint8Array; readonly bytes: Uint8Array; readonly expires: Millis }
  | { readonly type: 'direct'; readonly to: Uint8Array; readonly bytes: Uint8Array }
  /** Answered by `alive`. */
  | { readonly type: 'probe'; readonly to: Uint8Array }

/** One member of a topic as the relay tells it. */
export interface TopicPeer {
  readonly session: Uint8Array
  /** Its socket's 32-byte id: with one's own, what a link over the relay is bound to. A new one after each reconnect. */
  readonly connection: Uint8Array
  /** Sealed, see `discovery/announcement.ts`. */
  readonly announcement: Uint8Array
}

export type RelayClientEvent =
  /** The session is proved and so is the relay's key. `offsetMs`: relay's clock minus ours. */
  | {
      readonly type: 'ready'
      readonly relayKey: Uint8Array
      readonly connection: Uint8Array
      readonly offsetMs: number
    }
  /** The clock or the round trip was measured again. */
  | { readonly type: 'clock'; readonly offsetMs: number; readonly rttMs: number }
  /** The relay does not answer: hang up and dial again. */
  | { readonly type: 'silent' }
  /**
   * `about` says which request was refused, `subject` which one of them: the topic, the other session, or the digest of
   * the entry. `retryAfterMs` > 0: it may be tried again then.
   */
  | {
      readonly type: 'refused'
      readonly code: string
      readonly about: string
      readonly subject: Uint8Array
      readonly retryAfterMs: number
    }
  /** We are in the topic, with these others (not ourselves), oldest first, at most 100. */
  | { readonly type: 'peers'; readonly topic: Uint8Array; readonly peers: readonly TopicPeer[] }
  | { readonly type: 'joined'; readonly topic: Uint8Array; readonly peer: TopicPeer }
  | { readonly type: 'left'; readonly topic: Uint8Array; readonly session: Uint8Array }
  /** Nothing of it is verified yet: neither entry nor receipt. */
  | {
      readonly type: 'entry'
      readonly topic: Uint8Array
      readonly bytes: Uint8Array
      readonly receipt: Uint8Array
    }
  | { readonly type: 'receipt'; readonly receipt: Uint8Array; readonly digest: Uint8Array }
  | { readonly type: 'signal'; readonly from: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'direct'; readonly from: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'absent'; readonly to: Uint8Array }
  | { readonly type: 'alive'; readonly session: Uint8Array; readonly alive: boolean }

export type RelayClientOutput =
  | { readonly type: 'transmit'; readonly bytes: Uint8Array }
  /** Names start with `relay/`. */
  | TimerOutput
  | { readonly type: 'event'; readonly event: RelayClientEvent }

export declare class RelayClient {
  constructor(options: RelayClientOptions)
  handle(input: RelayClientInput, now: Millis): readonly RelayClientOutput[]
}
