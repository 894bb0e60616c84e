/**
 * Who is here in a room of mesh mode: kept by the root of the lowest live tree, copied by everybody.
 *
 * Up the tree go check-ins, every 30 s, gathered for a moment at each peer: a whole entry where the root has none or an
 * older one, else 8 bytes. Down the tree go changes, numbered, each with the digest of the whole copy after it, and every
 * 10 s a change of nothing. Whose copy has another digest asks its parent for the difference, in one round trip. A root
 * drops who has not checked in for 90 s; a peer that has heard nothing of a root for 90 s drops its copy.
 *
 * A new root goes on from its own copy. The new `stream` it names makes everybody check in, spread over up to 3 s, and who
 * has not done so after 8 s is dropped. Whoever finds itself missing in a copy checks in at once, so a check-in that got
 * lost costs a moment. A peer that lost a neighbour tells the root, which asks for a sign of life and waits 10 s for it:
 * nobody is dropped on somebody's word.
 *
 * In rooms above `maxSampled` presence is sampled: a session checks in when its key falls below `maxSampled / online`.
 *
 * Believed: cards, because the engine checks their signature (`verifyCard`), once for each new card. Not signed: names
 * and times of an entry, which any peer on the way can change; what a person is called is decided by its log. Bounded:
 * entries, queues, messages and checks per second, see below. This is the election, heartbeat, cache and re-election of
 * a presence router (promises S5-09 to S5-14), inside a room.
 */
import type { Millis, Random } from '../machine.ts'
import { unreachable } from '../machine.ts'
import { fraction } from './backoff.ts'
import { prefixOf } from './registry-copy.ts'
import type { RegistryCopy } from './registry-copy.ts'
import { Following, leastWantMs } from './registry-following.ts'
import { Inbox } from './registry-inbox.ts'
import { Office } from './registry-office.ts'
import { maxItemsPerMessage } from './registry-wire.ts'
import type { CopyState, RegistryEntry, RegistryMessage } from './registry-wire.ts'
import { maxNameBytes } from './wire.ts'
import { formatUtf8 } from '../codec/utf8.ts'

export const checkInMs = 30_000
/** All at once, they are spread over up to this time. */
export const checkInJitterMs = 3_000
/** Check-ins that the whole room may send in a second when all are asked at once. */
export const checkInsPerSecond = 100
/** What goes up is gathered for so long at each peer, and what goes down at the root. */
export const gatherMs = 250
/** Check-ins out of turn, no more often than this. */
export const leastCheckInMs = 2_000
export const maxSampled = 256
/** So many new entries go down at once where presence is sampled: to thousands, on lines on which words must not wait behind them. */
export const maxSampledNews = 4
export type RegistryOutput =
  | { readonly type: 'send'; readonly to: string; readonly message: RegistryMessage }
  | { readonly type: 'timer'; readonly at: Millis }
  /** The copy has changed. */
  | { readonly type: 'changed'; readonly put: readonly RegistryEntry[]; readonly gone: readonly string[] }

export interface RegistryOptions {
  /** Own session key, hex. */
  readonly own: string
  readonly random: Random
  readonly emit: (output: RegistryOutput) => void
  /** Is the card signed by the session it names, for this room? Called once for each card that is new here. */
  readonly verifyCard: (card: Uint8Array) => boolean
  /** One object per entry for a whole process (simulator). */
  readonly intern?: ((entry: RegistryEntry) => RegistryEntry) | undefined
}

/** Our place in the tree of the lowest live slot. `parent` undefined: we are the root, or there is no tree now. */
export interface TreePlace {
  readonly isRoot: boolean
  readonly parent: string | undefined
  readonly children: readonly string[]
}

export class Registry {
  readonly #own: string
  readonly #ownPrefix: string
  readonly #random: Random
  readonly #emit: (output: RegistryOutput) => void
  readonly #intern: (entry: RegistryEntry) => RegistryEntry
  readonly #following: Following
  readonly #copy: RegistryCopy
  readonly #inbox: Inbox
  #self: RegistryEntry | undefined
  #online = 1
  #place: TreePlace = { isRoot: false, parent: undefined, children: [] }
  #office: Office | undefined
  /** The newest word of somebody who is not our parent, in case it becomes our parent. */
  #early: { readonly from: string; readonly state: CopyState } | undefined
  #checkInAt: Millis | undefined
  #checkedInAt: Millis = 0
  /** When what was gathered leaves. */
  #flushAt: Millis | undefined
  #timerAt: Millis | undefined

