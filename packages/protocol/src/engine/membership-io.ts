/** What one does in a members room, and what the engine tells of it. */
import type { KeyPair } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { ArrivalState } from '../members/arrival.ts'
import type { AtDoor } from '../members/door.ts'
import type { EdgeRule, VouchMethod } from '../members/edges.ts'
import type { Policy } from '../members/policy.ts'
import type { KeeperTicket } from '../keepers/keeper-ticket.ts'
import type { MembershipSnapshot } from '../members/snapshot.ts'

export type MembershipCommand =
  /** Answered with the invite's text-free parts: `done.invite` is what `formatInvite` takes. */
  | { readonly type: 'invite'; readonly uses: number; readonly lastsMs: Millis; readonly asksPin: boolean }
  /** Answered with `done.keeper`. */
  | { readonly type: 'keeperTicket' }
  /** Or a keeper's ticket. */
  | { readonly type: 'revokeInvite'; readonly invite: string }
  /** Lets in an identity that showed its certificate otherwise than by an invite. */
  | {
      readonly type: 'add'
      readonly subject: string
      readonly certificate: Uint8Array
      readonly name: string
      readonly method: VouchMethod
    }
  | { readonly type: 'vouch'; readonly subject: string; readonly method: VouchMethod }
  /** Sends away whoever stands at the door. */
  | { readonly type: 'decline'; readonly subject: string }
  /** The newcomer's: what was typed. */
  | { readonly type: 'enterPin'; readonly pin: string }
  /** `cascade`: who falls with it. */
  | { readonly type: 'remove'; readonly subject: string; readonly cascade: readonly string[] }
  | { readonly type: 'leave' }
  | { readonly type: 'setRole'; readonly subject: string; readonly role: 'admin' | 'member' }
  | { readonly type: 'setPolicy'; readonly policy: Policy }
  /** Whom this program links with: its own choice, told to nobody. */
  | { readonly type: 'setEdgeRule'; readonly rule: EdgeRule }
  /** Another device of one's own, certified by the identity. Answered with `done.lobby`: what it meets the others by. */
  | { readonly type: 'addDevice'; readonly certificate: Uint8Array; readonly agree: Uint8Array }
  /** From now on lockboxes are for this half; `older` still open what was sealed for them. */
  | { readonly type: 'turnAgree'; readonly agree: KeyPair; readonly older: readonly KeyPair[] }
  /** A revocation of one of one's own devices, signed by the identity. */
  | { readonly type: 'revokeDevice'; readonly statement: Uint8Array }

export type MembershipRefusal =
  /** Not a members room. */
  | 'open'
  | 'notMember'
  /** The role does not allow it, or it is about somebody who stands above. */
  | 'notAllowed'
  | 'unknownSubject'
  | 'unknownInvite'
  | 'alreadyMember'
  | 'malformed'
  | 'nobodyAsks'

export type MembershipEvent =
  | { readonly type: 'membership'; readonly snapshot: MembershipSnapshot }
  /** Who stands at this member's door, whenever that changes. */
  | { readonly type: 'door'; readonly newcomers: readonly AtDoor[] }
  /** How far a newcomer has come. */
  | { readonly type: 'arrival'; readonly state: ArrivalState }
  /** Somebody is where the members met last and does not answer this one: it may be out. */
  | { readonly type: 'unanswered'; readonly unanswered: boolean }
  | {
      readonly type: 'membershipDone'
      readonly tag: number
      readonly invite?: MadeInvite | undefined
      readonly lobby?: Uint8Array | undefined
      readonly keeper?: MadeKeeperTicket | undefined
    }
  | { readonly type: 'membershipRefused'; readonly tag: number; readonly code: MembershipRefusal }

/** A new invite: only whoever made it has the secret. */
export interface MadeInvite {
  readonly id: string
  readonly secret: Uint8Array
  readonly roomId: Uint8Array
  readonly inviter: Uint8Array
  readonly expires: Millis
  readonly uses: number
  readonly asksPin: boolean
}

/** What to run a keeper with: only whoever made it has it. */
export interface MadeKeeperTicket {
  /** Takes it back, as an invite is: hex of 16 bytes. */
  readonly id: string
  readonly ticket: KeeperTicket
}
