/**
 * Everything that can happen to an engine: facts (`transportUp`, `relayFrame`, `timerFired`) and commands (`post`).
 *
 * One engine is one membership: one room, one session, its own relay connection. A program with five rooms drives five
 * engines that share nothing an outsider could link.
 */
import type { BlobInput } from '../blobs/jobs.ts'
import type { Content } from '../rooms/content.ts'
import type { ComputeResult, StoredRecord } from './effects.ts'
import type { MembershipCommand } from './membership-io.ts'

/** What carries a link: a WebRTC data channel, or a plain socket between two terminals. */
export type TransportKind = 'dtls' | 'socket'

export type Input =
  | BlobInput
  | { readonly type: 'start' }
  /** Says goodbye on every link and the relay; nothing is accepted afterwards. */
  | { readonly type: 'stop' }
  | { readonly type: 'timerFired'; readonly name: string }
  /** Answer to `store`: the changes are durable. `ok` false: the store is full or broken. */
  | { readonly type: 'stored'; readonly request: number; readonly ok: boolean }
  /** Answer to `load`. `more` is true when the range goes on after the last record. */
  | {
      readonly type: 'loaded'
      readonly request: number
      readonly records: readonly StoredRecord[]
      readonly more: boolean
    }
  | { readonly type: 'computed'; readonly request: number; readonly result: ComputeResult }
  /** The socket asked for by `relayConnect` is open / gone (also when it never opened). */
  | { readonly type: 'relayUp' }
  | { readonly type: 'relayDown' }
  | { readonly type: 'relayFrame'; readonly bytes: Uint8Array }
  /** The transport of a dial made something its far side must get: an offer, an answer or candidates. */
  | { readonly type: 'signalMade'; readonly transport: string; readonly bytes: Uint8Array }
  /**
   * A transport is open. `local` and `remote` are 32 bytes each that bind the handshake to it: both DTLS certificate
   * fingerprints, or both connection ids of a plain socket. `initiator` is set where the transport itself decides who
   * speaks first (a socket: who dialled); otherwise the session keys decide.
   */
  | {
      readonly type: 'transportUp'
      readonly transport: string
      readonly kind: TransportKind
      readonly local: Uint8Array
      readonly remote: Uint8Array
      readonly initiator?: boolean | undefined
    }
  | { readonly type: 'transportFrame'; readonly transport: string; readonly bytes: Uint8Array }
  /** `full`: more than the high-water mark is buffered, stop sending; `drained`: below the low-water mark, go on. */
  | { readonly type: 'transportFull'; readonly transport: string }
  /** Nothing comes through any more, perhaps for a moment only. */
  | { readonly type: 'transportDoubted'; readonly transport: string }
  | { readonly type: 'transportDrained'; readonly transport: string }
  | { readonly type: 'transportDown'; readonly transport: string }
  /** The program slept, woke or changed network: doubt every link at once instead of waiting for time-outs. */
  | { readonly type: 'woke' }
  | { readonly type: 'setVisible'; readonly visible: boolean }
  | { readonly type: 'setName'; readonly name: string }
  | { readonly type: 'setTyping'; readonly typing: boolean }
  | { readonly type: 'setAddresses'; readonly addresses: readonly Address[] }
  /** Something for one linked session alone; dropped when there is no link. */
  | { readonly type: 'whisper'; readonly session: string; readonly whisper: Uint8Array }
  /** Somebody wrote. The engine answers with a `posted` event that carries the same `tag`. */
  | { readonly type: 'post'; readonly tag: number; readonly content: Content }
  /** In a members room; answered by `membershipDone` or `membershipRefused` with the same `tag`. */
  | { readonly type: 'membership'; readonly tag: number; readonly command: MembershipCommand }

/** Where a peer of a terminal's configuration listens. */
export interface Address {
  readonly host: string
  readonly port: number
}
