/** How far machines are from each other. */
import { pairFraction } from './chance.ts'

/** One way between two machines of a scenario is drawn from this span, in milliseconds. */
export const latencyMs: readonly [number, number] = [10, 50]

/** One way between two places, in ms: drawn from `low` to `low + span` by the seed and the pair alone. */
export function distanceOf(seed: number, low: number, span: number, a: number, b: number): number {
  return low + span * pairFraction(seed, a, b)
}

/** One way between two machines of any scenario, without jitter. */
export function distanceBetween(seed: number, a: number, b: number): number {
  return distanceOf(seed, latencyMs[0], latencyMs[1] - latencyMs[0], a, b)
}
