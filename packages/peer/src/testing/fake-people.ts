/** People of the fake chat, from what a fixture says of them. */
import type { Millis, Path, ReachReport } from '@kith/protocol'
import type { Person, Quiet } from '../chat.ts'
import { unverified } from '../members-state.ts'
import { fakeKey } from './fake-keys.ts'
import type { FakeMember, FakeVerification, IdOf } from './fake-members.ts'

export interface FakePerson {
  readonly name: string
  /** Defaults to a key made from the name. */
  readonly id?: string | undefined
  readonly online?: boolean | undefined
  readonly path?: Path | undefined
  readonly platform?: 'browser' | 'node' | undefined
  /** Without a path: a member of a large room whom one is not linked with. */
  readonly here?: boolean | undefined
  /** Name of who carries path `through`; without it the first who is directly connected. */
  readonly through?: string | undefined
  readonly rttMs?: number | undefined
  /** What the reach report says otherwise than what goes with the path. */
  readonly reach?: ((now: Millis) => Partial<ReachReport>) | undefined
  readonly typing?: boolean | undefined
  /** In a members room: how they came to be in it. */
  readonly member?: FakeMember | undefined
  readonly verified?: FakeVerification | undefined
  readonly quiet?: Quiet | undefined
  readonly keeper?: 'blind' | 'reader' | undefined
}

export function fakePerson(options: FakePerson, me: boolean): Person {
  const id = idOfFake(options)
  const online = options.online ?? true
  const path = me || !online ? undefined : options.path
  return {
    id,
    name: options.name,
    me,
    online,
    typing: options.typing ?? false,
    path,
    through: undefined,
    ...(options.keeper === undefined ? undefined : { keeper: options.keeper }),
    reaching: !me && online && path === undefined && options.here !== true,
    presences: online
      ? [
          {
            session: id.slice(0, 32),
            platform: options.platform ?? 'browser',
            state: path !== undefined || me ? 'linked' : options.here === true ? 'here' : 'joining',
            path,
            through: undefined,
            rttMs: path && (options.rttMs ?? 24),
          },
        ]
      : [],
    membership: undefined,
    verification: me ? { level: 'self', by: [], claim: undefined } : unverified,
    quiet: options.quiet,
  }
}

export function idOfFake({ id, name }: FakePerson): string {
  return id ?? fakeKey(`person ${name}`)
}

export function verifiedAs(person: Person, options: readonly FakePerson[] | undefined, idOf: IdOf): Person {
  const verified = options?.find((other) => idOfFake(other) === person.id)?.verified
  if (person.me || verified === undefined) return person
  const { level, by = [], claim } = verified
  return { ...person, verification: { level, by: by.map(idOf), claim } }
}

/** Whoever is reached through a member is given one who carries. */
export function withCarriers(people: readonly Person[], options: readonly FakePerson[]): readonly Person[] {
  return people.map((other) => {
    if (other.path !== 'through') return other
    const wanted = options.find(({ name }) => name === other.name)?.through
    const carrier = people.find(({ name, path }) => (wanted === undefined ? path === 'direct' : name === wanted))
    const through = carrier?.presences[0]?.session
    return { ...other, through, presences: other.presences.map((presence) => ({ ...presence, through })) }
  })
}
