/**
 * What the overlay remembers of peers it is not linked with: the passive view, who is not to be tried for a while, and
 * by which neighbour a contact came. Bounded, small, and without work while nothing happens: thousands of these live in
 * one process.
 */
import { emptyBytes } from '../codec/bytes.ts'
import type { Millis, Random } from '../machine.ts'
import { fraction } from './backoff.ts'
import { maxCooling, maxRefusals, maxVias, passiveSize } from './overlay-limits.ts'
import type { Contact } from './overlay-wire.ts'

export interface PassiveRecord {
  readonly contact: Contact
  /** Neighbour it came by; undefined when it was learnt outside. */
  via: string | undefined
  /** Somebody who must know said that it is here. */
  sureUntil: Millis
  refusals: number
}

/** Peers to link with when a neighbour is lost. */
export class PassiveView {
  readonly #random: Random
  readonly #records: PassiveRecord[] = []

  constructor(random: Random) {
    this.#random = random
  }

  get records(): readonly PassiveRecord[] {
    return this.#records
  }

  get isFull(): boolean {
    return this.#records.length >= passiveSize
  }

  get(session: string): PassiveRecord | undefined {
    for (const record of this.#records) if (record.contact.session === session) return record
    return undefined
  }

  remove(session: string): PassiveRecord | undefined {
    for (let i = 0; i < this.#records.length; i++) {
      const record = this.#records[i] as PassiveRecord
      if (record.contact.session !== session) continue
      this.#removeAt(i)
      return record
    }
    return undefined
  }

  /**
   * `quota`: how many contacts may have come by one neighbour; beyond it a newcomer replaces one of its own kind, so
   * that nobody fills the view alone. When full, a contact we have just told somebody else (`told`) goes first, then
   * a random one.
   */
  add(
    contact: Contact,
    via: string | undefined,
    sureUntil: Millis,
    quota: number,
    told: readonly Contact[] = [],
  ): void {
    const known = this.get(contact.session)
    if (known !== undefined) {
      known.sureUntil = Math.max(known.sureUntil, sureUntil)
      known.via = via ?? known.via
      if (sureUntil > 0) known.refusals = 0
      return
    }
    const ofVia = via === undefined ? 0 : this.#countVia(via)
    if (ofVia >= quota) this.#removeAt(this.#indexOfVia(via, Math.floor(fraction(this.#random) * ofVia)))
    else if (this.isFull) this.#removeAt(this.#victim(told))
    this.#records.push({ contact, via, sureUntil, refusals: 0 })
  }

  /** It had no place for us; forgotten when it never has. */
  refused(session: string): void {
    const record = this.get(session)
    if (record !== undefined && ++record.refusals >= maxRefusals) this.remove(session)
  }

  /** One that may be tried, at random; those who are surely here before the others. */
  pick(mayBeTried: (session: string) => boolean, now: Millis): PassiveRecord | undefined {
    let picked: PassiveRecord | undefined
    let pickedSure = false
    let seen = 0
    for (const record of this.#records) {
      const sure = record.sureUntil > now
      if ((pickedSure && !sure) || !mayBeTried(record.contact.session)) continue
      if (sure && !pickedSure) {
        pickedSure = true
        seen = 0
      }
      if (fraction(this.#random) * ++seen < 1) picked = record
    }
    return picked
  }

  #countVia(via: string | undefined): number {
    let count = 0
    for (const record of this.#records) if (record.via === via) count++
    return count
  }

  #indexOfVia(via: string | undefined, nth: number): number {
    let seen = 0
    for (let i = 0; i < this.#records.length; i++) {
      if ((this.#records[i] as PassiveRecord).via === via && seen++ === nth) return i
    }
    return 0
  }

  #victim(told: readonly Contact[]): number {
    for (let i = 0; i < this.#records.length; i++) {
      const { session } = (this.#records[i] as PassiveRecord).contact
      for (const contact of told) if (contact.session === session) return i
    }
    return Math.floor(fraction(this.#random) * this.#records.length)
  }

  /** Order means nothing here. */
  #removeAt(index: number): void {
    const last = this.#records.pop()
    if (last !== undefined && index < this.#records.length) this.#records[index] = last
  }
}

/** Why somebody is not tried for a while: `away` ends when somebody who must know says that it is here. */
export type CoolReason = 'busy' | 'away' | 'unlinkable' | 'wrong'

export class Cooling {
  #until: Map<string, { readonly until: Millis; readonly reason: CoolReason }> | undefined

  set(session: string, reason: CoolReason, until: Millis): void {
    const map = (this.#until ??= new Map())
    map.delete(session)
    if (map.size >= maxCooling) for (const oldest of map.keys()) if (map.delete(oldest)) break
    map.set(session, { until, reason })
  }

  has(session: string, now: Millis): boolean {
    const entry = this.#until?.get(session)
    if (entry === undefined) return false
    if (entry.until > now) return true
    this.#until?.delete(session)
    return false
  }

  /** May it be taken into the passive view? A busy one may: it is here. */
  bars(session: string, now: Millis): boolean {
    return this.has(session, now) && this.#until?.get(session)?.reason !== 'busy'
  }

  /** It is said to be here. */
  isHere(session: string): void {
    if (this.#until?.get(session)?.reason === 'away') this.#until.delete(session)
  }

  clear(): void {
    this.#until = undefined
  }
}

const noVia = 255
const firstVias = 16
/** Shared by all that have none: an empty array costs 200 bytes. */
const noPrefixes = new Uint32Array(0)

/**
 * By which neighbour a contact came, so that a knock finds its way back: 9 bytes each, the oldest goes. Sessions are
 * told apart by 8 bytes of their key: mixing two up costs a knock that goes astray, and the relay carries the next.
 */
export class ViaTable {
  #size = 0
  #next = 0
  #high: Uint32Array = noPrefixes
  #low: Uint32Array = noPrefixes
  #slots: Uint8Array = emptyBytes
  readonly #names: (string | undefined)[] = []

  remember(session: string, via: string): void {
    const slot = this.#slotOf(via)
    if (slot === undefined) return
    const high = parseInt(session.slice(0, 8), 16) >>> 0
    const low = parseInt(session.slice(8, 16), 16) >>> 0
    const known = this.#find(high, low)
    if (known >= 0) {
      this.#slots[known] = slot
      return
    }
    if (this.#size === this.#slots.length && this.#size < maxVias) this.#grow()
    const at = this.#next
    this.#high[at] = high
    this.#low[at] = low
    this.#slots[at] = slot
    this.#size = Math.max(this.#size, at + 1)
    this.#next = (at + 1) % maxVias
  }

  viaOf(session: string): string | undefined {
    const at = this.#find(parseInt(session.slice(0, 8), 16) >>> 0, parseInt(session.slice(8, 16), 16) >>> 0)
    return at < 0 ? undefined : this.#names[this.#slots[at] as number]
  }

  /** The neighbour is gone, and with it the ways over it. */
  forget(via: string): void {
    const slot = this.#names.indexOf(via)
    if (slot < 0) return
    this.#names[slot] = undefined
    for (let i = 0; i < this.#size; i++) if (this.#slots[i] === slot) this.#slots[i] = noVia
  }

  #slotOf(via: string): number | undefined {
    const known = this.#names.indexOf(via)
    if (known >= 0) return known
    const free = this.#names.indexOf(undefined)
    const slot = free >= 0 ? free : this.#names.length
    if (slot >= noVia) return undefined
    this.#names[slot] = via
    return slot
  }

  #find(high: number, low: number): number {
    for (let i = 0; i < this.#size; i++) if (this.#high[i] === high && this.#low[i] === low) return i
    return -1
  }

  #grow(): void {
    const length = Math.min(maxVias, Math.max(firstVias, this.#slots.length * 2))
    const [high, low, slots] = [new Uint32Array(length), new Uint32Array(length), new Uint8Array(length)]
    high.set(this.#high)
    low.set(this.#low)
    slots.set(this.#slots)
    this.#high = high
    this.#low = low
    this.#slots = slots
  }
}
