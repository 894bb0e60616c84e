/**
 * Texts beside a bulk transfer that saturates the same real WebRTC connection, both ways, between two Node programs and
 * between Chromium and Node; beside the naive ways, in the same run.
 * `npm run bench -- link [--seconds 5] [--only node|chromium]`
 *
 * For Node and Node, and under `chromium` the same for Chromium and Node:
 *
 * textP99IdleMs, textP99BusyMs, growthMs   round trip of a text of 300 B every 10 ms, alone and beside bulk; the difference
 * bulkBytesPerS    bulk that arrived meanwhile, both directions together
 * rawBytesPerS     what a careful pump (16 KiB frames, stops at 1 MiB buffered) gets through one data channel, no texts
 * linkRatio        bulkBytesPerS by rawBytesPerS
 * oneChannel, twoChannels   growthMs and bulkBytesPerS when texts share the pump's channel, or have one of their own
 * growthRatio      growth of the better naive way by ours
 *
 * And what a link costs without a network: idleBytesPerLink, dtlsPayloadUs, sealedPayloadUs (one text of 300 B, both ends).
 */
import { measureIdleBytes, measurePayloadUs } from './link-cost.ts'
import { type Far, startChromium, startNode } from './link-far.ts'
import { createNodePlatform } from './link-node.ts'
import { openParty, type Party, Talk, type Way } from './link-party.ts'

export interface Options {
  readonly seconds?: string | number | undefined
  readonly only?: string | undefined
}

interface Naive {
  readonly growthMs: number
  readonly bulkBytesPerS: number
}

export interface PairFigures {
  readonly textP99IdleMs: number
  readonly textP99BusyMs: number
  readonly growthMs: number
  readonly bulkBytesPerS: number
  readonly rawBytesPerS: number
  readonly linkRatio: number
  readonly oneChannel: Naive
  readonly twoChannels: Naive
  readonly growthRatio: number
}

const warmUpMs = 1_000
const connectMs = 20_000
const idleLinks = 10_000

const platform = createNodePlatform()

interface Pair {
  readonly near: Party
  readonly talk: Talk
}

