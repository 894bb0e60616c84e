import type { EngineEvent, Input, Millis, Output } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { Host, maxQueuedInputs, wakePauseMs, type EngineLike, type HostPorts } from './host.ts'
import { ManualClock } from './memory/clock.ts'
import { openMemoryStorage } from './memory/storage.ts'
import { StorageFull } from './storage-errors.ts'
import type { Storage } from './storage.ts'
import type { RelaySocketEvents, Transport, TransportEvents } from './transport.ts'
import { lateTimerMs } from './wakes.ts'

/** Remembers what it is given and answers as the test says. */
class ScriptedEngine implements EngineLike {
  readonly inputs: Input[] = []
  readonly times: Millis[] = []
  answer: (input: Input) => readonly Output[] = () => []

  handle(input: Input, now: Millis): readonly Output[] {
    this.inputs.push(input)
    this.times.push(now)
    return this.answer(input)
  }

  get types(): readonly string[] {
    return this.inputs.map((input) => input.type)
  }
}

interface Scene {
  readonly engine: ScriptedEngine
  readonly clock: ManualClock
  readonly host: Host
  readonly storage: Storage
  readonly events: EngineEvent[]
}

async function scene(ports: Partial<HostPorts> = {}): Promise<Scene> {
  const engine = new ScriptedEngine()
  const clock = new ManualClock()
  const storage = await openMemoryStorage()
  const events: EngineEvent[] = []
  const host = new Host(engine, {
    clock,
    storage,
    storePrefix: 'room/a/',
    verifyMany: async (checks) => checks.map(() => true),
    onEvent: (event) => events.push(event),
    ...ports,
  })
  return { engine, clock, host, storage, events }
}

