/** Members rooms in words: who is in, how sure that is, who is at the door, how far one has come on the way in. */
import type {
  EdgeRule,
  Entering,
  Newcomer,
  Person,
  Policy,
  RefusedReason,
  RoomInvite,
  RoomState,
  Verification,
} from '@kith/peer'
import { printableLine } from '../printable.ts'

/** A sign and a word: a sign alone is easily missed, a colour is not there at all in a pipe. */
const signs: Readonly<Record<Verification['level'], string>> = {
  self: ' ',
  compared: '✓',
  pin: '#',
  attested: '@',
  vouched: '+',
  none: '?',
  changed: '!',
}

const refusals: Readonly<Record<RefusedReason, string>> = {
  expired: 'This invite has run out. Ask whoever sent it for a new one.',
  used: 'Somebody has come in by this invite already. Ask for one of your own.',
  revoked: 'This invite was taken back. Ask whoever sent it what happened.',
  burnt: 'Too many wrong PINs: this invite opens nothing any more. Ask for a new one.',
  declined: 'Somebody in the room said no. Ask whoever invited you.',
  unknown: 'Nobody in the room knows this invite. Copy the whole link again, or ask for a new one.',
}

export function nameIn({ people }: Pick<RoomState, 'people'>, id: string): string {
  const person = people.find((other) => other.id === id)
  if (person?.me === true) return 'you'
  return printableLine(person?.name ?? '') || id.slice(0, 6)
}

export function verifiedText({ level, by, claim }: Verification, state: Pick<RoomState, 'people'>): string {
  const names = by.map((id) => nameIn(state, id)).join(', ')
  const words: Readonly<Record<Verification['level'], string>> = {
    self: 'you',
    compared: 'compared by you',
    pin: 'you gave them a PIN',
    attested: `attested: ${printableLine(claim ?? '')}`,
    vouched: names === '' ? 'vouched for' : `vouched for by ${names}`,
    none: 'not verified',
    changed: 'NOT the key you compared before: compare again before you trust it',
  }
  return `${signs[level]} ${words[level]}`
}

export function enteringText(entering: Entering): string {
  switch (entering.phase) {
    case 'meeting':
      return 'Knocking: looking for somebody in the room who can open. Somebody has to be online; stay here.'
    case 'pinWanted': {
      const who = printableLine(entering.by) || 'Whoever invited you'
      const wrong = entering.wrong === 0 ? '' : 'That was not the PIN. '
      const tries = entering.triesLeft === 1 ? '1 try' : `${entering.triesLeft} tries`
      return `${wrong}${who} sees six digits. Ask for them by phone or in person and type them here (${tries} left).`
    }
    case 'pinChecking':
      return 'Checking the PIN…'
    case 'vouchesWanted':
      return `${entering.have} of ${entering.need} members vouch for you; another one has to meet you. Stay here.`
    case 'refused':
      return refusals[entering.reason]
  }
}

export function newcomerText(newcomer: Newcomer, state: Pick<RoomState, 'people'>): string {
  const name = printableLine(newcomer.name) || newcomer.id.slice(0, 6)
  const { pin, vouches, needed, here, wrongPins } = newcomer
  const parts: string[] = []
  if (vouches.length > 0) {
    const by = vouches.map((vouch) => nameIn(state, vouch.by)).join(', ')
    parts.push(`${name} is let in by ${by} and needs ${needed - vouches.length} more`)
  } else parts.push(`${name} wants to come in`)
  if (wrongPins > 0) parts.push(wrongPins === 1 ? 'a wrong PIN was entered' : `${wrongPins} wrong PINs were entered`)
  if (pin !== undefined) {
    const tries = pin.triesLeft === 1 ? '1 try' : `${pin.triesLeft} tries`
    parts.push(`tell them ${pin.digits.slice(0, 3)} ${pin.digits.slice(3)} by phone or in person (2 minutes, ${tries})`)
  } else if (here) parts.push(`/pin ${name} shows a PIN, /vouch ${name} needs none, /decline ${name}`)
  else parts.push('not connected right now')
  return `${parts.join('; ')}.`
}

