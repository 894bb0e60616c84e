/** What the engine tells of a members room → what an interface sees of it. Pure. */
import type { ArrivalState, AtDoor, MembershipSnapshot, Millis } from '@kith/protocol'
import type {
  EdgeRule,
  Entering,
  HeldMessage,
  MembersState,
  Membership,
  Newcomer,
  Policy,
  RoomInvite,
} from './members-state.ts'
import type { PostingRules } from './posting-rules.ts'

export interface MembersFacts {
  /** When I last wrote something that is shown. */
  readonly lastWroteAt: Millis | undefined
  readonly snapshot: MembershipSnapshot
  readonly door: readonly AtDoor[]
  /** Links of the invites, and keepers' tickets, made here, by id: only whoever made one has its secret. */
  readonly linkByInvite: ReadonlyMap<string, string>
  readonly held: readonly HeldMessage[]
  readonly edgeRule: EdgeRule
  readonly unanswered: boolean
}

/** Undefined as long as one is not in and never was. */
export function membersStateOf({
  snapshot,
  door,
  linkByInvite,
  lastWroteAt,
  held,
  edgeRule,
  unanswered,
}: MembersFacts): MembersState | undefined {
  const { standing, policy } = snapshot
  if (standing === 'outside') return undefined
  return {
    standing: snapshot.deviceRevoked === true && standing === 'in' ? 'revoked' : standing,
    removedBy: snapshot.removedBy,
    role: snapshot.role,
    policy: {
      whoMayAdd: policy.whoMayAdd,
      vouches: policy.vouches,
      history: policy.history,
      whoMayPost: policy.whoMayPost,
      slowSeconds: policy.slowSeconds,
    },
    mayAdd: snapshot.mayAdd,
    mayGovern: snapshot.mayGovern,
    mayPost: snapshot.mayPost,
    slowUntil: slowUntil(snapshot, lastWroteAt),
    invites: snapshot.invites.flatMap((invite): readonly RoomInvite[] => {
      const usesLeft = invite.uses - invite.usedBy.length
      if (invite.revoked || usesLeft <= 0) return []
      const { id, by, expires: expiresAt, asksPin } = invite
      return [{ id, link: linkByInvite.get(id), by, expiresAt, usesLeft, asksPin }]
    }),
    keeperTickets: snapshot.keeperTickets.map(({ id, by }) => ({ id, by, ticket: linkByInvite.get(id) })),
    newcomers: newcomersOf(snapshot, door),
    removed: snapshot.removed.map(({ identity: id, name, by, at, left }) => ({ id, name, by, at, left })),
    held,
    edgeRule,
    unanswered: unanswered && standing === 'in',
  }
}

/** The founder and admins are not slowed. */
function slowUntil(
  { role, policy, policySince }: MembershipSnapshot,
  lastWroteAt: Millis | undefined,
): Millis | undefined {
  if (role !== 'member' || policy.slowSeconds === 0 || lastWroteAt === undefined) return undefined
  return lastWroteAt < policySince ? undefined : lastWroteAt + policy.slowSeconds * 1000
}

export function postingRulesOf({ members, policy, policySince }: MembershipSnapshot): PostingRules {
  return {
    since: policySince,
    slowMs: policy.slowSeconds * 1000,
    onlyAdmins: policy.whoMayPost === 'admins',
    admins: new Set(members.flatMap(({ identity, role }) => (role === 'member' ? [] : [identity]))),
  }
}

/** Who is at this door, and who was let in elsewhere and lacks vouchers. */
function newcomersOf({ pending, members }: MembershipSnapshot, door: readonly AtDoor[]): readonly Newcomer[] {
  const inside = new Set(members.map(({ identity }) => identity))
  const here = door.flatMap((guest): readonly Newcomer[] => {
    if (inside.has(guest.identity)) return []
    const vouches = pending.find(({ identity }) => identity === guest.identity)?.vouchedBy ?? []
    const { identity: id, name, needed, pin, wrongPins } = guest
    return [{ id, name, vouches, needed, pin, wrongPins, here: true }]
  })
  const known = new Set(here.map(({ id }) => id))
  const elsewhere = pending
    .filter(({ identity }) => !known.has(identity))
    .map(({ identity: id, name, vouchedBy: vouches, needed }): Newcomer => {
      return { id, name, vouches, needed, pin: undefined, wrongPins: 0, here: false }
    })
  return [...here, ...elsewhere]
}

export function membershipsOf({
  members,
}: MembershipSnapshot): ReadonlyMap<string, { readonly name: string; readonly membership: Membership }> {
  return new Map(
    members.map(({ identity, name, role, addedBy, since, vouchedBy: vouches, below }) => [
      identity,
      { name, membership: { role, addedBy, since, vouches, below } },
    ]),
  )
}

/** `nameOf` gives the name of a member by its id, empty when it is not known: then what it calls itself at the door. */
export function enteringOf(state: ArrivalState, nameOf: (id: string) => string): Entering | undefined {
  switch (state.phase) {
    case 'in':
      return undefined
    case 'pinWanted': {
      const { phase, by, name, triesLeft, wrong } = state
      return { phase, by: nameOf(by) || name, triesLeft, wrong }
    }
    case 'pinChecking':
      return { phase: state.phase, by: nameOf(state.by) || state.name }
    default:
      return state
  }
}

/** Policies as the protocol has them say more than an interface changes. */
export function protocolPolicy(policy: Policy, before: MembershipSnapshot['policy']): MembershipSnapshot['policy'] {
  return { ...policy, acceptedServices: before.acceptedServices }
}
