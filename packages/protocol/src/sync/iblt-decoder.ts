/**
 * Finds the sessions in which the far side's symbols differ from ours (`iblt.ts`).
 *
 * Symbols come from outside: whatever they are, every session is taken out at most once and no more are taken out than
 * there are symbols, so decoding ends; what cannot be decoded within the limit is answered by a whole vector.
 */
import type { Chain } from '../log/chain.ts'
import {
  type CodedSums,
  divide,
  isStateOf,
  multiply,
  nextDraw,
  nextPlace,
  prime,
  stateRange,
  subtract,
} from './iblt.ts'

/** A session that nobody here knows is not read off a symbol so far in front: too many are summed up there. */
const crowdedShare = 16
const crowdedFrom = 64

interface Found {
  readonly key: number
  readonly first: number
  readonly second: number
  next: number
  draw: number
}

export class IbltDecoder {
  readonly #ours: CodedSums
  readonly #limit: number
  readonly #found = new Map<number, Found>()
  #firsts = new Float64Array(256)
  #seconds = new Float64Array(256)
  #length = 0
  /** Symbols that are not zero. */
  #open = 0
  #failed = false
  readonly #changed: number[] = []

  /** `limit` is how many symbols are worth it. */
  constructor(ours: CodedSums, limit: number) {
    this.#ours = ours
    this.#limit = limit
    ours.readers++
  }

  /** Of the names the keys are of. */
  get salt(): number {
    return this.#ours.salt
  }

  /** Symbols taken so far. */
  get length(): number {
    return this.#length
  }

  get state(): 'decoded' | 'open' | 'failed' {
    if (this.#failed) return 'failed'
    if (this.#open === 0 && this.#length > 0) return 'decoded'
    return this.#length >= this.#limit ? 'failed' : 'open'
  }

  /** The far side's next symbols: pairs of sums. */
  take(symbols: Uint32Array): void {
    const from = this.#length
    const to = from + symbols.length / 2
    this.#reserve(to)
    this.#ours.extend(to)
    this.#length = to
    for (let at = from; at < to; at++) {
      const first = subtract((symbols[(at - from) * 2] as number) % prime, this.#ours.first(at))
      const second = subtract((symbols[(at - from) * 2 + 1] as number) % prime, this.#ours.second(at))
      this.#firsts[at] = first
      this.#seconds[at] = second
      if (first !== 0 || second !== 0) this.#open++
      this.#changed.push(at)
    }
    for (const found of this.#found.values()) this.#takeOut(found)
    this.#peel()
  }

  /** The sessions we hold that differ, and the keys of those only the far side has. */
  result(): { readonly chains: readonly Chain[]; readonly lacking: readonly number[] } {
    const chains: Chain[] = []
    const lacking: number[] = []
    for (const key of this.#found.keys()) {
      const known = this.#ours.find(key)
      if (known === undefined) lacking.push(key)
      else chains.push(known.chain)
    }
    return { chains, lacking: lacking.sort((a, b) => a - b) }
  }

  /** The sums may change again. Call once. */
  release(): void {
    this.#ours.readers--
  }

  #peel(): void {
    for (let at = this.#changed.pop(); at !== undefined; at = this.#changed.pop()) {
      const first = this.#firsts[at] as number
      const second = this.#seconds[at] as number
      if (first === 0) continue
      const key = divide(second, first)
      if (this.#found.has(key) || !this.#isAlone(key, first, at)) continue
      if (this.#found.size >= this.#length) {
        this.#failed = true
        return
      }
      const found = { key, first, second, next: 0, draw: key | 0 }
      this.#found.set(key, found)
      this.#takeOut(found)
    }
  }

  /** Can the sum of symbol `at` be the difference of this one session? */
  #isAlone(key: number, first: number, at: number): boolean {
    const known = this.#ours.find(key)
    if (known === undefined) {
      const isCrowded = this.#length > crowdedFrom && at * crowdedShare < this.#length
      if (isCrowded || !isStateOf(key, first)) return false
    } else if (first >= stateRange && prime - first >= stateRange && prime - first !== known.state) {
      return false
    }
    let place = 0
    for (let draw = key | 0; place < at; draw = nextDraw(draw)) place = nextPlace(place, draw)
    return place === at
  }

  #takeOut(found: Found): void {
    let { next, draw } = found
    for (; next < this.#length; next = nextPlace(next, draw), draw = nextDraw(draw)) {
      const before = this.#firsts[next] !== 0 || this.#seconds[next] !== 0
      const first = (this.#firsts[next] = subtract(this.#firsts[next] as number, found.first))
      const second = (this.#seconds[next] = subtract(this.#seconds[next] as number, found.second))
      const after = first !== 0 || second !== 0
      if (before !== after) this.#open += after ? 1 : -1
      this.#changed.push(next)
    }
    found.next = next
    found.draw = draw
  }

  #reserve(length: number): void {
    if (length <= this.#firsts.length) return
    const size = Math.max(length, this.#firsts.length * 2)
    const firsts = new Float64Array(size)
    const seconds = new Float64Array(size)
    firsts.set(this.#firsts)
    seconds.set(this.#seconds)
    this.#firsts = firsts
    this.#seconds = seconds
  }
}

/** For tests: the sums of one session alone. */
export function sumsOf(key: number, state: number): readonly [number, number] {
  return [state, multiply(key, state)]
}
