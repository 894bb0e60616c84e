/** The links of this peer as its broadcast keeps them: a small number each, what the far end deserves and still may send. */
import type { Millis } from '../machine.ts'
import type { NeighbourInfo } from './broadcast-io.ts'
import type { Ref } from './broadcast-wire.ts'
import { maxLanes } from './recent.ts'

/** A round trip nobody measured yet. */
const unmeasuredMs = 60

/** Never: later than every time. */
export const never: Millis = Number.POSITIVE_INFINITY

/** So much at once, and so much more each second. */
export class Budget {
  readonly #burst: number
  readonly #perSecond: number
  #left: number
  #at: Millis

  constructor(burst: number, perSecond: number, now: Millis) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#left = burst
    this.#at = now
  }

  /** Takes one, unless there is none. */
  take(now: Millis): boolean {
    if (this.#left < 1) {
      this.#left = Math.min(this.#burst, this.#left + (Math.max(0, now - this.#at) * this.#perSecond) / 1000)
      this.#at = now
      if (this.#left < 1) return false
    } else if (this.#left === this.#burst) this.#at = now
    this.#left--
    return true
  }
}

/** Refs a neighbour may announce, entries it may pull, beacons of unknown roots it may bring. */
const announceBudget = [1_024, 512] as const
const pullBudget = [512, 128] as const
const strangerBudget = [12, 3] as const

export class Lane {
  readonly session: string
  readonly index: number
  rttMs: number
  leaf: boolean
  suspect = false
  /** No neighbour any more, though the link is still there: trees leave it without haste. */
  parting = false
  up = true
  heardAt: Millis
  /** What it is told next begins at this place of `Recent`, and goes out at `flushAt`. */
  cursor = 0
  flushAt: Millis = never
  /** Refs that go into the pull being built. */
  readonly pulls: Ref[] = []
  /** Entries it announced and that are not here yet. */
  wants = 0
  /** Entries asked of it, and those of them that did not come. */
  asked = 0
  failed = 0
  /** Its announcements are ignored until then. */
  deafUntil: Millis = 0
  /** Nothing is attached to it until then: it left out entries. */
  barredUntil: Millis = 0
  /** Its beacons are ignored until then: it passed on a forged one. */
  mutedUntil: Millis = 0
  /** Of the last 16 entries it owed us as a parent, those that did not come: one bit each. */
  misses = 0
  /** Since when the oldest of these misses counts. */
  missesSince: Millis = never
  readonly announces: Budget
  readonly served: Budget
  readonly strangers: Budget

  constructor(session: string, index: number, info: NeighbourInfo, now: Millis) {
    this.session = session
    this.index = index
    this.rttMs = info.rttMs ?? unmeasuredMs
    this.leaf = info.leaf
    this.heardAt = now
    this.announces = new Budget(announceBudget[0], announceBudget[1], now)
    this.served = new Budget(pullBudget[0], pullBudget[1], now)
    this.strangers = new Budget(strangerBudget[0], strangerBudget[1], now)
  }
}

export class Lanes {
  /** In the order in which they came up. */
  readonly list: Lane[] = []
  readonly #bySession = new Map<string, Lane>()
  readonly #free: number[] = []
  #used = 0

  find(session: string): Lane | undefined {
    return this.#bySession.get(session)
  }

  /** Undefined when there are too many. */
  add(session: string, info: NeighbourInfo, now: Millis): Lane | undefined {
    const index = this.#free.pop() ?? this.#used++
    if (index >= maxLanes) {
      this.#used--
      return undefined
    }
    const lane = new Lane(session, index, info, now)
    this.#bySession.set(session, lane)
    this.list.push(lane)
    return lane
  }

  remove(lane: Lane): void {
    lane.up = false
    lane.flushAt = never
    this.#bySession.delete(lane.session)
    this.list.splice(this.list.indexOf(lane), 1)
    this.#free.push(lane.index)
  }
}
