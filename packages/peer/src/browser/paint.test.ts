import { expect, it } from 'vitest'
import { paintBetween, paintEveryMs } from './paint.ts'
import type { Painting } from './paint.ts'

class ManualPainting implements Painting {
  time = 0
  visible = true
  frames: (() => void)[] = []
  timers: { at: number; fire: () => void }[] = []
  now = (): number => this.time
  isVisible = (): boolean => this.visible
  requestFrame = (painted: () => void): void => void this.frames.push(painted)
  after = (ms: number, fire: () => void): void => void this.timers.push({ at: this.time + ms, fire })

  pass(ms: number): void {
    this.time += ms
    for (const { fire } of this.timers.filter(({ at }) => at <= this.time)) fire()
    this.timers = this.timers.filter(({ at }) => at > this.time)
  }
}

const settled = async (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 0))])

it('HOS10 answers at once while the last frame is fresh, and after the next one when it is not', async () => {
  const painting = new ManualPainting()
  const verifyMany = paintBetween(async (checks) => checks.map(() => true), painting)
  expect(await settled(verifyMany([]))).toBe(true)
  painting.pass(paintEveryMs + 1)
  const answer = verifyMany([])
  expect(await settled(answer)).toBe(false)
  for (const painted of painting.frames) painted()
  painting.pass(0)
  expect(await settled(answer)).toBe(true)
})

it('HOS10 does not wait for frames of a page nobody sees, nor for ones that never come', async () => {
  const painting = new ManualPainting()
  const verifyMany = paintBetween(async (checks) => checks.map(() => true), painting)
  painting.pass(1_000)
  painting.visible = false
  expect(await settled(verifyMany([]))).toBe(true)
  painting.visible = true
  const answer = verifyMany([])
  expect(await settled(answer)).toBe(false)
  painting.pass(100)
  expect(await settled(answer)).toBe(true)
})
