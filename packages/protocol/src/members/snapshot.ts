/** What an interface sees of a members room: one value, drawn anew whenever something of it changes. Identities in hex. */
import type { Millis } from '../machine.ts'
import type { VouchMethod } from './edges.ts'
import type { Policy } from './policy.ts'

export type Role = 'founder' | 'admin' | 'member'

export interface Word {
  readonly by: string
  readonly method: VouchMethod
  readonly at: Millis
}

export interface MemberInfo {
  readonly identity: string
  /** What it was called when it was added; empty for the founder. Its own profile says more. */
  readonly name: string
  readonly role: Role
  readonly isSelf: boolean
  /** Undefined for the founder. */
  readonly addedBy: string | undefined
  readonly since: Millis
  readonly vouchedBy: readonly Word[]
  /** Stands below me: I may remove it, and as an admin change its role. */
  readonly below: boolean
  /** Devices, signing keys in hex. */
  readonly devices: readonly string[]
}

export interface RemovedInfo {
  readonly identity: string
  readonly name: string
  readonly by: string
  readonly at: Millis
  readonly left: boolean
}

/** Added, but in want of more vouchers. */
export interface PendingInfo {
  readonly identity: string
  readonly name: string
  readonly addedBy: string
  readonly vouchedBy: readonly Word[]
  readonly needed: number
}

export interface InviteInfo {
  /** Hex of 16 bytes. */
  readonly id: string
  readonly by: string
  readonly meet: Uint8Array
  readonly key: Uint8Array
  readonly expires: Millis
  readonly uses: number
  readonly asksPin: boolean
  readonly revoked: boolean
  /** Identities that were added by it. */
  readonly usedBy: readonly string[]
}

/** A keeper's ticket that counts. */
export interface KeeperTicketInfo {
  /** Hex of 16 bytes. */
  readonly id: string
  /** Identity, hex. */
  readonly by: string
  readonly expires: Millis
}

export interface EpochInfo {
  readonly id: string
  /** Devices that can open it. */
  readonly recipients: number
  readonly since: Millis
}

export interface MembershipSnapshot {
  /** Hex of 32 bytes. */
  readonly roomId: string
  readonly founder: string
  /** Undefined before anything is known. */
  readonly foundingSalt?: Uint8Array | undefined
  /** `outside`: not in yet, or never was. */
  readonly standing: 'in' | 'removed' | 'left' | 'outside'
  readonly removedBy: string | undefined
  /** This device was taken back by the identity it spoke for: it reads and says nothing more. */
  readonly deviceRevoked?: boolean | undefined
  readonly role: Role
  readonly mayAdd: boolean
  readonly mayGovern: boolean
  readonly mayPost: boolean
  readonly policy: Policy
  /** Time of the operation that set it: what was said before is not judged by it. 0 for the policy of the founding. */
  readonly policySince: Millis
  readonly members: readonly MemberInfo[]
  readonly removed: readonly RemovedInfo[]
  readonly pending: readonly PendingInfo[]
  readonly invites: readonly InviteInfo[]
  readonly keeperTickets: readonly KeeperTicketInfo[]
  /** What own messages are sealed under; undefined while a new key is being made, or its key is not here yet. */
  readonly epoch: EpochInfo | undefined
  /** Operations known. */
  readonly operations: number
}
