/** Two links over a pipe with a rate, a latency and a send buffer, in virtual time: what texts wait for beside bulk. */
import { Writer } from '../codec/writer.ts'
import { Reader } from '../codec/reader.ts'
import type { Millis } from '../machine.ts'
import { initiator, now as start, responder } from './link-bench.ts'
import type { Link } from './link.ts'
import type { LinkInput } from './link-io.ts'
import type { Priority } from './frames.ts'

export interface Pipe {
  /** Bytes per millisecond and direction; a function of the time since the start. */
  readonly rate: (at: Millis) => number
  readonly latencyMs: (at: Millis) => number
  /** One stream: nothing overtakes in the send buffer, as over a socket. */
  readonly oneStream?: boolean
  readonly ownSockets?: boolean
}

export interface Load {
  readonly forMs: Millis
  /** Who keeps bulk of these classes queued, and how large its payloads are. */
  readonly bulk: readonly ('a' | 'b')[]
  readonly bulkBytes: number
  /** Each side sends a small text so often. */
  readonly textEveryMs: Millis
  /** Texts sent before this do not count. */
  readonly warmUpMs: Millis
}

export interface Ran {
  /** One way, sorted. */
  readonly textMs: readonly Millis[]
  /** Bulk payload bytes that arrived after the warm-up, both ways. */
  readonly bulkBytes: number
  readonly refused: number
  readonly slow: number
  readonly downs: readonly string[]
  readonly mostInFlight: number
}

const highWater = 64 * 1024
const lowWater = 16 * 1024

/** A sender's half: a buffer that drains at the rate of the pipe, control before bulk as in two data channels. */
class Half {
  readonly control: Uint8Array[] = []
  readonly bulk: Uint8Array[] = []
  bytes = 0
  full = false
  /** When the frame that is being sent is through. */
  freeAt: Millis = start
  /** When the last frame arrives: a pipe keeps the order, also when it gets shorter. */
  lastArrival: Millis = start
}

interface Event {
  readonly at: Millis
  readonly order: number
  readonly to: 'a' | 'b'
  readonly input: LinkInput | { readonly type: 'pump' } | { readonly type: 'text' } | { readonly type: 'bulk' }
}

export function runPipe(pipe: Pipe, load: Load): Ran {
  const links: Record<'a' | 'b', Link> = {
    a: initiator({ ownSockets: pipe.ownSockets }),
    b: responder({ ownSockets: pipe.ownSockets }),
  }
  const halves = { a: new Half(), b: new Half() }
  const textMs: Millis[] = []
  const downs: string[] = []
  let [bulkBytes, refused, slow, mostInFlight, order] = [0, 0, 0, 0, 0]
  const end = start + load.forMs
  const events: Event[] = []
  const at = (when: Millis, to: 'a' | 'b', input: Event['input']): void => {
    events.push({ at: when, order: order++, to, input })
  }
  const far = (side: 'a' | 'b'): 'a' | 'b' => (side === 'a' ? 'b' : 'a')
  at(start, 'b', { type: 'start' })
  at(start, 'a', { type: 'start' })

  /** Puts the next frame of a half on the pipe, and comes back when it is through. */
  function pump(side: 'a' | 'b', now: Millis): void {
    const half = halves[side]
    if (half.freeAt > now) return
    const frame = half.control.shift() ?? half.bulk.shift()
    if (frame === undefined) return
    half.bytes -= frame.length
    half.freeAt = now + (frame.length + 60) / pipe.rate(now - start)
    at(half.freeAt, side, { type: 'pump' })
    half.lastArrival = Math.max(half.lastArrival, half.freeAt + pipe.latencyMs(now - start))
    at(half.lastArrival, far(side), { type: 'frame', bytes: frame })
    if (half.full && half.bytes <= lowWater) {
      half.full = false
      at(now, side, { type: 'drained' })
    }
  }

  function fill(side: 'a' | 'b', now: Millis): void {
    if (!load.bulk.includes(side)) return
    while (links[side].isUp && links[side].queuedBytes < 300_000) {
      give(side, { type: 'send', priority: 4, payload: new Uint8Array(load.bulkBytes) }, now)
    }
  }

  function give(side: 'a' | 'b', input: LinkInput, now: Millis): void {
    const half = halves[side]
    // Links are told whole milliseconds, as by any clock.
    for (const output of links[side].handle(input, Math.floor(now))) {
      switch (output.type) {
        case 'transmit':
          ;(output.channel === 'bulk' || pipe.oneStream === true ? half.bulk : half.control).push(output.bytes)
          half.bytes += output.bytes.length
          if (!half.full && half.bytes > highWater) {
            half.full = true
            at(now, side, { type: 'full' })
          }
          break
        case 'timer':
          at(Math.max(now, output.at), side, { type: 'timerFired', name: output.name })
          break
        case 'up':
          at(now, side, { type: 'text' })
          at(now, side, { type: 'bulk' })
          break
        case 'payload':
          if (output.priority === (1 as Priority)) {
            const sentAt = start + new Reader(output.bytes).u48()
            if (sentAt >= start + load.warmUpMs) textMs.push(now - sentAt)
          } else if (now >= start + load.warmUpMs) {
            bulkBytes += output.bytes.length
          }
          break
        case 'refused':
          refused++
          break
        case 'slow':
          slow++
          break
        case 'down':
          downs.push(output.code)
          break
        default:
      }
    }
    mostInFlight = Math.max(mostInFlight, links[side].bulkInFlightBytes)
    pump(side, now)
  }

  for (;;) {
    let first = 0
    for (let i = 1; i < events.length; i++) {
      const [one, best] = [events[i] as Event, events[first] as Event]
      if (one.at < best.at || (one.at === best.at && one.order < best.order)) first = i
    }
    const event = events[first]
    if (event === undefined || event.at > end) break
    events[first] = events.at(-1) as Event
    events.pop()
    const { to, input, at: now } = event
    switch (input.type) {
      case 'pump':
        pump(to, now)
        break
      case 'text': {
        const payload = new Writer(300)
          .u48(Math.round(now - start))
          .raw(new Uint8Array(200))
          .finish()
        give(to, { type: 'send', priority: 1, payload }, now)
        at(now + load.textEveryMs, to, { type: 'text' })
        break
      }
      case 'bulk':
        fill(to, now)
        at(now + 5, to, { type: 'bulk' })
        break
      default:
        give(to, input, now)
        fill(to, now)
    }
  }
  textMs.sort((x, y) => x - y)
  return { textMs, bulkBytes, refused, slow, downs, mostInFlight }
}
