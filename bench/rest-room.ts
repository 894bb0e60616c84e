/**
 * A room in which nobody writes, in a process of its own: real peers on real sockets, as in the mesh benchmark. What their
 * links are given to carry is counted by what it is, what the programs do by what made them do it.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { createNativeCrypto } from '@kith/peer/node'
import type { Address, EngineEvent, Input, Output } from '@kith/protocol'
import { MemoryDisk, openMemoryStorage } from '../packages/peer/src/memory/storage.ts'
import type { LinkInput, LinkOutput } from '../packages/protocol/src/link/link-io.ts'
import { Link } from '../packages/protocol/src/link/link.ts'
import { meshFrom } from '../packages/protocol/src/engine/crowd.ts'
import { createRandom, rounded } from './mesh-load.ts'
import { openRealPeer, type RealPeer } from './real-peer.ts'

export interface RestLoad {
  readonly peers: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly seed: number
}

/** Of one peer in one minute. */
export interface RestFigures {
  readonly bytesPerMinute: number
  readonly framesPerMinute: number
  readonly cpuMsPerMinute: number
  readonly timersPerMinute: number
  /** Timers after which nothing was sent, told or stored. */
  readonly idleTimersPerMinute: number
  readonly linksPerPeer: number
  /** By payload: frames and bytes before sealing; by timer: fired and idle. */
  readonly payloads: Readonly<Record<string, readonly [number, number]>>
  readonly timers: Readonly<Record<string, readonly [number, number]>>
}

const payloadNames: Readonly<Record<number, string>> = {
  0x01: 'beat',
  0x02: 'entry',
  0x03: 'neighbours',
  0x04: 'presence',
  0x08: 'treeEntries',
  0x09: 'beacon',
  0x0a: 'attach',
  0x0b: 'detach',
  0x0c: 'have',
  0x0d: 'pull',
  0x10: 'overlay',
  0x11: 'registry',
  0x12: 'ping and probe',
  0x15: 'cards',
  0x16: 'signal',
  0x17: 'circuit',
  0x18: 'online',
}

/** Of every link of this process: sealed, nobody could tell any more what it carries. */
function watchLinks(seen: (input: LinkInput, outputs: readonly LinkOutput[]) => void): void {
  const handle = Link.prototype.handle
  Link.prototype.handle = function (this: Link, input: LinkInput, now: number): LinkOutput[] {
    const outputs = handle.call(this, input, now)
    seen(input, outputs)
    return outputs
  }
}

type Tally = Map<string, [number, number]>

function count(tally: Tally, name: string, first: number, second: number): void {
  const both = tally.get(name) ?? [0, 0]
  both[0] += first
  both[1] += second
  tally.set(name, both)
}

class Counters {
  isOn = false
  readonly payloads: Tally = new Map()
  readonly timers: Tally = new Map()
  readonly linked: Set<string>[] = []
  readonly sockets: Socket[] = []
  frames = 0

  constructor() {
    const note = (message: unknown): void => void this.sockets.push((message as { socket: Socket }).socket)
    subscribe('net.client.socket', note)
    subscribe('net.server.socket', note)
    watchLinks((input, outputs) => {
      if (!this.isOn) return
      if (input.type === 'send') this.payload(input.payload)
      for (const { type } of outputs) if (type === 'transmit') this.frames++
    })
  }

  payload(bytes: Uint8Array): void {
    const tag = bytes[0] ?? 0
    count(
      this.payloads,
      payloadNames[tag] ?? (tag >= 0x20 && tag < 0x40 ? 'sync' : `0x${tag.toString(16)}`),
      1,
      bytes.length,
    )
  }

  input(input: Input, outputs: readonly Output[]): void {
    if (!this.isOn || input.type !== 'timerFired') return
    const isIdle = outputs.every(({ type }) => type === 'timer' || type === 'cancelTimer')
    const name = input.name.startsWith('link/')
      ? `link/${input.name.slice(input.name.lastIndexOf('/') + 1)}`
      : input.name
    count(this.timers, name, 1, isIdle ? 1 : 0)
  }

