/**
 * Lets the page paint while a long history comes in: each page of it passes through the host's `verifyMany`, so that is
 * where the peer waits for a frame when the last one was a while ago.
 */
import type { VerifyMany } from '../host.ts'

/** Work between two frames while history comes in. */
export const paintEveryMs = 40
/** A page that is not painted at all (covered, throttled) is not waited for longer. */
const patienceMs = 100

export interface Painting {
  now(): number
  isVisible(): boolean
  requestFrame(painted: () => void): void
  after(ms: number, fire: () => void): void
}

export const pagePainting: Painting = {
  now: () => performance.now(),
  isVisible: () => document.visibilityState === 'visible',
  requestFrame: (painted) => void requestAnimationFrame(painted),
  after: (ms, fire) => void setTimeout(fire, ms),
}

export function paintBetween(verifyMany: VerifyMany, painting: Painting = pagePainting): VerifyMany {
  let paintedAt = painting.now()
  return async (checks) => {
    const valid = await verifyMany(checks)
    if (painting.isVisible() && painting.now() - paintedAt > paintEveryMs) {
      await nextPaint(painting)
      paintedAt = painting.now()
    }
    return valid
  }
}

function nextPaint({ requestFrame, after }: Painting): Promise<void> {
  return new Promise((resolve) => {
    // A frame's callbacks run before it is painted: what comes a turn later comes after.
    requestFrame(() => after(0, resolve))
    after(patienceMs, resolve)
  })
}
