/**
 * What both sides of the mesh benchmark share: who says what and when, what arrived and how late, and every byte that was
 * written to a socket meanwhile.
 *
 * All peers run in one process, so one clock times a message from its post to the moment another peer's program is told.
 * The bytes are those handed to the kernel by every TCP socket of the process, whoever made it: payload, framing,
 * encryption, pings, beacons, handshakes. What IP and TCP add is left out on both sides.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface Load {
  readonly peers: number
  /** Messages a second, all peers together. */
  readonly rate: number
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly seed: number
  /** Tried in this order after a window in which it fell behind, until one is held. */
  readonly lowerRates: readonly number[]
}

export const textBytes = 300
const drainMs = 3_000
/** The warm-up goes on for so long at most. */
const settleSeconds = 60
const loopResolutionMs = 5
const lowerSeconds = 8
/** Fell behind: what is lost or late is then a matter of how long one waits. */
const fullShare = 0.9
const fullDelivery = 0.99

export interface MeshSide {
  post(sender: number, text: string): void
  /** What the entry that carries message `n` takes, signed and encoded as everybody keeps and passes it on. */
  encodedBytes(n: number): number
  /** The room has settled into what it will be: before that the window does not begin. */
  isSettled(): boolean
  /** Links of all peers, each end counted. */
  links(): number
  /** Copies that came to somebody who had the message already, since the beginning; undefined when nobody counts. */
  redundant(): number | undefined
}

export interface SideFigures {
  readonly rate: number
  /** Of message × other peer. */
  readonly delivered: number
  /** Everything written to sockets by everything that was delivered. */
  readonly bytesPerByte: number
  readonly bytesPerDelivery: number
  readonly entryBytes: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsPerDelivery: number
  /** Of one core. */
  readonly cpuShare: number
  readonly redundancy: number | undefined
  readonly linksPerPeer: number
  /** How late the event loop was, at the 99th percentile. */
  readonly loopP99Ms: number
  readonly rssMiB: number
}

export interface Measured extends SideFigures {
  /** It fell behind at the rate that was asked for; these are from the highest of the lower ones that it held. */
  readonly held?: SideFigures
}

/** Every TCP socket of this process, from the first call on. */
class SocketMeter {
  readonly #sockets: Socket[] = []

  constructor() {
    const note = (message: unknown): void => void this.#sockets.push((message as { socket: Socket }).socket)
    subscribe('net.client.socket', note)
    subscribe('net.server.socket', note)
  }

  written(): number {
    let sum = 0
    for (const socket of this.#sockets) sum += socket.bytesWritten
    return sum
  }
}

interface Said {
  readonly at: number
  readonly heard: Uint8Array
}

/** Who heard which message when. */
export class Ledger {
  readonly #peers: number
  readonly #said: Said[] = []
  readonly #arrivals: { readonly n: number; readonly at: number }[] = []

  constructor(peers: number) {
    this.#peers = peers
  }

