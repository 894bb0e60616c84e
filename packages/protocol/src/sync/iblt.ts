/**
 * Which sessions two large logs differ in, at a cost that goes by their number (Yang, Gilad, Alizadeh, "Practical Rateless
 * Set Reconciliation", SIGCOMM 2024): coded symbols, as many as it takes, each a sum over some of the sessions.
 *
 * Session x is in symbol 0 and in others, rarer and rarer: in symbol i with probability 1 / (1 + i/2), at places that
 * follow from its key. Two logs' sums are subtracted, what is equal cancels, and a symbol in which one session is left
 * names it; that session is subtracted from its other symbols, which lays the next one bare. About 1.4 symbols for each
 * difference are enough.
 *
 * The paper reconciles sets, where a session that is held on both sides with different heads counts twice. Here it
 * counts once, because a symbol is two sums in a prime field (p = 2^32 − 5):
 *
 *   Σ h(x) and Σ k(x) · h(x)      k the key, 32 bits of the session's name; h the state, 32 bits, never 0
 *
 * If one session is left, their quotient is its key whatever the two states are. A state is 18 bits of what the digest
 * covers and 14 bits that follow from the key, which tells a session nobody here knows from a sum of several.
 *
 *   symbol    8 bytes: Σ h u32 · Σ k·h u32
 *   estimate  12 words: at level l, which half as many (key, state) reach as level l − 1, one bit of 32 is turned over
 */
import type { Chain } from '../log/chain.ts'
import { wordAt } from '../log/digest.ts'
import type { Log } from '../log/log.ts'
import type { Millis } from '../machine.ts'
import { keyBits, nameBits, nameOf, scramble } from './names.ts'

export const prime = 4_294_967_291
export const symbolBytes = 8
export const estimateLevels = 12
const stateBits = 18
export const stateRange: number = 2 ** stateBits
const keyMarks = 16_383
const saltMs = 600_000
const keptSums = 2
/** Sums somebody is still reading are shared for so long; then others are made. */
const staleMs = 5_000

/** One log's symbols for one salt, as many as were asked for; cheap to bring up to date. */
export class CodedSums {
  readonly salt: number
  readonly estimate: Int32Array = new Int32Array(estimateLevels)
  /** Streams that read it: while there are any it stays as it is. */
  readers = 0
  readonly #indexByChain = new Map<Chain, number>()
  readonly #chains: (Chain | undefined)[] = []
  readonly #terms: (Uint8Array | undefined)[] = []
  readonly #indexByKey = new Map<number, number>()
  #keys = new Uint32Array(64)
  #states = new Uint32Array(64)
  /** Where each session's next symbol is, and from what that is drawn. */
  #next = new Float64Array(64)
  #draws = new Int32Array(64)
  #sums = new Uint32Array(128)
  #length = 0

  constructor(salt: number) {
    this.salt = salt
  }

  get sessions(): number {
    return this.#indexByChain.size
  }