async function connect(far: Far, way: Way): Promise<Pair> {
  const talk = new Talk()
  const early: string[] = []
  let near: Party | undefined
  const ups: Promise<void>[] = []
  let nearUp = (): void => {}
  ups.push(new Promise<void>((done) => (nearUp = done)), new Promise<void>((done) => (far.onUp = done)))
  far.onSignal = (text): void => {
    if (near === undefined) early.push(text)
    else near.signal(text)
  }
  const open = (): void => {
    near = openParty(platform, way, !far.offers, {
      ownSockets: far.name === 'node',
      onSignal: (text) => far.signal(text),
      onUp: nearUp,
      onPong: talk.onPong,
    })
    for (const text of early) near.signal(text)
  }
  if (far.offers) open()
  await far.open(way)
  if (!far.offers) open()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no ${way} connection with ${far.name}`)), connectMs)
  })
  await Promise.race([Promise.all(ups), late])
  clearTimeout(timer)
  return { near: near as unknown as Party, talk }
}

async function disconnect(far: Far, { near }: Pair): Promise<void> {
  near.close()
  await far.closeParty()
  await sleep(200)
}

function talk(pair: Pair, forMs: number): Promise<number[]> {
  return pair.talk.with(pair.near, forMs)
}

async function saturate(far: Far, pair: Pair, forMs: number, talks: boolean): Promise<{ p99: number; rate: number }> {
  pair.near.bulk(true)
  await far.bulk(true)
  await sleep(warmUpMs)
  const before = pair.near.received() + (await far.received())
  const start = performance.now()
  let counted: Promise<number> | undefined
  const timer = setTimeout(() => {
    const near = pair.near.received()
    counted = far.received().then((more) => (near + more - before) / ((performance.now() - start) / 1000))
  }, forMs - 50)
  const texts = talks ? await talk(pair, forMs) : await sleep(forMs).then(() => [])
  clearTimeout(timer)
  const rate = (await counted) ?? 0
  pair.near.bulk(false)
  await far.bulk(false)
  await sleep(300)
  return { p99: percentile(texts), rate }
}

async function measureWay(far: Far, way: Way, forMs: number): Promise<{ idle: number; busy: number; rate: number }> {
  const pair = await connect(far, way)
  await talk(pair, 500)
  const idle = percentile(await talk(pair, forMs))
  const { p99, rate } = await saturate(far, pair, forMs, true)
  await disconnect(far, pair)
  return { idle, busy: p99, rate }
}

async function measurePair(far: Far, forMs: number): Promise<PairFigures> {
  try {
    const pump = await connect(far, 'oneChannel')
    const raw = await saturate(far, pump, forMs, false)
    await disconnect(far, pump)
    const kith = await measureWay(far, 'kith', forMs)
    const one = await measureWay(far, 'oneChannel', forMs)
    const two = await measureWay(far, 'twoChannels', forMs)
    const growth = Math.max(0.1, kith.busy - kith.idle)
    return {
      textP99IdleMs: round(kith.idle),
      textP99BusyMs: round(kith.busy),
      growthMs: round(kith.busy - kith.idle),
      bulkBytesPerS: Math.round(kith.rate),
      rawBytesPerS: Math.round(raw.rate),
      linkRatio: round(kith.rate / raw.rate),
      oneChannel: { growthMs: round(one.busy - one.idle), bulkBytesPerS: Math.round(one.rate) },
      twoChannels: { growthMs: round(two.busy - two.idle), bulkBytesPerS: Math.round(two.rate) },
      growthRatio: round(Math.min(one.busy - one.idle, two.busy - two.idle) / growth),
    }
  } finally {
    await far.end()
  }
}

async function measureLinks(
  options: Options,
): Promise<{ readonly node: PairFigures | undefined; readonly chromium: PairFigures | undefined }> {
  const forMs = Number(options.seconds ?? 5) * 1_000
  const node = options.only === 'chromium' ? undefined : await measurePair(await startNode(), forMs)
  const chromium = options.only === 'node' ? undefined : await measurePair(await startChromium(), forMs)
  return { node, chromium }
}

export async function run(options: Options): Promise<Record<string, unknown>> {
  const { node, chromium } = await measureLinks(options)
  const cost = {
    idleBytesPerLink: Math.round(measureIdleBytes(idleLinks)),
    dtlsPayloadUs: round(measurePayloadUs('dtls', 200_000)),
    sealedPayloadUs: round(measurePayloadUs('socket', 20_000)),
  }
  return {
    ...node,
    ...(chromium && { chromium }),
    ...cost,
  }
}

export function table(figures: Record<string, unknown>): string {
  const lines: string[] = []
  const pairs = [
    ['Node and Node', figures as unknown as PairFigures],
    ['Chromium and Node', figures['chromium'] as PairFigures | undefined],
  ] as const
  for (const [name, pair] of pairs) {
    if (pair?.rawBytesPerS === undefined) continue
    lines.push(
      `${name}, texts of 300 B beside bulk both ways (round trip, p99):`,
      `  Kith link      idle ${pair.textP99IdleMs} ms, busy ${pair.textP99BusyMs} ms: + ${pair.growthMs} ms, ${mega(pair.bulkBytesPerS)}`,
      `  one channel    + ${pair.oneChannel.growthMs} ms, ${mega(pair.oneChannel.bulkBytesPerS)}`,
      `  two channels   + ${pair.twoChannels.growthMs} ms, ${mega(pair.twoChannels.bulkBytesPerS)}`,
      `  bulk alone     ${mega(pair.rawBytesPerS)}; with ours ${Math.round(pair.linkRatio * 100)} % of it, and ${pair.growthRatio}× less growth`,
    )
  }
  return lines.join('\n')
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB/s`
}

function percentile(sorted: readonly number[]): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? NaN
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => void setTimeout(done, ms))
}
