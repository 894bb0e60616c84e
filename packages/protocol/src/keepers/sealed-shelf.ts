/**
 * The sealed operations a keeper holds. They do not go with the window: whoever comes back after days needs every one
 * since, to read what is inside it. When they are too many or too large, those that came first go first.
 *
 * | record | value |
 * |---|---|
 * | `w/o/<number>` | an operation, as it is sent |
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { StoreChange, StoredRecord } from '../machine.ts'
import type { SealedOperation } from './sealed-operation.ts'
import { decodeKeeperMessage, encodeKeeperMessage } from './wire.ts'

/** As many as a room may have operations. */
export const maxSealed = 16_384
export const maxSealedBytes: number = 16 * 1024 * 1024
export const sealedDigestBytes = 8

interface Held {
  readonly key: string
  readonly operation: SealedOperation
}

export class SealedShelf {
  readonly #byName = new Map<string, Held>()
  readonly #changes: StoreChange[] = []
  #bytes = 0
  #next = 0

  get size(): number {
    return this.#byName.size
  }

  get bytes(): number {
    return this.#bytes
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  get(name: string): SealedOperation | undefined {
    return this.#byName.get(name)?.operation
  }

  /** 16 bytes each. */
  names(): Uint8Array[] {
    return [...this.#byName.values()].map(({ operation }) => operation.name)
  }

  /** Whoever asked has looked at the signature. */
  take(operation: SealedOperation): void {
    const name = formatHex(operation.name)
    if (this.#byName.has(name) || operation.box.length > maxSealedBytes / 4) return
    const key = `w/o/${String(this.#next++).padStart(12, '0')}`
    this.#hold({ key, operation })
    this.#changes.push({ key, value: encodeKeeperMessage({ type: 'sealed', operation }) })
    for (const [oldest, held] of this.#byName) {
      if (this.#byName.size <= maxSealed && this.#bytes <= maxSealedBytes) break
      this.#byName.delete(oldest)
      this.#bytes -= held.operation.box.length
      this.#changes.push({ key: held.key, value: undefined })
    }
  }

  restore({ key, value }: StoredRecord): void {
    const decoded = decodeKeeperMessage(value)
    const number = Number(key.slice('w/o/'.length))
    if (!decoded.ok || decoded.value.type !== 'sealed' || !Number.isSafeInteger(number)) return
    this.#hold({ key, operation: decoded.value.operation })
    this.#next = Math.max(this.#next, number + 1)
  }

  flush(): readonly StoreChange[] {
    return this.#changes.splice(0)
  }

  #hold(held: Held): void {
    this.#byName.set(formatHex(held.operation.name), held)
    this.#bytes += held.operation.box.length
  }
}

/** Of a set of names: equal digests, equal sets. */
export function digestOfNames(crypto: Pick<Crypto, 'sha256'>, names: readonly Uint8Array[]): Uint8Array {
  const sorted = [...names].sort((a, b) => (formatHex(a) < formatHex(b) ? -1 : 1))
  return crypto.sha256(...sorted).slice(0, sealedDigestBytes)
}
