import { expect, test } from 'vitest'
import { createSeededRandom } from './random.ts'
import { openRoomKeys } from '../rooms/keys.ts'
import { Room } from '../rooms/room.ts'
import { formatHex } from '../codec/text.ts'
import { certifySession } from '../identity/session.ts'
import { encodeChain } from '../identity/chain.ts'
import { createPersona } from './chaos.ts'
import { SharedReadings } from './shared-readings.ts'
import { createToyCrypto } from './toy-crypto.ts'

const now = 1_700_000_000_000

test('the same bytes are read once, others and other kinds anew, and what reads nothing too', () => {
  const readings = new SharedReadings()
  let reads = 0
  const read = (what: string, byte: number): object =>
    readings.bytes(what, new Uint8Array(40).fill(byte), () => ({ read: ++reads }))
  const first = read('entry', 1)
  expect(read('entry', 1)).toBe(first)
  expect(read('entry', 2)).not.toBe(first)
  expect(read('card', 1)).not.toBe(first)
  expect(reads).toBe(3)
  expect(readings.about(first, () => 'once')).toBe('once')
  expect(readings.about(first, () => 'twice')).toBe('once')
})

test('what is held of readings is bounded: old ones that nobody asks for are read again', () => {
  const readings = new SharedReadings()
  let reads = 0
  const read = (n: number): void => {
    readings.bytes('entry', new Uint8Array(Uint32Array.of(n, 0, 0, 0, 0).buffer), () => ++reads)
  }
  for (let n = 0; n < 40_000; n++) read(n)
  expect(reads).toBe(40_000)
  read(0)
  expect(reads).toBe(40_001)
  read(39_999)
  expect(reads).toBe(40_001)
})

test('rooms that share readings hold one entry, show the same as one that does not, and refuse what is forged', () => {
  const random = createSeededRandom(7)
  const crypto = createToyCrypto(random.bytes)
  const keys = openRoomKeys(crypto, random.bytes(32))
  const persona = createPersona(crypto, now)
  const session = crypto.signKeyPair(random.bytes(32))
  const certificate = certifySession(crypto, persona.device.sign, session.publicKey, now)
  const chain = encodeChain([...persona.statements, certificate])
  const me = { session, chain, author: formatHex(persona.author), name: 'Ada' }
  const posted = new Room({ crypto, keys, me }).post({ type: 'text', text: 'read me once' }, now)
  if (!posted.ok) throw new Error('not posted')
  const readOnce = new SharedReadings()
  const rooms = [{ readOnce }, { readOnce }, {}].map((options) => new Room({ crypto, keys, keeps: false, ...options }))
  const held = rooms.map((room) => posted.value.entries.map(({ bytes }) => room.receive(bytes.slice(), now).entry))
  expect(held[1]?.[1]).toBe(held[0]?.[1])
  expect(held[2]?.[1]).not.toBe(held[0]?.[1])
  const shown = rooms.map((room) => room.timeline.messages(10))
  expect(shown[0]).toMatchObject([{ text: 'read me once', name: 'Ada', author: me.author }])
  expect(shown[1]).toEqual(shown[0])
  expect(shown[2]).toEqual(shown[0])

  const forged = (posted.value.entries[0]?.bytes ?? new Uint8Array()).slice()
  forged[140] = (forged[140] as number) ^ 1
  const others = [
    new Room({ crypto, keys, keeps: false, readOnce }),
    new Room({ crypto, keys, keeps: false, readOnce }),
  ]
  expect(others.map((room) => room.receive(forged, now).outcome)).toEqual(['forged', 'forged'])
})
