import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, emptyBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { Pake, pakeShareBytes, pakeTagBytes } from './pake.ts'
import type { PakeOptions } from './pake.ts'
import { createSeededCrypto } from './seeded.ts'
import vectors from './vectors/cpace-ristretto255.json' with { type: 'json' }

const crypto = createSeededCrypto('pake')
const bytes = (hex: string): Uint8Array => parseHex(hex.toLowerCase())!
const upper = (value: Uint8Array): string => formatHex(value).toUpperCase()
const vector = vectors.ristretto255
const points = vectors.ristretto255_points

/** The draft gives scalars of 32 bytes; a seed has 64 and is reduced. */
const seedOf = (scalar: string): Uint8Array => concatBytes(bytes(scalar), new Uint8Array(32))

const common = { password: bytes(vector.PRS), channel: bytes(vector.CI), sid: bytes(vector.sid) }

function pair(a: Partial<PakeOptions> = {}, b: Partial<PakeOptions> = {}): readonly [Pake, Pake] {
  const initiator = { ...common, role: 'initiator' as const, data: formatUtf8('a'), seed: crypto.random(64), ...a }
  const responder = { ...common, role: 'responder' as const, data: formatUtf8('b'), seed: crypto.random(64), ...b }
  return [new Pake(initiator), new Pake(responder)]
}

const [dataOfA, dataOfB] = [formatUtf8('a'), formatUtf8('b')]

describe('CPace', () => {
  test('CRY15 gives the shares and the key of the published vector', () => {
    const [a, b] = pair(
      { data: bytes(vector.ADa), seed: seedOf(vector.ya) },
      { data: bytes(vector.ADb), seed: seedOf(vector.yb) },
    )
    expect(upper(a.share)).toBe(vector.Ya)
    expect(upper(b.share)).toBe(vector.Yb)
    const ofA = a.finish(b.share, bytes(vector.ADb))!
    const ofB = b.finish(a.share, bytes(vector.ADa))!
    expect(upper(ofA.key)).toBe(vector.ISK_IR)
    expect(upper(ofB.key)).toBe(vector.ISK_IR)
    expect(ofA.confirms(ofB.tag) && ofB.confirms(ofA.tag)).toBe(true)
  })

  test('CRY16 a share that is no canonical encoding, or the identity, is refused', () => {
    const [a] = pair()
    for (const bad of [points['Invalid Y1'], points['Invalid Y2']]) {
      expect(a.finish(bytes(bad), dataOfB)).toBeUndefined()
    }
    // The published valid point is taken; so the refusals are about the encoding.
    expect(a.finish(bytes(points.Valid.X), dataOfB)).toBeDefined()
    for (const length of [0, 31, 33, 64]) expect(a.finish(new Uint8Array(length), dataOfB)).toBeUndefined()
    const aboveTheField = new Uint8Array(32).fill(0xff)
    aboveTheField[31] = 0x7f
    expect(a.finish(aboveTheField, dataOfB)).toBeUndefined()
    const highBit = bytes(points.Valid.X)
    highBit[31]! |= 0x80
    expect(a.finish(highBit, dataOfB)).toBeUndefined()
  })

  test('CRY16 random bytes never throw', () => {
    const [a] = pair()
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 }), (share) => {
        const outcome = a.finish(share, dataOfB)
        return outcome === undefined || outcome.key.length === 64
      }),
      { numRuns: 40 },
    )
  })

  test('CRY17 each side learns whether the other knew the password', () => {
    const [a, b] = pair()
    expect([a.share.length, a.finish(b.share, dataOfB)!.tag.length]).toEqual([pakeShareBytes, pakeTagBytes])
    const ofA = a.finish(b.share, dataOfB)!
    const ofB = b.finish(a.share, dataOfA)!
    expect(ofA.key).toEqual(ofB.key)
    expect([ofA.confirms(ofB.tag), ofB.confirms(ofA.tag)]).toEqual([true, true])
    expect(ofA.confirms(emptyBytes)).toBe(false)
    const changed = ofB.tag.slice()
    changed[0]! ^= 1
    expect(ofA.confirms(changed)).toBe(false)
  })

  test.each([
    ['password', { password: formatUtf8('000001') }],
    ['channel', { channel: formatUtf8('another room') }],
    ['sid', { sid: formatUtf8('another handshake') }],
  ])('CRY17 another %s confirms nothing on either side', (_, other) => {
    const [a, b] = pair({}, other)
    const ofA = a.finish(b.share, dataOfB)!
    const ofB = b.finish(a.share, dataOfA)!
    expect(ofA.key).not.toEqual(ofB.key)
    expect([ofA.confirms(ofB.tag), ofB.confirms(ofA.tag)]).toEqual([false, false])
  })

  test('CRY17 data changed on the way confirms nothing', () => {
    const [a, b] = pair()
    const ofA = a.finish(b.share, formatUtf8('c'))!
    const ofB = b.finish(a.share, dataOfA)!
    expect([ofA.confirms(ofB.tag), ofB.confirms(ofA.tag)]).toEqual([false, false])
  })

  test('CRY18 what is thrown back at its sender is refused, and confirms nothing', () => {
    const [a, b] = pair()
    expect(a.finish(a.share, dataOfA)).toBeUndefined()
    // Its own share under other data: its own tag does not confirm it.
    const reflected = a.finish(a.share, dataOfB)!
    expect(reflected.confirms(reflected.tag)).toBe(false)
    // A tag of one direction in the other.
    const ofA = a.finish(b.share, dataOfB)!
    expect(ofA.confirms(ofA.tag)).toBe(false)
  })

  test('CRY18 a run that is played again confirms nothing: the scalar is another', () => {
    const [a, b] = pair()
    const before = b.finish(a.share, dataOfA)!
    const [, again] = pair()
    const replayed = again.finish(a.share, dataOfA)!
    expect(replayed.confirms(a.finish(b.share, dataOfB)!.tag)).toBe(false)
    expect(replayed.key).not.toEqual(before.key)
  })
})
