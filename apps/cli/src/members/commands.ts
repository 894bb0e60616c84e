/** What can be typed in a members room besides messages, and parsed the same way for a terminal and a pipe. */
import { accept, reject, type Result } from '@kith/protocol'
import type { EdgeRule, Quiet, Role } from '@kith/peer'

export type MembersCommand =
  | { readonly does: 'list' }
  | { readonly does: 'invite'; readonly asksPin: boolean; readonly uses: number; readonly lastsMs: number }
  | { readonly does: 'revoke'; readonly invite: string }
  /** Digits: the newcomer's own. Otherwise: show one for whoever is called so. */
  | { readonly does: 'pin'; readonly text: string }
  | { readonly does: 'vouch' | 'decline'; readonly name: string }
  | { readonly does: 'remove'; readonly name: string; readonly alone: boolean; readonly sure: boolean }
  | { readonly does: 'role'; readonly name: string; readonly role: Exclude<Role, 'founder'> }
  | { readonly does: 'policy'; readonly rule: string; readonly value: string }
  | { readonly does: 'quiet'; readonly name: string; readonly quiet: Quiet | undefined }
  /** Whom one's own program links with; nothing: say which it is. */
  | { readonly does: 'connect'; readonly rule: EdgeRule | undefined }
  | { readonly does: 'quit' }

const minute = 60_000
const units: Readonly<Record<string, number>> = { m: minute, h: 60 * minute, d: 1440 * minute }
const day = 24 * 60 * minute

export const defaultInvite: { readonly asksPin: boolean; readonly uses: number; readonly lastsMs: number } = {
  asksPin: true,
  uses: 1,
  lastsMs: day,
}

/** `30m`, `12h`, `7d`. */
export function parseLasting(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/u.exec(text) ?? []
  const ms = Number(count) * (units[unit] ?? Number.NaN)
  return ms > 0 ? ms : undefined
}

/** Undefined: not a command of members rooms. */
export function parseMembersCommand(word: string, rest: string): Result<MembersCommand> | undefined {
  switch (word) {
    case 'members':
      return accept({ does: 'list' })
    case 'invite':
      return parseInviteOptions(rest)
    case 'revoke':
      return rest === '' ? reject('Which invite? /members lists them.') : accept({ does: 'revoke', invite: rest })
    case 'pin':
      return rest === ''
        ? reject('Which? /pin 2 pins message 2; /pin 123456 enters a PIN, /pin Noor shows one for Noor.')
        : accept({ does: 'pin', text: rest })
    case 'vouch':
    case 'decline':
      return rest === '' ? reject(`Whom? As in /${word} Noor`) : accept({ does: word, name: rest })
    case 'remove': {
      const { words, flags } = split(rest)
      const name = words.join(' ')
      if (name === '') return reject('Whom? As in /remove Sam; it first says who falls with them.')
      return accept({ does: 'remove', name, alone: flags.includes('--alone'), sure: flags.includes('--yes') })
    }
    case 'role': {
      const role = /^(.+)\s(admin|member)$/u.exec(rest)
      return role?.[1] === undefined
        ? reject('Who becomes what? As in /role Mara admin, or /role Mara member')
        : accept({ does: 'role', name: role[1].trim(), role: role[2] as 'admin' | 'member' })
    }
    case 'policy': {
      const [rule = '', ...value] = rest.split(/\s+/u)
      return accept({ does: 'policy', rule, value: value.join(' ') })
    }
    case 'mute':
    case 'hide':
      return rest === ''
        ? reject(`Whom? As in /${word} Sam`)
        : accept({ does: 'quiet', name: rest, quiet: word === 'mute' ? 'muted' : 'hidden' })
    case 'unmute':
    case 'unhide':
      return rest === '' ? reject(`Whom? As in /${word} Sam`) : accept({ does: 'quiet', name: rest, quiet: undefined })
    case 'connect':
      if (rest === '') return accept({ does: 'connect', rule: undefined })
      if (rest !== 'checked' && rest !== 'vouched')
        return reject('As in /connect checked (only with whom you checked yourself), or /connect vouched')
      return accept({ does: 'connect', rule: rest === 'checked' ? 'own' : 'trusted' })
    case 'quit-room':
      return accept({ does: 'quit' })
    default:
      return undefined
  }
}

function parseInviteOptions(rest: string): Result<MembersCommand> {
  let { asksPin, uses, lastsMs } = defaultInvite
  const words = rest === '' ? [] : rest.split(/\s+/u)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--pin') asksPin = true
    else if (word === '--no-pin') asksPin = false
    else if (word === '--uses') {
      uses = Number(words[++i])
      if (!Number.isInteger(uses) || uses < 1 || uses > 100) return reject('--uses takes a number from 1 to 100.')
    } else if (word === '--expires') {
      const parsed = parseLasting(words[++i] ?? '')
      if (parsed === undefined) return reject('--expires takes a time such as 30m, 12h or 7d.')
      lastsMs = parsed
    } else return reject('As in /invite --no-pin --uses 3 --expires 12h')
  }
  return accept({ does: 'invite', asksPin, uses, lastsMs })
}

function split(rest: string): { readonly words: readonly string[]; readonly flags: readonly string[] } {
  const all = rest.split(/\s+/u).filter((word) => word !== '')
  return { words: all.filter((word) => !word.startsWith('--')), flags: all.filter((word) => word.startsWith('--')) }
}

/** For `/help` in a members room; `mute` and `hide` are in every room's. */
export const membersDescriptions: readonly { readonly usage: string; readonly does: string; readonly menu: false }[] = [
  { usage: 'members', does: 'who is in, how sure, who is at the door', menu: false },
  { usage: 'pin NAME', does: 'a PIN for somebody at the door', menu: false },
  { usage: 'vouch NAME', does: 'your word for somebody, without a PIN', menu: false },
  { usage: 'decline NAME', does: 'send somebody at the door away', menu: false },
  { usage: 'remove NAME', does: 'says first who falls with them', menu: false },
  { usage: 'role NAME ROLE', does: 'admin or member', menu: false },
  { usage: 'policy', does: 'the rules; policy RULE VALUE sets one', menu: false },
  { usage: 'connect checked', does: 'only with whom you checked; or vouched', menu: false },
  { usage: 'revoke INVITE', does: 'take an invite back', menu: false },
  { usage: 'quit-room', does: 'leave; only a new invite leads back', menu: false },
]
