/** What a person is told of synchronisation: how much is here, how much is still to come, and whether that is all. */
import type { Millis } from '../machine.ts'
import type { Room } from '../rooms/room.ts'
import type { EngineEvent } from './output.ts'
import type { Partner } from './partners.ts'

/** With nobody to ask for this long after the start, what is here is all there is for now. */
const aloneMs = 2_500
/** Somebody who is here but cannot be linked is waited for no longer than this. */
const unreachableMs = 15_000

type SyncEvent = Extract<EngineEvent, { type: 'sync' }>

export interface Surroundings {
  /** Sessions known to be here, linked or not. */
  readonly met: number
  /** The relay told us who is here, or there is no relay to tell. */
  readonly listed: boolean
}

export class SyncReport {
  readonly #room: Room
  readonly #tell: (event: EngineEvent) => void
  readonly #startedAt: Millis
  #metSince: Millis | undefined
  #around: Surroundings = { met: 0, listed: false }
  #told: SyncEvent | undefined

  constructor(room: Room, tell: (event: EngineEvent) => void, now: Millis) {
    this.#room = room
    this.#tell = tell
    this.#startedAt = now
  }

  get around(): Surroundings {
    return this.#around
  }

  set around(around: Surroundings) {
    this.#around = around
  }

  /** Tells what has changed. `busy`: pages are waiting to be taken in; `loading`: the own store is being read. */
  report(partners: ReadonlyMap<string, Partner>, loading: boolean, busy: boolean, now: Millis): void {
    const { size: have, missing, gaps } = this.#room.log
    const phase = loading ? 'loading' : this.#phase(partners, busy, now)
    const coming = phase === 'catchingUp' ? outstanding(partners) : 0
    const total = have + Math.max(coming, missing)
    const told = this.#told
    if (told?.phase === phase && told.have === have && told.total === total && told.gaps === gaps) return
    this.#told = { type: 'sync', phase, have, total, gaps }
    this.#tell(this.#told)
  }

  #phase(partners: ReadonlyMap<string, Partner>, busy: boolean, now: Millis): SyncEvent['phase'] {
    const { met, listed } = this.#around
    let inStep = false
    let isStarted = busy
    for (const partner of partners.values()) {
      if (partner.started) isStarted = true
      if (partner.inStep) inStep = true
    }
    if (met === 0) this.#metSince = undefined
    else this.#metSince ??= now
    if (isStarted) return 'catchingUp'
    if (inStep) return 'synced'
    if (partners.size > 0) return 'catchingUp'
    const isWaiting = this.#metSince !== undefined && now - this.#metSince < unreachableMs
    if (isWaiting || (!listed && now - this.#startedAt < aloneMs)) return 'catchingUp'
    return 'alone'
  }
}

function outstanding(partners: ReadonlyMap<string, Partner>): number {
  let left = 0
  for (const { started, exchange } of partners.values()) {
    if (!started || exchange === undefined) continue
    const { have, total } = exchange.progress
    left += total - have
  }
  return left
}
