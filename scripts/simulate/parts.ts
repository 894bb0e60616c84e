/**
 * One simulation on several cores: each runs a part of the machines, never further ahead than a frame travels, and hands
 * the others what is for them in memory they share. The result does not depend on how many parts there are.
 */
import { Mailbox, Simulation, judgeOutcomes, windowMs } from '@kith/protocol/sim'
import type { Outcome, SimulateFigures, SimulateOptions } from '@kith/protocol/sim'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker, parentPort, workerData } from 'node:worker_threads'

/** Between every two parts, in each direction, and twice: one is written while the other is read. */
const mailboxBytes = 32 * 2 ** 20
const turns = 2

interface Shared {
  readonly count: number
  /** How many have arrived at the barrier, and how often all have. */
  readonly barrier: SharedArrayBuffer
  readonly boxes: SharedArrayBuffer
}

interface PartData {
  readonly isPart: true
  readonly index: number
  readonly shared: Shared
  readonly options: Pick<SimulateOptions, 'scenario' | 'peers' | 'seed'>
}

export async function simulateInParts(options: SimulateOptions, count: number): Promise<SimulateFigures> {
  const startedAt = performance.now()
  const shared: Shared = {
    count,
    barrier: new SharedArrayBuffer(8),
    boxes: new SharedArrayBuffer(turns * count * count * mailboxBytes),
  }
  const { scenario, peers, seed } = options
  const maxOldGenerationSizeMb = Math.floor((totalmem() / 2 ** 20 / count) * 0.9)
  const others = Array.from({ length: count - 1 }, (_, i) => {
    const data: PartData = { isPart: true, index: i + 1, shared, options: { scenario, peers, seed } }
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: 192 },
    })
    return new Promise<Outcome>((done, reject) => {
      worker.on('message', done)
      worker.on('error', (cause) => {
        // The others would wait at the barrier for ever.
        process.stderr.write(`${cause.stack ?? cause.message}\n`)
        process.exit(1)
      })
      worker.on('exit', (code) => reject(new Error(`a part of the simulation ended early (${code})`)))
    })
  })
  const own = runPart(options, 0, shared, options.progress)
  const outcomes = [own, ...(await Promise.all(others))]
  return judgeOutcomes(options, outcomes, Math.round(performance.now() - startedAt))
}

function runPart(
  options: SimulateOptions,
  index: number,
  shared: Shared,
  progress: ((text: string) => void) | undefined,
): Outcome {
  const { count } = shared
  let turn = 0
  const box = (from: number, to: number): Mailbox => mailboxes[(turn * count + from) * count + to] as Mailbox
  const mailboxes = Array.from(
    { length: turns * count * count },
    (_, i) => new Mailbox(shared.boxes, i * mailboxBytes, mailboxBytes),
  )
  const simulation = new Simulation({ ...options, part: { index, count, outbox: (to) => box(index, to) } })
  const { endAt } = simulation.plan
  let told = 0
  for (let at = 0; at < endAt;) {
    at = Math.min(endAt, at + windowMs)
    for (let to = 0; to < count; to++) if (to !== index) box(index, to).clear()
    simulation.runTo(at)
    meet(new Int32Array(shared.barrier), count)
    for (let from = 0; from < count; from++) if (from !== index) simulation.receive(box(from, index))
    turn = (turn + 1) % turns
    if (at - told >= 1_000) progress?.(`${Math.floor((told = at) / 1_000)} of ${Math.ceil(endAt / 1_000)} s`)
  }
  return simulation.outcome()
}

/** Waits until every part is here. */
function meet(state: Int32Array, count: number): void {
  const round = Atomics.load(state, 1)
  if (Atomics.add(state, 0, 1) === count - 1) {
    Atomics.store(state, 0, 0)
    Atomics.add(state, 1, 1)
    Atomics.notify(state, 1)
  } else Atomics.wait(state, 1, round)
}

const data = workerData as PartData | null
if (data?.isPart === true) parentPort?.postMessage(runPart(data.options, data.index, data.shared, undefined))
