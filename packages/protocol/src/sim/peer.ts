/**
 * One simulated machine: an engine, its store, its timers and its clock.
 *
 * A machine survives its programs: `start` after `crash` is a new session over the same store, as a reload is.
 */
import type { EngineEvent } from '../engine/output.ts'
import type { Output } from '../engine/output.ts'
import type { Input } from '../engine/input.ts'
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

export class SimPeer {
  readonly index: number
  readonly name: string
  readonly store: SimStore = new SimStore()
  /** What this machine's clock is ahead of the simulation's. */
  skewMs: number
  /** Undefined while crashed. */
  engine: EngineLike | undefined
  /** Counts the programs started here, so that events meant for an earlier one are dropped. */
  run = 0
  /** Nothing is handled while frozen; it all happens on waking. */
  frozen = false
  readonly held: Input[] = []
  readonly timers: Map<string, number> = new Map()
  /** What the program shows: messages by id. */
  readonly shown: Map<string, TimelineMessage> = new Map()
  readonly events: EngineEvent[] = []
  /** Newest `sync` event. */
  sync: Extract<EngineEvent, { type: 'sync' }> | undefined

  constructor(index: number, name: string, skewMs: number) {
    this.index = index
    this.name = name
    this.skewMs = skewMs
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
}

function describe(message: TimelineMessage): string {
  const reactions = message.reactions.map(({ emoji, by }) => `${emoji}:${[...by].sort().join('+')}`).join(' ')
  const marks = `${message.edited ? ' edited' : ''}${message.deleted ? ' deleted' : ''}`
  const answers = message.replyTo === undefined ? '' : ` re ${message.replyTo}`
  return `${message.id} ${message.author.slice(0, 8)} ${message.name}: ${message.text}${marks}${answers} ${reactions}`
}
