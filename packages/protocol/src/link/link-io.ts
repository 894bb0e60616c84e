/** What a link is told, and what it answers: the inputs and outputs of `link.ts`. */
import type { TimerOutput } from '../machine.ts'
import type { Priority } from './frames.ts'
import type { HandshakeOptions, HandshakeRejection } from './handshake.ts'

export interface LinkOptions extends HandshakeOptions {
  /** Prefix of timer names, unique in the engine. */
  readonly name: string
  /** Both ends read their sockets themselves, so more bulk may be on its way: see `flow.ts`. */
  readonly ownSockets?: boolean | undefined
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
  /**
   * The far side does not take what it is sent (`true`): the texts and signals that waited were dropped. Send it nothing
   * eagerly, make it a leaf, let it pull and synchronise. `false` once nothing has waited for `slowRecoveryMs`. Control
   * (P0) goes on all the while, within its own bound. Comes at each change only, after `up`.
   */
  | { readonly type: 'slow'; readonly slow: boolean }
  /** Final: hang the transport up. Comes exactly once; every later input is ignored. */
  | { readonly type: 'down'; readonly code: LinkDownCode }

export type LinkDownCode =
  | HandshakeRejection
  | 'closed'
  | 'remoteClosed'
  /** Not up within 10 s. */
  | 'timeout'
  /** An application frame before the far side had authenticated. */
  | 'earlyFrame'
  /** A sealed frame that does not open: altered, lost or out of order. */
  | 'badFrame'
  /** Credit for bytes never sent, or going back. */
  | 'badCredit'
