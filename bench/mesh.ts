/**
 * One room of 50 peers on real sockets, everybody talking: what a delivered byte costs on the wire, how late it is, and
 * what it takes of the processor; beside js gossipsub, one after the other, under the same load and the same clock.
 * `npm run bench -- mesh [--peers 50] [--rate 10] [--seconds 20] [--warm-up 15] [--seed 1] [--only kith|gossipsub]`
 *
 * bytesPerByte       everything written to all sockets, by the encoded size of the entries delivered meanwhile
 * p99Ms              from a post to another peer's timeline
 * cpuMsPerDelivery   of the whole process: senders, forwarders and receivers
 * delivered          share of message × other peer
 * redundancy         copies that came to somebody who had the entry, by delivery
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Load, SideFigures } from './mesh-load.ts'

export interface MeshFigures extends SideFigures {
  readonly peers: number
  readonly gossipsub?: SideFigures & {
    /** At the load above it fell behind; these are from the highest load it held. */
    readonly held?: SideFigures
  }
}

/** Above this it is saturated: what is lost or late is then a matter of how long one waits. */
const saturatedShare = 0.9
const saturatedDelivery = 0.99

async function measure(side: 'kith' | 'gossipsub', load: Load): Promise<SideFigures> {
  const execArgv = ['-C', 'source', '--import', 'tsx', '--expose-gc']
  const child = fork(fileURLToPath(new URL(`./mesh-${side}.ts`, import.meta.url)), [], {
    execArgv,
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  try {
    child.send(load)
    return await answerOf(child)
  } finally {
    child.kill('SIGKILL')
  }
}

async function answerOf(child: ChildProcess): Promise<SideFigures> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a benchmark process ended with ${String(code)}`)
  })
  const [answer] = (await Promise.race([once(child, 'message'), died])) as [SideFigures]
  return answer
}

export async function run(options: Readonly<Record<string, unknown>> = {}): Promise<MeshFigures> {
  const number = (name: string, standard: number): number => Number(options[name] ?? standard)
  const load: Load = {
    peers: number('peers', 50),
    rate: number('rate', 10),
    seconds: number('seconds', 20),
    warmUpSeconds: number('warmUp', 15),
    seed: number('seed', 1),
  }
  if (options['only'] === 'gossipsub') return { peers: load.peers, ...(await measure('gossipsub', load)) }
  const ours = await measure('kith', load)
  if (options['only'] === 'kith') return { peers: load.peers, ...ours }
  const theirs = await measure('gossipsub', load)
  const isSaturated = theirs.delivered < saturatedDelivery || theirs.cpuShare > saturatedShare
  const held = isSaturated
    ? await measure('gossipsub', { ...load, rate: load.rate * 0.4, seconds: 10, warmUpSeconds: 13 })
    : undefined
  return { peers: load.peers, ...ours, gossipsub: { ...theirs, ...(held === undefined ? {} : { held }) } }
}

export function table(figures: MeshFigures): string {
  const { gossipsub } = figures
  const lines = [
    `${figures.peers} peers in one process, ${figures.rate} messages a second from random senders`,
    `${''.padEnd(24)}${['bytes/byte', 'p50 ms', 'p99 ms', 'CPU ms', 'copies', 'arrived', 'links'].map((head) => head.padStart(11)).join('')}`,
    row('Kith', figures),
  ]
  if (gossipsub === undefined) return lines.join('\n')
  lines.push(row(`gossipsub, ${gossipsub.rate} a second`, gossipsub))
  if (gossipsub.held !== undefined) lines.push(row(`gossipsub, ${gossipsub.held.rate} a second`, gossipsub.held))
  const times = (key: 'bytesPerByte' | 'p99Ms' | 'cpuMsPerDelivery'): string =>
    `${(gossipsub[key] / figures[key]).toFixed(1)}×`
  lines.push(
    `gossipsub takes ${times('bytesPerByte')} the bytes, ${times('p99Ms')} the time and ${times('cpuMsPerDelivery')} the processor.`,
  )
  return lines.join('\n')
}

function row(name: string, side: SideFigures): string {
  const cells = [
    side.bytesPerByte.toFixed(2),
    side.p50Ms.toFixed(1),
    side.p99Ms.toFixed(1),
    side.cpuMsPerDelivery.toFixed(3),
    side.redundancy?.toFixed(3) ?? '',
    `${(side.delivered * 100).toFixed(1)} %`,
    side.linksPerPeer.toFixed(1),
  ]
  return name.padEnd(24) + cells.map((cell) => cell.padStart(11)).join('')
}