  /** Takes over what changed in the log since the last time. */
  update(log: Log): void {
    let count = 0
    for (const chain of log.digested()) {
      const { term } = chain
      if (term === undefined) continue
      count++
      const index = this.#indexByChain.get(chain) ?? this.#add(chain)
      if (this.#terms[index] === term) continue
      this.#terms[index] = term
      this.#put(index, stateOf(this.#keys[index] as number, term, this.salt))
    }
    if (this.#indexByChain.size === count) return
    for (const [chain, index] of this.#indexByChain) {
      if (chain.term !== undefined) continue
      this.#put(index, 0)
      this.#chains[index] = this.#terms[index] = undefined
      this.#indexByChain.delete(chain)
      this.#indexByKey.delete(this.#keys[index] as number)
    }
  }

  /** Makes the symbols up to `length`. */
  extend(length: number): void {
    const from = this.#length
    if (length <= from) return
    if (length * 2 > this.#sums.length) {
      const larger = new Uint32Array(length * 3)
      larger.set(this.#sums)
      this.#sums = larger
    }
    this.#length = length
    for (let index = 0; index < this.#chains.length; index++) {
      const state = this.#states[index] as number
      if (state === 0 || (this.#next[index] as number) >= length) continue
      this.#walk(index, state, multiply(this.#keys[index] as number, state))
    }
  }

  /** Σ h of symbol `i`. */
  first(i: number): number {
    return this.#sums[i * 2] as number
  }

  /** Σ k·h of symbol `i`. */
  second(i: number): number {
    return this.#sums[i * 2 + 1] as number
  }

  /** The session with this key, and the state in which it is counted. */
  find(key: number): { readonly chain: Chain; readonly state: number } | undefined {
    const index = this.#indexByKey.get(key)
    const chain = index === undefined ? undefined : this.#chains[index]
    return chain === undefined ? undefined : { chain, state: this.#states[index as number] as number }
  }

  #add(chain: Chain): number {
    const index = this.#chains.push(chain) - 1
    if (index >= this.#keys.length) this.#grow()
    const key = keyOf(chain.session, this.salt)
    this.#terms[index] = undefined
    this.#keys[index] = key
    this.#indexByChain.set(chain, index)
    // Of two with one key the first is found; the other makes decoding fail, and a vector is sent.
    if (!this.#indexByKey.has(key)) this.#indexByKey.set(key, index)
    return index
  }

  #put(index: number, state: number): void {
    const old = this.#states[index] as number
    const key = this.#keys[index] as number
    for (const each of [old, state]) {
      if (each === 0) continue
      const mixed = scramble(Math.imul(key, 0x9e37_79b1) ^ each)
      const level = Math.min(estimateLevels - 1, Math.clz32(mixed))
      this.estimate[level] = (this.estimate[level] as number) ^ (1 << (mixed & 31))
    }
    this.#states[index] = state
    this.#next[index] = 0
    this.#draws[index] = key
    const change = subtract(state, old)
    this.#walk(index, change, multiply(key, change))
  }

  /** Adds to a session's symbols, from where it stands to the end. */
  #walk(index: number, first: number, second: number): void {
    let at = this.#next[index] as number
    let draw = this.#draws[index] as number
    for (; at < this.#length; at = nextPlace(at, draw), draw = nextDraw(draw)) {
      this.#sums[at * 2] = add(this.#sums[at * 2] as number, first)
      this.#sums[at * 2 + 1] = add(this.#sums[at * 2 + 1] as number, second)
    }
    this.#next[index] = at
    this.#draws[index] = draw
  }

  #grow(): void {
    const size = this.#keys.length * 2
    const larger = <T extends Uint32Array | Int32Array | Float64Array>(to: T, from: T): T => {
      to.set(from)
      return to
    }
    this.#keys = larger(new Uint32Array(size), this.#keys)
    this.#states = larger(new Uint32Array(size), this.#states)
    this.#next = larger(new Float64Array(size), this.#next)
    this.#draws = larger(new Int32Array(size), this.#draws)
  }
}

/** Sums of one log by salt: the last two are kept, and brought up to date when nobody is reading them. */
export class SumsCache {
  readonly #log: Log
  readonly #kept: { readonly sums: CodedSums; updatedAt: Millis }[] = []

  constructor(log: Log) {
    this.#log = log
  }

  take(salt: number, now: Millis): CodedSums {
    const at = this.#kept.findIndex(({ sums }) => sums.salt === salt)
    const kept = this.#kept[at]
    if (kept !== undefined && (kept.sums.readers === 0 || now - kept.updatedAt < staleMs)) {
      if (kept.sums.readers === 0) {
        kept.sums.update(this.#log)
        kept.updatedAt = now
      }
      return kept.sums
    }
    const sums = new CodedSums(salt)
    sums.update(this.#log)
    if (at >= 0) this.#kept.splice(at, 1)
    this.#kept.push({ sums, updatedAt: now })
    if (this.#kept.length > keptSums) this.#kept.shift()
    return sums
  }
}

/** The salt everybody uses for some minutes, so that sums made for one exchange serve the next. */
export function sharedSalt(now: Millis): number {
  return scramble(Math.floor(now / saltMs) ^ 0x6b69_7468) >>> 0
}

/** About how many sessions differ, from two estimates and the numbers of sessions. */
export function estimateDifference(ours: Int32Array, theirs: Int32Array, apart: number): number {
  let turned = 0
  let scale = 1
  for (let level = estimateLevels - 1; level >= 0; level--) {
    let bits = (ours[level] as number) ^ (theirs[level] as number)
    let ones = 0
    for (; bits !== 0; bits &= bits - 1) ones++
    if (ones > 12) {
      if (level === estimateLevels - 1) return Infinity
      // Too many to be told from still more: this level and those below hold as many as all above together, and so on.
      scale = 2 ** (level + 1)
      break
    }
    turned += Math.log(1 - ones / 16) / Math.log(15 / 16)
  }
  // Two turns where both sides have the session, one where only one has it.
  return Math.ceil((turned * scale + Math.abs(apart)) / 2)
}

export function keyOf(session: Uint8Array, salt: number): number {
  return Math.floor(nameOf(session, salt) / 2 ** (nameBits - keyBits)) % prime
}

function stateOf(key: number, term: Uint8Array, salt: number): number {
  const mixed = scramble(scramble(wordAt(term, 0) ^ salt) ^ wordAt(term, 1))
  return 1 + (mixed >>> (32 - stateBits)) + stateRange * markOf(key)
}

/** What a state says of its key. */
export function markOf(key: number): number {
  return (scramble(key ^ 0x5bd1_e995) >>> 0) % keyMarks
}

/** Whether a whole state can be that of this key. */
export function isStateOf(key: number, state: number): boolean {
  return state > 0 && Math.floor((state - 1) / stateRange) === markOf(key)
}

// Where a session's symbols are: gaps that grow with the place, drawn from the key.

export function nextDraw(draw: number): number {
  return (draw + 0x6d2b_79f5) | 0
}

/** `draw` is what stood when `at` was reached. */
export function nextPlace(at: number, draw: number): number {
  const random = scramble(draw) >>> 0
  return at + Math.max(1, Math.ceil((at + 1.5) * (0x1_0000 / Math.sqrt(0x1_0000_0000 - random) - 1)))
}

// Arithmetic modulo the prime.

export function add(a: number, b: number): number {
  const sum = a + b
  return sum >= prime ? sum - prime : sum
}

export function subtract(a: number, b: number): number {
  return a >= b ? a - b : a - b + prime
}

export function multiply(a: number, b: number): number {
  const high = (a * (b >>> 16)) % prime
  return (high * 0x1_0000 + a * (b & 0xffff)) % prime
}

/** 0 when `b` is 0. */
export function divide(a: number, b: number): number {
  let [r0, r1] = [prime, b]
  let [t0, t1] = [0, 1]
  while (r1 > 0) {
    const quotient = Math.floor(r0 / r1)
    ;[r0, r1] = [r1, r0 - quotient * r1]
    ;[t0, t1] = [t1, t0 - quotient * t1]
  }
  return b === 0 ? 0 : multiply(a, t0 < 0 ? t0 + prime : t0)
}
