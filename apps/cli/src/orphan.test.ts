import { spawn } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { familyOf, watchParent } from './orphan.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('under npx', () => {
  it('the loss of the parent is told once', () => {
    const family = { env: { npm_command: 'exec' }, ppid: 42, shellParent: undefined as number | undefined }
    let lost = 0
    watchParent(family, () => lost++)
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(0)
    family.ppid = 1
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(1)
  })

  it('the loss of npx is told also when a shell stands between and stays', () => {
    const family = { env: { npm_command: 'exec' }, ppid: 42, shellParent: 41 as number | undefined }
    let lost = 0
    watchParent(family, () => lost++)
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(0)
    family.shellParent = 1
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(1)
  })

  it('a shell that waits is told from any other parent, where the system says', () => {
    // Two commands, so that no shell can become the first.
    const shell = spawn('sh', ['-c', 'sleep 5; true'])
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 5000)'])
    try {
      const told = process.platform === 'linux' ? process.pid : undefined
      expect(familyOf({ env: {}, ppid: shell.pid ?? 0 }).shellParent).toBe(told)
      expect(familyOf({ env: {}, ppid: other.pid ?? 0 }).shellParent).toBeUndefined()
    } finally {
      shell.kill()
      other.kill()
    }
  })

  it('and nobody else is watched: a program may outlive its shell', () => {
    const family = { env: {}, ppid: 42, shellParent: undefined as number | undefined }
    let lost = 0
    watchParent(family, () => lost++)
    family.ppid = 1
    vi.advanceTimersByTime(5000)
    expect(lost).toBe(0)
  })
})
