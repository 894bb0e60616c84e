/**
 * The engine's side of the store: reading everything back at the start, newest first, and writing each change.
 *
 * | key | value |
 * |---|---|
 * | `w/…` | a keeper's grants, tickets and offers (`keepers/`); read first, because they decide what is taken |
 * | `m/relay-keys` | keys of the relays this room has met, 32 bytes each |
 * | `f/…`, `o/…`, `e/…`, `r/…` | fork proofs, openings, entries, receipts: the room's own (`rooms/records.ts`) |
 */
import type { Millis, StoreChange, StoredRecord } from '../machine.ts'
import type { Room, RoomResult } from '../rooms/room.ts'
import type { EngineEvent, Output } from './output.ts'

/** Ranges in the order they are read; what a range needs stands before it. */
const ranges: readonly { readonly prefix: string; readonly reverse: boolean }[] = [
  { prefix: 'm/', reverse: false },
  { prefix: 'f/', reverse: false },
  { prefix: 'o/', reverse: false },
  { prefix: 'e/', reverse: true },
  { prefix: 'r/', reverse: true },
]
const relayKeysKey = 'm/relay-keys'
/** Records per page: at about a hundred entries each, what is read between two chances to draw. */
const pageRecords = 16

interface Loaded {
  readonly request: number
  readonly records: readonly StoredRecord[]
  readonly more: boolean
}

export interface JournalStep {
  readonly done: boolean
  readonly result: RoomResult | undefined
  readonly relayKeys: Uint8Array | undefined
}

interface Posted {
  readonly tag: number
  readonly id: string
}

export class Journal {
  readonly #room: Room
  readonly #emit: (output: Output) => void
  readonly #tell: (event: EngineEvent) => void
  readonly #nextRequest: () => number
  readonly #ranges: typeof ranges
  readonly #restoreKept: ((records: readonly StoredRecord[]) => void) | undefined
  #pending = 0
  readonly #posted = new Map<number, Posted>()
  #range = 0
  #request: number | undefined

  constructor(
    room: Room,
    emit: (output: Output) => void,
    tell: (event: EngineEvent) => void,
    nextRequest: () => number,
    restoreKept?: ((records: readonly StoredRecord[]) => void) | undefined,
  ) {
    this.#room = room
    this.#emit = emit
    this.#tell = tell
    this.#nextRequest = nextRequest
    this.#restoreKept = restoreKept
    this.#ranges = restoreKept === undefined ? ranges : [{ prefix: 'w/', reverse: false }, ...ranges]
  }

  load(): void {
    this.#ask(undefined)
  }

  /** One page came back; asks for the next. */
  loaded(page: Loaded, now: Millis): JournalStep {
    const range = this.#ranges[this.#range]
    if (page.request !== this.#request || range === undefined) {
      return { done: false, result: undefined, relayKeys: undefined }
    }
    const last = page.records.at(-1)
    let result: RoomResult | undefined
    let relayKeys: Uint8Array | undefined
    if (range.prefix === 'm/') relayKeys = page.records.find(({ key }) => key === relayKeysKey)?.value
    else if (range.prefix === 'w/') this.#restoreKept?.(page.records)
    else if (page.records.length > 0) result = this.#room.restore(page.records, now)
    if (page.more && last !== undefined) {
      this.#ask(last.key)
    } else {
      this.#range++
      if (this.#range < this.#ranges.length) this.#ask(undefined)
      else this.#request = undefined
    }
    return { done: this.#range === this.#ranges.length, result, relayKeys }
  }

  /** Writes changes; a post is announced once it is durable. */
  store(changes: readonly StoreChange[], posted?: Posted): void {
    if (changes.length === 0) {
      if (posted !== undefined) this.#tell({ type: 'posted', ...posted })
      return
    }
    const request = this.#nextRequest()
    if (posted !== undefined) this.#posted.set(request, posted)
    this.#pending++
    this.#emit({ type: 'store', request, changes })
  }

  storeRelayKeys(value: Uint8Array): void {
    this.store([{ key: relayKeysKey, value }])
  }

  /** Nothing is on its way to the disk. */
  get isDurable(): boolean {
    return this.#pending === 0
  }

  stored(request: number, ok: boolean): void {
    this.#pending = Math.max(0, this.#pending - 1)
    const posted = this.#posted.get(request)
    this.#posted.delete(request)
    if (!ok) this.#tell({ type: 'notice', code: 'storeFull' })
    // Also when the store is full: the message has left, and is on other people's devices.
    if (posted !== undefined) this.#tell({ type: 'posted', ...posted })
  }

  #ask(after: string | undefined): void {
    const range = this.#ranges[this.#range]
    if (range === undefined) return
    const request = this.#nextRequest()
    this.#request = request
    this.#emit({ type: 'load', request, range: { ...range, after, limit: pageRecords } })
  }
}
