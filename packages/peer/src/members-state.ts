/**
 * What an interface sees of a members room, and what it can do there: who is in it and through whom, its policy, its
 * invites, who stands at the door, and, for a newcomer, how far the way in has come.
 *
 * Everything is structured-cloneable. People are named by `Person.id`.
 */
import type { Millis } from '@kith/protocol'

export type RoomKind = 'open' | 'members'

export type Role = 'founder' | 'admin' | 'member'

/** How a voucher made sure: by a PIN, by comparing numbers, or only by a link it gave away. */
export type VouchMethod = 'pin' | 'sas' | 'link'

export interface Vouch {
  readonly by: string
  readonly method: VouchMethod
  readonly at: Millis
}

/** What the room's own record says of one person. */
export interface Membership {
  readonly role: Role
  /** Undefined for the founder. */
  readonly addedBy: string | undefined
  readonly since: Millis
  readonly vouches: readonly Vouch[]
  /** I may remove them, or change what they may do: they stand below me. */
  readonly below: boolean
}

/**
 * How sure one can be that somebody is who one thinks, the best that is known:
 *
 * - `compared`: I compared the safety number, or a short number, with them
 * - `pin`: I gave them a PIN when they came, by another road
 * - `attested`: a service I pinned says that this key controls `claim`
 * - `vouched`: `by` vouch for them, all of whom I trust; `enough` when they are as many as the room asks for
 * - `none`: nobody I know has
 * - `changed`: I once verified somebody of this name, and it was another key
 */
export interface Verification {
  readonly level: 'self' | 'compared' | 'pin' | 'attested' | 'vouched' | 'none' | 'changed'
  readonly by: readonly string[]
  readonly claim: string | undefined
}

export const unverified: Verification = { level: 'none', by: [], claim: undefined }

/** What I did about somebody, here on this device; they are not told. `muted`: nothing they say counts as unread. */
export type Quiet = 'muted' | 'hidden'

export interface Policy {
  readonly whoMayAdd: 'members' | 'admins'
  /** So many members have to vouch before somebody is in. */
  readonly vouches: number
  /** What a newcomer can read of what was said before. */
  readonly history: 'all' | 'sinceJoin' | { readonly days: number }
  readonly whoMayPost: 'members' | 'admins'
  /** Seconds between two messages of one person; 0 for none. Admins are not slowed. */
  readonly slowSeconds: number
}

export const defaultPolicy: Policy = {
  whoMayAdd: 'members',
  vouches: 1,
  history: 'all',
  whoMayPost: 'members',
  slowSeconds: 0,
}

export interface RoomInvite {
  readonly id: string
  /** Whole link; undefined for an invite somebody else made. */
  readonly link: string | undefined
  readonly by: string
  readonly expiresAt: Millis
  readonly usesLeft: number
  /** Whoever comes has to enter a PIN, which I tell them by another road. */
  readonly asksPin: boolean
}

/** What a blind keeper of this room is run with. */
export interface RoomKeeperTicket {
  readonly id: string
  /** Its text; undefined for one somebody else made. */
  readonly ticket: string | undefined
  readonly by: string
}

/** Somebody at the door: met by an invite, or let in by somebody and in need of more vouchers. */
export interface Newcomer {
  readonly id: string
  readonly name: string
  readonly vouches: readonly Vouch[]
  readonly needed: number
  /** The PIN I have to tell them by another road, as long as it counts. */
  readonly pin: { readonly digits: string; readonly until: Millis; readonly triesLeft: number } | undefined
  /** They entered a wrong PIN with me, too often or not yet. */
  readonly wrongPins: number
  /** They are connected right now, so a PIN can be asked for. */
  readonly here: boolean
}

/**
 * Whom one's own program links with. `trusted`: whom those I trust vouch for, as many as the room asks for. `own`: only
 * whom I checked myself, or who checked me, by a PIN or by comparing numbers; what others write comes through these.
 */
export type EdgeRule = 'trusted' | 'own'

export interface RemovedMember {
  readonly id: string
  readonly name: string
  readonly by: string
  readonly at: Millis
  /** By itself. */
  readonly left: boolean
}

/** A message of mine that waits for the room's new key and then goes out by itself. */
export interface HeldMessage {
  /** Of this run. */
  readonly tag: number
  readonly text: string
  /** How many files go with it. */
  readonly files: number
}

export interface MembersState {
  /**
   * `removed` and `left`: what was said until then can be read, and no more comes. `revoked`: the same, for this linked
   * device alone.
   */
  readonly standing: 'in' | 'removed' | 'left' | 'revoked'
  /**
   * Members are here and do not answer me: I may have been removed while I was away. Nobody tells it to whoever is out, so
   * it cannot be said for certain.
   */
  readonly unanswered: boolean
  /** Who removed me. */
  readonly removedBy: string | undefined
  readonly role: Role
  readonly policy: Policy
  readonly mayAdd: boolean
  readonly mayGovern: boolean
  readonly mayPost: boolean
  /** Slow mode: not before this may I write again. */
  readonly slowUntil: Millis | undefined
  readonly invites: readonly RoomInvite[]
  readonly keeperTickets: readonly RoomKeeperTicket[]
  readonly newcomers: readonly Newcomer[]
  readonly removed: readonly RemovedMember[]
  /** Whom my program links with in this room. */
  readonly edgeRule: EdgeRule
  /** Written while the room has no key to write under. */
  readonly held: readonly HeldMessage[]
}

/** The way in, as the newcomer sees it; undefined once in. */
export type Entering =
  /** Looking for a member who may let one in. */
  | { readonly phase: 'meeting' }
  /** Somebody is there; a PIN is asked for. `wrong`: so many were wrong. */
  | {
      readonly phase: 'pinWanted'
      readonly by: string
      readonly triesLeft: number
      readonly wrong: number
    }
  | { readonly phase: 'pinChecking'; readonly by: string }
  /** So many of so many vouch; the next one has to meet me, too. */
  | { readonly phase: 'vouchesWanted'; readonly have: number; readonly need: number }
  | { readonly phase: 'refused'; readonly reason: RefusedReason }

/** `burnt`: too many wrong PINs. `declined`: somebody in the room said no. */
export type RefusedReason = 'expired' | 'used' | 'revoked' | 'burnt' | 'declined' | 'unknown'

/** What one does in a members room. Rejects with `GovernRefused`. */
export type GovernCommand =
  /** Answers the id of the invite. */
  | { readonly type: 'invite'; readonly uses: number; readonly lastsMs: Millis; readonly asksPin: boolean }
  /** Or a keeper's ticket. */
  | { readonly type: 'revokeInvite'; readonly invite: string }
  /** Answers the id of the ticket. */
  | { readonly type: 'keeperTicket' }
  | { readonly type: 'enterPin'; readonly pin: string }
  /** `pin`: shows a PIN to tell the newcomer; `link` and `sas`: my word at once. */
  | { readonly type: 'vouch'; readonly who: string; readonly method: VouchMethod }
  | { readonly type: 'decline'; readonly who: string }
  /** `with`: who falls with them. */
  | { readonly type: 'remove'; readonly who: string; readonly with: readonly string[] }
  | { readonly type: 'setRole'; readonly who: string; readonly role: Exclude<Role, 'founder'> }
  | { readonly type: 'setPolicy'; readonly policy: Policy }
  /** For my own program alone: whom it links with. */
  | { readonly type: 'setEdgeRule'; readonly rule: EdgeRule }
  | { readonly type: 'leave' }
