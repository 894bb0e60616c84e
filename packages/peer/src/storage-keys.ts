/**
 * The one form of key every store accepts: 1 to 512 printable ASCII characters without space (0x21–0x7E), so that the
 * order of characters, of UTF-8 bytes and of UTF-16 units is the same in every store.
 *
 * Keys are made by our own code, never by bytes from outside; a key of another form is a broken promise and throws.
 */
import { BrokenPromise } from '@kith/protocol'
import type { StoreChange, StoreRange } from '@kith/protocol'

export const maxKeyLength: number = 512

/** Sorts behind every character a key can hold. */
const pastEveryKey = '\x7f'

const keyForm = /^[\x21-\x7e]+$/

export function checkKey(key: string): void {
  if (key.length > maxKeyLength || !keyForm.test(key)) {
    throw new BrokenPromise(`not a key of a store: ${JSON.stringify(key.slice(0, 64))}`)
  }
}

export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKey(prefix)
}

/** One change per key, the last one; in the order of first mention. Values are copied: callers may reuse their buffers. */
export function settleChanges(changes: readonly StoreChange[]): ReadonlyMap<string, Uint8Array | undefined> {
  const settled = new Map<string, Uint8Array | undefined>()
  for (const { key, value } of changes) {
    checkKey(key)
    settled.set(key, value === undefined ? undefined : Uint8Array.prototype.slice.call(value))
  }
  return settled
}

/** The keys of a range: from `from` (inclusive unless `fromOpen`) up to `to`, exclusive. */
export interface KeyBounds {
  readonly from: string
  readonly fromOpen: boolean
  readonly to: string
}

/** Bounds of every key that starts with `prefix`. */
export function prefixBounds(prefix: string): KeyBounds {
  checkPrefix(prefix)
  return { from: prefix, fromOpen: false, to: prefix + pastEveryKey }
}

/** Bounds of a range, or undefined when nothing can be in it. */
export function rangeBounds(range: StoreRange): KeyBounds | undefined {
  if (!Number.isInteger(range.limit) || range.limit < 0) {
    throw new BrokenPromise(`not a limit of a range: ${range.limit}`)
  }
  let { from, fromOpen, to } = prefixBounds(range.prefix)
  const { after } = range
  if (after !== undefined) {
    checkKey(after)
    if (range.reverse === true) {
      if (after < to) to = after
    } else if (after >= from) {
      from = after
      fromOpen = true
    }
  }
  return range.limit === 0 || from >= to ? undefined : { from, fromOpen, to }
}
