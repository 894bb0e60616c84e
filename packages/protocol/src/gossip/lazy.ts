/**
 * Announcements and pulls: what keeps an entry from being lost where a tree has a hole.
 *
 * Every entry is announced on every link that did not carry it, in batches: whichever end of a link speaks first spares
 * the other most of its own. An entry that came by a pull or a flood is late somewhere, so that one is announced at once.
 * Who is told of an entry it does not hold waits T1 for its tree, then asks one announcer after the other. Pulls never
 * change a tree. (The lazy half of Leitão, Pereira and Rodrigues, "Epidemic Broadcast Trees", 2007, without its grafts.)
 */
import type { Millis } from '../machine.ts'
import type { BroadcastPort } from './broadcast-io.ts'
import { broadcastTags, countIds, encodeIds, idAt, maxRefsPerFrame } from './broadcast-wire.ts'
import type { Ref } from './broadcast-wire.ts'
import type { Jitter } from './jitter.ts'
import { never } from './lanes.ts'
import type { Lane, Lanes } from './lanes.ts'
import type { Recent } from './recent.ts'

/**
 * An announcement waits between half of this and the whole, a quarter of that in doubt. Links whose turns come within the same
 * quarter of it are served together: of a peer's timers nothing else is asked for as often.
 */
export const announceMs = 600
/** The same where nothing has been doubtful for a while: the batches are all that a room whose trees are whole pays for them. */
export const calmAnnounceMs = 1_200
export const calmAfterMs = 5_000
export const urgentAnnounceMs = 30
export const earlyAnnounceMs = 90
/** Younger ones are left for the next batch: they are still on their way along the trees. */
export const freshMs = 60
/** An entry that was announced this long before its tree brought it is late: somewhere above there is a hole. */
export const lateMs = 100
/** A neighbour whose batch left out an entry this old lacks it: it is told soon. */
export const lackingMs = 250
export const lackingAnnounceMs = 60
/** A new link is told of this much of the past, as far as one frame holds it. */
export const newLinkMs = 10_000

/** T1, the time a tree is given after the first announcement. */
export const defaultWaitMs = 400
export const minWaitMs = 150
export const maxWaitMs = 1_000
/** T1 of a peer that hangs on no tree at all: nothing will bring it. */
export const treelessWaitMs = 20
/** The next announcer is asked after this, or two round trips. */
export const nextAskMs = 150
/** The wait shrinks to its minimum for this long after anything made the trees doubtful. */
export const doubtMs = 5_000
const gapSamples = 32
/** After so many entries that were here before anybody announced them, the gaps of the others say what T1 has to be. */
const enoughInTime = 64

export const maxWants = 2_048
export const maxWantsOfLane = 512
export const maxAnnouncers = 6
export const maxAsks = 8
export const asksEach = 2
/** A want nobody can serve is given up: synchronisation finds what is missing. */
export const wantMs = 10_000
/** A neighbour that failed this often, and more often than it delivered, is not listened to for a while. */
export const maxFailures = 6
export const deafMs = 60_000
/** Marks an entry that came and was refused: it is not asked for again, and not announced. */
export const refusedTree = -1

interface Want {
  readonly ref: Ref
  readonly firstAt: Millis
  dueAt: Millis
  readonly announcers: Lane[]
  asks: number
  asked: Lane | undefined
  askedAt: Millis
}

export class Lazy {
  readonly #lanes: Lanes
  readonly #recent: Recent
  readonly #port: BroadcastPort
  readonly #jitter: Jitter
  readonly #isFed: () => boolean
  readonly #wants = new Map<Ref, Want>()
  readonly #gaps: number[] = []
  #gapAt = 0
  #inTime = 0
  #waitMs = defaultWaitMs
  #wantsDueAt: Millis = never
  #flushDueAt: Millis = never
  #urgentAt: Millis = never
  /** Where the turns of this peer begin, so that a room does not speak all at once. */
  readonly #phase: Millis
  #doubtUntil: Millis = 0
  /** Nothing has to be announced soon from then on. */
  #calmFrom: Millis = never
  readonly #scratch = new Float64Array(maxRefsPerFrame)

  /** `isFed`: some tree has a place for this peer. */
  constructor(lanes: Lanes, recent: Recent, port: BroadcastPort, jitter: Jitter, isFed: () => boolean) {
    this.#isFed = isFed
    this.#lanes = lanes
    this.#recent = recent
    this.#port = port
    this.#jitter = jitter
    this.#phase = jitter.between(0, announceMs)
  }

