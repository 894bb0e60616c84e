/** The lines of `--json` about members rooms. Names are frozen; docs/spec/terminal.md is their description. */
import type { EdgeRule, Entering, Newcomer, Person, RoomState } from '@kith/peer'
import type { HappeningLine } from './happenings.ts'

/** How far one has come on the way in; `phase` is `in` once one is. Fields that say nothing are null. */
export interface EnteringLine {
  readonly type: 'entering'
  readonly phase: Entering['phase'] | 'in'
  readonly by: string | null
  readonly triesLeft: number | null
  readonly wrong: number | null
  readonly have: number | null
  readonly need: number | null
  readonly reason: string | null
}

/** Somebody at the door; `state` is `gone` when they are in or went away. */
export interface NewcomerLine {
  readonly type: 'newcomer'
  readonly person: string
  readonly name: string
  readonly state: 'here' | 'away' | 'gone'
  readonly pin: string | null
  /** The PIN counts until then. */
  readonly until: number | null
  readonly triesLeft: number | null
  readonly vouches: number
  readonly needed: number
}

export interface MembersLine {
  readonly type: 'members'
  readonly kind: RoomState['kind']
  readonly standing: string | null
  readonly unanswered: boolean
  readonly role: string | null
  readonly policy: Readonly<Record<string, unknown>> | null
  readonly people: readonly Readonly<Record<string, unknown>>[]
  readonly newcomers: readonly NewcomerLine[]
  readonly invites: readonly Readonly<Record<string, unknown>>[]
  readonly removed: readonly Readonly<Record<string, unknown>>[]
  readonly edgeRule: EdgeRule | null
}

export type MembersOut =
  | HappeningLine
  | EnteringLine
  | NewcomerLine
  | MembersLine
  /** Answers to `command`. */
  | { readonly type: 'invite'; readonly link: string }
  | { readonly type: 'done'; readonly text: string }
  /** Answers to `keeper`: what one is run with, and how many are here. */
  | { readonly type: 'keeper'; readonly ticket: string | null; readonly here: number }

const nothing = { by: null, triesLeft: null, wrong: null, have: null, need: null, reason: null } as const

export function enteringLine(entering: Entering | undefined): EnteringLine {
  return { type: 'entering', ...nothing, ...(entering ?? { phase: 'in' as const }) }
}

export function newcomerLine({ id, name, pin, here, vouches, needed }: Newcomer): NewcomerLine {
  return {
    type: 'newcomer',
    person: id,
    name,
    state: here ? 'here' : 'away',
    pin: pin?.digits ?? null,
    until: pin?.until ?? null,
    triesLeft: pin?.triesLeft ?? null,
    vouches: vouches.length,
    needed,
  }
}

export function membersLine({ kind, people, members }: RoomState): MembersLine {
  return {
    type: 'members',
    kind,
    standing: members?.standing ?? null,
    unanswered: members?.unanswered ?? false,
    role: members?.role ?? null,
    policy: members === undefined ? null : { ...members.policy },
    people: people.filter(({ membership }) => kind === 'open' || membership !== undefined).map(personFields),
    newcomers: (members?.newcomers ?? []).map(newcomerLine),
    invites: (members?.invites ?? []).map(({ link, ...invite }) => ({ ...invite, link: link ?? null })),
    removed: (members?.removed ?? []).map((one) => ({ ...one })),
    edgeRule: members?.edgeRule ?? null,
  }
}

function personFields({ id, name, me, membership, verification, quiet }: Person): Readonly<Record<string, unknown>> {
  return {
    person: id,
    name,
    me,
    role: membership?.role ?? null,
    addedBy: membership?.addedBy ?? null,
    vouches: membership?.vouches ?? [],
    verification: verification.level,
    verifiedBy: verification.by,
    claim: verification.claim ?? null,
    quiet: quiet ?? null,
  }
}

/** What changed about the way in and the door since the last look. */
export class MembersPrinter {
  #entering = ''
  readonly #newcomers = new Map<string, string>()

  observe({ entering, members }: RoomState): readonly MembersOut[] {
    const lines: MembersOut[] = []
    const now = JSON.stringify(entering ?? null)
    if (now !== this.#entering && (entering !== undefined || this.#entering !== '')) lines.push(enteringLine(entering))
    this.#entering = entering === undefined && this.#entering === '' ? '' : now
    const here = new Map((members?.newcomers ?? []).map((newcomer) => [newcomer.id, newcomerLine(newcomer)]))
    for (const [id, line] of here) {
      const text = JSON.stringify(line)
      if (this.#newcomers.get(id) === text) continue
      this.#newcomers.set(id, text)
      lines.push(line)
    }
    for (const [id, text] of this.#newcomers) {
      if (here.has(id)) continue
      this.#newcomers.delete(id)
      lines.push({ ...(JSON.parse(text) as NewcomerLine), state: 'gone', pin: null, until: null, triesLeft: null })
    }
    return lines
  }
}
