/**
 * Files among many, and one link with a file on it. `npm run bench -- blobs [--seconds 5] [--peers 8,30,100,300]`
 *
 * Simulated peers with an uplink of 10 Mbit/s each, eight links in rooms of more than nine, everything hashed and checked:
 *
 * ratio          time until the last of so many peers has 10 MB, by the lower bound: the source's uplink carrying every
 *                block once, headers of packets included
 * sourceCopies   how often the source sent a block, on average; the worst of those runs
 * image30Ms      1 MB to 30 peers, from the message to the last of them
 *
 * Real WebRTC, from `bench/link.ts`: ours by a careful pump through one bare data channel in the same run, both ways at
 * once, and round trips of texts beside it:
 *
 * linkRatio.nodeNode, linkRatio.chromiumNode, textP99IdleMs, textP99BusyMs
 */
import { BlobLab } from '@kith/protocol/sim'
import { createNativeCrypto } from '../packages/peer/src/node/crypto.ts'
import { measureLinks, type Options as LinkOptions } from './link.ts'

export interface Options extends LinkOptions {
  readonly peers?: string | undefined
}

const uplink = 1_250
const headerShare = 77 / 1_200
const fileBytes = 10_000_000
const imageBytes = 1_000_000
const limitMs = 600_000

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
  const counts = (options.peers ?? '8,30,100,300').split(',').map(Number)
  const ratio: Record<string, number> = {}
  let sourceCopies = 0
  for (const count of counts) {
    const { ms, boundMs, copies } = spread(count, fileBytes)
    ratio[count] = round(ms / boundMs)
    sourceCopies = Math.max(sourceCopies, copies)
  }
  const links = await measureLinks(options)
  return {
    ratio,
    sourceCopies: round(sourceCopies),
    image30Ms: Math.round(spread(30, imageBytes).ms),
    linkRatio: { nodeNode: links.node?.linkRatio, chromiumNode: links.chromium?.linkRatio },
    textP99IdleMs: links.node?.textP99IdleMs,
    textP99BusyMs: links.node?.textP99BusyMs,
  }
}

export function table(figures: Record<string, unknown>): string {
  const ratio = figures['ratio'] as Readonly<Record<string, number>>
  return [
    '10 MB at 10 Mbit/s uplinks, by the lower bound:',
    ...Object.entries(ratio).map(([peers, value]) => `  ${peers} peers   ${value}×`),
    `  the source sent each block ${String(figures['sourceCopies'])} times at most`,
    `1 MB to 30 peers: ${String(figures['image30Ms'])} ms`,
    `One link by a bare data channel: ${JSON.stringify(figures['linkRatio'])}`,
    `Texts beside it, p99: ${String(figures['textP99IdleMs'])} ms idle, ${String(figures['textP99BusyMs'])} ms busy`,
  ].join('\n')
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
