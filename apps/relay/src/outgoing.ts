/**
 * What leaves a relay: one write per socket and turn of the event loop.
 *
 * A `write` costs about 9 µs whatever its size, so frames are collected and flushed in `setImmediate`, when everything
 * that could be read in this turn has been answered. A frame is wrapped once however many get it, and sockets that were
 * sent the same frames in the same order share one joined buffer: what was queued is a path in a tree of frames, and
 * members of a room walk the same path.
 *
 * Wire: RFC 6455, unmasked, unfragmented. All frames of a connection must leave through here, or their order breaks.
 */
import type { Duplex } from 'node:stream'

const binaryFrame = 0x82
export const pingFrame: Buffer = Buffer.from([0x89, 0])

export function binaryFrameOf(bytes: Uint8Array): Buffer {
  const length = bytes.length
  const head = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = binaryFrame
  if (head === 2) frame[1] = length
  else if (head === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
  frame.set(bytes, head)
  return frame
}

/** Everything one or more sockets have been sent in this turn: the frames before, and one more. */
class Path {
  readonly bytes: number
  readonly before: Path | undefined
  readonly frame: Buffer
  readonly #after = new Map<Buffer, Path>()
  #joined: Buffer | undefined

  constructor(before: Path | undefined, frame: Buffer) {
    this.before = before
    this.frame = frame
    this.bytes = (before?.bytes ?? 0) + frame.length
  }

  follow(frame: Buffer): Path {
    let path = this.#after.get(frame)
    if (path === undefined) {
      path = new Path(this, frame)
      this.#after.set(frame, path)
    }
    return path
  }

  join(): Buffer {
    this.#joined ??= this.before === undefined ? this.frame : joinFrames(this)
    return this.#joined
  }
}

function joinFrames(last: Path): Buffer {
  const joined = Buffer.allocUnsafe(last.bytes)
  let end = last.bytes
  for (let path: Path | undefined = last; path !== undefined; path = path.before) {
    end -= path.frame.length
    joined.set(path.frame, end)
  }
  return joined
}

/** One socket's place in the queue. */
export interface Outlet {
  readonly stream: Duplex
  /** Undefined when nothing is queued. */
  queued: Path | undefined
  /** Nothing more is to be sent. */
  ended: boolean
  /** More than `congestedBytes` wait for it. */
  congested: boolean
}

export interface OutgoingLimits {
  readonly queueBytes: number
  readonly congestedBytes: number
}

export interface OutgoingEvents {
  /** More than `queueBytes` wait for a reader that does not read; nothing more will be sent to it. */
  slow(outlet: Outlet): void
  congested(outlet: Outlet): void
  /** Everything that waited for a congested one has been read. */
  drained(outlet: Outlet): void
}

export class Outgoing {
  readonly #limits: OutgoingLimits
  readonly #events: OutgoingEvents
  #waiting: Outlet[] = []
  #isScheduled = false
  frames = 0
  bytes = 0

  constructor(limits: OutgoingLimits, events: OutgoingEvents) {
    this.#limits = limits
    this.#events = events
  }

  /** Queues one wrapped frame for all of them. */
  send(outlets: Iterable<Outlet>, frame: Buffer): void {
    // First frames of this turn start a path that all of these share; so do sockets that were at one place before.
    let first: Path | undefined
    let from: Path | undefined
    let to: Path | undefined
    for (const outlet of outlets) {
      if (outlet.ended) continue
      const at = outlet.queued
      if (at === undefined) {
        first ??= new Path(undefined, frame)
        outlet.queued = first
        this.#waiting.push(outlet)
      } else {
        if (at !== from || to === undefined) {
          from = at
          to = at.follow(frame)
        }
        outlet.queued = to
      }
      this.frames++
      this.bytes += frame.length
      this.#weigh(outlet, outlet.queued.bytes)
    }
    if (!this.#isScheduled && this.#waiting.length > 0) {
      this.#isScheduled = true
      setImmediate(() => this.#flushAll())
    }
  }

  #weigh(outlet: Outlet, queuedBytes: number): void {
    const waiting = outlet.stream.writableLength + queuedBytes
    if (waiting > this.#limits.queueBytes) {
      outlet.ended = true
      outlet.queued = undefined
      this.#events.slow(outlet)
    } else if (waiting > this.#limits.congestedBytes && !outlet.congested) {
      outlet.congested = true
      this.#events.congested(outlet)
      // So much never passes in one go, so a `drain` will follow.
      outlet.stream.once('drain', () => {
        outlet.congested = false
        if (!outlet.ended) this.#events.drained(outlet)
      })
    }
  }

  /** Writes what is queued for one socket now: a close frame must come after it. */
  flush(outlet: Outlet): void {
    const path = outlet.queued
    outlet.queued = undefined
    if (path !== undefined && outlet.stream.writable) outlet.stream.write(path.join())
  }

  #flushAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#isScheduled = false
    for (const outlet of waiting) this.flush(outlet)
  }
}
