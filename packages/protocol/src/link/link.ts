/**
 * A link: one authenticated connection between two peers, over whatever transport carries it.
 *
 * `Link` runs the handshake (`handshake.ts`), then moves payloads of up to 264 KiB in frames (`frames.ts`) by priority
 * (`scheduler.ts`). Over DTLS frames are plain once the handshake has bound it to both certificates; over the relay and
 * plain sockets every frame is sealed by Noise. Nothing is announced or delivered before the far side has authenticated.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { Millis, TimerOutput } from '../machine.ts'

export type LinkRole = 'initiator' | 'responder'
export type LinkKind = 'dtls' | 'relay' | 'socket'

/** 0 beacons, keepalive · 1 text, receipts · 2 signals, circuits · 3 sync · 4 wanted blob · 5 prefetch · 6 keepers. */
export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6

export interface LinkOptions {
  readonly crypto: Crypto
  readonly role: LinkRole
  readonly kind: LinkKind
  /** 32 bytes each: certificate fingerprints (dtls) or connection ids (relay, socket), own and far side's. */
  readonly local: Uint8Array
  readonly remote: Uint8Array
  readonly session: SessionKeys
  /** 32 bytes each. The initiator uses the first; the responder picks by the hint. */
  readonly psks: readonly Uint8Array[]
  /** Current 10-minute slot; the responder also accepts its neighbours. */
  readonly slot: number
  /** Name, chain and whatever else is told to an authenticated peer; at most `maxClaimsBytes`. */
  readonly claims: Uint8Array
  /** The session key that has to be at the far end. */
  readonly expect?: Uint8Array | undefined
  /** Prefix of timer names, unique in the engine. */
  readonly name: string
}

export type LinkInput =
  | { readonly type: 'start' }
  | { readonly type: 'frame'; readonly bytes: Uint8Array }
  | { readonly type: 'send'; readonly priority: Priority; readonly payload: Uint8Array }
  | { readonly type: 'timerFired'; readonly name: string }
  /** The transport buffers more than its high-water mark: stop / is below its low-water mark: go on. */
  | { readonly type: 'full' }
  | { readonly type: 'drained' }
  /** Says goodbye. Answered by `down` with code `closed`. */
  | { readonly type: 'close' }

export type LinkOutput =
  | TimerOutput
  | { readonly type: 'cancelTimer'; readonly name: string }
  | { readonly type: 'transmit'; readonly channel: 'control' | 'bulk'; readonly bytes: Uint8Array }
  /** The far side has authenticated. Comes exactly once, before any `payload`. */
  | {
      readonly type: 'up'
      readonly session: Uint8Array
      readonly kemKey: Uint8Array
      readonly claims: Uint8Array
      readonly handshakeHash: Uint8Array
      /** 32 secret bytes both sides share and nobody else: for rendezvous and short authentication strings. */
      readonly exported: Uint8Array
    }
  | { readonly type: 'payload'; readonly priority: Priority; readonly bytes: Uint8Array }
  /** This payload was not queued: the far side is too slow (`queueFull`) or the link is not up (`notUp`). */
  | { readonly type: 'refused'; readonly priority: Priority; readonly code: 'queueFull' | 'notUp' }
  /** Final: hang the transport up. Comes exactly once; every later input is ignored. */
  | { readonly type: 'down'; readonly code: LinkDownCode }

export type LinkDownCode =
  | 'closed'
  | 'remoteClosed'
  | 'timeout'
  | 'malformed'
  | 'unknownRoom'
  | 'badHandshake'
  | 'lowOrderShare'
  | 'badSignature'
  | 'badMembership'
  | 'unexpectedPeer'
  | 'selfLink'
  | 'earlyFrame'
  | 'badFrame'
  | 'badCredit'

export const maxClaimsBytes = 4096

export declare class Link {
  constructor(options: LinkOptions)
  handle(input: LinkInput, now: Millis): LinkOutput[]
}

/** Whether `firstFrame` of an inbound transport is meant for the holder of `psk`: routes a socket to one of many rooms. */
export declare function matchesHint(
  crypto: Crypto,
  psk: Uint8Array,
  slot: number,
  responderBinding: Uint8Array,
  firstFrame: Uint8Array,
): boolean
