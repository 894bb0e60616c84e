/** Wake detection by a clock alone: a tick that comes much too late means that everything stood still. */
import type { Clock } from './clock.ts'
import { lateTimerMs, type Wakes } from './wakes.ts'

export const tickMs: number = 5_000

export function createTickWakes(clock: Clock): Wakes {
  return (listener) => {
    let cancel: () => void
    const wait = (): void => {
      const due = clock.now() + tickMs
      cancel = clock.after(tickMs, () => {
        if (clock.now() - due > lateTimerMs) listener()
        wait()
      })
    }
    wait()
    return () => cancel()
  }
}