  /** When `run` is to be called. */
  get dueAt(): Millis {
    return Math.min(this.#wantsDueAt, this.#flushDueAt, this.#urgentAt)
  }

  get wanted(): number {
    return this.#wants.size
  }

  /** The trees may have holes: wait less, announce sooner. */
  doubt(now: Millis): void {
    this.unsettle(now)
    if (now < this.#doubtUntil - doubtMs / 2) return
    this.#doubtUntil = now + doubtMs
    for (const want of this.#wants.values()) {
      if (want.asks > 0) continue
      want.dueAt = Math.min(want.dueAt, Math.max(now, want.firstAt + minWaitMs))
      this.#wantsDueAt = Math.min(this.#wantsDueAt, want.dueAt)
    }
  }

  /** A neighbour is gone, or may be: what waits for a calm turn has waited long enough. */
  unsettle(now: Millis): void {
    const wasCalm = now >= this.#calmFrom
    this.#calmFrom = now + calmAfterMs
    if (!wasCalm) return
    const latest = now + announceMs
    for (const lane of this.#lanes.list)
      if (lane.flushAt !== never && lane.flushAt > latest) this.#schedule(lane, latest)
  }

  laneUp(lane: Lane, now: Millis): void {
    if (this.#calmFrom === never) this.#calmFrom = now + calmAfterMs
    const recent = this.#recent
    recent.clearLane(lane.index)
    let place = recent.head
    const first = Math.max(recent.tail, recent.head - maxRefsPerFrame)
    while (place > first && now - recent.timeAt(place - 1) <= newLinkMs) place--
    lane.cursor = place
    if (place < recent.head) this.#schedule(lane, now)
  }

  /**
   * An entry is held from now on. `late`: it came by a pull or a flood, others may lack it too. `early`: few hold it yet,
   * and if the tree is broken here it is lost for all.
   */
  hold(late: boolean, early: boolean, now: Millis): void {
    if (late || early) {
      this.#urgentAt = Math.min(this.#urgentAt, now + (late ? urgentAnnounceMs : earlyAnnounceMs))
      return
    }
    const lanes = this.#lanes.list
    for (let i = 0; i < lanes.length; i++) {
      const lane = lanes[i] as Lane
      if (lane.flushAt === never) this.#flushLater(lane, now)
    }
  }

  /** The entry came: over this lane, or without one. True when others had it much sooner. */
  came(place: number, from: Lane | undefined, pulled: boolean, now: Millis): boolean {
    const want = this.#wants.get(this.#recent.refAt(place))
    if (want === undefined) {
      if (this.#inTime < enoughInTime && ++this.#inTime === enoughInTime) this.#setWait()
      return false
    }
    this.#forget(want)
    for (const lane of want.announcers) if (lane.up) this.#recent.setKnown(place, lane.index)
    // Asked and delivered, even if later than it was given.
    if (from !== undefined && from === want.asked && from.failed > 0 && want.asks > 1) from.failed--
    if (!pulled && from !== undefined) this.#learnGap(now - want.firstAt)
    return now - want.firstAt >= lateMs
  }

  receiveHave(lane: Lane, payload: Uint8Array, now: Millis): boolean {
    const count = countIds(payload, maxRefsPerFrame)
    if (count < 0) return false
    const recent = this.#recent
    const deaf = lane.deafUntil > now
    for (let i = 0; i < count; i++) {
      if (!lane.announces.take(now)) break
      const ref = idAt(payload, i)
      const place = recent.find(ref)
      if (place >= 0) recent.setKnown(place, lane.index)
      else if (!deaf) this.#want(ref, lane, now)
    }
    this.#answerSilence(lane, now)
    return true
  }

  receivePull(lane: Lane, payload: Uint8Array, now: Millis): boolean {
    const count = countIds(payload, maxRefsPerFrame)
    if (count < 0) return false
    const recent = this.#recent
    for (let i = 0; i < count; i++) {
      const place = recent.find(idAt(payload, i))
      if (place < 0 || recent.treeAt(place) === refusedTree || !lane.served.take(now)) continue
      recent.setKnown(place, lane.index)
      this.#port.forward(recent.refAt(place), [lane.session], recent.treeAt(place), recent.hopAt(place) + 1, true, true)
    }
    return true
  }

  /** True when something had to be pulled: the trees have a hole. */
  run(now: Millis): boolean {
    if (this.#urgentAt <= now) {
      this.#urgentAt = never
      for (const lane of this.#lanes.list) this.#flush(lane, 0, now)
    }
    if (this.#flushDueAt <= now) {
      let next = never
      for (const lane of this.#lanes.list) {
        if (lane.flushAt <= now) this.#flush(lane, freshMs, now)
        if (lane.flushAt < next) next = lane.flushAt
      }
      this.#flushDueAt = next
    }
    return this.#wantsDueAt <= now && this.#pull(now)
  }

  // Announcing.

  #schedule(lane: Lane, at: Millis): void {
    if (at < lane.flushAt) lane.flushAt = at
    if (at < this.#flushDueAt) this.#flushDueAt = at
  }

  #flushLater(lane: Lane, now: Millis): void {
    const most = now < this.#doubtUntil ? announceMs / 4 : now < this.#calmFrom ? announceMs : calmAnnounceMs
    const turn = Math.floor(most / 4)
    const at = now + this.#jitter.between(most / 2, most - turn)
    lane.flushAt = at + turn - ((at + this.#phase) % turn)
    if (lane.flushAt < this.#flushDueAt) this.#flushDueAt = lane.flushAt
  }

  #flush(lane: Lane, youngest: Millis, now: Millis): void {
    lane.flushAt = never
    if (lane.suspect) return
    const recent = this.#recent
    const scratch = this.#scratch
    let count = 0
    let place = Math.max(lane.cursor, recent.tail)
    for (; place < recent.head; place++) {
      if (recent.isKnown(place, lane.index)) continue
      if (now - recent.timeAt(place) < youngest) break
      if (recent.treeAt(place) === refusedTree) continue
      if (count === maxRefsPerFrame) break
      recent.setKnown(place, lane.index)
      scratch[count++] = recent.refAt(place)
    }
    lane.cursor = place
    if (count > 0) this.#port.send(lane.session, encodeIds(broadcastTags.have, scratch, count))
    if (place < recent.head) this.#flushLater(lane, now)
  }

  /**
   * A batch of theirs came: ours would tell them little, so it waits. Unless theirs left out what we have had for a
   * while: then they lack it.
   */
  #answerSilence(lane: Lane, now: Millis): void {
    const recent = this.#recent
    let place = Math.max(lane.cursor, recent.tail)
    while (place < recent.head && recent.isKnown(place, lane.index)) place++
    lane.cursor = place
    if (place === recent.head) lane.flushAt = never
    else if (now - recent.timeAt(place) >= lackingMs) this.#schedule(lane, now + lackingAnnounceMs)
    else this.#flushLater(lane, now)
  }

  // Pulling.

  #want(ref: Ref, lane: Lane, now: Millis): void {
    const want = this.#wants.get(ref)
    if (want !== undefined) {
      if (want.announcers.length < maxAnnouncers && !want.announcers.includes(lane)) {
        want.announcers.push(lane)
        lane.wants++
      }
      return
    }
    if (this.#wants.size >= maxWants || lane.wants >= maxWantsOfLane) return
    const waitMs = now < this.#doubtUntil ? minWaitMs : this.#waitMs
    const dueAt = now + (this.#isFed() ? waitMs : treelessWaitMs)
    this.#wants.set(ref, { ref, firstAt: now, dueAt, announcers: [lane], asks: 0, asked: undefined, askedAt: 0 })
    lane.wants++
    if (dueAt < this.#wantsDueAt) this.#wantsDueAt = dueAt
  }

  #pull(now: Millis): boolean {
    let next = never
    let asked = false
    for (const want of this.#wants.values()) {
      if (want.dueAt <= now) {
        this.#blame(want, now)
        const lane = want.asks < asksOf(want) && now - want.firstAt < wantMs ? nextAnnouncer(want, now) : undefined
        if (lane === undefined) {
          this.#forget(want)
          continue
        }
        lane.pulls.push(want.ref)
        lane.asked++
        want.asks++
        want.asked = lane
        want.askedAt = now
        want.dueAt = now + Math.max(nextAskMs, 2 * lane.rttMs)
        asked = true
      }
      if (want.dueAt < next) next = want.dueAt
    }
    this.#wantsDueAt = next
    if (!asked) return false
    for (const lane of this.#lanes.list) {
      for (let at = 0; at < lane.pulls.length; at += maxRefsPerFrame) {
        const refs = lane.pulls.slice(at, at + maxRefsPerFrame)
        this.#port.send(lane.session, encodeIds(broadcastTags.pull, refs))
      }
      lane.pulls.length = 0
    }
    return true
  }

  /** Whoever was asked last and did not deliver, although its link is alive, may be lying. */
  #blame(want: Want, now: Millis): void {
    const lane = want.asked
    if (lane === undefined) return
    if (lane.heardAt < want.askedAt) {
      lane.asked--
      return
    }
    lane.failed++
    if (lane.failed >= maxFailures && lane.failed * 2 > lane.asked) {
      lane.deafUntil = now + deafMs
      lane.failed = 0
      lane.asked = 0
    } else if (lane.asked > 64) {
      lane.asked >>= 1
      lane.failed >>= 1
    }
  }

  #forget(want: Want): void {
    this.#wants.delete(want.ref)
    for (const lane of want.announcers) lane.wants--
  }

  #learnGap(gap: Millis): void {
    this.#gaps[this.#gapAt] = gap
    this.#gapAt = (this.#gapAt + 1) % gapSamples
    if (this.#inTime === enoughInTime) this.#setWait()
  }

  #setWait(): void {
    let worst = 0
    for (const sample of this.#gaps) worst = Math.max(worst, sample)
    let rtt = 0
    for (const lane of this.#lanes.list) if (!lane.leaf && !lane.suspect) rtt = Math.max(rtt, lane.rttMs)
    this.#waitMs = Math.min(maxWaitMs, Math.max(minWaitMs, 2 * rtt + 50 + worst))
  }
}

function asksOf(want: Want): number {
  return Math.min(maxAsks, want.announcers.length * asksEach)
}

/** Those who announced it in turn, passing over who is gone or not to be believed. */
function nextAnnouncer(want: Want, now: Millis): Lane | undefined {
  const { announcers } = want
  for (let i = 0; i < announcers.length; i++) {
    const lane = announcers[(want.asks + i) % announcers.length] as Lane
    if (lane.up && !lane.suspect && lane.deafUntil <= now) return lane
  }
  return undefined
}
