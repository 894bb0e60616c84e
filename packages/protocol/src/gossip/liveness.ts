/**
 * Which links of a mesh have gone silent.
 *
 * Anything heard on a link counts as a sign of life, and nobody speaks only to be heard: a link over which beacons or
 * entries come costs nothing. Whoever has heard nothing for longer than is usual on a link asks, and is answered at once, so
 * a link that carries nothing at all costs one question and one answer in two seconds and a quarter for both its ends.
 *
 * A link silent for 3 s, whose far end was asked, is *suspect*: trees and overlay stop counting on it while two other
 * neighbours are asked when they last heard its far end, and everybody else who has been silent for a moment is asked, too.
 * When half of all links have been silent for 2 s and do not answer, or all for 1.5 s, many have gone at once, and nobody
 * waits for the third second. After 5 s it is dead, after 7 s when somebody else still hears it. A far end that said it is
 * in the background gets 9 and 15 s, and whoever is there itself asks after 6 s, or 3 s after anything came over any link. Only a good word counts: nobody can get a link closed by lying, at most keep it 2 s longer.
 *
 * One timer for all links, and what is due within `togetherMs` is done at once. A timer that came much too late means that
 * this machine slept: then nobody is judged by the silence before. One that was a little late means that it is busy, and
 * everybody has twice that longer: otherwise a machine with too much to do would take the living for dead, and have even
 * more to do.
 */
import type { Millis } from '../machine.ts'
import { lateAskMs } from './heartbeat.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { ProbeMessage } from './probe-wire.ts'
import { prefixBytes } from './wire.ts'

/** Neighbours that are asked about a suspect. */
export const maxProbes = 2
/** Questions of one neighbour that are answered within a second. */
export const maxProbesAnswered = 16
/** Somebody is suspect: who has been silent for so long is asked as well. */
export const alarmSilentMs = 600
/** Questions due this soon are asked now, so that links share a timer. */
export const togetherMs = 100
/** While somebody is suspect it is looked for so often. */
export const watchMs = 250
/** Silent for so long are half of the links, or all of them: many are gone at once. */
export const halfSilentMs = 2_000
export const allSilentMs = 1_500
/** In the background: nothing came over any link for so long, though roots send beacons every two seconds. */
export const hiddenAllSilentMs = 3_000
/** Fewer links than this say nothing about the rest. */
export const leastSilent = 2
/** Whatever is due, not sooner. */
const leastWaitMs = 50
/** A timer later than this: the machine slept. */
export const lateMs = 2_000
/** A machine that was busy doubts itself for so long. */
export const lagKeptMs = 10_000
/** The far end is perhaps on the same busy machine. */
export const lagPatience = 2
/** Somebody else's word counts when it heard the far end so much later than we did. */
export const newsMs = 500

export type LivenessOutput =
  /** Send a whole beat (digest, clock) over this link, then call `heartbeat.stamp`. */
  | { readonly type: 'beat'; readonly session: string }
  | { readonly type: 'send'; readonly to: string; readonly message: ProbeMessage }
  /** Silent for 3 s (9 s when hidden), or heard of again. */
  | { readonly type: 'suspect'; readonly session: string; readonly isSuspect: boolean }
  /** Silent for 5 s (7 s when somebody else still hears it; 15 s when hidden; 2.5 s after waking): close the link. */
  | { readonly type: 'dead'; readonly session: string }
  | { readonly type: 'timer'; readonly at: Millis }

interface Watch {
  readonly session: string
  readonly heartbeat: Heartbeat
  isSuspect: boolean
  /** The transport said so; until something is heard. */
  isDisconnected: boolean
  isBuried: boolean
  /** Who was asked about it. */
  asked: readonly string[]
  answered: number
  answeredAt: Millis
}

const ask: ProbeMessage = { type: 'ask' }
const here: ProbeMessage = { type: 'here' }
const nobody: readonly string[] = []

export class Liveness {
  readonly #own: string
  readonly #emit: (output: LivenessOutput) => void
  readonly #reaches: (middle: string, target: string) => boolean
  readonly #watches = new Map<string, Watch>()
  #hidden = false
  #massSilentMs = Infinity
  #probes = 0
  /** How late our timers were, lately. */
  #lagMs: Millis = 0
  #lagUntil: Millis = 0
  #timerAt: Millis | undefined
  /** When the link that was heard last was heard, as of the last look at all of them. */
  #heardAt: Millis = 0

  /** `own`: our session, hex. `reaches`: is `middle` known to have a link with `target`? Such a neighbour is asked first. */
  constructor(
    own: string,
    emit: (output: LivenessOutput) => void,
    reaches?: (middle: string, target: string) => boolean,
  ) {
    this.#own = own
    this.#emit = emit
    this.#reaches = reaches ?? (() => false)
  }