  told(index: number, event: EngineEvent): void {
    if (event.type !== 'peer') return
    const linked = (this.linked[index] ??= new Set())
    if (event.peer.path === 'direct') linked.add(event.peer.session)
    else linked.delete(event.peer.session)
  }

  get links(): number {
    return this.linked.reduce((sum, linked) => sum + linked.size, 0)
  }

  get written(): number {
    return this.sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0)
  }
}

async function open(load: RestLoad, counters: Counters): Promise<RealPeer[]> {
  const random = createRandom(load.seed + 1)
  const secret = createNativeCrypto().random(32)
  const peers: RealPeer[] = []
  for (let i = 0; i < load.peers; i++) {
    const known = new Set<Address>()
    for (const k of i === 0 ? [] : [0, Math.floor(random() * i)]) known.add(peers[k]?.address as Address)
    peers.push(
      await openRealPeer({
        name: `Peer ${i}`,
        secret,
        storage: await openMemoryStorage(new MemoryDisk()),
        listen: true,
        known: [...known],
        dial: 'sockets',
        onEvent: (event) => counters.told(i, event),
        onInput: (input, outputs) => counters.input(input, outputs),
      }),
    )
  }
  return peers
}

/** Everybody is linked with everybody, or everybody has a parent on every tree. */
function isSettled(peers: readonly RealPeer[], counters: Counters): boolean {
  if (peers.length <= meshFrom) return counters.links === peers.length * (peers.length - 1)
  const maps = peers.map(({ engine }) => engine.map())
  const roots = new Set(maps.flatMap(({ trees }) => trees.map(({ root }) => root)))
  return maps.every(
    ({ self, mode, trees }) =>
      mode === 'mesh' &&
      roots.size === trees.length &&
      trees.every(({ root, parent }) => parent !== undefined || root === self),
  )
}

const settleSeconds = 60

async function measure(load: RestLoad): Promise<RestFigures> {
  const counters = new Counters()
  const peers = await open(load, counters)
  for (let i = 0; i < load.warmUpSeconds; i++) await pause(1_000)
  for (let i = 0; i < settleSeconds && !isSettled(peers, counters); i++) await pause(1_000)
  if (!isSettled(peers, counters)) process.stderr.write('the room has not settled\n')
  const before = counters.written
  const cpu = process.cpuUsage()
  const from = performance.now()
  counters.isOn = true
  await pause(load.seconds * 1_000)
  counters.isOn = false
  const used = process.cpuUsage(cpu)
  const minutes = ((performance.now() - from) / 60_000) * load.peers
  const each = (value: number): number => rounded(value / minutes, 1)
  const tell = (tally: Tally): Record<string, readonly [number, number]> =>
    Object.fromEntries(
      [...tally].toSorted(([, a], [, b]) => b[0] - a[0]).map(([name, [a, b]]) => [name, [each(a), each(b)] as const]),
    )
  const timers = [...counters.timers.values()]
  return {
    bytesPerMinute: Math.round((counters.written - before) / minutes),
    framesPerMinute: each(counters.frames),
    cpuMsPerMinute: each((used.user + used.system) / 1_000),
    timersPerMinute: each(timers.reduce((sum, [fired]) => sum + fired, 0)),
    idleTimersPerMinute: each(timers.reduce((sum, [, idle]) => sum + idle, 0)),
    linksPerPeer: rounded(counters.links / load.peers, 1),
    payloads: tell(counters.payloads),
    timers: tell(counters.timers),
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

process.on('message', (load: RestLoad) => {
  measure(load).then(
    (figures) => process.send?.(figures, () => process.exit()),
    (cause: unknown) => {
      process.stderr.write(`${(cause as Error).stack}\n`)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
