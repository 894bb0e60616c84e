/** The real clock. */
import type { Millis } from '@kith/protocol'
import type { Clock } from './clock.ts'

/** `setTimeout` takes 31 bits; a longer wait is made of several. */
const longestWaitMs = 0x7fff_ffff

export function createSystemClock(): Clock {
  return {
    now: (): Millis => Date.now(),
    after(delayMs: number, fire: () => void): () => void {
      let left = Math.max(0, Math.ceil(delayMs))
      let timer: ReturnType<typeof setTimeout>
      const wait = (): void => {
        const step = Math.min(left, longestWaitMs)
        left -= step
        timer = setTimeout(() => (left > 0 ? wait() : fire()), step)
      }
      wait()
      return () => clearTimeout(timer)
    },
  }
}
