/** What the parts of a simulated network share: the clock, chance, who can be reached from where, and what happens. */
import type { Input } from '../engine/input.ts'
import type { Millis } from '../machine.ts'
import type { SimPeer } from './peer.ts'

/** Where the relay stands among the machines: no machine has this number. */
export const relayPlace = -1
/** Events that happen to nobody in particular. */
export const nobody = -2

/** Kinds of events; what `a`, `b` and `data` mean is said here. */
export const events = {
  /** data: what to call. */
  call: 0,
  /** data: `Timer`. */
  timer: 1,
  /** a: run, data: `Input`. */
  input: 2,
  /** a: half there, data: bytes. */
  frame: 3,
  /** The same, once its turn in the far end's downlink has come. */
  frameIn: 4,
  /** Somebody dials. a: half here, −1 for a new one; b: half there; data: what the dialler calls it. */
  connect: 5,
  /** a: half here, b: half there. */
  accept: 6,
  /** Who was dialled is up. a: half here; b: 1 it begins the handshake, 2 the far end does, 0 as the programs agreed. */
  open: 16,
  /** a: half here. */
  refuse: 7,
  /** The far end is gone. a: half here. */
  down: 8,
  /** Bytes have left the uplink. a: half here, b: bytes. */
  sent: 9,
  /** To the relay. a: run, b: socket. */
  relayDial: 10,
  relayFrame: 11,
  relayHangUp: 12,
  /** From the relay. a: socket. */
  relayUp: 13,
  relayDown: 14,
  relaySays: 15,
} as const

export interface World {
  readonly now: Millis
  readonly seed: number
  peer(index: number): SimPeer | undefined
  /** Are two places in the same part of the network? */
  connects(a: number, b: number): boolean
  /** One way between two places, without jitter. */
  distance(a: number, b: number): number
  /** How long a frame takes whose base is `distance`: jitter, and sometimes a retransmission, from the state of a generator. */
  travel(distance: number, state: number): Millis
  post(at: Millis, kind: number, target: number, source: number, a: number, b: number, data: unknown): void
  /** Now. */
  give(peer: SimPeer, input: Input): void
}
