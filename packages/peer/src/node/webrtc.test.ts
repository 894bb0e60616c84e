import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../system-clock.ts'
import { transportContract } from '../testing/transport-contract.ts'
import { createNodeDialer, nativeIceServers } from './webrtc.ts'

const clock = createSystemClock()

transportContract('node WebRTC', async () => {
  const dialer = createNodeDialer({ clock, bindAddress: '127.0.0.1' })
  return { offerer: dialer, answerer: dialer }
})

describe('nativeIceServers', () => {
  it('translates what the native stack knows and leaves out the rest', () => {
    const servers = nativeIceServers([
      { urls: ['stun:stun.example', 'stuns:stun.example', 'stun:[2001:db8::1]:99'] },
      { urls: 'turn:turn.example:3479?transport=udp', username: '1800000000:kith', credential: 'pass:word@' },
      { urls: 'turn:turn.example?transport=tcp', username: 'a', credential: 'b' },
      { urls: 'turn:turn.example' },
    ])
    expect(servers).toEqual([
      'stun:stun.example:3478',
      'stun:[2001:db8::1]:99',
      {
        hostname: 'turn.example',
        port: 3479,
        username: '1800000000:kith',
        password: 'pass:word@',
        relayType: 'TurnUdp',
      },
    ])
  })
})
