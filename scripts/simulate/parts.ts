/**
 * One simulation on several cores: each runs a part of the machines, never further ahead than a frame travels, and hands
 * the others what is for them in memory they share. The result does not depend on how many parts there are.
 *
 * Time goes in steps of a third of that travel. What is sent in a step arrives three steps later at the earliest, so a part
 * takes its next one when the others have done all but the last two before it: whoever is held up for a moment, mostly by
 * its garbage, is waited for only when the others have run out of those.
 */
import { Mailbox, Simulation, judgeOutcomes, windowMs } from '@kith/protocol/sim'
import type { Outcome, SimulateFigures, SimulateOptions } from '@kith/protocol/sim'
import { totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker, parentPort, workerData } from 'node:worker_threads'

/** How many steps a frame travels at least. */
const stepsAhead = 3
const stepMs = windowMs / stepsAhead
/**
 * Between every two parts, in each direction, one for each step that may be under way: one is read `stepsAhead` steps after
 * it was written at the latest, by a part that may be as many behind.
 */
const mailboxBytes = 16 * 2 ** 20
const turns = stepsAhead * 2

interface Shared {
  readonly count: number
  /** By part: how many steps it has done. */
  readonly done: SharedArrayBuffer
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
    done: new SharedArrayBuffer(count * 4),
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
        // The others would wait for it for ever.
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
  const done = new Int32Array(shared.done)
  const mailboxes = Array.from(
    { length: turns * count * count },
    (_, i) => new Mailbox(shared.boxes, i * mailboxBytes, mailboxBytes),
  )
  let step = 0
  const box = (at: number, from: number, to: number): Mailbox =>
    mailboxes[((at % turns) * count + from) * count + to] as Mailbox
  const simulation = new Simulation({ ...options, part: { index, count, outbox: (to) => box(step, index, to) } })
  const { endAt } = simulation.plan
  let told = 0
  for (let at = 0; at < endAt; step++) {
    for (let other = 0; other < count; other++) {
      if (other === index) continue
      waitFor(done, other, step - stepsAhead + 1)
      if (step >= stepsAhead) simulation.receive(box(step - stepsAhead, other, index))
      box(step, index, other).clear()
    }
    at = Math.min(endAt, at + stepMs)
    simulation.runTo(at)
    Atomics.store(done, index, step + 1)
    Atomics.notify(done, index)
    if (at - told >= 1_000) progress?.(`${Math.floor((told = at) / 1_000)} of ${Math.ceil(endAt / 1_000)} s`)
  }
  return simulation.outcome()
}

/** Until another part has done so many steps. */
function waitFor(done: Int32Array, part: number, steps: number): void {
  for (let far = Atomics.load(done, part); far < steps; far = Atomics.load(done, part)) Atomics.wait(done, part, far)
}

const data = workerData as PartData | null
if (data?.isPart === true) parentPort?.postMessage(runPart(data.options, data.index, data.shared, undefined))