  /** The next message of `sender`. */
  say(sender: number): string {
    const heard = new Uint8Array(this.#peers)
    heard[sender] = 1
    this.#said.push({ at: performance.now(), heard })
    return `${this.#said.length - 1} `.padEnd(textBytes, 'Many small streams make a river. ')
  }

  /** A receiver's program was told of this text; told again, it does not count. */
  heard(receiver: number, text: string): void {
    const n = Number.parseInt(text, 10)
    const said = this.#said[n]
    if (said === undefined || said.heard[receiver] !== 0) return
    said.heard[receiver] = 1
    this.#arrivals.push({ n, at: performance.now() })
  }

  get count(): number {
    return this.#said.length
  }

  /** Deliveries in a time. */
  *arrivals(from: number, to: number): Generator<number> {
    for (const { n, at } of this.#arrivals) if (at >= from && at < to) yield n
  }

  /** Of the messages from number `first` on: the share that arrived, and how long each took, shortest first. */
  judge(first: number): { readonly delivered: number; readonly latencies: readonly number[] } {
    const latencies = this.#arrivals
      .filter(({ n }) => n >= first)
      .map(({ n, at }) => at - (this.#said[n] as Said).at)
      .toSorted((a, b) => a - b)
    return { delivered: latencies.length / ((this.#said.length - first) * (this.#peers - 1)), latencies }
  }
}

/** Runs one side in this process: `start` joins the peers, everybody says something once, then the window is measured. */
export async function measureSide(load: Load, start: (ledger: Ledger) => Promise<MeshSide>): Promise<Measured> {
  const meter = new SocketMeter()
  const ledger = new Ledger(load.peers)
  const side = await start(ledger)
  const random = createRandom(load.seed)
  const someone = (): number => Math.floor(random() * load.peers)
  const talk = async (rate: number, count: number, sender: (i: number) => number): Promise<void> => {
    const began = performance.now()
    for (let i = 0; i < count; i++) {
      await until(began + (i * 1000) / rate)
      const from = sender(i)
      side.post(from, ledger.say(from))
    }
    await until(began + (count * 1000) / rate)
  }
  const window = (rate: number, seconds: number): Promise<SideFigures> =>
    measureWindow(load.peers, rate, side, ledger, meter, () => talk(rate, Math.round(seconds * rate), someone))

  // Whoever speaks for the first time introduces itself, which later messages need not.
  await talk(load.rate, load.peers, (i) => i)
  await talk(load.rate, Math.max(0, Math.round(load.warmUpSeconds * load.rate) - load.peers), someone)
  for (let piece = 0; piece < settleSeconds && !side.isSettled(); piece++) await talk(load.rate, load.rate, someone)
  if (!side.isSettled()) process.stderr.write('the room has not settled\n')
  const asked = await window(load.rate, load.seconds)
  if (!isFull(asked)) return asked
  for (const rate of load.lowerRates) {
    const held = await window(rate, lowerSeconds)
    if (!isFull(held)) return { ...asked, held }
  }
  return asked
}

function isFull({ delivered, cpuShare }: SideFigures): boolean {
  return delivered < fullDelivery || cpuShare > fullShare
}

async function measureWindow(
  peers: number,
  rate: number,
  side: MeshSide,
  ledger: Ledger,
  meter: SocketMeter,
  talk: () => Promise<void>,
): Promise<SideFigures> {
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs })
  const first = ledger.count
  const redundant = side.redundant()
  const bytes = meter.written()
  const cpu = process.cpuUsage()
  const from = performance.now()
  loop.enable()
  await talk()
  loop.disable()
  const to = performance.now()
  const used = process.cpuUsage(cpu)
  const written = meter.written() - bytes
  const again = side.redundant()
  await until(to + drainMs)

  let deliveries = 0
  let deliveredBytes = 0
  for (const n of ledger.arrivals(from, to)) {
    deliveries++
    deliveredBytes += side.encodedBytes(n)
  }
  const { delivered, latencies } = ledger.judge(first)
  const cpuMs = (used.user + used.system) / 1000
  return {
    rate,
    delivered: rounded(delivered, 5),
    bytesPerByte: rounded(written / deliveredBytes, 3),
    bytesPerDelivery: Math.round(written / deliveries),
    entryBytes: Math.round(deliveredBytes / deliveries),
    p50Ms: rounded(part(latencies, 0.5), 2),
    p99Ms: rounded(part(latencies, 0.99), 2),
    cpuMsPerDelivery: rounded(cpuMs / deliveries, 3),
    cpuShare: rounded(cpuMs / (to - from), 2),
    redundancy:
      redundant === undefined || again === undefined ? undefined : rounded((again - redundant) / deliveries, 4),
    linksPerPeer: rounded(side.links() / peers, 1),
    loopP99Ms: rounded(loop.percentile(99) / 1e6 - loopResolutionMs, 1),
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  }
}

export function part(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

async function until(at: number): Promise<void> {
  const wait = at - performance.now()
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
}

/** mulberry32: the same senders every time. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** A child of the benchmark: takes the load from its parent and answers with its figures. */
export function serve(measure: (load: Load) => Promise<Measured>): void {
  process.on('message', (load: Load) => {
    measure(load).then(
      (figures) => process.send?.(figures),
      (cause: unknown) => {
        process.stderr.write(`${(cause as Error).stack}\n`)
        process.exit(1)
      },
    )
  })
  process.on('disconnect', () => process.exit(0))
}
