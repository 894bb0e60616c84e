import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { iceServersFrom, IceServersUnreadable, turnCredentialSeconds } from './ice-servers.ts'

describe('ICE servers of a relay', () => {
  it('REL65 are none unless somebody says so', () => {
    expect(iceServersFrom({})(0)).toEqual([])
    expect(iceServersFrom({ KITH_ICE_SERVERS: '', KITH_TURN_URLS: '', KITH_TURN_SECRET: '' })(0)).toEqual([])
  })

  it('REL65 are given out as they stand in KITH_ICE_SERVERS', () => {
    const list = [
      { urls: 'stun:stun.example:3478' },
      { urls: ['turn:192.0.2.1:3478', 'turns:turn.example:5349?transport=tcp'], username: 'a', credential: 'b' },
    ]
    expect(iceServersFrom({ KITH_ICE_SERVERS: JSON.stringify(list) })(0)).toEqual(list)
  })

  it('REL65 have credentials that end after a day, made from the secret as coturn makes them', () => {
    const give = iceServersFrom({ KITH_TURN_SECRET: 's3cret', KITH_TURN_URLS: 'turn:t.example:3478, turn:u.example' })
    const [server] = give(1_700_000_000_500)
    const username = `${1_700_000_000 + turnCredentialSeconds}:kith`
    const credential = createHmac('sha1', 's3cret').update(username).digest('base64')
    expect(server).toEqual({ urls: ['turn:t.example:3478', 'turn:u.example'], username, credential })
    expect(give(1_700_000_060_000)[0]?.username).not.toBe(username)
  })

  it.each([
    [{ KITH_ICE_SERVERS: '{' }],
    [{ KITH_ICE_SERVERS: '{"urls":"stun:x"}' }],
    [{ KITH_ICE_SERVERS: '[{"urls":"http://x"}]' }],
    [{ KITH_ICE_SERVERS: '[{"urls":[]}]' }],
    [{ KITH_ICE_SERVERS: '[{"urls":"turn:x:1"}]' }],
    [{ KITH_ICE_SERVERS: '[{"urls":"turn:x:1","username":"a"}]' }],
    [{ KITH_ICE_SERVERS: JSON.stringify(Array.from({ length: 9 }, () => ({ urls: 'stun:x' }))) }],
    [{ KITH_TURN_SECRET: 'x' }],
    [{ KITH_TURN_URLS: 'turn:x' }],
    [{ KITH_TURN_SECRET: 'x', KITH_TURN_URLS: 'stun:x' }],
  ])('REL64 REL65 say in one line what cannot be read: %j', (env) => {
    let said: unknown
    try {
      iceServersFrom(env)
    } catch (error) {
      said = error
    }
    expect(said).toBeInstanceOf(IceServersUnreadable)
    expect((said as Error).message).toMatch(/^KITH_[A-Z_]+.*\.$/)
  })
})
