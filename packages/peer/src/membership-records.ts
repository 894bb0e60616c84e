import type { StoredRecord } from '@kith/protocol'
import type { Storage } from './storage.ts'

/** Where an engine keeps a members room's own record and its keys. */
const prefixes = ['g/', 'k/'] as const
const pageLength = 500

/** What is stored of a members room's operations and keys, by the keys its engine knows them by. */
export async function readMembershipRecords(storage: Storage, room: string): Promise<readonly StoredRecord[]> {
  const roomPrefix = `room/${room}/`
  const records: StoredRecord[] = []
  for (const part of prefixes) {
    let after: string | undefined
    do {
      const page = await storage.read({ prefix: roomPrefix + part, after, limit: pageLength })
      for (const { key, value } of page) records.push({ key: key.slice(roomPrefix.length), value })
      after = page.length === pageLength ? page.at(-1)?.key : undefined
    } while (after !== undefined)
  }
  return records
}
