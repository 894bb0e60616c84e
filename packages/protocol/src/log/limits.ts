/**
 * What a log accepts from strangers, all in one place (docs/spec/log.md, LOG2, LOG10, LOG11 and LOG17).
 *
 * Anyone with an open room's link can make sessions, so everything a session can make us keep or compute is bounded.
 * What is over a *rate* is not kept and not passed on, and comes again by synchronisation; what is over a *size* is
 * refused for good.
 */
export const limits = {
  /** Sealed body of one entry: 256 KiB. */
  bodyBytes: 262_144,
  /** Missing ranges kept for one session; an entry that would make one more is refused. */
  gapRanges: 1024,
  /** A live entry may be this far beyond the newest one held of its session; runs from a page are not bound by it. */
  liveAhead: 4096,
  /** An entry whose time is further ahead of the corrected clock than this is parked. */
  aheadMs: 120_000,
  parkedPerSession: 256,
  parkedTotal: 4096,
  /** Expiry looks at a clock rounded down to this, so that replicas drop alike. */
  epochMs: 600_000,
  /** Sessions of one room. */
  sessions: 100_000,
  /**
   * Sessions never seen before, per source and minute: live, and in pages. In a room of thousands one neighbour brings
   * what everybody says, so it must be allowed 20 newcomers a second and some more.
   */
  newSessionsPerMinute: 1_800,
  newSessionsPerMinuteInPages: 20_000,
  /** Live entries of one session: so many at once, then so many per second. */
  entryBurst: 1024,
  entriesPerSecond: 64,
  /** Bytes of one session: live per minute (16 MiB), and kept at all (128 MiB). */
  liveBytesPerMinute: 16_777_216,
  bytesPerSession: 134_217_728,
  /** A session all of whose entries have expired is remembered for 60 days, as long as its certificate may last. */
  dormantMs: 5_184_000_000,
  /** Entries on one side of a fork proof. */
  proofEntries: 512,
  /** Entries of a members room that wait for the key of their epoch. */
  waitingForKey: 65_536,
  /** References to other sessions' newest entries in one body. */
  refs: 8,
  /** Relay receipts kept beside one entry. */
  receiptsPerEntry: 2,
} as const