/** The people of an open room went on, and this one was not among those who were chosen. */
export function elsewhereText(name: string): string {
  const who = printableLine(name) || 'Somebody'
  return `${who} made a members room for some of the people here. If you belong there, ask them for an invite.`
}

export function inviteStateText({ id, usesLeft, expiresAt, asksPin, link }: RoomInvite, now: number): string {
  const minutes = Math.max(0, Math.round((expiresAt - now) / 60_000))
  const left =
    minutes < 90
      ? `${minutes} min`
      : minutes < 2880
        ? `${Math.round(minutes / 60)} h`
        : `${Math.round(minutes / 1440)} days`
  return `${id.slice(0, 8)}  for ${usesLeft} more, ${left} left, ${asksPin ? 'with a PIN' : 'without a PIN'}${link === undefined ? '' : `\n          ${link}`}`
}

/** One line a rule, named as `/policy` takes it. */
export function policyText(policy: Policy): string {
  const { history } = policy
  return [
    `invite   ${policy.whoMayAdd}            who may invite: members, admins`,
    `vouches  ${policy.vouches}                  so many members have to meet a newcomer`,
    `history  ${typeof history === 'string' ? history : `${history.days}d`}                what newcomers read: all, sinceJoin, 30d`,
    `write    ${policy.whoMayPost}            who may write: members, admins`,
    `slow     ${policy.slowSeconds}                  seconds between two messages of one person; 0 is off`,
  ]
    .map((line) =>
      line.replace(
        /^(\w+)(\s+)(\S+)\s+/u,
        (_all, rule: string, _gap, value: string) => `${rule.padEnd(9)}${value.padEnd(11)}`,
      ),
    )
    .join('\n')
}

export function edgeRuleText(rule: EdgeRule): string {
  return rule === 'own'
    ? 'You connect only with whom you checked yourself, by a PIN or by comparing numbers. What others write comes through these; /map shows the gaps.'
    : 'You connect with everybody whom enough people you trust have vouched for.'
}

export function membersText(state: RoomState, now: number): string {
  const { people, members } = state
  const inside = people.filter(({ membership }) => membership !== undefined)
  const mine = inside.filter(({ me, verification: { level } }) => !me && (level === 'compared' || level === 'pin'))
  const lines = [`Members: ${inside.length}, ${mine.length} verified by you`]
  for (const person of inside) lines.push(memberLine(person, state))
  if (members === undefined) return lines.join('\n')
  for (const newcomer of members.newcomers) lines.push(`  at the door: ${newcomerText(newcomer, state)}`)
  if (members.invites.length > 0) lines.push('', 'invites:')
  for (const invite of members.invites) lines.push(`  ${inviteStateText(invite, now)}`)
  for (const { id, name, by, left } of members.removed) {
    const who = printableLine(name) || id.slice(0, 6)
    lines.push(left ? `  left: ${who}` : `  removed: ${who}, by ${nameIn(state, by)}`)
  }
  return lines.join('\n')
}

function memberLine(person: Person, state: RoomState): string {
  const { membership, quiet } = person
  const role = membership === undefined || membership.role === 'member' ? '' : `, ${membership.role}`
  const vouches = (membership?.vouches ?? []).map(({ by, method }) => `${nameIn(state, by)} (${method})`)
  const name = person.me ? `${printableLine(person.name)} (you)` : printableLine(person.name) || person.id.slice(0, 6)
  return [
    `  ${name}${role}`,
    ...(person.me ? [] : [verifiedText(person.verification, state)]),
    ...(vouches.length === 0 ? [] : [`vouched: ${vouches.join(', ')}`]),
    ...(quiet === undefined ? [] : [`${quiet} by you`]),
  ].join(' · ')
}
