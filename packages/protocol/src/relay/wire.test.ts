import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, decodeAnswer, encodeAnswer } from './answer.ts'
import { decodeRequest, encodeRequest, type Request, requestKinds } from './request.ts'
import { closeCodeOf, relayCodes, type RelayCode, relayHost } from './wire.ts'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const time = fc.integer({ min: 0, max: 0xffff_ffff_ffff })
const some = fc.uint8Array({ maxLength: 300 })
const peer = fc.record({ session: key, connection: key, announcement: some })
const about = fc.constantFrom(...(Object.keys(requestKinds) as (keyof typeof requestKinds)[]))
const code = fc.constantFrom(...(Object.keys(relayCodes) as RelayCode[]))

const requests: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    type: fc.constant('authenticate' as const),
    session: key,
    nonce: key,
    signature,
    host: fc.string({ maxLength: 60, unit: 'grapheme-ascii' }),
  }),
  fc.record({ type: fc.constant('ping' as const), token: u32 }),
  fc.record({ type: fc.constant('enter' as const), topic: key, until: time, proof: signature, announcement: some }),
  fc.record({ type: fc.constant('leave' as const), topic: key }),
  fc.record({ type: fc.constant('publish' as const), topic: key, entry: some }),
  fc.record({ type: fc.constant('signal' as const), to: key, expires: time, bytes: some }),
  fc.record({ type: fc.constant('direct' as const), to: key, bytes: some }),
  fc.record({ type: fc.constant('probe' as const), to: key }),
  fc.record({ type: fc.constant('here' as const), token: u32 }),
)

const answers: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    type: fc.constant('hello' as const),
    relayKey: key,
    nonce: key,
    connection: key,
    time,
    frameBytes: u32,
    entryBytes: u32,
    signalBytes: u32,
    directBytes: u32,
    topics: u16,
    peersTold: u16,
  }),
  fc.record({ type: fc.constant('welcome' as const), time, signature }),
  fc.record({ type: fc.constant('refused' as const), code, about, subject: key, retryAfterMs: u32 }),
  fc.record({ type: fc.constant('pong' as const), token: u32, time }),
  fc.record({ type: fc.constant('peers' as const), topic: key, peers: fc.array(peer, { maxLength: 5 }) }),
  fc.record({ type: fc.constant('joined' as const), topic: key, peer }),
  fc.record({ type: fc.constant('left' as const), topic: key, session: key }),
  fc.record({ type: fc.constant('entry' as const), topic: key, receipt: some, entry: some }),
  fc.record({ type: fc.constant('receipt' as const), receipt: some }),
  fc.record({ type: fc.constant('signal' as const), from: key, bytes: some }),
  fc.record({ type: fc.constant('direct' as const), from: key, bytes: some }),
  fc.record({ type: fc.constant('absent' as const), to: key, about }),
  fc.record({ type: fc.constant('probe' as const), token: u32 }),
  fc.record({ type: fc.constant('alive' as const), session: key, alive: fc.boolean() }),
)

describe('relay frames', () => {
  it('REL1 come out as they went in', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(decodeRequest(encodeRequest(request))).toEqual(request)
      }),
    )
    fc.assert(
      fc.property(answers, (answer) => {
        expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer)
      }),
    )
  })

  it('REL1 of any bytes whatever are a frame or undefined, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 0, max: 0x50 }), (bytes, kind) => {
        const framed = Uint8Array.of(1, kind, ...bytes)
        for (const input of [bytes, framed]) {
          const request = decodeRequest(input)
          if (request !== undefined) expect(encodeRequest(request)).toEqual(input)
          const answer = decodeAnswer(input)
          if (answer !== undefined) expect(encodeAnswer(answer)).toEqual(input)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('REL1 cut short, or of another version, are nothing', () => {
    fc.assert(
      fc.property(requests, fc.nat(), (request, cut) => {
        const bytes = encodeRequest(request)
        const fixed = bytes.length - restBytes(request)
        expect(decodeRequest(bytes.subarray(0, cut % fixed))).toBeUndefined()
        expect(decodeRequest(Uint8Array.of(2, ...bytes.subarray(1)))).toBeUndefined()
      }),
    )
  })

  it('REL2 a close code is 4000 and the number of the code', () => {
    expect(closeCodeOf('malformed')).toBe(4001)
    expect(new Set(Object.values(relayCodes)).size).toBe(Object.keys(relayCodes).length)
  })

  it('REL5 one relay has one name, however its origin is written', () => {
    for (const written of [
      'https://Chat.Example',
      'https://chat.example/',
      'wss://chat.example:443/ws',
      'chat.example',
      'http://chat.example:80',
    ]) {
      expect(relayHost(written)).toBe('chat.example')
    }
    expect(relayHost('http://localhost:6765/#secret')).toBe('localhost:6765')
    expect(relayHost('https://chat.example:80')).toBe('chat.example:80')
    expect(relayHost('http://[::1]:6765')).toBe('[::1]:6765')
  })
})

/** Bytes at the end of a request that may be fewer. */
function restBytes(request: Request): number {
  switch (request.type) {
    case 'enter':
      return request.announcement.length
    case 'publish':
      return request.entry.length
    case 'signal':
    case 'direct':
      return request.bytes.length
    default:
      return 0
  }
}
