/** The network itself, with programs that only note what happens to them. */
import { describe, expect, it } from 'vitest'
import type { Input } from '../engine/input.ts'
import type { Output } from '../engine/output.ts'
import { Mailbox } from './mailbox.ts'
import { Network } from './network.ts'
import type { NetworkOptions } from './network.ts'
import { FrameCache } from './frame-cache.ts'
import type { SimPeer } from './peer.ts'
import { createSeededRandom } from './random.ts'
import { createToyCrypto } from './toy-crypto.ts'
import { events } from './world.ts'

interface Told {
  readonly at: number
  readonly input: Input
}

/** A program that says what it was told to say. */
class Puppet {
  readonly told: Told[] = []
  readonly #network: Network
  #say: Output[] = []

  constructor(network: Network) {
    this.#network = network
  }

  handle(input: Input): readonly Output[] {
    this.told.push({ at: this.#network.now, input })
    return this.#say.splice(0)
  }

  /** Makes the program ask for something now. */
  ask(peer: SimPeer, ...outputs: Output[]): void {
    this.#say = outputs
    this.#network.give(peer, { type: 'woke' })
  }

  inputs<T extends Input['type']>(type: T): { readonly at: number; readonly input: Extract<Input, { type: T }> }[] {
    return this.told.filter((told) => told.input.type === type) as never
  }
}

function stage(options: Partial<NetworkOptions> = {}): { network: Network; puppets: Puppet[]; peers: SimPeer[] } {
  const network = new Network({ seed: 3, createCrypto: createToyCrypto, ...options })
  const puppets: Puppet[] = []
  const peers = ['a', 'b', 'c'].map((name) =>
    network.add(name, ({ peer }) => (puppets[peer.index] = new Puppet(network))),
  )
  for (const peer of peers) network.start(peer)
  return { network, puppets, peers }
}

const frame = (bytes: number, from = 'x'): Output => ({
  type: 'transmit',
  transport: from,
  channel: 'control',
  bytes: new Uint8Array(bytes),
})

function connect({ network, puppets, peers }: ReturnType<typeof stage>): void {
  puppets[0]?.ask(peers[0] as SimPeer, { type: 'dialAddress', transport: 'x', address: { host: 'b', port: 1 } })
  network.runFor(500)
}

describe('a simulated line', () => {
  it('SIM7 carries frames in order, and no faster than its bandwidth', () => {
    const bandwidth = { up: 80_000, down: 8_000_000 }
    const scene = stage({ bandwidth })
    connect(scene)
    const { network, puppets, peers } = scene
    const since = network.now
    puppets[0]?.ask(peers[0] as SimPeer, ...[1_000, 2_000, 3_000].map((size) => frame(size)))
    network.runFor(5_000)
    const came = puppets[1]?.inputs('transportFrame') ?? []
    expect(came.map(({ input }) => input.bytes.length)).toEqual([1_000, 2_000, 3_000])
    // 80 kbit/s are 10 bytes a millisecond.
    expect((came[2]?.at ?? 0) - since).toBeGreaterThanOrEqual(600)
    expect((came[2]?.at ?? 0) - since).toBeLessThan(700)
  })

  it('SIM7 tells when more than 64 KiB wait, and when less than 16 KiB do', () => {
    const scene = stage({ bandwidth: { up: 800_000, down: 80_000_000 } })
    connect(scene)
    const { network, puppets, peers } = scene
    puppets[0]?.ask(peers[0] as SimPeer, ...Array.from({ length: 10 }, () => frame(10_000)))
    network.runFor(5_000)
    const [full] = puppets[0]?.inputs('transportFull') ?? []
    const [drained] = puppets[0]?.inputs('transportDrained') ?? []
    expect(puppets[0]?.inputs('transportFull').length).toBe(1)
    // 100 bytes a millisecond: 10,000 are left after 900.
    expect((drained?.at ?? 0) - (full?.at ?? 0)).toBe(900)
  })

  it('SIM7 is refused where a pair cannot link, and noticed late when its far end vanishes', () => {
    const scene = stage({ canLink: (a, b) => a + b !== 1, breakMs: 2_000 })
    connect(scene)
    const { network, puppets, peers } = scene
    expect(puppets[0]?.inputs('transportDown').length).toBe(1)
    puppets[0]?.ask(peers[0] as SimPeer, { type: 'dialAddress', transport: 'y', address: { host: 'c', port: 2 } })
    network.runFor(500)
    expect(puppets[2]?.inputs('transportUp').length).toBe(1)
    network.crash(peers[2] as SimPeer)
    network.runFor(1_900)
    expect(puppets[0]?.inputs('transportDown').length).toBe(1)
    network.runFor(200)
    expect(puppets[0]?.inputs('transportDown').length).toBe(2)
  })
})

describe('simulated timers', () => {
  it('SIM8 fire once, when they were asked for last', () => {
    const { network, puppets, peers } = stage()
    const [peer, puppet] = [peers[0] as SimPeer, puppets[0] as Puppet]
    const since = network.now
    const ask = (name: string, after: number): void => puppet.ask(peer, { type: 'timer', name, at: since + after })
    ask('later', 100)
    ask('later', 700)
    ask('sooner', 700)
    ask('sooner', 50)
    ask('never', 30)
    puppet.ask(peer, { type: 'cancelTimer', name: 'never' })
    for (let i = 0; i < 1_000; i++) ask('often', 300 + i)
    const { pending } = network
    network.runFor(2_000)
    expect(puppet.inputs('timerFired').map(({ at, input }) => [input.name, at - since])).toEqual([
      ['sooner', 50],
      ['later', 700],
      ['often', 1_299],
    ])
    expect(pending).toBeLessThan(10)
  })

  it('SIM8 of a tab in the background fire on full seconds, without links on full minutes', () => {
    const scene = stage()
    const { network, puppets, peers } = scene
    const [peer, puppet] = [peers[0] as SimPeer, puppets[0] as Puppet]
    peer.throttled = true
    puppet.ask(peer, { type: 'timer', name: 'alone', at: network.now + 100 })
    connect(scene)
    puppet.ask(peer, { type: 'timer', name: 'linked', at: network.now + 100 })
    network.runFor(61_000)
    const [linked, alone] = puppet.inputs('timerFired')
    expect([linked?.input.name, (linked?.at ?? 1) % 1_000]).toEqual(['linked', 0])
    expect([alone?.input.name, (alone?.at ?? 1) % 60_000]).toEqual(['alone', 0])
  })
})

it('SIM9 events cross from part to part as they were', () => {
  const box = new Mailbox(new ArrayBuffer(4_096))
  box.clear()
  const random = createSeededRandom(1)
  const sent = [
    [1_700_000_000_123, events.frame, 7, 3, -1, 12, random.bytes(300)],
    [5, events.connect, 0, 199_999, -1, 2, 'socket-x'],
    [6, events.down, 1, 2, 3, 4, undefined],
    [7, events.frameIn, 1, 2, 3, 4, random.bytes(3)],
  ] as const
  for (const [at, kind, target, source, a, b, data] of sent) box.write(at, kind, target, source, a, b, data)
  const came: unknown[][] = []
  new Mailbox(new ArrayBuffer(8)).clear()
  box.read(new FrameCache(), (...event) => void came.push(event))
  expect(came).toEqual(sent.map((event) => [...event]))
  box.clear()
  box.read(new FrameCache(), (...event) => void came.push(event))
  expect(came.length).toBe(sent.length)
})
