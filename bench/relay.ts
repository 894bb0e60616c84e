/**
 * How many deliveries a second one relay process makes to a room of 100, beside a plain `ws` broadcast and socket.io in
 * the same run, and what an idle connection costs.
 *
 * Server and members are two processes, so on two cores neither has to wait for the other. Rounds alternate between the
 * servers and the median counts, because machines have moods. What ours does in addition to the others: it proves every
 * session and entrance, limits rates, hashes every entry and signs a receipt for it.
 *
 * Options: `--rounds 3 --seconds 4 --members 100 --speakers 16 --bytes 256 --idle 2000`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Idle, Load, LoadResult } from './relay-load.ts'
import type { TargetKind } from './relay-target.ts'

const kinds: readonly TargetKind[] = ['kith', 'ws', 'socketio']

function start(file: string, ...args: string[]): ChildProcess {
  const execArgv = ['-C', 'source', '--import', 'tsx', '--expose-gc', '--max-semi-space-size=16']
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv, stdio: ['ignore', 2, 2, 'ipc'] })
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a benchmark process ended with ${String(code)}`)
  })
  const [answer] = (await Promise.race([once(child, 'message'), died])) as [Answer]
  return answer
}

async function measure(load: Omit<Load, 'port'>): Promise<LoadResult> {
  const server = start('./relay-target.ts', load.kind)
  const members = start('./relay-load.ts')
  try {
    const { port } = await answerOf<{ port: number }>(server)
    members.send({ ...load, port })
    return await answerOf<LoadResult>(members)
  } finally {
    server.kill('SIGKILL')
    members.kill('SIGKILL')
  }
}

async function idleKiB(kind: TargetKind, connections: number): Promise<number> {
  const server = start('./relay-target.ts', kind)
  const members = start('./relay-load.ts')
  const memory = async (): Promise<number> => {
    server.send('memory')
    return (await answerOf<{ memoryBytes: number }>(server)).memoryBytes
  }
  const sit = async (count: number, port: number): Promise<void> => {
    members.send({ kind, port, idle: count } satisfies Idle)
    await answerOf(members)
  }
  try {
    const { port } = await answerOf<{ port: number }>(server)
    // The first ones bring code, pools and the garbage collector's own spaces to life, and are not counted.
    await sit(warmUpConnections, port)
    const before = await memory()
    await sit(connections, port)
    return ((await memory()) - before) / connections / 1024
  } finally {
    server.kill('SIGKILL')
    members.kill('SIGKILL')
  }
}

/** After so many the memory of every server grows evenly. */
const warmUpConnections = 1_500

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

export interface RelayFigures {
  readonly fanoutPerS: number
  readonly bareWsPerS: number
  readonly socketIoPerS: number
  readonly ratioBareWs: number
  readonly ratioSocketIo: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly bareWsP99Ms: number
  readonly socketIoP99Ms: number
  readonly idleKiBPerConnection: number
  readonly bareWsIdleKiBPerConnection: number
  readonly members: number
  readonly messageBytes: number
}

export async function run(options: Readonly<Record<string, unknown>> = {}): Promise<RelayFigures> {
  const number = (name: string, standard: number): number => Number(options[name] ?? standard)
  const members = number('members', 100)
  const messageBytes = number('bytes', 256)
  const speakers = Math.min(number('speakers', 16), members)
  const measureMs = number('seconds', 4) * 1000
  const results: Record<TargetKind, LoadResult[]> = { kith: [], ws: [], socketio: [] }
  for (let round = 0; round < number('rounds', 3); round++) {
    for (const kind of kinds) {
      results[kind].push(await measure({ kind, members, speakers, messageBytes, warmUpMs: 1_500, measureMs }))
    }
  }
  const middle = (kind: TargetKind, figure: keyof LoadResult): number => median(results[kind].map((one) => one[figure]))
  const fanoutPerS = Math.round(middle('kith', 'deliveriesPerS'))
  const bareWsPerS = Math.round(middle('ws', 'deliveriesPerS'))
  const socketIoPerS = Math.round(middle('socketio', 'deliveriesPerS'))
  const idle = number('idle', 2_000)
  return {
    fanoutPerS,
    bareWsPerS,
    socketIoPerS,
    ratioBareWs: rounded(fanoutPerS / bareWsPerS),
    ratioSocketIo: rounded(fanoutPerS / socketIoPerS),
    p50Ms: rounded(middle('kith', 'p50Ms')),
    p99Ms: rounded(middle('kith', 'p99Ms')),
    bareWsP99Ms: rounded(middle('ws', 'p99Ms')),
    socketIoP99Ms: rounded(middle('socketio', 'p99Ms')),
    idleKiBPerConnection: rounded(await idleKiB('kith', idle), 1),
    bareWsIdleKiBPerConnection: rounded(await idleKiB('ws', idle), 1),
    members,
    messageBytes,
  }
}

export function table(figures: RelayFigures): string {
  const { members, messageBytes } = figures
  const row = (name: string, perS: number, p99: number, idle: string): string =>
    `${name.padEnd(22)}${perS.toLocaleString('en').padStart(14)}${p99.toFixed(2).padStart(10)}${idle.padStart(16)}`
  return [
    `one room of ${members}, ${messageBytes}-byte entries`,
    `${''.padEnd(22)}${'deliveries/s'.padStart(14)}${'p99 ms'.padStart(10)}${'KiB idle each'.padStart(16)}`,
    row('Kith, with receipts', figures.fanoutPerS, figures.p99Ms, String(figures.idleKiBPerConnection)),
    row('plain ws broadcast', figures.bareWsPerS, figures.bareWsP99Ms, String(figures.bareWsIdleKiBPerConnection)),
    row('socket.io', figures.socketIoPerS, figures.socketIoP99Ms, ''),
  ].join('\n')
}
