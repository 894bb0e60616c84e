/** What a log holds, ready to be looked up and counted: chains by session, entries by sorting key, totals, digest. */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { Chain, type Tally, noTally } from './chain.ts'
import type { Change } from './change.ts'
import { DigestSum } from './digest.ts'
import type { Entry } from './entry.ts'
import { SettledSum } from './settled.ts'

export class Shelf {
  readonly chains: Map<string, Chain> = new Map()
  readonly byKey: Map<string, Entry> = new Map()
  readonly settled: SettledSum
  readonly #keepsCounting: boolean
  readonly #digest: DigestSum
  /** Those of them that are still here say so themselves (`isUndigested`). */
  #undigested: Chain[] = []
  readonly #total = { sessions: 0, size: 0, missing: 0, gaps: 0 }

  /** `keepsCounting`: chains of which all has expired stay part of what replicas compare. */
  constructor(crypto: Pick<Crypto, 'sha256'>, keepsCounting = false) {
    this.#keepsCounting = keepsCounting
    this.#digest = new DigestSum(crypto)
    this.settled = new SettledSum(crypto)
  }

  /** The same object every time. */
  get total(): Tally {
    return this.#total
  }

  digest(): Uint8Array {
    this.#digestChanges()
    return this.#digest.read()
  }

  /** Every chain that counts, with what the digest adds up of it. */
  *digested(): Generator<Chain> {
    this.#digestChanges()
    for (const chain of this.chains.values()) if (chain.term !== undefined) yield chain
  }

  chainOf(session: Uint8Array): Chain {
    const hex = formatHex(session)
    let chain = this.chains.get(hex)
    if (chain === undefined) {
      this.chains.set(hex, (chain = new Chain(session)))
      chain.keepsCounting = this.#keepsCounting
    }
    return chain
  }

  /** Puts contiguous entries into their chain. */
  insert(chain: Chain, segment: readonly Entry[], change: Change): void {
    const first = segment[0] as Entry
    const last = segment.at(-1) as Entry
    for (const entry of segment) {
      chain.entries.set(entry.seq, entry)
      chain.bytes += entry.bytes.length
      this.byKey.set(entry.key, entry)
      if (entry.husk) chain.hollowed(entry.seq)
      else if (chain.summed) this.settled.add(entry.id, entry.time)
      change.add(entry)
    }
    chain.held.add(first.seq, last.seq)
    // What has not expired cannot be followed by what was dropped: the chain goes on from here.
    const lowest = Math.max(first.seq, 1)
    if (last.seq > 0 && lowest < chain.floor) chain.floor = lowest
    this.changed(chain)
  }

  /** Keeps a profile below the floor instead of the one before it; call `changed` after it. */
  pin(chain: Chain, profile: Entry, change: Change): void {
    const before = chain.pinned
    if (before !== undefined) this.remove(chain, before, change)
    chain.pinned = profile
    if (chain.entries.get(profile.seq) === profile) return
    chain.entries.set(profile.seq, profile)
    chain.held.add(profile.seq, profile.seq)
    chain.bytes += profile.bytes.length
    this.byKey.set(profile.key, profile)
    if (profile.husk) chain.hollowed(profile.seq)
    else if (chain.summed) this.settled.add(profile.id, profile.time)
    change.add(profile)
  }

  /** Takes one entry out; call `changed` after the last. */
  remove(chain: Chain, entry: Entry, change: Change): void {
    if (chain.summed && !chain.hollow.has(entry.seq)) this.settled.remove(entry.id, entry.time)
    chain.entries.delete(entry.seq)
    chain.held.remove(entry.seq, entry.seq)
    chain.hollow.remove(entry.seq, entry.seq)
    chain.bytes -= entry.bytes.length
    if (chain.pinned === entry) chain.pinned = undefined
    if (this.byKey.get(entry.key) === entry) this.byKey.delete(entry.key)
    change.remove(entry)
  }

