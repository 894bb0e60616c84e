/**
 * The members half of the fake room: a room's own record, its invites and its door, as far as an interface can see them.
 * Nothing here decides anything: the rules are the engine's, this only answers plausibly.
 */
import type { Millis } from '@kith/protocol'
import type { Person } from '../chat.ts'
import { GovernRefused } from '../errors.ts'
import {
  defaultPolicy,
  type Entering,
  type GovernCommand,
  type MembersState,
  type Membership,
  type Newcomer,
  type Policy,
  type Role,
  type RoomInvite,
  type Verification,
  type VouchMethod,
} from '../members-state.ts'

/** What makes a fake person a member: the role, and who vouched how, by name (the empty name is me). */
export interface FakeMember {
  readonly role?: Role | undefined
  readonly addedBy?: string | undefined
  readonly vouches?: Readonly<Record<string, VouchMethod>> | undefined
  readonly agoMs?: Millis | undefined
  readonly below?: boolean | undefined
}

export interface FakeMembers {
  /** Written while the room's key changes. */
  readonly held?: readonly string[] | undefined
  readonly unanswered?: boolean | undefined
  readonly myRole?: Role | undefined
  readonly policy?: Partial<Policy> | undefined
  /** By whom, by name; the empty name is me. */
  readonly keeperTickets?: readonly string[] | undefined
  readonly invites?: readonly (Partial<RoomInvite> & { readonly byName?: string | undefined })[] | undefined
  readonly newcomers?: readonly (Partial<Newcomer> & { readonly name: string })[] | undefined
  readonly removed?: readonly { readonly name: string; readonly byName: string; readonly agoMs: Millis }[] | undefined
  readonly standing?: MembersState['standing'] | undefined
  readonly entering?: Entering | undefined
}

export interface FakeVerification {
  readonly level: Verification['level']
  /** Names; the empty name is me. */
  readonly by?: readonly string[] | undefined
  readonly claim?: string | undefined
}

/** Turns names into ids. */
export type IdOf = (name: string) => string

export function fakeMembership(member: FakeMember, idOf: IdOf, now: Millis): Membership {
  const at = now - (member.agoMs ?? 20 * 86_400_000)
  const role = member.role ?? 'member'
  return {
    role,
    addedBy: role === 'founder' ? undefined : idOf(member.addedBy ?? ''),
    since: at,
    vouches: Object.entries(member.vouches ?? {}).map(([name, method]) => ({ by: idOf(name), method, at })),
    below: member.below ?? role !== 'founder',
  }
}

export function fakeMembersState(options: FakeMembers, idOf: IdOf, now: Millis): MembersState {
  const role = options.myRole ?? 'founder'
  const policy: Policy = { ...defaultPolicy, ...options.policy }
  const standing = options.standing ?? 'in'
  const governs = standing === 'in' && role !== 'member'
  return {
    standing,
    removedBy: standing === 'removed' ? idOf('Mara') : undefined,
    role,
    policy,
    mayAdd: standing === 'in' && (governs || policy.whoMayAdd === 'members'),
    mayGovern: governs,
    mayPost: standing === 'in' && (governs || policy.whoMayPost === 'members'),
    slowUntil: undefined,
    invites: (options.invites ?? []).map(({ byName, ...invite }, i) => ({
      id: `invite ${i + 1}`,
      link: byName === undefined ? fakeInviteLink(i) : undefined,
      by: idOf(byName ?? ''),
      expiresAt: now + 86_400_000,
      usesLeft: 1,
      asksPin: true,
      ...invite,
    })),
    keeperTickets: (options.keeperTickets ?? []).map((byName, i) => ({
      id: `ticket ${i + 1}`,
      by: idOf(byName),
      ticket: byName === '' ? fakeTicket : undefined,
    })),
    newcomers: (options.newcomers ?? []).map((newcomer) => ({
      id: idOf(newcomer.name),
      vouches: [],
      needed: policy.vouches,
      pin: undefined,
      wrongPins: 0,
      here: true,
      ...newcomer,
    })),
    edgeRule: 'trusted',
    unanswered: options.unanswered ?? false,
    held: (options.held ?? []).map((text, tag) => ({ tag, text, files: 0 })),
    removed: (options.removed ?? []).map(({ name, byName, agoMs }) => ({
      id: idOf(name),
      name,
      by: idOf(byName),
      at: now - agoMs,
      left: false,
    })),
  }
}

