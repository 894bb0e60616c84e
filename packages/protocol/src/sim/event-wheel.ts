/**
 * Everything that is going to happen in a simulation, by millisecond.
 *
 * A wheel of one list per millisecond for the next minute, a heap for what is later, and all events as columns of typed
 * arrays: tens of millions go through it, and none of them is an object or a closure.
 *
 * Within a millisecond the order is canonical: by the machine it happens to, then by the machine it comes from, then as
 * it was put in. So it does not matter in which order the machines themselves were worked through, or on which core. What
 * is put in for the very millisecond that is being worked through comes after it, in a round of its own.
 */
import { BrokenPromise, type Millis } from '../machine.ts'
import { EventQueue } from './event-queue.ts'

/** What an event is, as its receiver is told. */
export interface EventSink {
  happen(kind: number, target: number, source: number, a: number, b: number, data: unknown): void
}

const slotBits = 16
const slots = 1 << slotBits
const slotMask = slots - 1
const none = -1
/** Machines are numbered from −2 (nobody, the relay) to this. */
export const maxMachines: number = (1 << 18) - 4
const indexBits = 17

export class EventWheel {
  /** Milliseconds since the start. */
  #now = 0
  #size = 0
  #kind = new Uint8Array(1024)
  #target = new Int32Array(1024)
  #source = new Int32Array(1024)
  #a = new Int32Array(1024)
  #b = new Int32Array(1024)
  #next = new Int32Array(1024)
  readonly #data: unknown[] = []
  /** First of the unused columns. */
  #free = 0
  readonly #heads = new Int32Array(slots).fill(none)
  readonly #tails = new Int32Array(slots).fill(none)
  /** One bit per slot: something is in it. */
  readonly #used = new Int32Array(slots / 32)
  readonly #later = new EventQueue<number>()
  #keys = new Float64Array(256)
  #batch = new Int32Array(256)

  constructor() {
    this.#link(0)
  }

  /** How many events are still to come. */
  get size(): number {
    return this.#size
  }

  /** `at` counts from the start; what is past happens now. */
  push(at: Millis, kind: number, target: number, source: number, a: number, b: number, data: unknown): void {
    const i = this.#free
    this.#free = this.#next[i] as number
    if (this.#free === none) this.#grow()
    this.#kind[i] = kind
    this.#target[i] = target
    this.#source[i] = source
    this.#a[i] = a
    this.#b[i] = b
    this.#data[i] = data
    this.#size++
    this.#put(at < this.#now ? this.#now : at, i)
  }

  /** Lets everything happen that is due up to and including `until`; `tick` is told each time before. */
  run(until: Millis, sink: EventSink, tick: (now: Millis) => void): void {
    for (;;) {
      const at = this.#nextAt(until)
      if (at === undefined) break
      this.#now = at
      this.#refill()
      tick(at)
      for (;;) {
        const head = this.#take(at)
        if (head === none) break
        this.#round(head, sink)
      }
    }
    this.#now = Math.max(this.#now, until)
    this.#refill()
  }

  /** The clock jumps: what would have happened meanwhile happens at `to`, in its order. */
  jump(to: Millis): void {
    const late: number[] = []
    for (let at = this.#nextAt(to); at !== undefined; at = this.#nextAt(to)) {
      this.#now = at
      this.#refill()
      for (let i = this.#take(at); i !== none; i = this.#next[i] as number) late.push(i)
    }
    this.#now = to
    this.#refill()
    for (const i of late) this.#put(to, i)
  }

  #put(at: Millis, i: number): void {
    if (at - this.#now >= slots) {
      this.#later.push(at, i)
      return
    }
    const slot = at & slotMask
    this.#next[i] = none
    const tail = this.#tails[slot] as number
    if (tail === none) {
      this.#heads[slot] = i
      this.#used[slot >> 5] = (this.#used[slot >> 5] as number) | (1 << (slot & 31))
    } else this.#next[tail] = i
    this.#tails[slot] = i
  }

  /** Empties a millisecond; returns the first of its list. */
  #take(at: Millis): number {
    const slot = at & slotMask
    const head = this.#heads[slot] as number
    if (head === none) return none
    this.#heads[slot] = none
    this.#tails[slot] = none
    this.#used[slot >> 5] = (this.#used[slot >> 5] as number) & ~(1 << (slot & 31))
    return head
  }

  /** Events of the heap that the wheel reaches by now. */
  #refill(): void {
    for (let at = this.#later.nextAt; at !== undefined && at - this.#now < slots; at = this.#later.nextAt) {
      this.#put(at, (this.#later.pop() as { readonly value: number }).value)
    }
  }

  /** The next millisecond in which something happens, if it is not after `until`. */
  #nextAt(until: Millis): Millis | undefined {
    const last = Math.min(until, this.#now + slots - 1)
    for (let at = this.#now; at <= last;) {
      const slot = at & slotMask
      const word = (this.#used[slot >> 5] as number) >>> (slot & 31)
      if (word === 0) {
        at += 32 - (slot & 31)
        continue
      }
      at += 31 - Math.clz32(word & -word)
      return at <= last ? at : undefined
    }
    const later = this.#later.nextAt
    return later !== undefined && later <= until && last < until ? later : undefined
  }

  #round(head: number, sink: EventSink): void {
    let count = 0
    for (let i = head; i !== none; i = this.#next[i] as number) {
      if (count === this.#batch.length) this.#batch = doubled(this.#batch, new Int32Array(count * 2))
      this.#batch[count++] = i
    }
    const order = this.#sorted(count)
    // Columns may move while events happen, so each is read and freed before it does.
    for (let n = 0; n < count; n++) {
      const i = order[n] as number
      const data = this.#data[i]
      const kind = this.#kind[i] as number
      const target = this.#target[i] as number
      const source = this.#source[i] as number
      const a = this.#a[i] as number
      const b = this.#b[i] as number
      this.#data[i] = undefined
      this.#next[i] = this.#free
      this.#free = i
      this.#size--
      sink.happen(kind, target, source, a, b, data)
    }
  }

  #sorted(count: number): Int32Array {
    const order = this.#batch.slice(0, count)
    if (count === 1) return order
    if (count > 1 << indexBits) throw new BrokenPromise('too much happens in one millisecond')
    if (this.#keys.length < count) this.#keys = new Float64Array(count * 2)
    const keys = this.#keys.subarray(0, count)
    const width = maxMachines + 4
    for (let n = 0; n < count; n++) {
      const i = order[n] as number
      keys[n] = (((this.#target[i] as number) + 2) * width + (this.#source[i] as number) + 2) * (1 << indexBits) + n
    }
    keys.sort()
    for (let n = 0; n < count; n++) order[n] = this.#batch[(keys[n] as number) % (1 << indexBits)] as number
    return order
  }

  #grow(): void {
    const from = this.#kind.length
    this.#kind = doubled(this.#kind, new Uint8Array(from * 2))
    this.#target = doubled(this.#target, new Int32Array(from * 2))
    this.#source = doubled(this.#source, new Int32Array(from * 2))
    this.#a = doubled(this.#a, new Int32Array(from * 2))
    this.#b = doubled(this.#b, new Int32Array(from * 2))
    this.#next = doubled(this.#next, new Int32Array(from * 2))
    this.#link(from)
  }

  /** Chains the unused columns from `from` on. */
  #link(from: number): void {
    const { length } = this.#next
    for (let i = from; i < length; i++) {
      this.#next[i] = i + 1 < length ? i + 1 : none
      this.#data[i] = undefined
    }
    this.#free = from
  }
}

function doubled<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}
