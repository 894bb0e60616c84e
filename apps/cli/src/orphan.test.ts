import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchParent } from './orphan.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('under npx', () => {
  it('the loss of the parent is told once', () => {
    const family = { env: { npm_command: 'exec' }, ppid: 42 }
    let lost = 0
    watchParent(family, () => lost++)
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(0)
    family.ppid = 1
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(1)
  })

  it('and nobody else is watched: a program may outlive its shell', () => {
    const family = { env: {}, ppid: 42 }
    let lost = 0
    watchParent(family, () => lost++)
    family.ppid = 1
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(0)
  })
})
