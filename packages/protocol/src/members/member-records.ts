/**
 * What a members room keeps in the store besides its entries.
 *
 *   g/<id>           an operation, as it was signed
 *   g/challengers    identities we passed a challenge with when we came, 32 bytes each
 *   k/<epoch id>     key of an epoch, 32 bytes
 *
 * Values are encrypted at rest like all others; erasing a key's record is what makes old messages unreadable here.
 */
import type { StoreChange, StoredRecord } from '../machine.ts'
import { epochKeyBytes } from './lockbox.ts'
import type { Operation } from './operation.ts'

export const operationPrefix = 'g/'
export const keyPrefix = 'k/'

const challengersKey = 'g/challengers'

export function operationRecord({ id, bytes }: Operation): StoredRecord {
  return { key: operationPrefix + id, value: bytes }
}

export function keyRecord(epoch: string, key: Uint8Array): StoredRecord {
  return { key: keyPrefix + epoch, value: key }
}

export function challengersRecord(value: Uint8Array): StoredRecord {
  return { key: challengersKey, value }
}

export function forgottenKey(epoch: string): StoreChange {
  return { key: keyPrefix + epoch, value: undefined }
}

/** Parts of what the host read back; what is none of both is left out. */
export function readMemberRecords(records: readonly StoredRecord[]): {
  readonly operations: readonly Uint8Array[]
  readonly keys: readonly Uint8Array[]
  readonly challengers: Uint8Array | undefined
} {
  const operations: Uint8Array[] = []
  const keys: Uint8Array[] = []
  let challengers: Uint8Array | undefined
  for (const { key, value } of records) {
    if (key === challengersKey) challengers = value
    else if (key.startsWith(operationPrefix)) operations.push(value)
    else if (key.startsWith(keyPrefix) && value.length === epochKeyBytes) keys.push(value)
  }
  return { operations, keys, challengers }
}
