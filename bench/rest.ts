/**
 * What a room costs in which nobody writes: bytes, frames and processor of one peer in a minute.
 * `npm run bench -- rest [--peers 3,30,50] [--seconds 30] [--warm-up 30] [--seed 1]`
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { RestFigures, RestLoad } from './rest-room.ts'

const room = fileURLToPath(new URL('./rest-room.ts', import.meta.url))

async function measure(load: RestLoad): Promise<RestFigures> {
  const profile = process.env['KITH_REST_PROFILE']
  const child = fork(room, [], {
    execArgv: [
      '-C',
      'source',
      '--import',
      'tsx',
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ],
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`a benchmark process ended with ${String(code)}`)
  })
  child.send(load)
  const [figures] = (await Promise.race([once(child, 'message'), died])) as [RestFigures]
  died.catch(() => {})
  await new Promise((done) => child.once('exit', done))
  return figures
}

export async function run(options: Readonly<Record<string, unknown>> = {}): Promise<Record<string, RestFigures>> {
  const { peers: asked } = options
  const sizes = typeof asked === 'string' ? asked.split(',').map(Number) : [3, 30, 50]
  const number = (name: string, standard: number): number => Number(options[name] ?? standard)
  const figures: Record<string, RestFigures> = {}
  for (const peers of sizes) {
    const load = { peers, seconds: number('seconds', 30), warmUpSeconds: number('warmUp', 30), seed: number('seed', 1) }
    figures[`peers${peers}`] = await measure(load)
  }
  return figures
}

export function table(figures: Readonly<Record<string, RestFigures>>): string {
  const heads = ['bytes', 'frames', 'CPU ms', 'timers', 'for nothing', 'links']
  const row = (name: string, cells: readonly string[]): string =>
    name.padEnd(12) + cells.map((cell) => cell.padStart(13)).join('')
  const lines = ['What one peer costs in a minute in which nobody writes', row('', heads)]
  for (const [name, each] of Object.entries(figures)) {
    const { bytesPerMinute, framesPerMinute, cpuMsPerMinute, timersPerMinute, idleTimersPerMinute, linksPerPeer } = each
    const cells = [bytesPerMinute, framesPerMinute, cpuMsPerMinute, timersPerMinute, idleTimersPerMinute, linksPerPeer]
    lines.push(row(`${name.slice('peers'.length)} peers`, cells.map(String)))
    const most = Object.entries(each.payloads).slice(0, 6)
    lines.push(`  ${most.map(([what, [frames, bytes]]) => `${what} ${frames} (${bytes} B)`).join(', ')}`)
  }
  return lines.join('\n')
}