function fakeInviteLink(number: number): string {
  return `https://kith.example/#i${`${number}Zq7Rw3NfTb9YcLk2HsVp8XdMj5GaEu4Do`.padEnd(60, 'x')}`
}

/** What became of the people and the state of the room by a command. */
export interface Governed {
  readonly members: MembersState
  readonly people: readonly Person[]
  readonly entering: Entering | undefined
  readonly answer: string | undefined
}

interface Before {
  readonly members: MembersState | undefined
  readonly people: readonly Person[]
  readonly entering: Entering | undefined
  readonly me: string
}

/** Looks like one and leads nowhere. */
const fakeTicket = `kith-keep:${'Ar3oXqLk9wZtVbNmC2sYhJ7eUiPdFg5R'.repeat(7)}`

/** The PIN that opens every fake door. */
export const fakePin = '204816'

export function governFake(command: GovernCommand, before: Before, now: Millis): Governed {
  const { members, people, entering, me } = before
  if (command.type === 'enterPin') return enterPin(command.pin, before, now)
  if (members === undefined) throw new GovernRefused('open')
  const done = (change: Partial<MembersState>, next = people, answer?: string): Governed => ({
    members: { ...members, ...change },
    people: next,
    entering,
    answer,
  })
  const withMembership = (who: string, change: (was: Membership) => Membership | undefined): readonly Person[] =>
    people.map((person) =>
      person.id === who && person.membership !== undefined
        ? { ...person, membership: change(person.membership) }
        : person,
    )
  switch (command.type) {
    case 'invite': {
      const id = `invite ${now}`
      const invite: RoomInvite = {
        id,
        link: fakeInviteLink(now % 97),
        by: me,
        expiresAt: now + command.lastsMs,
        usesLeft: command.uses,
        asksPin: command.asksPin,
      }
      return done({ invites: [...members.invites, invite] }, people, id)
    }
    case 'revokeInvite':
      return done({
        invites: members.invites.filter(({ id }) => id !== command.invite),
        keeperTickets: members.keeperTickets.filter(({ id }) => id !== command.invite),
      })
    case 'keeperTicket': {
      const id = `ticket ${now}`
      return done({ keeperTickets: [...members.keeperTickets, { id, by: me, ticket: fakeTicket }] }, people, id)
    }
    case 'vouch': {
      const newcomers = members.newcomers.map((newcomer): Newcomer => {
        if (newcomer.id !== command.who) return newcomer
        if (command.method === 'pin')
          return { ...newcomer, pin: { digits: fakePin, until: now + 120_000, triesLeft: 3 - newcomer.wrongPins } }
        return { ...newcomer, vouches: [...newcomer.vouches, { by: me, method: command.method, at: now }] }
      })
      const vouched = people.map((person) =>
        person.id === command.who && person.membership !== undefined
          ? {
              ...person,
              membership: {
                ...person.membership,
                vouches: [...person.membership.vouches, { by: me, method: command.method, at: now }],
              },
            }
          : person,
      )
      return done({ newcomers }, vouched)
    }
    case 'decline':
      return done({ newcomers: members.newcomers.filter(({ id }) => id !== command.who) })
    case 'remove': {
      const gone = new Set([command.who, ...command.with])
      const removed = people
        .filter(({ id }) => gone.has(id))
        .map(({ id, name }) => ({ id, name, by: me, at: now, left: false }))
      return done(
        { removed: [...members.removed, ...removed] },
        people.filter(({ id }) => !gone.has(id)),
      )
    }
    case 'setRole':
      return done(
        {},
        withMembership(command.who, (was) => ({ ...was, role: command.role })),
      )
    case 'setEdgeRule':
      return done({ edgeRule: command.rule })
    case 'setPolicy':
      return done({ policy: command.policy })
    case 'leave':
      return done({ standing: 'left', mayAdd: false, mayGovern: false, mayPost: false })
  }
}

function enterPin(pin: string, { entering, people, me, members }: Before, now: Millis): Governed {
  if (entering?.phase !== 'pinWanted') throw new GovernRefused('nobodyAsks')
  const idOf: IdOf = (name) => people.find((person) => person.name === name)?.id ?? me
  const state = members ?? fakeMembersState({ myRole: 'member' }, idOf, now)
  if (pin === fakePin) return { members: state, people, entering: undefined, answer: undefined }
  const wrong = entering.wrong + 1
  const left = entering.triesLeft - 1
  const next: Entering = left > 0 ? { ...entering, wrong, triesLeft: left } : { phase: 'refused', reason: 'burnt' }
  return { members: state, people, entering: next, answer: undefined }
}
