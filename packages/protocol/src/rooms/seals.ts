/**
 * The epochs of a room as its messages meet them: under which key one writes, and which entries can be opened.
 *
 * An open room has one epoch for ever. In a members room entries may come before the key they are sealed under; they
 * wait in the log, sealed, and are opened when the key is here.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'
import { limits } from '../log/limits.ts'
import { BrokenPromise } from '../machine.ts'
import type { RoomKeys, RoomName } from './keys.ts'
import { BodySeal } from './seal.ts'

/** What members know of their epochs. Ids are hex of 32 bytes. */
export interface RoomEpochs {
  /** Undefined while the key is not here, or not any more. */
  keyOf(epochId: string): Uint8Array | undefined
  /** May an entry be of this epoch? Others are refused as foreign. */
  accepts(epochId: string): boolean
  /** The epoch to write under; undefined while there has to be a new one first. */
  /** An entry under this epoch was written or read. */
  readonly count?: ((epochId: string) => void) | undefined
  sending(): { readonly id: string; readonly epochId: Uint8Array; readonly key: Uint8Array } | undefined
}

/** What a keeper without any key of the room takes. */
export interface BlindRule {
  accepts(entry: Entry): boolean
}

/** What to seal the next entry with. */
export interface Sealing {
  readonly epochId: Uint8Array
  readonly seal: BodySeal
}

/** Members change epochs about once a day, or with each removal; so many stay at hand. */
const maxSeals = 256

export class Seals {
  readonly #crypto: Pick<Crypto, 'hkdf' | 'xchachaSeal' | 'xchachaOpen'>
  readonly #epochs: RoomEpochs | undefined
  readonly #blind: BlindRule | undefined
  /** Of an open room. */
  readonly #only: Sealing | undefined
  readonly #seals = new Map<string, BodySeal>()
  /** By epoch, hex: entries that could not be opened for want of its key. */
  readonly #waiting = new Map<string, Set<Entry>>()
  #waitingCount = 0

  constructor(
    crypto: Pick<Crypto, 'hkdf' | 'xchachaSeal' | 'xchachaOpen'>,
    keys: RoomName & Partial<Pick<RoomKeys, 'epochId' | 'epochKey'>>,
    epochs: RoomEpochs | undefined,
    blind?: BlindRule | undefined,
  ) {
    this.#crypto = crypto
    this.#epochs = epochs
    this.#blind = blind
    if (epochs !== undefined || blind !== undefined) return
    if (keys.epochId === undefined || keys.epochKey === undefined) throw new BrokenPromise('a room without any key')
    this.#only = { epochId: keys.epochId, seal: new BodySeal(crypto, keys.epochKey) }
  }

  accepts(entry: Entry): boolean {
    if (this.#blind !== undefined) return this.#blind.accepts(entry)
    if (this.#only !== undefined) return entry.isOfEpoch(this.#only.epochId)
    return this.#epochs?.accepts(formatHex(entry.epochId)) === true
  }

  sending(): Sealing | undefined {
    if (this.#only !== undefined) return this.#only
    const epoch = this.#epochs?.sending()
    return epoch && { epochId: epoch.epochId, seal: this.#sealOf(epoch.id, epoch.key) }
  }

  /** Undefined for a husk, for what nobody who knew the key has sealed, and for what waits for its key. */
  open(entry: Entry): Uint8Array | undefined {
    if (this.#only !== undefined) return this.#only.seal.open(entry)
    if (entry.husk || this.#blind !== undefined) return undefined
    const id = formatHex(entry.epochId)
    const key = this.#epochs?.keyOf(id)
    if (key !== undefined) {
      this.#epochs?.count?.(id)
      return this.#sealOf(id, key).open(entry)
    }
    this.#wait(id, entry)
    return undefined
  }

  isWaiting(entry: Entry): boolean {
    return this.#waiting.size > 0 && this.#waiting.get(formatHex(entry.epochId))?.has(entry) === true
  }

  /** Entries of an epoch (hex) whose key is here now; each is told once. */
  released(epochId: string): readonly Entry[] {
    const waiting = this.#waiting.get(epochId)
    if (waiting === undefined) return []
    this.#waiting.delete(epochId)
    this.#waitingCount -= waiting.size
    return [...waiting]
  }

  /** It is here no more. */
  forget(entry: Entry): void {
    if (this.#waiting.size === 0) return
    const waiting = this.#waiting.get(formatHex(entry.epochId))
    if (waiting?.delete(entry) === true) this.#waitingCount--
  }

  #wait(id: string, entry: Entry): void {
    // The log holds them either way; above the limit they are opened when the room is read from its store again.
    if (this.#waitingCount >= limits.waitingForKey) return
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) this.#waiting.set(id, new Set([entry]))
    else if (waiting.has(entry)) return
    else waiting.add(entry)
    this.#waitingCount++
  }

  #sealOf(id: string, key: Uint8Array): BodySeal {
    let seal = this.#seals.get(id)
    if (seal === undefined) {
      if (this.#seals.size >= maxSeals) this.#seals.delete(this.#seals.keys().next().value as string)
      this.#seals.set(id, (seal = new BodySeal(this.#crypto, key)))
    }
    return seal
  }
}
