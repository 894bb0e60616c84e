import { describe, expect, it } from 'vitest'
import { ManualClock } from '../memory/clock.ts'
import { IceServers, iceServersLifeMs, maxIceServers, parseIceServers } from './ice-servers.ts'

const relay = 'https://relay.example'
const stun = { urls: 'stun:stun.example:3478' }

describe('IceServers', () => {
  it('TRN40 has none until the room’s own relay offers some', async () => {
    const asked: string[] = []
    const ice = new IceServers({
      clock: new ManualClock(),
      fetchJson: async (url) => {
        asked.push(url)
        return { name: 'kith', iceServers: [stun] }
      },
    })
    expect(ice.of(relay)).toEqual([])
    expect(ice.of(undefined)).toEqual([])
    await ice.ask(relay)
    expect(ice.of(relay)).toEqual([{ urls: ['stun:stun.example:3478'] }])
    expect(ice.of('https://other.example')).toEqual([])
    expect(asked).toEqual(['https://relay.example/api/relay'])
  })

  it('TRN40 asks again only when the answer is old, and keeps it when the relay is away', async () => {
    const clock = new ManualClock()
    let asked = 0
    let isAway = false
    const ice = new IceServers({
      clock,
      fetchJson: async () => {
        asked++
        if (isAway) throw new Error('away')
        return { iceServers: [stun] }
      },
    })
    await ice.ask(relay)
    await ice.ask(relay)
    expect(asked).toBe(1)
    clock.advance(iceServersLifeMs)
    isAway = true
    await ice.ask(relay)
    expect([asked, ice.of(relay).length]).toEqual([2, 1])
    await ice.ask(relay)
    expect(asked).toBe(3)
  })

  it('TRN40 uses a given list in place of what relays say', async () => {
    const ice = new IceServers({
      clock: new ManualClock(),
      fixed: [stun],
      fetchJson: async () => {
        throw new Error('must not be asked')
      },
    })
    await ice.ask(relay)
    expect(ice.of(undefined)).toEqual([stun])
  })

  it('TRN41 takes nothing from a relay but servers', () => {
    expect(
      parseIceServers({
        iceServers: [
          { urls: ['stun:a.example', 'https://b.example', 7] },
          { urls: 'turn:c.example:3478?transport=tcp', username: '1:x', credential: 'y' },
          { urls: 'turn:no-credentials.example' },
          { urls: `stun:${'a'.repeat(300)}` },
          { urls: 'stun:d.example\r\nx' },
          null,
          'stun:e.example',
        ],
      }),
    ).toEqual([
      { urls: ['stun:a.example'] },
      { urls: ['turn:c.example:3478?transport=tcp'], username: '1:x', credential: 'y' },
    ])
    for (const odd of [undefined, null, 3, 'x', [], {}, { iceServers: 'stun:x' }])
      expect(parseIceServers(odd)).toEqual([])
    const many = Array.from({ length: 50 }, () => stun)
    expect(parseIceServers({ iceServers: many })).toHaveLength(maxIceServers)
  })
})