  constructor(options: RegistryOptions, now: Millis) {
    this.#own = options.own
    this.#ownPrefix = prefixOf(options.own)
    this.#random = options.random
    this.#emit = options.emit
    this.#intern = options.intern ?? ((entry) => entry)
    this.#inbox = new Inbox()
    this.#following = new Following(options.verifyCard, this.#intern, now)
    this.#copy = this.#following.copy
  }

  /** Who is known to be here; a sample when `isSampled`. */
  entries(): RegistryEntry[] {
    return [...this.#copy.entries()]
  }

  get(session: string): RegistryEntry | undefined {
    const entry = this.#copy.get(prefixOf(session))
    return entry?.session === session ? entry : undefined
  }

  get size(): number {
    return this.#copy.size
  }

  /** More are online than have an entry: presence is sampled. */
  get isSampled(): boolean {
    return this.#online > maxSampled
  }

  setTree(place: TreePlace, now: Millis): void {
    const before = this.#place
    this.#place = place
    if (place.isRoot !== before.isRoot) {
      if (place.isRoot) this.#takeOffice(now)
      else this.#leaveOffice(now)
    }
    if (place.parent !== before.parent && place.parent !== undefined && !place.isRoot) {
      this.#checkInAt ??= now + this.#jitter()
      if (this.#early?.from === place.parent) this.#compare(this.#early.state, now)
    }
    if (place.children !== before.children) {
      for (const child of place.children) {
        if (!before.children.includes(child)) this.#tellState(child)
      }
      this.#inbox.keepOnly(place.children)
    }
    this.#schedule(now)
  }

  setSelf(self: { readonly card: Uint8Array; readonly name: string; readonly since: Millis }, now: Millis): void {
    if (formatUtf8(self.name).length > maxNameBytes) return
    this.#self = this.#intern({ session: this.#own, ...self })
    this.#selfCheck(now)
    this.#schedule(now)
  }

  setOnline(online: number, now: Millis): void {
    if (online === this.#online) return
    this.#online = online
    this.#selfCheck(now)
    this.#schedule(now)
  }

  /** A neighbour was dropped for silence, or said goodbye: told to the root, which asks it to check in within 10 s. */
  lost(session: string, now: Millis): void {
    if (this.#copy.get(prefixOf(session)) === undefined) return
    this.#report(prefixOf(session), now)
    this.#schedule(now)
  }

  receive(from: string, message: RegistryMessage, now: Millis): void {
    const isParent = from === this.#place.parent && !this.#place.isRoot
    switch (message.type) {
      case 'checkIn':
        if (!isParent) this.#checkedIn(from, message.entries, message.here, now)
        break
      case 'checkOut':
        if (!isParent && this.#inbox.spend(from, message.lost.length, now)) {
          for (const prefix of message.lost) this.#report(prefix, now)
        }
        break
      case 'ask':
        if (isParent && this.#inbox.spend(from, 1, now)) this.#asked(message, now)
        break
      case 'push':
        if (isParent) this.#pushed(from, message, now)
        else if (!this.#place.isRoot) this.#early = { from, state: message.state }
        break
      case 'want':
        if (this.#place.children.includes(from)) this.#give(from, message.have, now)
        break
      case 'copy':
        if (isParent) this.#given(from, message, now)
        break
      default:
        unreachable(message)
    }
    this.#schedule(now)
  }

  timerFired(now: Millis): void {
    this.#timerAt = undefined
    if (this.#office !== undefined) this.#runOffice(this.#office, now)
    else if (now >= this.#following.staleAt) this.#tellChanged([], this.#following.drop())
    if (this.#checkInAt !== undefined && now >= this.#checkInAt) this.#checkIn(now)
    const { wantAt } = this.#following
    if (wantAt !== undefined && now >= wantAt) this.#want(now)
    if (this.#flushAt !== undefined && now >= this.#flushAt) this.#flush(now)
    this.#schedule(now)
  }

  // Checking in.

  /** Is this session among those that check in? */
  #isChosen(session: string, online: number): boolean {
    return online <= maxSampled || (parseInt(session.slice(8, 16), 16) / 2 ** 32) * online < maxSampled
  }

  /** We are missing in the copy, or differ: time to check in. */
  #selfCheck(now: Millis): void {
    const self = this.#self
    if (self === undefined || !this.#isChosen(this.#own, this.#online)) return
    if (this.#office !== undefined) {
      this.#office.keep(this.#ownPrefix)
      if (this.#copy.put(self)) this.#entered(this.#office, this.#ownPrefix, self, now)
      return
    }
    const held = this.#copy.get(this.#ownPrefix)
    if (held !== undefined && held.name === self.name && held.since === self.since) return
    const soon = Math.max(now, this.#checkedInAt + leastCheckInMs)
    this.#checkInAt = Math.min(this.#checkInAt ?? Infinity, soon)
  }

  #checkIn(now: Millis): void {
    this.#checkInAt = now + checkInMs + Math.round(checkInJitterMs * (fraction(this.#random) - 0.5))
    const self = this.#self
    if (self === undefined || this.#office !== undefined || !this.#isChosen(this.#own, this.#online)) return
    if (this.#place.parent === undefined) return
    this.#checkedInAt = now
    const held = this.#copy.get(this.#ownPrefix)
    const isKnown =
      this.#following.isSynced && held !== undefined && held.name === self.name && held.since === self.since
    if (isKnown) this.#inbox.here(this.#ownPrefix)
    else this.#inbox.entry(self)
    this.#flushAt = now
    this.#flush(now)
  }

  #checkedIn(from: string, entries: readonly RegistryEntry[], here: readonly string[], now: Millis): void {
    if (!this.#inbox.spend(from, entries.length + here.length / 4, now)) return
    const office = this.#office
    if (office === undefined) {
      for (const entry of entries) this.#inbox.entry(entry)
      for (const prefix of here) this.#inbox.here(prefix)
      this.#flushAt ??= now + gatherMs
      return
    }
    for (const entry of entries) this.#offered(office, entry, now)
    for (const prefix of here) {
      if (prefix === this.#ownPrefix) continue
      if (this.#copy.get(prefix) === undefined) office.ask(prefix)
      else office.renew(prefix, now)
    }
    this.#flushAt ??= now + gatherMs
  }

  #asked(message: Extract<RegistryMessage, { type: 'ask' }>, now: Millis): void {
    for (const child of this.#place.children) this.#send(child, message)
    if (this.#self === undefined || !message.sessions.includes(this.#ownPrefix)) return
    // The whole entry: the root may not have it.
    this.#inbox.entry(this.#self)
    this.#checkedInAt = now
    this.#flushAt = now
    this.#flush(now)
  }

  /** Somebody is said to be lost. */
  #report(prefix: string, now: Millis): void {
    if (this.#office === undefined) this.#inbox.lost(prefix)
    else this.#office.doubt(prefix, now)
    this.#flushAt ??= now + gatherMs
  }

  /** What was gathered goes up; a root's news go down. */
  #flush(now: Millis): void {
    this.#flushAt = undefined
    const office = this.#office
    if (office !== undefined) {
      this.#publish(office, now)
      return
    }
    const { parent } = this.#place
    // Without a tree nothing is kept: whoever still is here will say so again.
    const message = this.#inbox.take()
    if (message === undefined || parent === undefined) return
    for (const part of message) this.#send(parent, part)
  }

  // In office.

  #takeOffice(now: Millis): void {
    const office = new Office(this.#copy, now)
    this.#office = office
    this.#following.lead(Math.floor(fraction(this.#random) * 2 ** 32))
    this.#inbox.take()
    this.#selfCheck(now)
    this.#runOffice(office, now)
  }

  #leaveOffice(now: Millis): void {
    this.#office = undefined
    this.#following.follow(now)
    this.#checkInAt = now + this.#jitter()
  }

  /** Somebody new waits for the next push. */
  #offered(office: Office, entry: RegistryEntry, now: Millis): void {
    const prefix = prefixOf(entry.session)
    // Half as many again: peers do not agree on the number online to the last one.
    if (!this.#isChosen(entry.session, this.#online / 1.5) || prefix === this.#ownPrefix) return
    if (this.#copy.get(prefix) === undefined) office.wait(prefix, entry)
    else this.#enter(office, prefix, entry, now)
  }

  #enter(office: Office, prefix: string, entry: RegistryEntry, now: Millis): void {
    const put = this.#following.keep(entry, now)
    if (put === 'refused') return
    office.renew(prefix, now)
    if (put !== 'known') this.#entered(office, prefix, put, now)
  }

  #entered(office: Office, prefix: string, entry: RegistryEntry, now: Millis): void {
    office.entered(prefix)
    this.#flushAt ??= now + gatherMs
    this.#tellChanged([entry], [])
  }

  #runOffice(office: Office, now: Millis): void {
    const gone = office.sweep(now)
    if (gone.length > 0) {
      this.#tellChanged([], gone)
      this.#flushAt ??= now + gatherMs
    }
    if (office.isPushDue(now) && !this.#publish(office, now)) this.#toChildren(this.#push([], []))
  }

  /** Sends what has changed, and whom it is asked of to show itself; what does not fit goes next time. */
  #publish(office: Office, now: Millis): boolean {
    const most = this.isSampled ? maxSampledNews : maxItemsPerMessage
    for (const [prefix, entry] of office.takeWaiting(most)) this.#enter(office, prefix, entry, now)
    const { put, gone, ask } = office.takeNews()
    const isChange = put.length > 0 || gone.length > 0
    if (isChange) {
      this.#following.advance()
      this.#toChildren(this.#push(gone, put))
    }
    if (ask.length > 0) this.#toChildren({ type: 'ask', sessions: ask })
    if (office.hasNews) this.#flushAt ??= now + gatherMs
    return isChange
  }

  #push(gone: readonly string[], put: readonly RegistryEntry[]): RegistryMessage {
    return { type: 'push', state: this.#following.state, gone, put }
  }

  // Following.

  #pushed(from: string, message: Extract<RegistryMessage, { type: 'push' }>, now: Millis): void {
    const { state } = message
    if (!this.#inbox.spend(from, 1, now)) return
    this.#toChildren(message)
    if (this.#following.isNew(state)) this.#apply(message.gone, message.put, now)
    this.#compare(state, now)
  }

  /** Is our copy the one the state is of? Else the difference is asked for. */
  #compare(state: CopyState, now: Millis): void {
    const isNewRoot = this.#following.compare(state, now)
    if (this.#following.isSynced) this.#selfCheck(now)
    // A new root wants to hear from everybody.
    if (isNewRoot) this.#checkInAt = Math.min(this.#checkInAt ?? Infinity, now + this.#jitter())
  }

  #want(now: Millis): void {
    const { parent } = this.#place
    if (this.#following.isSynced || parent === undefined || this.#office !== undefined) {
      this.#following.wantNothing()
      return
    }
    this.#following.wanted(leastWantMs * (1 + fraction(this.#random)), now)
    this.#send(parent, { type: 'want', have: this.#copy.fingerprints() })
  }

  #give(to: string, have: readonly number[], now: Millis): void {
    if (!this.#following.isSynced || !this.#inbox.mayCopy(to, leastWantMs / 2, now)) return
    const { put, gone } = this.#copy.difference(have)
    const state = this.#following.state
    for (let at = 0; at === 0 || at < put.length; at += maxItemsPerMessage) {
      const last = at + maxItemsPerMessage >= put.length
      const part = put.slice(at, at + maxItemsPerMessage)
      this.#send(to, { type: 'copy', state, last, gone: last ? gone : [], put: part })
    }
  }

  #given(from: string, message: Extract<RegistryMessage, { type: 'copy' }>, now: Millis): void {
    // Only what was asked for, and not for ever.
    if (!this.#following.expectsCopy(now) || !this.#inbox.spend(from, 1, now)) return
    this.#apply(this.#copy.withFingerprints(message.gone), message.put, now)
    if (!message.last) return
    const { state } = message
    this.#compare(state, now)
    // Whoever hangs on us has been waiting for the same.
    if (this.#following.isSynced) for (const child of this.#place.children) this.#tellState(child)
  }

  #apply(gone: readonly string[], put: readonly RegistryEntry[], now: Millis): void {
    const applied = this.#following.apply(gone, put, now)
    this.#tellChanged(applied.put, applied.gone)
  }

  // Small things.

  /** Somebody hangs on us now: what our copy is, and nothing else. */
  #tellState(child: string): void {
    if (this.#following.isSynced) this.#send(child, this.#push([], []))
  }

  #toChildren(message: RegistryMessage): void {
    for (const child of this.#place.children) this.#send(child, message)
  }

  #send(to: string, message: RegistryMessage): void {
    this.#emit({ type: 'send', to, message })
  }

  #tellChanged(put: readonly RegistryEntry[], gone: readonly string[]): void {
    if (put.length > 0 || gone.length > 0) this.#emit({ type: 'changed', put, gone })
  }

  /** Spread so that the room as a whole sends no more than `checkInsPerSecond`, within 3 s at most. */
  #jitter(): number {
    const spreadMs = Math.min(checkInJitterMs, (Math.min(this.#online, maxSampled) / checkInsPerSecond) * 1_000)
    return Math.round(spreadMs * fraction(this.#random))
  }

  #schedule(now: Millis): void {
    let due = this.#office?.nextAt ?? Infinity
    if (this.#office === undefined && this.#copy.size > 0) due = this.#following.staleAt
    const hasTree = this.#place.parent !== undefined || this.#office !== undefined
    if (hasTree) due = Math.min(due, this.#checkInAt ?? Infinity, this.#following.wantAt ?? Infinity)
    due = Math.max(now + 1, Math.min(due, this.#flushAt ?? Infinity))
    if (due === Infinity || (this.#timerAt !== undefined && this.#timerAt > now && this.#timerAt <= due)) return
    this.#timerAt = due
    this.#emit({ type: 'timer', at: due })
  }
}
