import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { Failure } from './failure.ts'

const secret = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
const chat = { name: 'friends', id: '5e2c1d5a-6c5e-4c0a-8b1e-0a1b2c3d4e5f', secret }
const config = { name: 'Alice', port: 12345, chats: [chat], peers: [{ address: '127.0.0.1', port: 12346 }] }

function faultOf(value: unknown): string {
  try {
    parseConfig(typeof value === 'string' ? value : JSON.stringify(value), 'a.json')
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    expect((error as Failure).exitCode).toBe(2)
    return (error as Failure).message
  }
  throw new Error('it was accepted')
}

describe('configuration files', () => {
  it('TRM8 reads name, port, chats and peers', () => {
    expect(parseConfig(JSON.stringify(config), 'a.json')).toEqual({
      name: 'Alice',
      port: 12345,
      chats: [chat],
      peers: [{ host: '127.0.0.1', port: 12346 }],
    })
  })

  it('TRM8 takes a secret with and without padding, and a file with a byte order mark', () => {
    const padded = { ...config, chats: [{ ...chat, secret: `${secret}=` }] }
    expect(parseConfig(`\ufeff${JSON.stringify(padded)}`, 'a.json').chats[0]?.secret).toBe(secret)
  })

  it('TRM8 does without peers', () => {
    const { peers: _, ...lonely } = config
    expect(parseConfig(JSON.stringify(lonely), 'a.json').peers).toEqual([])
  })

  it.each([
    ['no JSON', '{', 'not JSON'],
    ['a list', [], 'an object'],
    ['no name', { ...config, name: undefined }, 'name'],
    ['a name of control characters', { ...config, name: '\u001b\u0007' }, 'name'],
    ['a port of text', { ...config, port: '12345' }, 'port'],
    ['port 0', { ...config, port: 0 }, 'port'],
    ['port 65536', { ...config, port: 65536 }, 'port'],
    ['no chats', { ...config, chats: [] }, 'chats is empty'],
    ['chats that are none', { ...config, chats: {} }, 'chats is a list'],
    ['a chat that is null', { ...config, chats: [null] }, 'chats[0]'],
    ['a short secret', { ...config, chats: [{ ...chat, secret: 'AAAA' }] }, 'chats[0].secret'],
    ['a secret of another alphabet', { ...config, chats: [{ ...chat, secret: secret.replace('A', '+') }] }, 'secret'],
    ['a secret that is no text', { ...config, chats: [{ ...chat, secret: 7 }] }, 'chats[0].secret'],
    [
      'two chats of one name',
      { ...config, chats: [chat, { ...chat, id: 'x', secret: secret.replace('AAE', 'AAI') }] },
      'same name',
    ],
    ['two chats of one secret', { ...config, chats: [chat, { ...chat, id: 'x', name: 'other' }] }, 'same secret'],
    ['a peer that is text', { ...config, peers: ['127.0.0.1:1'] }, 'peers[0]'],
    ['a peer with a URL', { ...config, peers: [{ address: 'http://x/', port: 1 }] }, 'peers[0].address'],
    ['too many peers', { ...config, peers: Array.from({ length: 1001 }, () => config.peers[0]) }, 'more than 1000'],
  ])('TRM8 refuses %s and says where', (_, value, place) => {
    expect(faultOf(value)).toContain(place)
    expect(faultOf(value)).toContain('a.json')
  })

  it('TRM8 says in which line JSON ends, without quoting it', () => {
    const fault = faultOf(`{\n"chats": [{"secret": "${secret}" x`)
    expect(fault).not.toContain(secret.slice(0, 4))
    expect(fault).toContain('not JSON')
  })

  it('TRM8 never throws anything but a Failure, and repeats no secret in it', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record(
        { name: fc.anything(), port: fc.anything(), chats: fc.anything(), peers: fc.anything() },
        { requiredKeys: [] },
      ),
      fc.record({
        name: fc.constant('A'),
        port: fc.constant(1),
        chats: fc.array(
          fc.record({ name: fc.anything(), id: fc.anything(), secret: fc.oneof(fc.constant(secret), fc.anything()) }),
        ),
        peers: fc.array(fc.anything()),
      }),
    )
    fc.assert(
      fc.property(anything, (value) => {
        let text: string
        try {
          text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
        } catch {
          return
        }
        try {
          parseConfig(text, 'a.json')
        } catch (error) {
          expect(error).toBeInstanceOf(Failure)
          expect((error as Failure).message).not.toContain(secret)
        }
      }),
    )
  })

  it.each(['alice', 'bob', 'charlie', 'emma'])('TRM8 reads the sample of %s', (name) => {
    const file = new URL(`../../../examples/config/${name}.json`, import.meta.url)
    const sample = parseConfig(readFileSync(file, 'utf8'), name)
    expect(sample.name.toLowerCase()).toBe(name)
    expect(sample.port).toBe(12345 + ['alice', 'bob', 'charlie', 'emma'].indexOf(name))
    expect(sample.chats[0]?.name).toBe('friends')
    if (name === 'emma') expect(sample.peers).toEqual([])
  })
})
