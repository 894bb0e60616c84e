/** Draws the snapshot an interface sees from what membership answers. */
import { isLater } from './graph.ts'
import type { Membership } from './membership.ts'
import type {
  EpochInfo,
  InviteInfo,
  MemberInfo,
  MembershipSnapshot,
  PendingInfo,
  RemovedInfo,
  Role,
  Word,
} from './snapshot.ts'
import { type GivenWord, type Tenure, isAdminNow, isSenior } from './tenure.ts'

/** `device`: the own one, hex. */
export function drawMembership(
  membership: Membership,
  self: string,
  epoch: EpochInfo | undefined,
  device?: string,
): MembershipSnapshot {
  const { settled } = membership
  const own = settled.current(self)
  const removed = removedOf(membership)
  const mine = removed.find(({ identity }) => identity === self)
  const outside = mine === undefined ? 'outside' : mine.left ? 'left' : 'removed'
  return {
    roomId: membership.roomId,
    founder: settled.founder,
    foundingSalt: settled.foundingSalt,
    standing: own === undefined ? outside : 'in',
    removedBy: own === undefined && mine?.left === false ? mine.by : undefined,
    deviceRevoked: device !== undefined && membership.isRevoked(self, device),
    role: own === undefined ? 'member' : roleOf(own),
    mayAdd: membership.mayAdd(self),
    mayGovern: membership.isAdmin(self),
    mayPost: membership.mayPost(self),
    policy: membership.policy(),
    policySince: settled.policyNow()?.since ?? 0,
    members: membersOf(membership, self, own),
    removed,
    pending: pendingOf(membership),
    invites: invitesOf(membership),
    keeperTickets: membership
      .keeperTickets()
      .flatMap(({ id, by, expires, revoked }) => (revoked ? [] : [{ id, by, expires }])),
    epoch,
    operations: membership.size,
  }
}

function roleOf(tenure: Tenure): Role {
  if (tenure.on === undefined) return 'founder'
  return isAdminNow(tenure) ? 'admin' : 'member'
}

function membersOf(membership: Membership, self: string, own: Tenure | undefined): readonly MemberInfo[] {
  const members: MemberInfo[] = []
  for (const tenure of membership.members()) {
    const { identity, add } = tenure
    members.push({
      identity,
      name: nameOf(tenure),
      role: roleOf(tenure),
      isSelf: identity === self,
      addedBy: tenure.on === undefined ? undefined : add.op.author,
      since: tenure.completing.op.time,
      vouchedBy: membership.wordsFor(identity).map(wordOf),
      below: own !== undefined && isSenior(own, tenure) && membership.mayRemove(self, identity),
      devices: membership.devicesOf(identity).map(({ device }) => device),
    })
  }
  return members
}

function removedOf(membership: Membership): readonly RemovedInfo[] {
  const removed: RemovedInfo[] = []
  for (const identity of membership.settled.identities()) {
    if (membership.isMember(identity)) continue
    const tenure = membership.settled.tenuresOf(identity).at(-1)
    const [cut] = [...(tenure?.cuts ?? [])].sort((a, b) => (isLater(a, b) ? 1 : -1))
    if (tenure === undefined || cut === undefined) continue
    const left = cut.op.body.type === 'leave'
    removed.push({ identity, name: nameOf(tenure), by: cut.op.author, at: cut.op.time, left })
  }
  return removed
}

function pendingOf(membership: Membership): readonly PendingInfo[] {
  return membership.pending().map(({ add, needed }) => ({
    identity: add.body.subject,
    name: add.body.name,
    addedBy: add.by.identity,
    vouchedBy: membership.wordsFor(add.body.subject).map(wordOf),
    needed,
  }))
}

function invitesOf(membership: Membership): readonly InviteInfo[] {
  return membership.invites().map(({ offered, meet }) => ({ ...offered, meet: meet.slice() }))
}

function nameOf({ add }: Tenure): string {
  return add.op.body.type === 'add' ? add.op.body.name : ''
}

function wordOf({ by, method, node }: GivenWord): Word {
  return { by: by.identity, method, at: node.op.time }
}

/** Is there anything new to show? Cheap to ask after every change. */
export function isSameSnapshot(a: MembershipSnapshot, b: MembershipSnapshot): boolean {
  return a.operations === b.operations && a.epoch?.id === b.epoch?.id && a.epoch?.recipients === b.epoch?.recipients
}
