import type { Channel } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../memory/clock.ts'
import { RecordedTransport } from '../testing/recorded-transport.ts'
import {
  answerMs,
  lastAnswerMs,
  patienceMs,
  connectMs,
  createAttemptDialer,
  lastConnectMs,
  maxBufferedBytes,
  maxEarly,
  maxFrameBytes,
  signalBatchMs,
  type Attempt,
  type AttemptEvents,
} from './attempts.ts'
import { decodeSignal, encodeSignal, type Description, type SignalItem } from './signals.ts'

/** A WebRTC stack that does what the test says. */
class ScriptedAttempt implements Attempt {
  readonly events: AttemptEvents
  readonly described: Description[] = []
  readonly candidates: string[] = []
  readonly sent: { readonly channel: Channel; readonly bytes: Uint8Array }[] = []
  bufferedBytes = 0
  accepting = true
  closed = false

  constructor(events: AttemptEvents) {
    this.events = events
  }

  describe(description: Description): void {
    this.described.push(description)
  }

  candidate(candidate: string): void {
    this.candidates.push(candidate)
  }

  send(channel: Channel, bytes: Uint8Array): boolean {
    if (this.accepting) this.sent.push({ channel, bytes })
    this.bufferedBytes += bytes.length
    return this.accepting
  }

  buffered(): number {
    return this.bufferedBytes
  }

  close(): void {
    this.closed = true
  }
}

interface Scene {
  readonly clock: ManualClock
  readonly recorded: RecordedTransport
  readonly attempts: ScriptedAttempt[]
}

function dial(offerer: boolean, holdCandidates = false): Scene {
  const clock = new ManualClock()
  const attempts: ScriptedAttempt[] = []
  const dialer = createAttemptDialer({
    clock,
    holdCandidates,
    start: (_, events) => {
      const attempt = new ScriptedAttempt(events)
      attempts.push(attempt)
      return attempt
    },
  })
  const recorded = new RecordedTransport()
  recorded.transport = dialer(offerer, recorded.events)
  clock.advance(0)
  return { clock, recorded, attempts }
}

function description(type: 'offer' | 'answer'): Description {
  return {
    type,
    setup: type === 'offer' ? 'actpass' : 'active',
    ufrag: 'abcd',
    pwd: 'abcdabcdabcdabcdabcdabcd',
    fingerprint: new Uint8Array(32).fill(1),
    maxMessageBytes: 262_144,
  }
}

function candidate(port: number): SignalItem & { readonly type: 'candidate' } {
  return { type: 'candidate', candidate: `candidate:1 1 udp 1 192.0.2.1 ${port} typ host` }
}

const binding = { local: new Uint8Array(32).fill(1), remote: new Uint8Array(32).fill(2) }

function opened(scene: Scene = dial(true)): Scene {
  scene.attempts[0]!.events.open(binding)
  return scene
}

function signals({ recorded }: Scene): { readonly attempt: number; readonly types: readonly string[] }[] {
  return recorded.signals.map((bytes) => {
    const decoded = decodeSignal(bytes)
    if (!decoded.ok) throw new Error(decoded.code)
    return { attempt: decoded.value.attempt, types: decoded.value.items.map((item) => item.type) }
  })
}

