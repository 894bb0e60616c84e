/**
 * Rooms of a thousand, simulated whole with the real engine, and what each of them has to show. Part of `npm test`; one of
 * them by hand, with all its figures: `npm run simulate -- steady --n 1000 --seed 1`.
 *
 * Everything judged is of simulated time, so a busy machine makes it slower and changes no figure.
 */
import { bundled } from './bundle.mjs'
import { run } from './command.mjs'
import { memoryFlags } from './simulate.mjs'

const peers = 1_000
/** For one that hangs; each takes 40 s on two idle cores. */
const limitMs = 10 * 60_000

/** One where nothing happens, and one where much does; each of its own seed. */
export const rooms = [
  { scenario: 'steady', seed: 1 },
  { scenario: 'crash-50', seed: 2 },
]

/** The most that each figure may be. What is not named here may be anything. */
const mostByScenario = {
  steady: { redundancy: 0.005, lastHop: 10.5, p99Ratio: 1.8, worstDeliveryMs: 1_000 },
  'crash-50': { worstDeliveryMs: 4_000 },
}

/**
 * What a run lacks, a few words for each figure; nothing when it shows all it has to.
 *
 * @param {Record<string, any>} figures as `npm run simulate -- --json` prints them
 * @returns {string[]}
 */
export function lacks(figures) {
  const most = { ...mostByScenario[figures.scenario], orphans: 0 }
  const tooMuch = Object.entries(most)
    // A figure that is not there is none that holds.
    .filter(([name, limit]) => !(figures[name] <= limit))
    .map(([name, limit]) => `${name} ${figures[name]}, at most ${limit}`)
  return figures.delivered === 1 ? tooMuch : [`delivered ${figures.delivered}, not 1`, ...tooMuch]
}

/** The same room again, by hand. */
const commandOf = ({ scenario, seed }) => `npm run simulate -- ${scenario} --n ${peers} --seed ${seed}`

/**
 * Simulates every room, says what each showed, and resolves with those that lack something.
 *
 * @param {(text: string) => void} say
 * @returns {Promise<{ passed: number, failures: { file: string, test: string }[] }>}
 */
export async function judgeRooms(say) {
  const file = await bundled('scripts/simulate/run.ts')
  const failures = []
  for (const room of rooms) {
    const asked = JSON.stringify({ ...room, n: peers, json: true })
    const args = [...memoryFlags(), file, asked]
    const { code, out, timedOut } = await run(process.execPath, args, { stdio: 'capture', limitMs })
    const figures = code === 0 ? JSON.parse(out) : undefined
    const lacking = figures === undefined ? [timedOut ? 'it did not end' : out.trim()] : lacks(figures)
    if (lacking.length === 0) {
      const { redundancy, lastHop, p99Ratio, worstDeliveryMs, wallMs } = figures
      const shown = { redundancy, lastHop, p99Ratio, worstDeliveryMs, wallMs }
      say(`✓ ${commandOf(room)}: ${JSON.stringify(shown)}`)
    } else {
      say(`× ${commandOf(room)}: ${lacking.join('; ')}`)
      failures.push({ file: '', test: `${commandOf(room)}: ${lacking.join('; ')}` })
    }
  }
  return { passed: rooms.length - failures.length, failures }
}
