import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { loadRelayKey, parseRelayKey, RelayKeyUnreadable } from './relay-key.ts'

const made: string[] = []

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kith-relay-key-'))
  made.push(path)
  return path
}

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

describe("the relay's key", () => {
  it('REL60 is made at the first start, readable by its owner alone, and kept', () => {
    const data = join(folder(), 'deep', 'down')
    const seed = loadRelayKey(data)
    expect(seed.length).toBe(32)
    expect(statSync(join(data, 'relay-key')).mode & 0o777).toBe(0o600)
    expect(statSync(data).mode & 0o777).toBe(0o700)
    expect(loadRelayKey(data)).toEqual(seed)
    expect(loadRelayKey(folder())).not.toEqual(seed)
  })

  it('REL60 is locked again when somebody opened it to others', () => {
    const data = folder()
    const seed = loadRelayKey(data)
    chmodSync(join(data, 'relay-key'), 0o644)
    expect(loadRelayKey(data)).toEqual(seed)
    expect(statSync(join(data, 'relay-key')).mode & 0o777).toBe(0o600)
  })

  it('REL60 that cannot be read or kept is said in words, and never overwritten', () => {
    const data = folder()
    writeFileSync(join(data, 'relay-key'), 'not a key\n')
    expect(() => loadRelayKey(data)).toThrow(RelayKeyUnreadable)
    expect(() => loadRelayKey(data)).toThrow(/holds no relay key/)
    const blocked = folder()
    mkdirSync(join(blocked, 'relay-key'))
    expect(() => loadRelayKey(blocked)).toThrow(RelayKeyUnreadable)
  })

  it('REL60 can be given as hex or base64url', () => {
    const seed = new Uint8Array(32).fill(0xab)
    expect(parseRelayKey(`${'ab'.repeat(32)}\n`)).toEqual(seed)
    expect(parseRelayKey(Buffer.from(seed).toString('base64url'))).toEqual(seed)
    for (const wrong of ['', 'ab', 'ab'.repeat(31), 'zz'.repeat(32), 'ab'.repeat(33)]) {
      expect(parseRelayKey(wrong)).toBeUndefined()
    }
  })
})
