/**
 * One simulated machine: an engine, its store, its timers, its transports and its clock.
 *
 * A machine survives its programs: `start` after `crash` is a new session over the same store, as a reload is.
 */
import type { EngineEvent } from '../engine/output.ts'
import type { Output } from '../engine/output.ts'
import type { Input, TransportKind } from '../engine/input.ts'
import type { StoreChange, StoredRecord, StoreRange } from '../engine/effects.ts'
import type { Millis } from '../machine.ts'
import type { TimelineMessage } from '../rooms/timeline.ts'

/** What the simulator needs of an engine; a test may put something hostile in its place. */
export interface EngineLike {
  handle(input: Input, now: Millis): readonly Output[]
}

export class SimStore {
  readonly #records = new Map<string, Uint8Array>()
  #keys: string[] | undefined

  apply(changes: readonly StoreChange[]): void {
    for (const { key, value } of changes) {
      if (value === undefined) this.#records.delete(key)
      else this.#records.set(key, value)
    }
    this.#keys = undefined
  }

  read(range: StoreRange): { readonly records: readonly StoredRecord[]; readonly more: boolean } {
    this.#keys ??= [...this.#records.keys()].sort()
    const keys = this.#keys.filter((key) => key.startsWith(range.prefix))
    if (range.reverse === true) keys.reverse()
    const { after } = range
    const isPast = (key: string): boolean => after === undefined || (range.reverse === true ? key < after : key > after)
    const rest = keys.filter(isPast)
    const records = rest.slice(0, range.limit).map((key) => ({ key, value: this.#records.get(key) as Uint8Array }))
    return { records, more: rest.length > range.limit }
  }

  get size(): number {
    return this.#records.size
  }
}

/** A timer that was asked for; `at` moves when it is asked for again, and is −1 once it does not count. */
export interface Timer {
  readonly name: string
  at: Millis
  /** When its event comes; it is put off then if `at` is later. */
  queuedAt: Millis
}

/** One end of a transport, held by one run of a program. */
export interface Half {
  readonly id: number
  readonly name: string
  readonly kind: TransportKind
  /** The far machine and its end, −1 while unknown. */
  far: number
  farId: number
  up: boolean
  distance: number
  /** When the newest frame sent from here arrives there: none overtakes another. */
  leaveAt: Millis
  /** Of the generator of its jitter. */
  state: number
  /** Bytes that wait for the uplink. */
  waiting: number
  full: boolean
}

export class SimPeer {
  readonly index: number
  readonly name: string
  /** What this machine's clock is ahead of the simulation's. */
  skewMs: number
  /** Undefined while crashed. */
  engine: EngineLike | undefined
  /** Counts the programs started here, so that events meant for an earlier one are dropped. */
  run = 0
  /** Nothing is handled while frozen; it all happens on waking. */
  frozen = false
  /** A tab in the background: timers fire on full seconds, without any link on full minutes. */
  throttled = false
  readonly held: Input[] = []
  /** Ends of transports held here, by number; see `transports`. */
  readonly halves: (Half | undefined)[] = []
  /** When its lines are free again, as fractions of a millisecond. */
  upFreeAt = 0
  downFreeAt = 0
  /** The relay's socket: 0 none, else its number; when its newest frame arrives there. */
  relaySocket = 0
  relaySockets = 0
  relayLeaveAt: Millis = 0
  relayState: number
  /** Fingerprint of everything that happened here. */
  hashLow = 0x243f_6a88
  hashHigh = 0x85a3_08d3
  readonly events: EngineEvent[] = []
  /** Newest `sync` event. */
  sync: Extract<EngineEvent, { type: 'sync' }> | undefined

  // Made when they are needed: a machine that is simulated elsewhere needs none.
  #store: SimStore | undefined
  #timers: Map<string, Timer> | undefined
  #transports: Map<string, Half> | undefined
  #shown: Map<string, TimelineMessage> | undefined

  constructor(index: number, name: string, skewMs: number, state: number) {
    this.index = index
    this.name = name
    this.skewMs = skewMs
    this.relayState = state
  }

  get store(): SimStore {
    return (this.#store ??= new SimStore())
  }

  get timers(): Map<string, Timer> {
    return (this.#timers ??= new Map())
  }

  /** Ends of transports held here, by the engine's name. */
  get transports(): Map<string, Half> {
    return (this.#transports ??= new Map())
  }

  /** What the program shows: messages by id. */
  get shown(): Map<string, TimelineMessage> {
    return (this.#shown ??= new Map())
  }

  observe(event: EngineEvent, keep: boolean): void {
    if (event.type === 'timeline') {
      for (const change of event.changes) {
        if (change.type === 'put') this.shown.set(change.message.id, change.message)
        else this.shown.delete(change.id)
      }
    } else if (event.type === 'sync') this.sync = event
    if (keep && event.type !== 'timeline') this.events.push(event)
  }

  /** The timeline as text, in display order: equal on every machine once they have converged. */
  timeline(): string[] {
    return [...this.shown.keys()].sort().map((id) => describe(this.shown.get(id) as TimelineMessage))
  }

  /** Notes 32 bits of what happened. */
  noteWord(word: number): void {
    this.hashLow = Math.imul(this.hashLow ^ word, 0x2c1b_3c6d)
    this.hashLow ^= this.hashLow >>> 15
    this.hashHigh = Math.imul((this.hashHigh + this.hashLow) | 0, 0x297a_2d39) ^ word
    this.hashHigh ^= this.hashHigh >>> 13
  }

  noteBytes(bytes: Uint8Array): void {
    const { length } = bytes
    let low = this.hashLow
    let high = this.hashHigh ^ length
    let i = 0
    for (; i + 4 <= length; i += 4) {
      const word =
        (bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24)
      low = Math.imul(low ^ word, 0x2c1b_3c6d)
      high = (Math.imul(high, 0x297a_2d39) + low) | 0
      low ^= low >>> 15
    }
    let word = length
    for (; i < length; i++) word = (word << 8) | (bytes[i] as number)
    this.hashLow = low
    this.hashHigh = high
    this.noteWord(word)
  }
}

function describe(message: TimelineMessage): string {
  const reactions = message.reactions.map(({ emoji, by }) => `${emoji}:${[...by].sort().join('+')}`).join(' ')
  const marks = `${message.edited ? ' edited' : ''}${message.deleted ? ' deleted' : ''}`
  const answers = message.replyTo === undefined ? '' : ` re ${message.replyTo}`
  return `${message.id} ${message.author.slice(0, 8)} ${message.name}: ${message.text}${marks}${answers} ${reactions}`
}
