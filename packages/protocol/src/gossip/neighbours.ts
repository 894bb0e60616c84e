/** The links the overlay knows of, and which of them are neighbours: counts, choices, and what each may still send. */
import type { Millis, Random } from '../machine.ts'
import { fraction } from './backoff.ts'
import { messageBurst, messagesPerSecond, nearNeighbours } from './overlay-limits.ts'
import type { Contact, PeerKind } from './overlay-wire.ts'

/** How a link is carried; only `direct` links are neighbours of first choice. */
export type LinkPath = 'direct' | 'relay' | 'through'

export interface LinkRecord {
  readonly contact: Contact
  path: LinkPath
  rttMs: number | undefined
  /** `asking`: our request is under way. `active`: both have confirmed. */
  state: 'idle' | 'asking' | 'active'
  /** When it came into this state. */
  since: Millis
  /** We asked for it. */
  isMine: boolean
  /** Nothing was heard of it for a while. */
  isSuspect: boolean
  /** As it said itself. */
  kind: PeerKind
  /** We want it beside a full view, in place of another neighbour. */
  isExplored: boolean
  isReleased: boolean
  /** What it may still send, and when that was counted. */
  budget: number
  budgetAt: Millis
  takenShuffleAt: Millis
}

/** What trees make of a link. */
export interface TreeUse {
  /** Do they run over it? */
  carries(session: string): boolean
  /** Would we have no place in some tree without it? */
  needs(session: string): boolean
}

export class Neighbours {
  readonly #random: Random
  readonly #links = new Map<string, LinkRecord>()

  constructor(random: Random) {
    this.#random = random
  }

  get(session: string): LinkRecord | undefined {
    return this.#links.get(session)
  }

  add(contact: Contact, path: LinkPath, rttMs: number | undefined, now: Millis): LinkRecord {
    const record: LinkRecord = {
      contact,
      path,
      rttMs,
      state: 'idle',
      since: now,
      isMine: false,
      isSuspect: false,
      kind: 'desktop',
      isExplored: false,
      isReleased: false,
      budget: messageBurst,
      budgetAt: now,
      takenShuffleAt: 0,
    }
    this.#links.set(contact.session, record)
    return record
  }

  remove(session: string): LinkRecord | undefined {
    const record = this.#links.get(session)
    if (record !== undefined) this.#links.delete(session)
    return record
  }

  all(): IterableIterator<LinkRecord> {
    return this.#links.values()
  }

  sessions(): string[] {
    const sessions: string[] = []
    for (const link of this.#links.values()) if (link.state === 'active') sessions.push(link.contact.session)
    return sessions
  }

  get hasActive(): boolean {
    for (const link of this.#links.values()) if (link.state === 'active') return true
    return false
  }

  /** Neighbours that are heard of. */
  get live(): number {
    return this.#count((link) => isLive(link))
  }

  /** Live neighbours that fill a view: keepers are the last choice, and what others carry costs them as much as us. */
  get useful(): number {
    return this.#count((link) => isLive(link) && link.kind !== 'keeper' && link.path === 'direct')
  }

  /** Live neighbours whom only the relay or a member brings us. */
  get carried(): number {
    return this.#count((link) => isLive(link) && link.path !== 'direct')
  }

  get asking(): number {
    return this.#count((link) => link.state === 'asking')
  }

  /** Live neighbours that asked for us. */
  get theirs(): number {
    return this.#count((link) => isLive(link) && !link.isMine)
  }

  /** Live neighbours of our own choice. */
  get mine(): number {
    return this.#count((link) => isLive(link) && link.isMine)
  }

  get keepers(): number {
    return this.#count((link) => isLive(link) && link.kind === 'keeper')
  }

  get indirect(): number {
    return this.#count((link) => link.state !== 'idle' && link.path !== 'direct')
  }

  /** A live neighbour at random. */
  pick(except?: string): LinkRecord | undefined {
    return this.#pick((link) => isLive(link) && link.contact.session !== except)
  }

  /**
   * A neighbour that can be given up: a keeper or an indirect one first, one that no tree runs over before others; never
   * one of the near ones, nor one without which we had no place.
   */
  spare(olderThan: Millis, except: string | undefined, trees: TreeUse): LinkRecord | undefined {
    const near = this.#near()
    const may = (link: LinkRecord): boolean =>
      isLive(link) && link.since <= olderThan && link.contact.session !== except && !trees.needs(link.contact.session)
    const isFree = (link: LinkRecord): boolean => may(link) && !trees.carries(link.contact.session)
    return (
      this.#pick((link) => may(link) && (link.kind === 'keeper' || link.path !== 'direct')) ??
      this.#pick((link) => isFree(link) && !near.includes(link)) ??
      this.#pick((link) => may(link) && !near.includes(link))
    )
  }

  /** `count` contacts of live neighbours, at random. */
  sample(count: number, except?: string): Contact[] {
    const contacts: Contact[] = []
    for (const link of this.#links.values()) {
      if (isLive(link) && link.contact.session !== except) contacts.push(link.contact)
    }
    return take(contacts, count, this.#random)
  }

  /** May it send one more message (that weighs `cost`)? */
  spend(link: LinkRecord, cost: number, now: Millis): boolean {
    const earned = ((now - link.budgetAt) / 1_000) * messagesPerSecond
    link.budget = Math.min(messageBurst, link.budget + Math.max(0, earned))
    link.budgetAt = now
    if (link.budget < cost) return false
    link.budget -= cost
    return true
  }

  /** The live ones of lowest round trip. */
  #near(): LinkRecord[] {
    const near: LinkRecord[] = []
    for (const link of this.#links.values()) {
      if (!isLive(link) || link.rttMs === undefined) continue
      near.push(link)
      near.sort((a, b) => (a.rttMs ?? 0) - (b.rttMs ?? 0))
      if (near.length > nearNeighbours) near.pop()
    }
    return near
  }

  #count(matches: (link: LinkRecord) => boolean): number {
    let count = 0
    for (const link of this.#links.values()) if (matches(link)) count++
    return count
  }

  #pick(matches: (link: LinkRecord) => boolean): LinkRecord | undefined {
    let picked: LinkRecord | undefined
    let seen = 0
    for (const link of this.#links.values()) {
      if (matches(link) && fraction(this.#random) * ++seen < 1) picked = link
    }
    return picked
  }
}

function isLive(link: LinkRecord): boolean {
  return link.state === 'active' && !link.isSuspect
}

/** `count` of them at random; changes the array it is given. */
export function take<T>(items: T[], count: number, random: Random): T[] {
  const taken = Math.min(count, items.length)
  for (let i = 0; i < taken; i++) {
    const other = i + Math.floor(fraction(random) * (items.length - i))
    const item = items[i] as T
    items[i] = items[other] as T
    items[other] = item
  }
  items.length = taken
  return items
}
