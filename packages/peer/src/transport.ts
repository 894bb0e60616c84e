/** The transport ports. Contract suites: `testing/transport-contract.ts`, `testing/socket-contract.ts`. */
import type { Address, Channel } from '@kith/protocol'

/** What a transport reports to whoever opened it. Nothing is reported after `down`, and `down` comes exactly once. */
export interface TransportEvents {
  /** Bytes the far side's transport must get by another road: an offer, an answer, candidates. */
  signal(bytes: Uint8Array): void
  /** Open in both directions. 32 bytes each: certificate fingerprints (DTLS) or connection ids (sockets). */
  up(binding: { readonly local: Uint8Array; readonly remote: Uint8Array }): void
  frame(bytes: Uint8Array): void
  /** More than `highWaterBytes` are buffered: stop; below `lowWaterBytes` again: go on. */
  full(): void
  drained(): void
  /** The network seems to be gone; it may come back. More than once, and only by stacks that notice. */
  doubted?(): void
  down(): void
}

/**
 * One way to one peer. Frames of a channel arrive whole and in order or the transport goes down; channels do not wait
 * for each other. `send` before `up` or after `close` does nothing. `close` is final and reports `down`.
 */
export interface Transport {
  signal(bytes: Uint8Array): void
  send(channel: Channel, bytes: Uint8Array): void
  close(): void
}

/** Makes WebRTC transports. The offerer starts by itself; the other side waits for its first `signal`. */
export type Dialer = (offerer: boolean, events: TransportEvents) => Transport

/** Opens a plain socket to another terminal. */
export type AddressDialer = (address: Address, events: TransportEvents) => Transport

/** The WebSocket to a relay: whole binary frames in order. `down` comes exactly once, also when it never opened. */
export interface RelaySocketEvents {
  up(): void
  frame(bytes: Uint8Array): void
  down(): void
}

export interface RelaySocket {
  send(bytes: Uint8Array): void
  close(): void
}

export type RelayDialer = (url: string, events: RelaySocketEvents) => RelaySocket

export const highWaterBytes: number = 64 * 1024
export const lowWaterBytes: number = 16 * 1024