describe('attempts', () => {
  it('TRN8 puts what comes together into one signal', () => {
    const scene = dial(true)
    const { events } = scene.attempts[0]!
    events.signal(description('offer'))
    events.signal(candidate(1))
    scene.clock.advance(signalBatchMs)
    events.signal(candidate(2))
    scene.clock.advance(signalBatchMs)
    expect(signals(scene)).toEqual([
      { attempt: 1, types: ['offer', 'candidate'] },
      { attempt: 1, types: ['candidate'] },
    ])
  })

  it('TRN13 an offerer that must holds its candidates until the answer is applied', () => {
    const scene = dial(true, true)
    const { events } = scene.attempts[0]!
    events.signal(description('offer'))
    events.signal(candidate(1))
    scene.clock.advance(1_000)
    expect(signals(scene)).toEqual([{ attempt: 1, types: ['offer'] }])
    scene.recorded.transport!.signal(encodeSignal({ attempt: 1, items: [description('answer')] }))
    scene.clock.advance(signalBatchMs)
    expect(signals(scene)).toEqual([
      { attempt: 1, types: ['offer'] },
      { attempt: 1, types: ['candidate'] },
    ])
  })

  it('TRN9 queues candidates that come before the description, and applies the description once', () => {
    const { recorded, attempts } = dial(false)
    const transport = recorded.transport!
    transport.signal(encodeSignal({ attempt: 1, items: [candidate(1), candidate(2)] }))
    expect(attempts[0]!.candidates).toHaveLength(0)
    transport.signal(encodeSignal({ attempt: 1, items: [description('offer')] }))
    transport.signal(encodeSignal({ attempt: 1, items: [description('offer'), candidate(3)] }))
    expect(attempts[0]!.described).toHaveLength(1)
    expect(attempts[0]!.candidates.map((text) => text.split(' ')[5])).toEqual(['1', '2', '3'])
  })

  it('TRN9 keeps a bounded number of early candidates', () => {
    const { recorded, attempts } = dial(false)
    for (let i = 0; i < maxEarly + 10; i++) {
      recorded.transport!.signal(encodeSignal({ attempt: 1, items: [candidate(i)] }))
    }
    recorded.transport!.signal(encodeSignal({ attempt: 1, items: [description('offer')] }))
    expect(attempts[0]!.candidates).toHaveLength(maxEarly)
  })

  it('TRN14 tries once more when no answer comes, then gives up', () => {
    const { clock, recorded, attempts } = dial(true)
    clock.advance(answerMs)
    expect([attempts.length, attempts[0]!.closed, recorded.downs]).toEqual([2, true, 0])
    clock.advance(lastAnswerMs - 1)
    expect(recorded.downs).toBe(0)
    clock.advance(1)
    expect([attempts.length, attempts[1]!.closed, recorded.downs]).toEqual([2, true, 1])
    expect(clock.pending).toBe(0)
  })

  it('TRN14 tries once more when the connection hangs after the answer, with more patience', () => {
    const { clock, recorded, attempts } = dial(true)
    recorded.transport!.signal(encodeSignal({ attempt: 1, items: [description('answer')] }))
    clock.advance(connectMs - 1)
    expect(attempts).toHaveLength(1)
    clock.advance(1)
    expect(attempts).toHaveLength(2)
    recorded.transport!.signal(encodeSignal({ attempt: 2, items: [description('answer')] }))
    clock.advance(lastConnectMs - 1)
    attempts[1]!.events.open(binding)
    expect([recorded.ups.length, recorded.downs]).toEqual([1, 0])
    expect(clock.pending).toBe(0)
  })

  it('TRN14 tries once more at once when the stack says that it failed', () => {
    const { recorded, attempts } = dial(true)
    attempts[0]!.events.failed()
    expect([attempts.length, recorded.downs]).toEqual([2, 0])
    attempts[0]!.events.failed()
    expect([attempts.length, recorded.downs]).toEqual([2, 0])
    attempts[1]!.events.failed()
    expect([attempts.length, recorded.downs]).toEqual([2, 1])
  })

  it('TRN14 an answerer follows a newer attempt and ignores an older one', () => {
    const { clock, recorded, attempts } = dial(false)
    const transport = recorded.transport!
    transport.signal(encodeSignal({ attempt: 1, items: [description('offer')] }))
    attempts[0]!.events.failed()
    expect(recorded.downs).toBe(0)
    transport.signal(encodeSignal({ attempt: 2, items: [description('offer')] }))
    transport.signal(encodeSignal({ attempt: 1, items: [candidate(1)] }))
    expect([attempts.length, attempts[0]!.closed]).toEqual([2, true])
    expect(attempts[1]!.candidates).toHaveLength(0)
    attempts[0]!.events.open(binding)
    expect(recorded.ups).toHaveLength(0)
    clock.advance(patienceMs)
    expect(recorded.downs).toBe(1)
  })

  it('TRN14 an answerer nobody signals gives up', () => {
    const { clock, recorded } = dial(false)
    clock.advance(patienceMs)
    expect([recorded.downs, clock.pending]).toEqual([1, 0])
  })

  it('TRN15 keeps frames that overtake the opening, but not without bound', () => {
    const { recorded, attempts } = dial(true)
    attempts[0]!.events.frame(Uint8Array.of(1))
    expect(recorded.frames).toHaveLength(0)
    attempts[0]!.events.open(binding)
    expect(recorded.frames).toEqual([Uint8Array.of(1)])

    const flooded = dial(true)
    for (let i = 0; i <= maxEarly; i++) flooded.attempts[0]!.events.frame(Uint8Array.of(1))
    expect([flooded.recorded.downs, flooded.attempts[0]!.closed]).toEqual([1, true])
  })

  it('TRN17 passes on that the stack hears nothing, of what is open', () => {
    const { recorded, attempts } = dial(true)
    attempts[0]!.events.doubted()
    expect(recorded.doubted).toBe(0)
    attempts[0]!.events.open(binding)
    attempts[0]!.events.doubted()
    recorded.close()
    attempts[0]!.events.doubted()
    expect([recorded.doubted, recorded.late]).toEqual([1, 0])
  })

  it('TRN3 goes down on a frame that nobody may send', () => {
    for (const size of [0, maxFrameBytes + 1]) {
      const { recorded, attempts } = opened()
      attempts[0]!.events.frame(new Uint8Array(size))
      expect([recorded.frames.length, recorded.downs]).toEqual([0, 1])
    }
  })

  it('TRN4 goes down rather than buffering without bound, and when the stack refuses', () => {
    const flooded = opened()
    flooded.attempts[0]!.bufferedBytes = maxBufferedBytes + 1
    flooded.recorded.send('bulk', Uint8Array.of(1))
    expect([flooded.recorded.downs, flooded.attempts[0]!.closed]).toEqual([1, true])

    const refused = opened()
    refused.attempts[0]!.accepting = false
    refused.recorded.send('bulk', Uint8Array.of(1))
    expect([refused.recorded.downs, refused.attempts[0]!.closed]).toEqual([1, true])
  })

  it('TRN5 goes down when the stack loses an open connection, and does not retry', () => {
    const { recorded, attempts } = opened()
    attempts[0]!.events.failed()
    attempts[0]!.events.failed()
    expect([attempts.length, recorded.downs, recorded.late]).toEqual([1, 1, 0])
  })
})