  /** Erases the body of an entry, which is then not missing. */
  strip(crypto: Pick<Crypto, 'sha256'>, entry: Entry): void {
    const chain = this.#holder(entry)
    if (chain === undefined) return
    const before = entry.bytes.length
    entry.strip(crypto)
    chain.bytes -= before - entry.bytes.length
    if (chain.hollow.has(entry.seq)) this.#explain(chain, entry)
  }

  /** The body of a husk has come. */
  fill(chain: Chain, entry: Entry, copy: Entry): void {
    const before = entry.bytes.length
    entry.fill(copy)
    chain.bytes += entry.bytes.length - before
    this.#explain(chain, entry)
  }

  /** The body of a husk is missing after all. */
  unstrip(entry: Entry): void {
    const chain = this.#holder(entry)
    if (chain === undefined || !entry.husk || chain.hollow.has(entry.seq)) return
    chain.hollowed(entry.seq)
    if (chain.summed) this.settled.remove(entry.id, entry.time)
    this.changed(chain)
  }

  forget(chain: Chain): void {
    this.#count(chain, noTally)
    this.#sum(chain, false)
    chain.isUndigested = false
    this.#digest.remove(chain)
    this.chains.delete(chain.hex)
  }

  /** To be called after any change of a chain. */
  changed(chain: Chain): void {
    chain.changed()
    const { entries, missing, lacking, counts } = chain
    this.#count(chain, counts ? tallyOf(entries.size, missing, lacking.length) : noTally)
    this.#sum(chain, counts)
    if (chain.isUndigested) return
    chain.isUndigested = true
    this.#undigested.push(chain)
  }

  #digestChanges(): void {
    for (const chain of this.#undigested) {
      if (!chain.isUndigested) continue
      chain.isUndigested = false
      this.#digest.update(chain)
    }
    this.#undigested = []
  }

  /** A husk is missing no more. */
  #explain(chain: Chain, entry: Entry): void {
    chain.hollow.remove(entry.seq, entry.seq)
    if (chain.summed) this.settled.add(entry.id, entry.time)
    this.changed(chain)
  }

  /** Entries are summed as they come and go; the whole chain when it begins or ends to count. */
  #sum(chain: Chain, counts: boolean): void {
    const { settled } = this
    if (counts !== chain.summed) {
      chain.summed = counts
      for (const entry of chain.entries.values()) {
        if (chain.hollow.has(entry.seq)) continue
        if (counts) settled.add(entry.id, entry.time)
        else settled.remove(entry.id, entry.time)
      }
    }
    const floor = counts ? chain.floor : 1
    if (floor !== chain.summedFloor) {
      if (chain.summedFloor > 1) settled.term('floor', chain.session, chain.summedFloor, -1)
      if (floor > 1) settled.term('floor', chain.session, floor, 1)
      chain.summedFloor = floor
    }
    const closedAt = counts ? chain.closedAt : undefined
    if (closedAt !== chain.summedClosedAt) {
      if (chain.summedClosedAt !== undefined) settled.term('closed', chain.session, chain.summedClosedAt, -1)
      if (closedAt !== undefined) settled.term('closed', chain.session, closedAt, 1)
      chain.summedClosedAt = closedAt
    }
  }

  #holder(entry: Entry): Chain | undefined {
    const chain = this.chains.get(entry.hex)
    return chain?.entries.get(entry.seq) === entry ? chain : undefined
  }

  #count(chain: Chain, tally: Tally): void {
    const old = chain.tally
    const total = this.#total
    if (tally === old) return
    chain.tally = tally
    total.sessions += tally.sessions - old.sessions
    total.size += tally.size - old.size
    total.missing += tally.missing - old.missing
    total.gaps += tally.gaps - old.gaps
  }
}

/** Shared by the many chains that are whole and short. */
const whole: readonly Tally[] = Array.from({ length: 64 }, (_, size) => ({ sessions: 1, size, missing: 0, gaps: 0 }))

function tallyOf(size: number, missing: number, gaps: number): Tally {
  return (missing === 0 ? whole[size] : undefined) ?? { sessions: 1, size, missing, gaps }
}
