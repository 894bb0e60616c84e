/** Bytes that are almost right, and how much memory is left in use by them. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { concatBytes } from '../src/codec/bytes.ts'
import type { SeededRandom } from '../src/sim/random.ts'

const largestBytes = 300_000

/** One of `good`, altered; now and then untouched (repeated, or out of order) or nothing like it at all. */
export function mutate(good: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const bytes = random.pick(good).slice()
  if (bytes.length === 0) return random.bytes(random.between(0, 64))
  const at = random.between(0, bytes.length - 1)
  switch (random.between(0, 9)) {
    case 0:
    case 1:
      return flip(bytes, random, random.between(1, 8))
    case 2:
      return bytes.slice(0, at)
    case 3:
      return concatBytes(bytes.slice(0, at), random.pick(good).slice(at))
    case 4:
      return bytes
    case 5:
      return random.bytes(random.between(0, 2_000))
    case 6:
      // A length or a count, as large as it can be written.
      bytes.fill(0xff, at, at + random.between(1, 8))
      return bytes
    case 7:
      return concatBytes(bytes.slice(0, at), random.bytes(random.between(1, 40)), bytes.slice(at))
    case 8:
      bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff])
      return bytes
    default:
      return random.chance(0.02) ? random.bytes(largestBytes) : flip(bytes, random, 1)
  }
}

function flip(bytes: Uint8Array, random: SeededRandom, count: number): Uint8Array {
  for (let i = 0; i < count; i++) {
    const at = random.between(0, bytes.length - 1)
    bytes[at] = (bytes[at] as number) ^ (1 << random.between(0, 7))
  }
  return bytes
}

/** Bytes in use once everything that can go has gone. */
export function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