  /** We are in the background: others are asked less often. The next beat says so. */
  setHidden(hidden: boolean, now: Millis): void {
    this.#hidden = hidden
    this.#schedule(now)
  }

  /** A link is up. The engine calls `heartbeat.heard` and `heartbeat.sent` for whatever it carries. */
  watch(session: string, heartbeat: Heartbeat, now: Millis): void {
    heartbeat.pace = 'mesh'
    if (this.isSuspect(session)) this.#emit({ type: 'suspect', session, isSuspect: false })
    this.#watches.set(session, {
      session,
      heartbeat,
      isSuspect: false,
      isDisconnected: false,
      isBuried: false,
      asked: nobody,
      answered: 0,
      answeredAt: now,
    })
    this.#schedule(now)
  }

  /** The link is gone, or in the care of a small room again. */
  forget(session: string, now: Millis): void {
    const watch = this.#watches.get(session)
    if (watch === undefined) return
    watch.heartbeat.pace = 'small'
    this.#watches.delete(session)
    this.#schedule(now)
  }

  isSuspect(session: string): boolean {
    return this.#watches.get(session)?.isSuspect ?? false
  }

  /** The transport says "disconnected": suspect at once. */
  doubt(session: string, now: Millis): void {
    const watch = this.#watches.get(session)
    if (watch === undefined) return
    watch.isDisconnected = true
    watch.heartbeat.doubt(now)
    this.#judge(watch, now)
    this.#schedule(now)
  }

  /** The machine slept: everybody has 2.5 s to be heard, and is asked to be. */
  woke(now: Millis): void {
    for (const watch of this.#watches.values()) {
      watch.heartbeat.doubt(now)
      this.#ask(watch, now)
    }
    this.#schedule(now)
  }

  receive(from: string, message: ProbeMessage, now: Millis): void {
    if (message.type === 'probe') this.#answer(from, message.target, now)
    else if (message.type === 'ask') {
      if (this.#mayAnswer(from, now)) this.#emit({ type: 'send', to: from, message: here })
    } else if (message.type === 'probeAnswer') this.#answered(from, message.target, message.heardAgoMs, now)
  }

  timerFired(now: Millis): void {
    const lateBy = this.#timerAt === undefined ? 0 : now - this.#timerAt
    const isLate = lateBy >= lateMs
    this.#timerAt = undefined
    if (isLate) {
      this.woke(now)
      return
    }
    if (lateBy >= this.#lagMs || now >= this.#lagUntil) {
      this.#lagMs = lateBy
      this.#lagUntil = now + lagKeptMs
    }
    this.#massSilentMs = this.#judgeAll(now)
    this.#noteHeard()
    for (const watch of this.#watches.values()) {
      this.#judge(watch, now)
      const { heartbeat, session } = watch
      if (watch.isBuried) continue
      if (heartbeat.beatAt <= now + togetherMs) this.#emit({ type: 'beat', session })
      if (this.#askAt(watch) <= now + togetherMs) this.#ask(watch, now)
    }
    this.#schedule(now)
  }

  #askAt({ session, heartbeat }: Watch): Millis {
    const at = heartbeat.askAt(this.#hidden)
    // A tab in the background has patience with one link; when none says anything, it may be the one that is left alone.
    const isOne = !this.#hidden || at === Infinity || this.#watches.size < leastSilent
    const latest = isOne ? at : Math.max(heartbeat.heardAt, this.#heardAt) + hiddenAllSilentMs
    return Math.min(at, latest) + (this.#own < session ? lateAskMs : 0)
  }

  #noteHeard(): void {
    this.#heardAt = 0
    for (const { heartbeat } of this.#watches.values()) this.#heardAt = Math.max(this.#heardAt, heartbeat.heardAt)
  }

  #ask({ session, heartbeat }: Watch, now: Millis): void {
    heartbeat.asked(now)
    this.#emit({ type: 'send', to: session, message: ask })
  }

  /** After which silence a link is suspect because of the others' silence; `Infinity` when those are heard. */
  #judgeAll(now: Millis): Millis {
    let watched = 0
    let half = 0
    let all = 0
    const judged = this.#judged(now)
    for (const { heartbeat } of this.#watches.values()) {
      // Whoever is in the background is silent for longer, and after sleep the silence is our own.
      if (heartbeat.isHidden) continue
      watched++
      if (heartbeat.isDoubted) continue
      if (!heartbeat.isUnanswered(judged)) continue
      const silentMs = judged - heartbeat.heardAt
      if (silentMs >= halfSilentMs) half++
      if (silentMs >= allSilentMs) all++
    }
    if (all > 0 && all === watched && this.#watches.size >= leastSilent) return allSilentMs
    return half >= leastSilent && half * 2 >= watched ? halfSilentMs : Infinity
  }

  #isSilent({ heartbeat }: Watch, now: Millis): boolean {
    if (heartbeat.isDoubted) return false
    const judged = this.#judged(now)
    if (!heartbeat.isUnanswered(judged)) return false
    if (heartbeat.isSuspect(judged)) return true
    // Whoever is in the background is believed to be there only as long as somebody else is heard.
    const isMass = !heartbeat.isHidden || this.#massSilentMs === allSilentMs
    return isMass && judged - heartbeat.heardAt >= this.#massSilentMs
  }

  /** Silence counts up to here: what was lost to our own business is not the others'. */
  #judged(now: Millis): Millis {
    return now - lagPatience * this.#lagMs
  }

  #judge(watch: Watch, now: Millis): void {
    const { heartbeat, session } = watch
    if (!heartbeat.isDoubted) watch.isDisconnected = false
    if (heartbeat.isDead(this.#judged(now))) {
      if (!watch.isBuried) {
        watch.isBuried = true
        this.#emit({ type: 'dead', session })
      }
      return
    }
    watch.isBuried = false
    // After sleep the silence is our own.
    const isSuspect = watch.isDisconnected || this.#isSilent(watch, now)
    if (isSuspect === watch.isSuspect) return
    watch.isSuspect = isSuspect
    watch.asked = nobody
    this.#emit({ type: 'suspect', session, isSuspect })
    if (!isSuspect) return
    this.#probe(watch, now)
    // Whatever took this one may have taken others.
    for (const other of this.#watches.values()) {
      const { heartbeat: theirs } = other
      if (other !== watch && now - theirs.heardAt >= alarmSilentMs && theirs.askAt(this.#hidden) !== Infinity) {
        this.#ask(other, now)
      }
    }
  }

  #probe(watch: Watch, now: Millis): void {
    const able: string[] = []
    const others: string[] = []
    for (const { session, heartbeat, isSuspect } of this.#watches.values()) {
      if (session === watch.session || isSuspect || heartbeat.isSuspect(now)) continue
      if (this.#reaches(session, watch.session)) able.push(session)
      else others.push(session)
    }
    // Not always the same two.
    const asked = able.slice(0, maxProbes)
    for (let i = 0; i < others.length && asked.length < maxProbes; i++) {
      asked.push(others[(this.#probes + i) % others.length] as string)
    }
    this.#probes += maxProbes
    watch.asked = asked
    const target = watch.session.slice(0, prefixBytes * 2)
    for (const to of asked) this.#emit({ type: 'send', to, message: { type: 'probe', target } })
  }

  #mayAnswer(from: string, now: Millis): boolean {
    const asker = this.#watches.get(from)
    if (asker === undefined) return false
    if (now - asker.answeredAt >= 1_000) {
      asker.answered = 0
      asker.answeredAt = now
    }
    return ++asker.answered <= maxProbesAnswered
  }

  #answer(from: string, target: string, now: Millis): void {
    if (!this.#mayAnswer(from, now)) return
    const watch = this.#byPrefix(target)
    const heardAgoMs = watch === undefined ? undefined : Math.max(0, now - watch.heartbeat.heardAt)
    this.#emit({ type: 'send', to: from, message: { type: 'probeAnswer', target, heardAgoMs } })
  }

  #answered(from: string, target: string, heardAgoMs: number | undefined, now: Millis): void {
    const watch = this.#byPrefix(target)
    if (watch === undefined || heardAgoMs === undefined || !watch.asked.includes(from)) return
    if (now - heardAgoMs > watch.heartbeat.heardAt + newsMs) watch.heartbeat.vouched()
  }

  #byPrefix(prefix: string): Watch | undefined {
    for (const watch of this.#watches.values()) if (watch.session.startsWith(prefix)) return watch
    return undefined
  }

  #schedule(now: Millis): void {
    this.#noteHeard()
    let due = Infinity
    const judged = this.#judged(now)
    const behindMs = now - judged
    for (const watch of this.#watches.values()) {
      const { heartbeat, isSuspect, isBuried } = watch
      if (isBuried) continue
      if (isSuspect) due = Math.min(due, now + watchMs)
      else due = Math.min(due, this.#askAt(watch), heartbeat.beatAt, heartbeat.doomAt(judged) + behindMs)
      const overdueAt = heartbeat.answerDueAt
      if (isSuspect || heartbeat.isHidden || overdueAt === Infinity) continue
      for (const silentMs of [allSilentMs, halfSilentMs]) {
        const at = Math.max(overdueAt, heartbeat.heardAt + silentMs)
        if (at > judged) due = Math.min(due, at + behindMs)
      }
    }
    if (due === Infinity) return
    // What is past due waits for our own lag to be over.
    due = Math.max(due, now + (this.#lagMs > leastWaitMs ? watchMs : leastWaitMs))
    if (this.#timerAt !== undefined && this.#timerAt > now && this.#timerAt <= due) return
    this.#timerAt = due
    this.#emit({ type: 'timer', at: due })
  }
}
