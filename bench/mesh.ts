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
import { bundled } from '../scripts/bundle.mjs'
import type { Load, Measured, SideFigures } from './mesh-load.ts'

export interface MeshFigures extends Measured {
  readonly peers: number
  readonly gossipsub?: Measured
}

async function measure(side: 'kith' | 'gossipsub', load: Load): Promise<Measured> {
  const child = fork(await bundled(`bench/mesh-${side}.ts`), [], {
    // Fifty peers share one heap, and each cipher they made is an object of the system's that its collection closes: 3 µs,
    // by the thousand. Small young generations make of one pause of 20 ms, in which nobody hears, several of 5.
    execArgv: ['--expose-gc', '--max-semi-space-size=4'],
    stdio: ['ignore', 2, 2, 'ipc'],
    // As JSON, a figure that nobody could measure would come as null.
    serialization: 'advanced',
  })
  try {
    child.send(load)
    return await answerOf(child)
  } finally {
    child.kill('SIGKILL')
  }
}

async function answerOf(child: ChildProcess): Promise<Measured> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a benchmark process ended with ${String(code)}`)
  })
  const [answer] = (await Promise.race([once(child, 'message'), died])) as [Measured]
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
    lowerRates: [0.6, 0.4, 0.2].map((share) => number('rate', 10) * share),
  }
  const only = options['only']
  if (only === 'kith' || only === 'gossipsub') return { peers: load.peers, ...(await measure(only, load)) }
  const ours = await measure('kith', load)
  return { peers: load.peers, ...ours, gossipsub: await measure('gossipsub', load) }
}

export function table(figures: MeshFigures): string {
  const { gossipsub } = figures
  const lines = [
    `${figures.peers} peers in one process, ${figures.rate} messages a second from random senders`,
    `${''.padEnd(24)}${['bytes/byte', 'p50 ms', 'p99 ms', 'CPU ms', 'copies', 'arrived', 'links'].map((head) => head.padStart(11)).join('')}`,
    ...rows(gossipsub === undefined ? 'alone' : 'Kith', figures),
  ]
  if (gossipsub === undefined) return lines.join('\n')
  lines.push(...rows('gossipsub', gossipsub))
  const times = (key: 'bytesPerByte' | 'p99Ms' | 'cpuMsPerDelivery'): string =>
    `${(gossipsub[key] / figures[key]).toFixed(1)}×`
  lines.push(
    `gossipsub takes ${times('bytesPerByte')} the bytes, ${times('p99Ms')} the time and ${times('cpuMsPerDelivery')} the processor.`,
  )
  return lines.join('\n')
}

function rows(name: string, side: Measured): string[] {
  if (side.held === undefined) return [row(name, side)]
  return [row(`${name}, fell behind`, side), row(`${name} at ${side.held.rate} a second`, side.held)]
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
