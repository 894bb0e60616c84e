/**
 * For a host with many engines in one room: what some bytes say is worked out once, and one object of it is held by all.
 *
 * Only for answers that depend on nothing but the bytes and the room, and that nobody changes. A host with one engine per
 * room has no use for it: there everything arrives once.
 */
export interface ReadOnce {
  /** What was read of these bytes as a `what` before, else `read()`. The bytes may be kept. */
  bytes<T>(what: string, bytes: Uint8Array, read: () => T): T
  /** The same of something that is shared already. */
  about<T>(subject: object, read: () => T): T
}
