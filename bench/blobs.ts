/**
 * Files among many, and one link with a file on it.
 * `npm run bench -- blobs [--only links] [--turns 7] [--seconds 1.5] [--peers 8,30,100,300]`
 *
 * Simulated peers with an uplink of 10 Mbit/s each, eight links in rooms of more than nine, everything hashed and checked:
 *
 * ratio          time until the last of so many peers has 10 MB, by the lower bound: the source's uplink carrying every
 *                block once, headers of packets included
 * sourceCopies   how often the source sent a block, on average; the worst of those runs
 * image30Ms      1 MB to 30 peers, from the message to the last of them
 *
 * Ten real peers with 10 MB, everybody linked with everybody over TCP, one process for all ten (`blobs-peers.ts`):
 *
 * oursMs, webTorrentMs   from handing one of them the file until the last of the others has it
 *
 * Real WebRTC links, one way (`link-ratio.ts`): ours by a careful pump through one bare data channel, by turns in the same
 * run, the median of the turns; and between Node and Node the round trips of texts, idle and beside the bulk:
 *
 * linkRatio.nodeNode, linkRatio.chromiumNode, linkRatio.chromiumChromium, textP99IdleMs, textP99BusyMs
 */
import { BlobLab } from '@kith/protocol/sim'
import { createNativeCrypto } from '../packages/peer/src/node/crypto.ts'
import { findWebTorrent, measurePeers } from './blobs-peers.ts'
import { type PairName, type Ratio, measureRatio } from './link-ratio.ts'

export interface Options {
  /** `links`: nothing but the links. */
  readonly only?: string | undefined
  readonly turns?: string | number | undefined
  readonly seconds?: string | number | undefined
  readonly peers?: string | undefined
}

const uplink = 1_250
const headerShare = 77 / 1_200
const fileBytes = 10_000_000
const imageBytes = 1_000_000
const limitMs = 600_000
const realPeers = 10
const textMs = 1_000

interface Spread {
  readonly ms: number
  readonly boundMs: number
  readonly copies: number
}

function spread(peers: number, size: number): Spread {
  const lab = new BlobLab({ crypto: createNativeCrypto(), seed: 7, uplink })
  const file = lab.file(size)
  for (let i = 0; i < peers; i++) lab.add()
  lab.linkAll()
  const source = lab.peers[0]
  if (source === undefined) throw new Error('no peers')
  lab.hold(source, file)
  const start = lab.now
  source.blobs.sealed(file.root, size, start)
  for (const { blobs } of lab.peers) {
    blobs.know(file.root, size, start)
    blobs.fetch(file.root, undefined, start)
  }
  let left = lab.peers.length
  lab.onComplete = () => left--
  lab.run(limitMs, () => left === 0)
  if (left > 0) throw new Error(`${left} of ${peers} peers never had the file`)
  let sent = 0
  for (const count of source.sent.values()) sent += count
  const bytes = file.blocks.reduce((sum, block) => sum + block.length, 0)
  return { ms: lab.now - start, boundMs: (bytes * (1 + headerShare)) / uplink, copies: sent / file.blocks.length }
}

export async function run(options: Options): Promise<Record<string, unknown>> {
  return { ...(options.only === 'links' ? {} : await spreads(options)), ...(await links(options)) }
}

async function spreads(options: Options): Promise<Record<string, unknown>> {
  // What has to be fetched comes while others are counted: those are not timed.
  const library = findWebTorrent()
  const counts = (options.peers ?? '8,30,100,300').split(',').map(Number)
  const ratio: Record<string, number> = {}
  let sourceCopies = 0
  for (const count of counts) {
    const { ms, boundMs, copies } = spread(count, fileBytes)
    ratio[count] = round(ms / boundMs)
    sourceCopies = Math.max(sourceCopies, copies)
  }
  const image30Ms = Math.round(spread(30, imageBytes).ms)
  const { oursMs, webTorrentMs } = await measurePeers(realPeers, fileBytes, await library)
  return {
    ratio,
    sourceCopies: round(sourceCopies),
    image30Ms,
    webTorrentMs: webTorrentMs === undefined ? undefined : Math.round(webTorrentMs),
    oursMs: Math.round(oursMs),
  }
}

async function links(options: Options): Promise<Record<string, unknown>> {
  const turns = Number(options.turns ?? 7)
  const turnMs = Number(options.seconds ?? 1.5) * 1_000
  // A machine too busy for one pair still measures the others.
  const measure = (pair: PairName, texts = 0): Promise<Ratio | undefined> =>
    measureRatio(pair, turns, turnMs, texts).catch((error: unknown) => {
      process.stderr.write(`${pair} is left out: ${error instanceof Error ? error.message : String(error)}\n`)
      return undefined
    })
  const nodeNode = await measure('nodeNode', textMs)
  const chromiumNode = await measure('chromiumNode')
  const chromiumChromium = await measure('chromiumChromium')
  return {
    linkRatio: {
      nodeNode: rounded(nodeNode?.ratio),
      chromiumNode: rounded(chromiumNode?.ratio),
      chromiumChromium: rounded(chromiumChromium?.ratio),
    },
    textP99IdleMs: rounded(nodeNode?.textP99IdleMs),
    textP99BusyMs: rounded(nodeNode?.textP99BusyMs),
  }
}

export function table(figures: Record<string, unknown>): string {
  const ratio = figures['ratio'] as Readonly<Record<string, number>> | undefined
  const link = figures['linkRatio'] as Readonly<Record<string, number | undefined>>
  const { webTorrentMs } = figures as { readonly webTorrentMs?: number }
  const theirs = webTorrentMs === undefined ? 'not measured' : `${webTorrentMs} ms`
  const spread =
    ratio === undefined
      ? []
      : [
          'Simulated, 10 Mbit/s up: 10 MB until the last has it, by the lower bound',
          ...Object.entries(ratio).map(([peers, value]) => `  ${peers.padStart(4)} peers              ${value}×`),
          `  sent by the source      each block ${String(figures['sourceCopies'])} times`,
          `  1 MB to 30 peers        ${String(figures['image30Ms'])} ms`,
          'Ten real peers, 10 MB over TCP in one process, until the last has it',
          `  Kith                    ${String(figures['oursMs'])} ms`,
          `  WebTorrent              ${theirs}`,
        ]
  return [
    ...spread,
    'One real WebRTC link, one way, by a bare data channel',
    `  Node → Node             ${link['nodeNode'] ?? 'not measured'}`,
    `  Chromium → Node         ${link['chromiumNode'] ?? 'not measured'}`,
    `  Chromium → Chromium     ${link['chromiumChromium'] ?? 'not measured'}`,
    `  texts beside it, p99    ${String(figures['textP99IdleMs'])} ms idle, ${String(figures['textP99BusyMs'])} ms busy`,
  ].join('\n')
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : round(value)
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
