/** Carries out what was typed in a members room. */
import { fallsWith, type Policy, type Room } from '@kith/peer'
import { findPerson } from '../find-person.ts'
import type { Outcome } from '../outcome.ts'
import { printableLine } from '../printable.ts'
import { defaultInvite, type MembersCommand } from './commands.ts'
import { edgeRuleText, enteringText, membersText, policyText } from './words.ts'

function hint(text: string): Outcome {
  return { type: 'hint', text }
}

const digits = /^\d{3}[ -]?\d{3}$/u

/** Something was typed while one is still on the way in: six digits are the PIN, nothing else can be said yet. */
export async function sayAtDoor(text: string, room: Room): Promise<Outcome> {
  const { entering } = room.state
  if (entering === undefined) return { type: 'nothing' }
  if (entering.phase !== 'pinWanted' || !digits.test(text.trim())) return hint(enteringText(entering))
  await room.govern({ type: 'enterPin', pin: text.replaceAll(/\D/gu, '') })
  return { type: 'nothing' }
}

export async function performMembers(command: MembersCommand, room: Room, now: number): Promise<Outcome> {
  const { state } = room
  if (command.does === 'quiet') {
    const found = findPerson(room, command.name)
    if (typeof found === 'string') return hint(found)
    await room.setQuiet(found.person.id, command.quiet)
    const name = printableLine(found.person.name)
    const said = { muted: 'is muted', hidden: 'is hidden' } as const
    return hint(
      command.quiet === undefined
        ? `${name} is heard again.`
        : `${name} ${said[command.quiet]}, here and for you only.`,
    )
  }
  if (state.kind === 'open')
    return hint('This is an open room: whoever has its link is in. kith new --members makes one whose members decide.')
  switch (command.does) {
    case 'list':
      return { type: 'text', title: 'members', text: membersText(state, now) }
    case 'invite': {
      const { uses, lastsMs, asksPin } = command
      const id = await room.govern({ type: 'invite', uses, lastsMs, asksPin })
      const link = room.state.members?.invites.find((invite) => invite.id === id)?.link
      return link === undefined ? hint('No invite was made. Try again in a moment.') : { type: 'invite', link }
    }
    case 'revoke': {
      const invite = state.members?.invites.find(({ id }) => id.startsWith(command.invite.toLowerCase()))
      if (invite === undefined) {
        const ticket = state.members?.keeperTickets.find(({ id }) => id.startsWith(command.invite.toLowerCase()))
        if (ticket === undefined) return hint('There is no such invite. /members lists them.')
        await room.govern({ type: 'revokeInvite', invite: ticket.id })
        return hint('Taken back: the keepers that were given it are turned away.')
      }
      await room.govern({ type: 'revokeInvite', invite: invite.id })
      return hint('Taken back: nobody comes in by it any more.')
    }
    case 'pin': {
      if (state.entering !== undefined) return sayAtDoor(command.text, room)
      const who = atDoor(room, command.text)
      if (who === undefined) return hint(`Nobody called “${printableLine(command.text)}” is at the door.`)
      await room.govern({ type: 'vouch', who, method: 'pin' })
      return { type: 'nothing' }
    }
    case 'vouch': {
      const who = atDoor(room, command.name)
      if (who !== undefined) {
        await room.govern({ type: 'vouch', who, method: 'link' })
        return hint('Everybody in the room sees that you vouch for them.')
      }
      const found = findPerson(room, command.name)
      if (typeof found === 'string') return hint(found)
      await room.govern({ type: 'vouch', who: found.person.id, method: 'sas' })
      return hint('Everybody in the room sees that you vouch for them.')
    }
    case 'decline': {
      const who = atDoor(room, command.name)
      if (who === undefined) return hint(`Nobody called “${printableLine(command.name)}” is at the door.`)
      await room.govern({ type: 'decline', who })
      return hint('Sent away.')
    }
    case 'remove':
      return remove(command, room)
    case 'role': {
      const found = findPerson(room, command.name)
      if (typeof found === 'string') return hint(found)
      await room.govern({ type: 'setRole', who: found.person.id, role: command.role })
      return hint(
        `${printableLine(found.person.name)} is ${command.role === 'admin' ? 'an admin' : 'an ordinary member'} now.`,
      )
    }
    case 'policy': {
      const policy = state.members?.policy
      if (policy === undefined) return hint('You are not in this room.')
      if (command.rule === '') return { type: 'text', title: 'rules', text: policyText(policy) }
      const next = changedPolicy(policy, command.rule, command.value)
      if (typeof next === 'string') return hint(next)
      await room.govern({ type: 'setPolicy', policy: next })
      return hint('The rules are changed, for everybody.')
    }
    case 'connect':
      if (command.rule !== undefined) await room.govern({ type: 'setEdgeRule', rule: command.rule })
      return hint(edgeRuleText(command.rule ?? state.members?.edgeRule ?? 'trusted'))
    case 'quit':
      await room.govern({ type: 'leave' })
      return hint('You left. What you have read stays here; /forget NAME erases it.')
  }
}

