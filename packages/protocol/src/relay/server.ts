/** The relay's half of the relay protocol. */
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis, TimerOutput } from '../machine.ts'

export interface RelayServerOptions {
  readonly crypto: Crypto
  readonly relay: KeyPair
}

export type RelayServerInput =
  /** `host` is what the client called this relay, `chat.example` or `localhost:6765`. `connection` is the host's number for the socket. */
  | { readonly type: 'connected'; readonly connection: number; readonly host: string }
  | { readonly type: 'frame'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'closed'; readonly connection: number }
  | { readonly type: 'timerFired'; readonly name: string }

export type RelayServerOutput =
  | { readonly type: 'send'; readonly connections: readonly number[]; readonly bytes: Uint8Array }
  /** After everything sent before it. `closed` is still to be reported, or not: both are fine. */
  | { readonly type: 'close'; readonly connection: number; readonly code: number; readonly reason: string }
  | TimerOutput
  /** For counters and logs: names and codes only. */
  | { readonly type: 'report'; readonly what: string; readonly code?: string | undefined }

export declare class RelayServer {
  constructor(options: RelayServerOptions)
  handle(input: RelayServerInput, now: Millis): readonly RelayServerOutput[]
}
