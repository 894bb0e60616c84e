/**
 * A file's way over one real link: bulk from one program to another, by what a careful pump gets through one bare data
 * channel between the same two, by turns in the same run, so that a machine that is busy is busy for both. Who goes first
 * changes from turn to turn, and neither carries anything else while it is counted: two hundred texts a second beside one
 * of two are a twentieth of a machine. Round trips of texts on that link, idle and while the bulk flows, are taken apart.
 */
import { type Far, startChromium, startNode } from './link-far.ts'
import type { Way } from './link-party.ts'

export interface Ratio {
  /** The median of the turns. */
  readonly ratio: number
  readonly bytesPerS: number
  readonly rawBytesPerS: number
  /** NaN without texts. */
  readonly textP99IdleMs: number
  readonly textP99BusyMs: number
}

const connectMs = 20_000
const warmUpMs = 1_000

export type PairName = 'nodeNode' | 'chromiumNode' | 'chromiumChromium'

/** From the first to the second; `textMs` of texts in every turn, idle and busy, if not 0. */
export async function measureRatio(pair: PairName, turns: number, turnMs: number, textMs = 0): Promise<Ratio> {
  const from = await (pair === 'nodeNode' ? startNode() : startChromium())
  const to = await (pair === 'chromiumChromium' ? startChromium() : startNode())
  try {
    const own = pair === 'nodeNode'
    const turnsTaken: { readonly raw: number; readonly ours: number }[] = []
    const idle: number[] = []
    const busy: number[] = []
    const raw = (): Promise<Turn> => through(from, to, 'oneChannel', own, turnMs, 0)
    const ours = (): Promise<Turn> => through(from, to, 'kith', own, turnMs, textMs)
    for (let turn = 0; turn < turns; turn++) {
      const first = await (turn % 2 === 0 ? raw() : ours())
      const second = await (turn % 2 === 0 ? ours() : raw())
      const [bare, linked] = turn % 2 === 0 ? [first, second] : [second, first]
      turnsTaken.push({ raw: bare.bytesPerS, ours: linked.bytesPerS })
      idle.push(...linked.idle)
      busy.push(...linked.busy)
    }
    return {
      ratio: median(turnsTaken.map(({ raw, ours }) => ours / raw)),
      bytesPerS: median(turnsTaken.map(({ ours }) => ours)),
      rawBytesPerS: median(turnsTaken.map(({ raw }) => raw)),
      textP99IdleMs: percentile(idle),
      textP99BusyMs: percentile(busy),
    }
  } finally {
    await from.end()
    await to.end()
  }
}

interface Turn {
  readonly bytesPerS: number
  readonly idle: readonly number[]
  readonly busy: readonly number[]
}

async function through(
  from: Far,
  to: Far,
  way: Way,
  ownSockets: boolean,
  forMs: number,
  textMs: number,
): Promise<Turn> {
  await connect(from, to, way, ownSockets)
  // The first texts over a link also wait for what is compiled then.
  if (textMs > 0) await from.talk(500)
  const idle = textMs > 0 ? await from.talk(textMs) : []
  await from.bulk(true)
  await sleep(warmUpMs)
  const before = await to.received()
  const start = performance.now()
  await sleep(forMs)
  const bytes = (await to.received()) - before
  const bytesPerS = bytes / ((performance.now() - start) / 1_000)
  const busy = textMs > 0 ? await from.talk(textMs) : []
  await from.bulk(false)
  await sleep(300)
  await from.closeParty()
  await to.closeParty()
  await sleep(300)
  return { bytesPerS, idle, busy }
}

async function connect(from: Far, to: Far, way: Way, ownSockets: boolean): Promise<void> {
  const ups = [from, to].map((far) => new Promise<void>((done) => (far.onUp = done)))
  from.onSignal = (text): void => to.signal(text)
  to.onSignal = (text): void => from.signal(text)
  await to.open(way, { offerer: false, ownSockets })
  await from.open(way, { offerer: true, ownSockets })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no ${way} connection from ${from.name} to ${to.name}`)), connectMs)
  })
  await Promise.race([Promise.all(ups), late])
  clearTimeout(timer)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

function percentile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * 0.99))] ?? NaN
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => void setTimeout(done, ms))
}