async function remove(command: MembersCommand & { readonly does: 'remove' }, room: Room): Promise<Outcome> {
  const found = findPerson(room, command.name)
  if (typeof found === 'string') return hint(found)
  const { person } = found
  const name = printableLine(person.name)
  const { people, members } = room.state
  const falling = fallsWith(people, person.id, members?.policy.vouches ?? 1)
  const names = falling.map((other) => printableLine(other.name)).join(', ')
  if (!command.sure) {
    const also =
      falling.length === 0 ? '' : ` Here only because of them, and removed too: ${names} (--alone keeps them).`
    return hint(`/remove ${name} --yes removes ${name} for good.${also}`)
  }
  const fallen = command.alone ? [] : falling.map(({ id }) => id)
  await room.govern({ type: 'remove', who: person.id, with: fallen })
  return hint(fallen.length === 0 ? `${name} is removed.` : `Removed: ${name}, ${names}.`)
}

/** The new policy, or why there is none. */
export function changedPolicy(policy: Policy, rule: string, value: string): Policy | string {
  const whom = value === 'members' || value === 'admins' ? value : undefined
  switch (rule) {
    case 'invite':
      return whom === undefined ? 'As in /policy invite admins, or members' : { ...policy, whoMayAdd: whom }
    case 'write':
      return whom === undefined ? 'As in /policy write admins, or members' : { ...policy, whoMayPost: whom }
    case 'vouches': {
      const vouches = Number(value)
      if (!Number.isInteger(vouches) || vouches < 1 || vouches > 16) return 'As in /policy vouches 2, at most 16'
      return { ...policy, vouches }
    }
    case 'slow': {
      const slowSeconds = value === 'off' ? 0 : Number(value)
      if (value === '' || !Number.isInteger(slowSeconds) || slowSeconds < 0 || slowSeconds > 86_400)
        return 'As in /policy slow 30, or off'
      return { ...policy, slowSeconds }
    }
    case 'history': {
      if (value === 'all' || value === 'sinceJoin') return { ...policy, history: value }
      const days = Number(/^(\d{1,4})d$/u.exec(value)?.[1])
      return days > 0 ? { ...policy, history: { days } } : 'As in /policy history all, sinceJoin, or 30d'
    }
    default:
      return 'Rules are invite, vouches, history, write and slow. /policy shows them.'
  }
}

export function atDoor(room: Room, name: string): string | undefined {
  const wanted = printableLine(name).toLowerCase()
  const newcomers = room.state.members?.newcomers ?? []
  const named = (exact: boolean): string | undefined =>
    newcomers.find((newcomer) => {
      const called = printableLine(newcomer.name).toLowerCase()
      return exact ? called === wanted : called.startsWith(wanted) || newcomer.id.startsWith(wanted)
    })?.id
  return named(true) ?? named(false)
}

export const inviteByDefault: MembersCommand = { does: 'invite', ...defaultInvite }
