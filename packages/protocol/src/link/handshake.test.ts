import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { encodeFrame } from './frames.ts'
import { matchesHint, maxClaimsBytes, maxHandshakeFrameBytes } from './handshake.ts'
import {
  crypto,
  now,
  psk,
  alice,
  bob,
  mallory,
  fingerprintA,
  fingerprintB,
  fingerprintM,
  kinds,
  type Overrides,
  initiator,
  responder,
  transmitted,
  ofType,
  downCode,
  Wire,
  connect,
  isUp,
  contains,
  forge,
} from './link-bench.ts'
import { linkTimeoutMs } from './link.ts'

describe('handshake', () => {
  test.each(kinds)('LNK1 over %s both sides learn session key, KEM key, claims and share a secret', (kind) => {
    const wire = connect({ kind }, { kind })
    const [upA] = ofType(wire.outA, 'up')
    const [upB] = ofType(wire.outB, 'up')
    expect(upA).toMatchObject({ session: bob.sign.publicKey, kemKey: bob.agree.publicKey })
    expect(upB).toMatchObject({ session: alice.sign.publicKey, kemKey: alice.agree.publicKey })
    expect(upA!.claims).toEqual(formatUtf8('bob, the responder'))
    expect(upB!.claims).toEqual(formatUtf8('alice, the initiator'))
    expect(upA!.handshakeHash).toEqual(upB!.handshakeHash)
    expect(upA!.exported).toEqual(upB!.exported)
    expect(upA!.exported).not.toEqual(upA!.handshakeHash)
    expect(ofType(wire.outA, 'cancelTimer')).toHaveLength(1)
    expect(ofType(wire.outB, 'cancelTimer')).toHaveLength(1)
  })

  test('LNK1 two links between the same peers export different secrets', () => {
    const secrets = [connect(), connect()].map((wire) => formatHex(ofType(wire.outA, 'up')[0]!.exported))
    expect(secrets[0]).not.toBe(secrets[1])
  })

  test('LNK27 a responder shows nothing to whom it does not want, though the psk and every signature are right', () => {
    const asked: string[] = []
    const wire = connect(
      {},
      {
        welcomes: (peer, hash) => {
          asked.push(`${formatHex(peer.session)} ${hash.length}`)
          return false
        },
      },
    )
    expect([downCode(wire.outB), isUp(wire)]).toEqual(['notWelcome', false])
    expect(asked).toEqual([`${formatHex(alice.sign.publicKey)} 32`])
    // Message 2 was all that left: two ephemeral bytes and a tag.
    expect(transmitted(wire.outB).map(([code]) => code)).toEqual([0x02])
  })

  test('LNK27 an initiator hangs up on whom it does not want', () => {
    const wire = connect({ welcomes: () => false }, {})
    expect([downCode(wire.outA), isUp(wire)]).toEqual(['notWelcome', false])
  })

  test('LNK1 claims can be about this very handshake', () => {
    const wire = connect({ claims: (hash) => hash.slice() }, {})
    const [up] = ofType(wire.outB, 'up')
    expect(up!.claims).toEqual(up!.handshakeHash)
  })

  test('LNK1 claims may be empty or 4 KiB, not more', () => {
    for (const size of [0, maxClaimsBytes]) {
      const claims = new Uint8Array(size).fill(7)
      const wire = connect({ claims }, { claims })
      expect(isUp(wire)).toBe(true)
      expect(ofType(wire.outB, 'up')[0]!.claims).toEqual(claims)
      for (const { bytes } of wire.seen) expect(bytes.length).toBeLessThanOrEqual(maxHandshakeFrameBytes)
    }
    expect(() => initiator({ claims: new Uint8Array(maxClaimsBytes + 1) })).toThrow('claims')
  })

  test('LNK2 the hint finds the room among many, in the current slot and its neighbours', () => {
    const psks = [crypto.random(32), crypto.random(32), psk]
    for (const slot of [999, 1000, 1001]) expect(isUp(connect({}, { psks, slot }))).toBe(true)
    for (const slot of [998, 1002]) expect(downCode(connect({}, { psks, slot }).outB)).toBe('unknownRoom')
  })

  test('LNK2 matchesHint routes an inbound first frame', () => {
    const [hello] = transmitted(initiator().handle({ type: 'start' }, now))
    expect(matchesHint(crypto, psk, 1000, fingerprintB, hello!)).toBe(true)
    expect(matchesHint(crypto, psk, 0, fingerprintB, hello!)).toBe(false)
    expect(matchesHint(crypto, psk, 1000, fingerprintA, hello!)).toBe(false)
    expect(matchesHint(crypto, crypto.random(32), 1000, fingerprintB, hello!)).toBe(false)
    expect(matchesHint(crypto, psk, 1000, fingerprintB, hello!.subarray(1))).toBe(false)
    expect(matchesHint(crypto, psk, 1000, fingerprintB, new Uint8Array(0))).toBe(false)
  })

  test('LNK2 wrong PSK: the responder says nothing at all', () => {
    const wire = connect({ psks: [crypto.random(32)] })
    expect(downCode(wire.outB)).toBe('unknownRoom')
    expect(transmitted(wire.outB)).toEqual([])
  })

  test('LNK2 a hint copied onto a handshake with another PSK does not help', () => {
    const [right] = transmitted(initiator().handle({ type: 'start' }, now))
    const [wrong] = transmitted(initiator({ psks: [crypto.random(32)] }).handle({ type: 'start' }, now))
    const forged = concatBytes(right!.subarray(0, 9), wrong!.subarray(9))
    const outputs = responder().handle({ type: 'frame', bytes: forged }, now)
    expect(downCode(outputs)).toBe('badHandshake')
    expect(transmitted(outputs)).toEqual([])
  })

  test('LNK3 swapped fingerprints: on one side, on both, in either order, nobody comes up', () => {
    const cases: [Overrides, Overrides][] = [
      [{ remote: fingerprintM }, {}],
      [{ local: fingerprintM }, {}],
      [{}, { local: fingerprintM }],
      [{}, { remote: fingerprintM }],
      [{ remote: fingerprintM }, { remote: fingerprintM }],
      [{ local: fingerprintB, remote: fingerprintA }, {}],
    ]
    for (const [a, b] of cases) {
      const wire = connect(a, b)
      expect(ofType(wire.outA, 'up')).toEqual([])
      expect(ofType(wire.outB, 'up')).toEqual([])
      expect(['badHandshake', 'unknownRoom']).toContain(downCode(wire.outB))
    }
  })

  test('LNK3 a relay that swaps the certificates of both sides and forwards frames is caught by both', () => {
    // Alice talks DTLS to M, M talks DTLS to Bob: each sees M's certificate.
    const wire = connect({ remote: fingerprintM }, { remote: fingerprintM })
    expect(isUp(wire)).toBe(false)
    expect(downCode(wire.outB)).toBeDefined()
    wire.give('a', { type: 'timerFired', name: 'link/a/handshake' })
    expect(downCode(wire.outA)).toBe('timeout')
  })

  test('LNK3 a member in the middle with the PSK cannot pass off either end as the other', () => {
    // M knows the PSK and completes Noise with each side, but holds neither session key.
    const left = new Wire(initiator({ remote: fingerprintM }), responder({ local: fingerprintM, session: mallory }))
    left.start()
    expect(ofType(left.outA, 'up')[0]!.session).toEqual(mallory.sign.publicKey)
    const expecting = new Wire(
      initiator({ remote: fingerprintM, expect: bob.sign.publicKey }),
      responder({ local: fingerprintM, session: mallory }),
    ).start()
    expect(downCode(expecting.outA)).toBe('unexpectedPeer')
  })

  test('LNK3 links of another kind do not mix', () => {
    expect(downCode(connect({ kind: 'relay' }, { kind: 'socket' }).outB)).toBe('badHandshake')
    expect(downCode(connect({ kind: 'relay' }, { kind: 'dtls' }).outB)).toBe('badHandshake')
    expect(downCode(connect({ kind: 'circuit' }, { kind: 'relay' }).outB)).toBe('badHandshake')
    expect(downCode(connect({ kind: 'circuit' }, { kind: 'socket' }).outB)).toBe('badHandshake')
  })

  test('LNK4 the expected session key has to be at the far end, on either side', () => {
    expect(isUp(connect({ expect: bob.sign.publicKey }, { expect: alice.sign.publicKey }))).toBe(true)
    expect(downCode(connect({ expect: mallory.sign.publicKey }).outA)).toBe('unexpectedPeer')
    const wire = connect({}, { expect: mallory.sign.publicKey })
    expect(downCode(wire.outB)).toBe('unexpectedPeer')
    // The answer with the ephemeral key, but no auth.
    expect(transmitted(wire.outB)).toHaveLength(1)
  })

  test('LNK4 a link to oneself is refused', () => {
    expect(downCode(connect({}, { session: alice }).outB)).toBe('selfLink')
  })

  test('LNK5 replay of each message into a new handshake is refused', () => {
    const old = connect()
    const replayed = { a: old.seen.filter((one) => one.to === 'a'), b: old.seen.filter((one) => one.to === 'b') }
    // To a new responder: the old hello is answered with a fresh share, the old auth then does not open.
    const fresh = responder()
    const answered = fresh.handle({ type: 'frame', bytes: replayed.b[0]!.bytes }, now)
    expect(transmitted(answered)).toHaveLength(1)
    expect(downCode(fresh.handle({ type: 'frame', bytes: replayed.b[1]!.bytes }, now))).toBe('badHandshake')
    // To a new initiator: the old answer belongs to another share.
    const again = initiator()
    again.handle({ type: 'start' }, now)
    expect(downCode(again.handle({ type: 'frame', bytes: replayed.a[0]!.bytes }, now))).toBe('badHandshake')
    // The old final auth into a handshake that got that far.
    const third = new Wire(initiator(), responder())
    third.tap = (to, bytes) => (to === 'a' && bytes[0] === 4 ? [replayed.a[1]!.bytes] : [bytes])
    expect(downCode(third.start().outA)).toBe('badHandshake')
  })

  test('LNK5 a message repeated within its handshake ends it', () => {
    for (const code of [1, 2, 3, 4]) {
      const wire = new Wire(initiator(), responder())
      wire.tap = (_, bytes) => (bytes[0] === code ? [bytes, bytes] : [bytes])
      wire.start()
      expect([downCode(wire.outA), downCode(wire.outB)].filter((one) => one !== undefined)).not.toEqual([])
    }
  })

  test('LNK5 reflection: own frames sent back are refused at every step', () => {
    for (const code of [1, 3]) {
      const wire = new Wire(initiator(), responder())
      wire.tap = (to, bytes) => {
        if (bytes[0] !== code || to !== 'b') return [bytes]
        const back = bytes.slice()
        back[0] = code + 1
        wire.outA.push(...wire.a.handle({ type: 'frame', bytes: back }, now))
        return []
      }
      wire.start()
      expect(['malformed', 'badHandshake']).toContain(downCode(wire.outA))
    }
    const plain = initiator()
    const [hello] = transmitted(plain.handle({ type: 'start' }, now))
    expect(downCode(plain.handle({ type: 'frame', bytes: hello! }, now))).toBe('malformed')
  })

  test("LNK5 a relayed auth from another link is refused: it signs that link's hash", () => {
    // Bob authenticates to Mallory on one link; Mallory offers the inside of that auth to Alice on another.
    const toMallory = connect({ session: mallory, local: fingerprintM }, { remote: fingerprintM })
    expect(isUp(toMallory)).toBe(true)
    const stolen = forge({ role: 'responder', session: bob, hash: ofType(toMallory.outA, 'up')[0]!.handshakeHash })
    expect(downCode(stolen.outA)).toBe('badSignature')
  })

  test('LNK6 a signature by another key, over other claims, or with the label of the other role is refused', () => {
    expect(
      downCode(
        forge({ role: 'responder', session: { ...bob, sign: { ...bob.sign, secretKey: mallory.sign.secretKey } } })
          .outA,
      ),
    ).toBe('badSignature')
    expect(downCode(forge({ role: 'responder', session: bob, signedClaims: formatUtf8('other') }).outA)).toBe(
      'badSignature',
    )
    expect(downCode(forge({ role: 'responder', session: bob, signedKem: mallory.agree.publicKey }).outA)).toBe(
      'badSignature',
    )
    // Role swap.
    expect(downCode(forge({ role: 'initiator', session: bob }).outA)).toBe('badSignature')
    expect(ofType(forge({ role: 'responder', session: bob }).outA, 'up')).toHaveLength(1)
  })

  test('LNK6 a wrong membership proof is refused, also the right one of the other role', () => {
    expect(downCode(forge({ role: 'responder', session: bob, proof: crypto.random(32) }).outA)).toBe('badMembership')
    expect(downCode(forge({ role: 'responder', session: bob, proofRole: 'initiator' }).outA)).toBe('badMembership')
  })

  test('LNK7 low-order shares are refused by both sides', () => {
    const [hello] = transmitted(initiator().handle({ type: 'start' }, now))
    const low = hello!.slice()
    low.fill(0, 9, 41)
    const outputs = responder().handle({ type: 'frame', bytes: low }, now)
    expect(downCode(outputs)).toBe('lowOrderShare')
    expect(transmitted(outputs)).toEqual([])
    const link = initiator()
    link.handle({ type: 'start' }, now)
    const answer = new Uint8Array(49)
    answer[0] = 2
    expect(downCode(link.handle({ type: 'frame', bytes: answer }, now))).toBe('lowOrderShare')
  })

  test.each(kinds)('LNK8 over %s an application frame before authentication takes the link down', (kind) => {
    const early = [
      encodeFrame({ type: 'whole', priority: 1, asks: false, total: 0, bytes: formatUtf8('early') }),
      Uint8Array.of(5, 1, 2, 3),
    ]
    for (const bytes of early) {
      // Before and after each handshake message.
      for (let step = 0; step <= 4; step++) {
        let count = 0
        const wire = new Wire(initiator({ kind }), responder({ kind }))
        wire.tap = (_, frame) => (count++ === step ? [bytes, frame] : [frame])
        wire.start()
        if (step < 4) {
          expect([downCode(wire.outA), downCode(wire.outB)]).toContain('earlyFrame')
          expect([...ofType(wire.outA, 'payload'), ...ofType(wire.outB, 'payload')]).toEqual([])
        }
      }
    }
  })

  test('LNK8 the responder is up only once the initiator has verified it', () => {
    const wire = new Wire(initiator(), responder())
    wire.tap = (to, bytes) => (to === 'a' && bytes[0] === 4 ? [] : [bytes])
    wire.start()
    expect(isUp(wire)).toBe(false)
    expect(ofType(wire.outB, 'up')).toEqual([])
    expect(wire.b.handle({ type: 'send', priority: 1, payload: new Uint8Array(1) }, now)).toEqual([
      { type: 'refused', priority: 1, code: 'notUp' },
    ])
  })

  test('LNK8 over dtls a bulk frame that overtakes ready brings the responder up first', () => {
    const wire = new Wire(initiator(), responder())
    const held: Uint8Array[] = []
    wire.tap = (to, bytes) => {
      if (to === 'b' && bytes[0] === 0x14) {
        held.push(bytes)
        return []
      }
      return [bytes]
    }
    wire.start().give('a', { type: 'send', priority: 3, payload: formatUtf8('page') })
    expect(wire.outB.filter((output) => output.type !== 'transmit').map((output) => output.type)).toEqual([
      'timer',
      'cancelTimer',
      'up',
      'payload',
    ])
    wire.give('b', { type: 'frame', bytes: held[0]! })
    expect(downCode(wire.outB)).toBeUndefined()
    wire.give('b', { type: 'frame', bytes: held[0]! })
    expect(downCode(wire.outB)).toBe('malformed')
  })

  test('LNK9 not up within 10 s is down, whichever message was lost', () => {
    for (const lost of [1, 2, 3, 4, 0x14]) {
      const wire = new Wire(initiator(), responder())
      wire.tap = (_, bytes) => (bytes[0] === lost ? [] : [bytes])
      wire.start()
      expect(ofType(wire.outA, 'timer')).toEqual([{ type: 'timer', name: 'link/a/handshake', at: now + linkTimeoutMs }])
      wire.give('b', { type: 'timerFired', name: 'link/b/handshake' })
      expect(downCode(wire.outB)).toBe('timeout')
    }
  })

  test('LNK10 abort at each step leaks no identity of the responder', () => {
    const secrets = [bob.sign.publicKey, bob.agree.publicKey, formatUtf8('bob, the responder')]
    // A stranger without the PSK, and a member who stops, lies or sends junk instead of its auth.
    const auths = [undefined, new Uint8Array(0), Uint8Array.of(3), new Uint8Array(300).fill(3)]
    for (const auth of auths) {
      const link = responder()
      const [hello] = transmitted(initiator().handle({ type: 'start' }, now))
      const sent = transmitted(link.handle({ type: 'frame', bytes: hello! }, now))
      if (auth !== undefined) sent.push(...transmitted(link.handle({ type: 'frame', bytes: auth }, now)))
      sent.push(...transmitted(link.handle({ type: 'close' }, now)))
      // One answer of a fixed size, equal for every responder but for its ephemeral share and tag.
      expect(sent.map((one) => one.length)).toEqual([49])
      for (const secret of secrets) expect(contains(sent[0]!, secret)).toBe(false)
    }
    const liar = forge({ role: 'initiator', session: alice, proof: crypto.random(32), against: 'responder' })
    expect(downCode(liar.outB)).toBe('badMembership')
    expect(transmitted(liar.outB).map((one) => one.length)).toEqual([49])
  })

  test('LNK10 keys and claims never cross the wire in clear', () => {
    const wire = connect()
    const all = concatBytes(...wire.seen.map((one) => one.bytes))
    for (const session of [alice, bob]) {
      expect(contains(all, session.sign.publicKey)).toBe(false)
      expect(contains(all, session.agree.publicKey)).toBe(false)
    }
    expect(contains(all, formatUtf8('the initiator'))).toBe(false)
    expect(contains(all, psk)).toBe(false)
  })

  test('LNK11 arbitrary and mutated frames never throw, and never bring a link up', () => {
    const good = connect().seen
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 400 }),
            fc.record({ which: fc.nat(good.length - 1), at: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) }),
          ),
          { minLength: 1, maxLength: 6 },
        ),
        fc.constantFrom(...kinds),
        fc.boolean(),
        (frames, kind, asInitiator) => {
          const link = asInitiator ? initiator({ kind }) : responder({ kind })
          link.handle({ type: 'start' }, now)
          for (const frame of frames) {
            let bytes: Uint8Array
            if (frame instanceof Uint8Array) bytes = frame
            else {
              bytes = good[frame.which]!.bytes.slice()
              bytes[frame.at % bytes.length]! ^= frame.flip
            }
            expect(ofType(link.handle({ type: 'frame', bytes }, now), 'up')).toEqual([])
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('LNK11 any single changed bit in any handshake message keeps both sides from coming up', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 4), fc.nat(), (code, position) => {
        const wire = new Wire(initiator(), responder())
        wire.tap = (_, bytes) => {
          if (bytes[0] !== code) return [bytes]
          const altered = bytes.slice()
          const bit = position % (altered.length * 8)
          altered[bit >> 3]! ^= 1 << (bit & 7)
          return [altered]
        }
        wire.start()
        expect(ofType(wire.outB, 'up')).toEqual([])
        expect(downCode(wire.outA) ?? downCode(wire.outB)).toBeDefined()
      }),
      { numRuns: 60 },
    )
  })
})