/** Answers the first input of a type with these outputs. */
function once(engine: ScriptedEngine, type: Input['type'], outputs: readonly Output[]): void {
  const before = engine.answer
  let done = false
  engine.answer = (input) => {
    if (done || input.type !== type) return before(input)
    done = true
    return outputs
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

const quiet: Storage = {
  write: async () => {},
  read: async () => [],
  clear: async () => {},
  close: async () => {},
}

class FakeTransport implements Transport {
  readonly calls: string[] = []
  readonly events: TransportEvents
  constructor(events: TransportEvents) {
    this.events = events
  }
  signal(bytes: Uint8Array): void {
    this.calls.push(`signal ${bytes.length}`)
  }
  send(channel: string, bytes: Uint8Array): void {
    this.calls.push(`${channel} ${bytes.length}`)
  }
  close(): void {
    this.calls.push('close')
    this.events.down()
  }
}

describe('Host', () => {
  it('HOS1 hands inputs over in order, also those that come while the engine works', async () => {
    const { engine, host } = await scene({
      onEvent: () => {
        host.input({ type: 'setTyping', typing: true })
        expect(engine.types.at(-1)).toBe('start')
      },
    })
    once(engine, 'start', [
      { type: 'event', event: { type: 'relay', state: 'none' } },
      { type: 'event', event: { type: 'relay', state: 'up' } },
    ])
    host.start()
    expect(engine.types).toEqual(['start', 'setTyping', 'setTyping'])
  })

  it('HOS1 goes on after an engine that threw', async () => {
    const { engine, host } = await scene()
    engine.answer = (input) => {
      if (input.type === 'start') throw new Error('a bug')
      return []
    }
    expect(() => host.start()).toThrow('a bug')
    host.input({ type: 'woke' })
    expect(engine.types).toEqual(['start', 'woke'])
  })

  it('HOS2 stores under its prefix and answers', async () => {
    const { engine, host, storage } = await scene()
    once(engine, 'start', [
      {
        type: 'store',
        request: 7,
        changes: [
          { key: 'e/1', value: Uint8Array.of(1) },
          { key: 'e/2', value: Uint8Array.of(2) },
        ],
      },
    ])
    once(engine, 'stored', [{ type: 'load', request: 8, range: { prefix: 'e/', limit: 1, reverse: true } }])
    once(engine, 'loaded', [
      { type: 'load', request: 9, range: { prefix: 'e/', limit: 1, reverse: true, after: 'e/2' } },
    ])
    host.start()
    await settle()
    expect(engine.inputs.slice(1)).toEqual([
      { type: 'stored', request: 7, ok: true },
      { type: 'loaded', request: 8, records: [{ key: 'e/2', value: Uint8Array.of(2) }], more: true },
      { type: 'loaded', request: 9, records: [{ key: 'e/1', value: Uint8Array.of(1) }], more: false },
    ])
    expect((await storage.read({ prefix: '', limit: 9 })).map(({ key }) => key)).toEqual(['room/a/e/1', 'room/a/e/2'])
  })

  it('HOS2 tells the engine of a store that is full, and of one that cannot be read as an empty one', async () => {
    const troubles: unknown[] = []
    const broken: Storage = {
      ...quiet,
      write: async () => {
        throw new StorageFull('this')
      },
      read: async () => {
        throw new Error('gone')
      },
    }
    const { engine, host } = await scene({ storage: broken, onStorageTrouble: (error) => troubles.push(error) })
    once(engine, 'start', [
      { type: 'store', request: 1, changes: [] },
      { type: 'load', request: 2, range: { prefix: '', limit: 5 } },
    ])
    host.start()
    await settle()
    expect(engine.inputs.slice(1)).toEqual(
      expect.arrayContaining([
        { type: 'stored', request: 1, ok: false },
        { type: 'loaded', request: 2, records: [], more: false },
      ]),
    )
    expect(troubles).toHaveLength(2)
  })

  it('HOS3 replaces, cancels and fires timers, never early', async () => {
    const { engine, clock, host } = await scene()
    const at = clock.now()
    once(engine, 'start', [
      { type: 'timer', name: 'a', at: at + 100 },
      { type: 'timer', name: 'b', at: at + 100 },
      { type: 'timer', name: 'a', at: at + 200 },
      { type: 'timer', name: 'c', at: at + 300 },
      { type: 'timer', name: 'past', at: at - 50 },
    ])
    once(engine, 'timerFired', [{ type: 'cancelTimer', name: 'c' }])
    host.start()
    clock.advance(1_000)
    expect(engine.inputs.slice(1).map((input, index) => [input, engine.times[index + 1]! - at])).toEqual([
      [{ type: 'timerFired', name: 'past' }, 0],
      [{ type: 'timerFired', name: 'b' }, 100],
      [{ type: 'timerFired', name: 'a' }, 200],
    ])
  })

  it('HOS4 takes a timer that is much too late as waking up, once', async () => {
    const { engine, clock, host } = await scene()
    const at = clock.now()
    once(engine, 'start', [
      { type: 'timer', name: 'a', at: at + 100 },
      { type: 'timer', name: 'b', at: at + 200 },
    ])
    host.start()
    clock.sleep(lateTimerMs + 300)
    expect(engine.types).toEqual(['start', 'woke', 'timerFired', 'timerFired'])
  })

  it('HOS4 passes wake-ups on, quick ones together, until it stops', async () => {
    let wake = (): void => {}
    let subscribed = true
    const { engine, clock, host } = await scene({
      wakes: (listener) => {
        wake = listener
        return () => (subscribed = false)
      },
    })
    host.start()
    wake()
    wake()
    clock.advance(wakePauseMs)
    wake()
    expect(engine.types).toEqual(['start', 'woke', 'woke'])
    await host.stop()
    wake()
    expect(engine.types).toEqual(['start', 'woke', 'woke', 'stop'])
    expect(subscribed).toBe(false)
  })

  it('HOS5 connects, serves and forgets the relay', async () => {
    const dialled: RelaySocketEvents[] = []
    const sent: number[] = []
    const { engine, host } = await scene({
      relay: {
        url: 'wss://relay.example/ws',
        dial: (url, events) => {
          expect(url).toBe('wss://relay.example/ws')
          dialled.push(events)
          return { send: (bytes) => void sent.push(bytes.length), close: () => events.down() }
        },
      },
    })
    once(engine, 'start', [{ type: 'relayConnect' }])
    once(engine, 'relayUp', [{ type: 'relaySend', bytes: new Uint8Array(3) }])
    once(engine, 'relayFrame', [{ type: 'relayClose' }])
    once(engine, 'relayDown', [{ type: 'relayConnect' }])
    host.start()
    dialled[0]!.up()
    dialled[0]!.frame(Uint8Array.of(1))
    dialled[0]!.frame(Uint8Array.of(2))
    expect(sent).toEqual([3])
    expect(dialled).toHaveLength(2)
    expect(engine.types).toEqual(['start', 'relayUp', 'relayFrame', 'relayDown'])
  })

  it('HOS5 says down at once where there is no relay, no WebRTC and no socket', async () => {
    const { engine, host } = await scene()
    once(engine, 'start', [
      { type: 'relayConnect' },
      { type: 'dial', transport: 'x', offerer: true },
      { type: 'dialAddress', transport: 'y', address: { host: 'h', port: 1 } },
    ])
    host.start()
    expect(engine.inputs.slice(1)).toEqual([
      { type: 'relayDown' },
      { type: 'transportDown', transport: 'x' },
      { type: 'transportDown', transport: 'y' },
    ])
  })

  it('HOS6 carries a dial from signal to hanging up', async () => {
    const made: FakeTransport[] = []
    const { engine, host } = await scene({
      dial: (offerer, events) => {
        expect(offerer).toBe(true)
        made.push(new FakeTransport(events))
        return made[0]!
      },
    })
    const local = new Uint8Array(32).fill(1)
    const remote = new Uint8Array(32).fill(2)
    once(engine, 'start', [{ type: 'dial', transport: 't', offerer: true }])
    once(engine, 'signalMade', [{ type: 'signal', transport: 't', bytes: new Uint8Array(5) }])
    once(engine, 'transportUp', [{ type: 'transmit', transport: 't', channel: 'bulk', bytes: new Uint8Array(6) }])
    once(engine, 'transportFrame', [{ type: 'hangUp', transport: 't' }])
    host.start()
    const { events } = made[0]!
    events.signal(Uint8Array.of(1))
    events.up({ local, remote })
    events.full()
    events.drained()
    events.frame(Uint8Array.of(2))
    expect(made[0]!.calls).toEqual(['signal 5', 'bulk 6', 'close'])
    expect(engine.inputs.slice(1)).toEqual([
      { type: 'signalMade', transport: 't', bytes: Uint8Array.of(1) },
      { type: 'transportUp', transport: 't', kind: 'dtls', local, remote, initiator: undefined },
      { type: 'transportFull', transport: 't' },
      { type: 'transportDrained', transport: 't' },
      { type: 'transportFrame', transport: 't', bytes: Uint8Array.of(2) },
      { type: 'transportDown', transport: 't' },
    ])
  })

  it('HOS6 tells a socket it dialled from one that came in', async () => {
    const binding = { local: new Uint8Array(32), remote: new Uint8Array(32).fill(1) }
    const { engine, host } = await scene({
      dialAddress: (_, events) => {
        const transport = new FakeTransport(events)
        return transport
      },
    })
    host.start()
    const incoming: TransportEvents[] = []
    host.accept({
      binding,
      first: Uint8Array.of(1),
      accept: (events) => {
        incoming.push(events)
        return new FakeTransport(events)
      },
    })
    incoming[0]!.up(binding)
    expect(engine.inputs.at(-1)).toMatchObject({ type: 'transportUp', kind: 'socket', initiator: false })
  })

  it('HOS7 closes a carrier that brings more than the engine can take', async () => {
    let transport: FakeTransport | undefined
    const { engine, host } = await scene({
      dial: (_, events) => {
        transport = new FakeTransport(events)
        return transport
      },
      onEvent: () => {
        for (let i = 0; i < maxQueuedInputs + 5; i++) transport?.events.frame(Uint8Array.of(1))
      },
    })
    once(engine, 'start', [
      { type: 'dial', transport: 't', offerer: true },
      { type: 'event', event: { type: 'relay', state: 'none' } },
    ])
    host.start()
    expect(transport?.calls).toContain('close')
    expect(engine.types.filter((type) => type === 'transportFrame')).toHaveLength(maxQueuedInputs)
    expect(engine.types.at(-1)).toBe('transportDown')
  })

  it('HOS8 answers compute requests', async () => {
    const { engine, host } = await scene({ verifyMany: async (checks) => checks.map((_, index) => index === 0) })
    const check = { publicKey: new Uint8Array(32), message: new Uint8Array(1), signature: new Uint8Array(64) }
    once(engine, 'start', [{ type: 'compute', request: 4, job: { type: 'verify', checks: [check, check] } }])
    host.start()
    await settle()
    expect(engine.inputs.at(-1)).toEqual({
      type: 'computed',
      request: 4,
      result: { type: 'verify', valid: [true, false] },
    })
  })

  it('HOS9 stops: says goodbye, closes everything, waits for the store, and hears nothing more', async () => {
    let written = false
    let finish = (): void => {}
    const slow: Storage = {
      ...quiet,
      write: () =>
        new Promise<void>((resolve) => {
          finish = (): void => {
            written = true
            resolve()
          }
        }),
    }
    const made: FakeTransport[] = []
    const { engine, clock, host } = await scene({
      storage: slow,
      dial: (_, events) => {
        made.push(new FakeTransport(events))
        return made[0]!
      },
    })
    once(engine, 'start', [
      { type: 'dial', transport: 't', offerer: false },
      { type: 'timer', name: 'a', at: clock.now() + 10 },
      { type: 'store', request: 1, changes: [] },
    ])
    once(engine, 'stop', [{ type: 'transmit', transport: 't', channel: 'control', bytes: Uint8Array.of(9) }])
    host.start()
    const stopped = host.stop()
    expect(made[0]!.calls).toEqual(['control 1', 'close'])
    clock.advance(100)
    host.input({ type: 'woke' })
    finish()
    await stopped
    expect(written).toBe(true)
    expect(engine.types).toEqual(['start', 'stop'])
  })
})
