/**
 * Comparing histories of 100,000 entries, and the first messages of a newcomer.
 * `npm run bench -- sync [--entries 100000] [--messages 10000] [--no-peers]`
 *
 * d0Bytes … d10000Bytes    two logs in 100 sessions that lack so many scattered entries between them: all bytes both ways but
 *                          the entries themselves; 0 is known from the digest in a beat
 * roundTrips               of each of these
 * ibltBytesPerDifference   10,000 sessions, of which 1,000 differ in their newest entries: the same bytes, for each of them
 * kithMs                   how long those exchanges took, entries and all (signatures are not checked)
 * first50Ms                over real WebRTC on loopback, from the first link being up to the newest 50 messages shown (median)
 * first10000Ms             … to all 10,000
 * peers                    Negentropy, Automerge and Yjs asked the same (sync-peers.ts)
 */
import { digestBytes } from '../packages/protocol/src/log/digest.ts'
import { compareHeads, compareScattered, writeHistory } from './sync-logs.ts'
import { Newcomers } from './sync-newcomer.ts'
import { measureAutomerge, measureNegentropy, measureYjs, type PeerFigures } from './sync-peers.ts'

export interface Options {
  readonly entries?: string | number | undefined
  readonly messages?: string | number | undefined
  readonly noPeers?: boolean | undefined
}

const sessions = 100
const crowd = 10_000
const differingSessions = 1_000
const newcomers = 5
const members = 2

export async function run(options: Options): Promise<Record<string, unknown>> {
  const entries = Number(options.entries ?? 100_000)
  const messages = Number(options.messages ?? 10_000)
  const history = writeHistory(sessions, entries)
  const [ten, thousand, tenThousand] = [10, 1_000, 10_000].map((d) => compareScattered(history, d))
  const heads = compareHeads(writeHistory(crowd, entries), differingSessions)
  const arrivals = await arrive(messages)
  return {
    entries,
    sessions,
    d0Bytes: digestBytes,
    d10Bytes: ten?.bytes,
    d1000Bytes: thousand?.bytes,
    d10000Bytes: tenThousand?.bytes,
    roundTrips: Math.max(...[ten, thousand, tenThousand, heads].map((figure) => figure?.roundTrips ?? 0)),
    ibltBytesPerDifference: Math.round((heads.bytes / differingSessions) * 100) / 100,
    kithMs: {
      d10: rounded(ten?.ms),
      d1000: rounded(thousand?.ms),
      d10000: rounded(tenThousand?.ms),
      iblt: rounded(heads.ms),
    },
    messages,
    first50Ms: rounded(median(arrivals.map(({ first50Ms }) => first50Ms))),
    first10000Ms: rounded(median(arrivals.map(({ firstAllMs }) => firstAllMs))),
    peers: options.noPeers === true ? undefined : await measurePeers(),
  }
}

async function arrive(messages: number): Promise<readonly { first50Ms: number; firstAllMs: number }[]> {
  const world = await Newcomers.start(messages, members)
  try {
    const arrivals = []
    for (let i = 0; i < newcomers; i++) arrivals.push(await world.come())
    return arrivals
  } finally {
    await world.close()
  }
}

async function measurePeers(): Promise<Record<string, PeerFigures>> {
  return {
    negentropy: await measureNegentropy([10, 1_000, 10_000]),
    automerge: measureAutomerge([10, 1_000]),
    yjs: measureYjs([10, 1_000, 10_000]),
  }
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
}

export function table(figures: Record<string, unknown>): string {
  const ms = figures['kithMs'] as Record<string, number>
  const rows = [
    ['', 'd = 10', 'd = 1,000', 'd = 10,000', 'round trips'],
    [
      'Kith',
      ...[10, 1_000, 10_000].map((d) => cell(figures[`d${d}Bytes`] as number, ms[`d${d}`])),
      String(figures['roundTrips']),
    ],
  ]
  for (const [name, peer] of Object.entries((figures['peers'] ?? {}) as Record<string, PeerFigures>)) {
    const cells = [10, 1_000, 10_000].map((d) => peer[`d${d}`])
    const trips = Math.max(...cells.map((figure) => figure?.roundTrips ?? 0))
    rows.push([
      name,
      ...cells.map((figure) => (figure === undefined ? '–' : cell(figure.bytes, figure.ms))),
      String(trips),
    ])
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const number = (name: string): string => Number(figures[name]).toLocaleString('en')
  return [
    `Two histories of ${number('entries')} entries that lack d of them between them: bytes besides the entries, and time.`,
    ...rows.map(
      (row) =>
        `  ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('   ')}`,
    ),
    `  Equal ones: ${number('d0Bytes')} bytes. 10,000 sessions of which 1,000 differ: ${number('ibltBytesPerDifference')} bytes for each.`,
    `A newcomer over WebRTC: the newest 50 messages after ${number('first50Ms')} ms, all ${number('messages')} after ${number('first10000Ms')} ms.`,
  ].join('\n')
}

function cell(bytes: number, ms: number | undefined): string {
  return `${bytes.toLocaleString('en')} B, ${ms === undefined ? '?' : ms.toLocaleString('en')} ms`
}
