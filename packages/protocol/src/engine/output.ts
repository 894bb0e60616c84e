/** Everything an engine can ask for or announce. The host carries out each output in order. */
import type { BlobEvent, BlobOutput } from '../blobs/jobs.ts'
import type { TimerOutput } from '../machine.ts'
import type { TimelineChange } from '../rooms/timeline.ts'
import type { ComputeJob, StoreChange, StoreRange } from './effects.ts'
import type { Address } from './input.ts'
import type { MembershipEvent } from './membership-io.ts'

/** `control` and `bulk` are two data channels, so that a file never stands in front of a keystroke. */
export type Channel = 'control' | 'bulk'

export type Output =
  | TimerOutput
  | { readonly type: 'cancelTimer'; readonly name: string }
  | { readonly type: 'store'; readonly request: number; readonly changes: readonly StoreChange[] }
  | { readonly type: 'load'; readonly request: number; readonly range: StoreRange }
  | { readonly type: 'compute'; readonly request: number; readonly job: ComputeJob }
  /** Open the WebSocket to this engine's relay; back-off is the engine's own. */
  | { readonly type: 'relayConnect' }
  | { readonly type: 'relayClose' }
  | { readonly type: 'relaySend'; readonly bytes: Uint8Array }
  /** Make a WebRTC transport under this name. The offerer starts; the other waits for `signal`. */
  | { readonly type: 'dial'; readonly transport: string; readonly offerer: boolean }
  /** Hand the far side's offer, answer or candidates to the transport. */
  | { readonly type: 'signal'; readonly transport: string; readonly bytes: Uint8Array }
  /** Open a plain socket to an address; answered by `transportUp` or `transportDown`. */
  | { readonly type: 'dialAddress'; readonly transport: string; readonly address: Address }
  | { readonly type: 'transmit'; readonly transport: string; readonly channel: Channel; readonly bytes: Uint8Array }
  /** Close and forget the transport; also for one that never came up. */
  | { readonly type: 'hangUp'; readonly transport: string }
  | BlobOutput
  | { readonly type: 'event'; readonly event: EngineEvent }

/** How frames reach a peer: `through` a member comes with circuits. */
export type Path = 'direct' | 'relay' | 'through'

/** `here`: a member of the mesh without a link to us; what it says comes through others. */
export type PeerState = 'joining' | 'linked' | 'here' | 'gone'

/** One online session as this engine sees it. */
export interface PeerInfo {
  /** Session key, hex. */
  readonly session: string
  /** It keeps history for others and is nobody; `reader`: with the key of the room. */
  readonly keeper?: 'blind' | 'reader' | undefined
  /** Author key of the person behind it, hex; the session key itself until its chain is known. */
  readonly author: string
  readonly name: string
  readonly platform: 'browser' | 'node'
  readonly path: Path | undefined
  /** Who carries it, session hex, where the path is `through`. */
  readonly through?: string | undefined
  readonly state: PeerState
  readonly rttMs: number | undefined
}

export type EngineEvent =
  | BlobEvent
  | MembershipEvent
  /** The messages that changed, in display order; receivers replace what they had under the same id. */
  | { readonly type: 'timeline'; readonly changes: readonly TimelineChange[] }
  | { readonly type: 'posted'; readonly tag: number; readonly id: string }
  | { readonly type: 'postRefused'; readonly tag: number; readonly code: string }
  | { readonly type: 'peer'; readonly peer: PeerInfo }
  | { readonly type: 'typing'; readonly session: string; readonly author: string; readonly typing: boolean }
  | { readonly type: 'relay'; readonly state: 'connecting' | 'up' | 'away' | 'none' }
  /**
   * `loading` own store, `alone` nobody to ask, `catchingUp` with `have` of `total` entries, `synced`: everything the
   * linked peers know is here, `gaps` ranges are missing everywhere we could ask.
   */
  | {
      readonly type: 'sync'
      readonly phase: 'loading' | 'alone' | 'catchingUp' | 'synced'
      readonly have: number
      readonly total: number
      readonly gaps: number
    }
  /** A linked session said something to us alone; `author` hex, the session itself while its chain is unknown. */
  | {
      readonly type: 'whisper'
      readonly session: string
      readonly author: string
      /** Key of the device it is said by, hex; undefined while its chain is unknown. */
      readonly device?: string | undefined
      readonly whisper: Uint8Array
    }
  /**
   * The people of an open room went on elsewhere: told anew when the notice, or what is known of its author, changes.
   * `invite` undefined: not this one. `sealed`: it was for this device alone, and needs no PIN.
   */
  | {
      readonly type: 'moved'
      readonly author: string
      readonly invite: string | undefined
      readonly sealed: boolean
    }
  /** What an author shows of who they are, not judged; empty when it was taken back. */
  | { readonly type: 'proof'; readonly author: string; readonly proof: Uint8Array }
  /** With the option `trace`: a copy of an entry came by a link, `hop` links from its author; `copy`: it was held. */
  | { readonly type: 'trace'; readonly id: string; readonly hop: number; readonly copy: boolean }
  /** Something a person should know; codes are listed in the specification. */
  | { readonly type: 'notice'; readonly code: NoticeCode; readonly about?: string | undefined }

export type NoticeCode =
  | 'clockWrong'
  | 'relayKeyChanged'
  | 'relayRefused'
  | 'storeFull'
  | 'forkFound'
  | 'linkRefused'
  | 'floodLimited'
