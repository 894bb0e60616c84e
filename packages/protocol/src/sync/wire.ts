/** SIGNATURES: being filled in. */

/** First payload bytes that belong to this room of the library. */
export const syncTags = { from: 0x20, to: 0x3f } as const
