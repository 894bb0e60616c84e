/**
 * Sessions and authors of messages → the people of a room.
 *
 * A person is one author key. Who is online has a presence per session; who only wrote before is kept offline under the
 * name of the newest message. `list()` keeps the identity of every person, and of the list, until something changed.
 */
import type { Path, PeerInfo } from '@kith/protocol'
import type { Person, Presence, Quiet } from './chat.ts'
import { unverified, type Membership, type Verification } from './members-state.ts'

/** Offline people beyond this are forgotten, the longest silent first: a list of thousands helps nobody. */
export const maxOfflinePeople: number = 512

interface Line {
  name: string
  /** Id of the newest message seen: ids sort by time. */
  newest: string
  /** It keeps history for others and is nobody. */
  keeper: 'blind' | 'reader' | undefined
  readonly presences: Map<string, { presence: Presence; name: string; typing: boolean }>
  person: Person | undefined
  membership: Membership | undefined
  quiet: Quiet | undefined
}

/** How sure one can be of somebody, by what is known beyond this list. */
export type JudgePerson = (who: string, name: string, membership: Membership | undefined) => Verification

const self: Verification = { level: 'self', by: [], claim: undefined }

const paths: readonly Path[] = ['direct', 'through', 'relay']

export class People {
  readonly #me: string
  readonly #lines = new Map<string, Line>()
  readonly #authorBySession = new Map<string, string>()
  readonly #judge: JudgePerson
  #list: readonly Person[] | undefined

  constructor(me: string, name: string, judge: JudgePerson = () => unverified) {
    this.#me = me
    this.#judge = judge
    this.#line(me).name = name
  }

  list(): readonly Person[] {
    this.#list ??= this.#build()
    return this.#list
  }

  rename(name: string): void {
    const line = this.#line(this.#me)
    if (line.name === name) return
    line.name = name
    this.#changed(line)
  }

  /** The sessions of a person who is here, the best reached first; of a session, itself. */
  sessionsOf(who: string): readonly string[] {
    if (this.#authorBySession.has(who)) return [who]
    const entries = [...(this.#lines.get(who)?.presences.values() ?? [])]
    const rank = ({ presence }: { readonly presence: Presence }): number =>
      presence.path === undefined ? paths.length : paths.indexOf(presence.path)
    return entries.toSorted((a, b) => rank(a) - rank(b)).map(({ presence }) => presence.session)
  }

  /** A session came, changed or went. */
  peer(peer: PeerInfo): void {
    const known = this.#authorBySession.get(peer.session)
    // Until its chain is known a session stands for itself; then it moves to its person.
    if (known !== undefined && (known !== peer.author || peer.state === 'gone')) this.#remove(known, peer.session)
    if (peer.state === 'gone') return
    this.#authorBySession.set(peer.session, peer.author)
    const line = this.#line(peer.author)
    const typing = line.presences.get(peer.session)?.typing ?? false
    const presence: Presence = {
      session: peer.session,
      platform: peer.platform,
      state: peer.state,
      path: peer.path,
      through: peer.path === 'through' ? peer.through : undefined,
      rttMs: peer.rttMs,
    }
    if (peer.keeper !== undefined) line.keeper = peer.keeper
    line.presences.set(peer.session, { presence, name: peer.name, typing })
    if (peer.name !== '' && peer.author !== this.#me) line.name = peer.name
    this.#changed(line)
  }

  typing(session: string, typing: boolean): void {
    const author = this.#authorBySession.get(session)
    const line = author === undefined ? undefined : this.#lines.get(author)
    const entry = line?.presences.get(session)
    if (line === undefined || entry === undefined || entry.typing === typing) return
    entry.typing = typing
    this.#changed(line)
  }

  /** Who is in the room by its own record; whoever is no longer in it has written or is forgotten. */
  setMembers(members: ReadonlyMap<string, { readonly name: string; readonly membership: Membership }>): void {
    for (const [id, { name, membership }] of members) {
      const line = this.#line(id)
      line.membership = membership
      if (line.name === '' && name !== '') line.name = name
      this.#changed(line)
    }
    for (const [id, line] of this.#lines) {
      if (members.has(id) || line.membership === undefined) continue
      line.membership = undefined
      if (line.presences.size === 0 && line.newest === '' && id !== this.#me) this.#lines.delete(id)
      this.#changed(line)
    }
  }

  /** What is known of people changed. */
  rejudge(): void {
    for (const line of this.#lines.values()) this.#changed(line)
  }

  setQuiet(who: string, quiet: Quiet | undefined): void {
    const line = this.#line(who)
    line.quiet = quiet
    this.#changed(line)
  }

  /** Somebody wrote. */
  wrote(author: string, name: string, id: string): void {
    const line = this.#line(author)
    if (id <= line.newest) return
    line.newest = id
    if (name !== '' && name !== line.name && line.presences.size === 0 && author !== this.#me) {
      line.name = name
      this.#changed(line)
    }
  }

  #line(author: string): Line {
    let line = this.#lines.get(author)
    if (line === undefined) {
      line = {
        name: '',
        newest: '',
        keeper: undefined,
        presences: new Map(),
        person: undefined,
        membership: undefined,
        quiet: undefined,
      }
      this.#lines.set(author, line)
      this.#list = undefined
    }
    return line
  }

  #remove(author: string, session: string): void {
    this.#authorBySession.delete(session)
    const line = this.#lines.get(author)
    if (line === undefined) return
    line.presences.delete(session)
    // Somebody who never wrote and is gone was only passing.
    const isKept = line.membership !== undefined || line.quiet !== undefined || author === this.#me
    if (line.presences.size === 0 && line.newest === '' && !isKept) this.#lines.delete(author)
    this.#changed(line)
  }

  #changed(line: Line): void {
    line.person = undefined
    this.#list = undefined
  }

  #build(): readonly Person[] {
    const me: Person[] = []
    const online: Person[] = []
    const offline: { readonly person: Person; readonly newest: string }[] = []
    for (const [author, line] of this.#lines) {
      line.person ??= this.#person(author, line)
      if (author === this.#me) me.push(line.person)
      else if (line.person.online) online.push(line.person)
      else offline.push({ person: line.person, newest: line.newest })
    }
    offline.sort((a, b) => (a.newest > b.newest ? -1 : 1))
    const kept = offline.slice(0, maxOfflinePeople).map(({ person }) => person)
    return [...me, ...online.sort(byName), ...kept.sort(byName)]
  }

  #person(author: string, line: Line): Person {
    const me = author === this.#me
    const entries = [...line.presences.values()]
    const path = paths.find((path) => entries.some(({ presence }) => presence.path === path))
    const best = path === undefined ? undefined : entries.find(({ presence }) => presence.path === path)
    return {
      id: author,
      name: line.name,
      me,
      online: me || entries.length > 0,
      typing: entries.some(({ typing }) => typing),
      path,
      through: best?.presence.through,
      reaching: entries.length > 0 && entries.every(({ presence }) => presence.state === 'joining'),
      presences: entries.map(({ presence }) => presence),
      membership: line.membership,
      verification: me ? self : this.#judge(author, line.name, line.membership),
      quiet: line.quiet,
      ...(line.keeper === undefined ? undefined : { keeper: line.keeper }),
    }
  }
}

/** By code unit, then by key: the same on every device, and fast enough for hundreds. */
function byName(a: Person, b: Person): number {
  const [nameA, nameB] = [a.name.toLowerCase(), b.name.toLowerCase()]
  if (nameA !== nameB) return nameA < nameB ? -1 : 1
  return a.id < b.id ? -1 : 1
}
