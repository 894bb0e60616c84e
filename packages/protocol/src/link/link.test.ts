import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { NoiseHandshake } from '../crypto/noise.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { type SessionKeys, createSession } from '../identity/session.ts'
import { encodeFrame, maxFrameBytes, maxPayloadBytes } from './frames.ts'
import { matchesHint, maxClaimsBytes, maxHandshakeFrameBytes } from './handshake.ts'
import {
  Link,
  type LinkInput,
  type LinkOptions,
  type LinkOutput,
  linkTimeoutMs,
  maxBulkInFlightBytes,
  maxBurstBytes,
} from './link.ts'

const crypto = createSeededCrypto('link')
const now = 1_790_000_000_000
const psk = crypto.random(32)
const [alice, bob, mallory] = [createSession(crypto), createSession(crypto), createSession(crypto)]
const [fingerprintA, fingerprintB, fingerprintM] = [crypto.random(32), crypto.random(32), crypto.random(32)]
const kinds = ['dtls', 'relay', 'socket'] as const

type Overrides = Partial<LinkOptions>

/** Alice initiates. */
function initiator(overrides: Overrides = {}): Link {
  return new Link({
    crypto,
    role: 'initiator',
    kind: 'dtls',
    local: fingerprintA,
    remote: fingerprintB,
    session: alice,
    psks: [psk],
    slot: 1000,
    claims: formatUtf8('alice, the initiator'),
    name: 'link/a',
    ...overrides,
  })
}

function responder(overrides: Overrides = {}): Link {
  return initiator({
    role: 'responder',
    local: fingerprintB,
    remote: fingerprintA,
    session: bob,
    claims: formatUtf8('bob, the responder'),
    name: 'link/b',
    ...overrides,
  })
}

const transmitted = (outputs: readonly LinkOutput[]): Uint8Array[] =>
  outputs.flatMap((output) => (output.type === 'transmit' ? [output.bytes] : []))
const ofType = <T extends LinkOutput['type']>(outputs: readonly LinkOutput[], type: T) =>
  outputs.filter((output): output is Extract<LinkOutput, { type: T }> => output.type === type)
const downCode = (outputs: readonly LinkOutput[]): string | undefined => ofType(outputs, 'down')[0]?.code

/** Two links and a wire between them that somebody can sit on. Pace timers fire at once. */
class Wire {
  readonly a: Link
  readonly b: Link
  readonly outA: LinkOutput[] = []
  readonly outB: LinkOutput[] = []
  /** What happens to a frame on its way: the frames that arrive instead. */
  tap: (to: 'a' | 'b', bytes: Uint8Array) => readonly Uint8Array[] = (_, bytes) => [bytes]
  readonly seen: { readonly to: 'a' | 'b'; readonly bytes: Uint8Array }[] = []
  readonly #queue: { readonly to: 'a' | 'b'; readonly input: LinkInput }[] = []

  constructor(a: Link, b: Link) {
    this.a = a
    this.b = b
  }

  give(to: 'a' | 'b', input: LinkInput): this {
    this.#queue.push({ to, input })
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next.to, next.input)
    return this
  }

  start(): this {
    return this.give('b', { type: 'start' }).give('a', { type: 'start' })
  }

  #step(to: 'a' | 'b', input: LinkInput): void {
    const outputs = this[to].handle(input, now)
    const far = to === 'a' ? 'b' : 'a'
    ;(to === 'a' ? this.outA : this.outB).push(...outputs)
    for (const output of outputs) {
      if (output.type === 'transmit') {
        this.seen.push({ to: far, bytes: output.bytes })
        for (const bytes of this.tap(far, output.bytes)) this.#queue.push({ to: far, input: { type: 'frame', bytes } })
      } else if (output.type === 'timer' && output.name.endsWith('/pace')) {
        this.#queue.push({ to, input: { type: 'timerFired', name: output.name } })
      }
    }
  }
}

const connect = (a: Overrides = {}, b: Overrides = {}): Wire => new Wire(initiator(a), responder(b)).start()
const isUp = (wire: Wire): boolean => ofType(wire.outA, 'up').length === 1 && ofType(wire.outB, 'up').length === 1
const payloads = (outputs: readonly LinkOutput[]): string[] =>
  ofType(outputs, 'payload').map((output) => `${output.priority}:${formatHex(output.bytes.subarray(0, 8))}`)

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
    const early = [encodeFrame({ type: 'whole', priority: 1, bytes: formatUtf8('early') }), Uint8Array.of(5, 1, 2, 3)]
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

describe('frames on a link', () => {
  test.each(kinds)('LNK12 over %s payloads of every size arrive whole, once and in order per priority', (kind) => {
    const wire = connect({ kind }, { kind })
    const sizes = [0, 1, 16_383, 16_384, 16_385, 40_000, maxPayloadBytes]
    for (const [i, size] of sizes.entries()) {
      const payload = new Uint8Array(size).fill(i + 1)
      wire.give('a', { type: 'send', priority: 1, payload }).give('b', { type: 'send', priority: 4, payload })
    }
    const arrived = ofType(wire.outB, 'payload').map((one) => one.bytes)
    expect(arrived.map((bytes) => bytes.length)).toEqual(sizes)
    for (const [i, bytes] of arrived.entries()) expect(bytes.every((byte) => byte === i + 1)).toBe(true)
    expect(ofType(wire.outA, 'payload').map((one) => [one.priority, one.bytes.length])).toEqual(
      sizes.map((size) => [4, size]),
    )
    for (const { bytes } of wire.seen) expect(bytes.length).toBeLessThanOrEqual(maxFrameBytes)
  })

  test('LNK12 a payload that is too large is our own mistake', () => {
    const wire = connect()
    expect(() => wire.give('a', { type: 'send', priority: 1, payload: new Uint8Array(maxPayloadBytes + 1) })).toThrow()
  })

  test('LNK13 dtls frames are plain on two channels; relay and socket frames are sealed on one', () => {
    for (const kind of kinds) {
      const wire = connect({ kind }, { kind })
      const text = formatUtf8('a line somebody wrote')
      const from = wire.outA.length
      for (const priority of [0, 1, 2, 3, 4, 5, 6] as const) wire.give('a', { type: 'send', priority, payload: text })
      const sent = ofType(wire.outA.slice(from), 'transmit')
      expect(sent.map((one) => contains(one.bytes, text))).toEqual(Array.from({ length: 7 }, () => kind === 'dtls'))
      expect(sent.map((one) => one.channel)).toEqual(
        kind === 'dtls'
          ? ['control', 'control', 'control', 'bulk', 'bulk', 'bulk', 'bulk']
          : Array.from({ length: 7 }, () => 'control'),
      )
      expect(payloads(wire.outB)).toHaveLength(7)
    }
  })

  test.each(['relay', 'socket'] as const)(
    'LNK13 over %s an altered, repeated, lost or reordered frame ends the link',
    (kind) => {
      const text = formatUtf8('text')
      const edits: ((bytes: Uint8Array, held: Uint8Array[]) => readonly Uint8Array[])[] = [
        (bytes) => [bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1)],
        (bytes) => [bytes, bytes],
        (bytes, held) => (held.push(bytes) === 1 ? [] : [bytes]),
        (bytes, held) => (held.push(bytes) === 2 ? held.toReversed() : []),
      ]
      for (const edit of edits) {
        const wire = connect({ kind }, { kind })
        const held: Uint8Array[] = []
        wire.tap = (to, bytes) => (to === 'b' ? edit(bytes, held) : [bytes])
        for (let i = 0; i < 3; i++) wire.give('a', { type: 'send', priority: 1, payload: text })
        expect(downCode(wire.outB)).toBe('badFrame')
      }
    },
  )

  test.each(['relay', 'socket'] as const)('LNK13 over %s a plain frame is refused', (kind) => {
    const wire = connect({ kind }, { kind })
    wire.give('b', { type: 'frame', bytes: encodeFrame({ type: 'whole', priority: 1, bytes: formatUtf8('plain') }) })
    expect(downCode(wire.outB)).toBe('malformed')
    expect(ofType(wire.outB, 'payload')).toEqual([])
  })

  test('LNK14 text overtakes a file that is already queued', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    for (let i = 0; i < 7; i++)
      wire.give('a', { type: 'send', priority: 4, payload: new Uint8Array(64 * 1024).fill(i) })
    wire.give('a', { type: 'send', priority: 1, payload: formatUtf8('text') })
    wire.give('a', { type: 'send', priority: 0, payload: formatUtf8('ping') })
    wire.give('a', { type: 'drained' })
    expect(ofType(wire.outB, 'payload').map((one) => one.priority)).toEqual([0, 1, 4, 4, 4, 4, 4, 4, 4])
  })

  test('LNK15 at most 256 KiB of bulk is in flight; credit lets the rest go, and text never waits for it', () => {
    const wire = connect()
    wire.tap = () => []
    for (let i = 0; i < 8; i++) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(64 * 1024) })
    const inFlight = (): number =>
      wire.seen
        .filter((one) => one.to === 'b' && one.bytes.length > 8000)
        .reduce((sum, one) => sum + one.bytes.length, 0)
    expect(inFlight()).toBeGreaterThan(maxBulkInFlightBytes - 16 * 1024)
    expect(inFlight()).toBeLessThan(maxBulkInFlightBytes + 1024)
    const before = wire.seen.length
    wire.give('a', { type: 'send', priority: 1, payload: formatUtf8('text') })
    expect(wire.seen.length).toBe(before + 1)
    wire.give('a', { type: 'frame', bytes: encodeFrame({ type: 'credit', received: 128 * 1024 }) })
    expect(inFlight()).toBeGreaterThan(maxBulkInFlightBytes + 112 * 1024)
  })

  test('LNK15 megabytes of bulk flow through, both ways at once', () => {
    const wire = connect({ kind: 'socket' }, { kind: 'socket' })
    for (let i = 0; i < 40; i++) {
      wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(60_000).fill(i) })
      wire.give('b', { type: 'send', priority: 6, payload: new Uint8Array(60_000).fill(i) })
    }
    expect(ofType(wire.outA, 'payload')).toHaveLength(40)
    expect(ofType(wire.outB, 'payload')).toHaveLength(40)
    expect(ofType(wire.outA, 'refused')).toEqual([])
  })

  test('LNK15 credit for what was never sent, or going back, takes the link down', () => {
    for (const received of [[1], [60_000, 59_999]]) {
      const wire = connect()
      wire.tap = () => []
      if (received.length > 1) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(60_000) })
      for (const one of received)
        wire.give('a', { type: 'frame', bytes: encodeFrame({ type: 'credit', received: one }) })
      expect(downCode(wire.outA)).toBe('badCredit')
    }
  })

  test('LNK16 a burst ends at 64 KiB and goes on by a timer due at once', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    for (let i = 0; i < 8; i++) wire.give('a', { type: 'send', priority: 4, payload: new Uint8Array(30_000) })
    const outputs = wire.a.handle({ type: 'drained' }, now)
    const bytes = transmitted(outputs).reduce((sum, one) => sum + one.length, 0)
    expect(bytes).toBeGreaterThanOrEqual(maxBurstBytes)
    expect(bytes).toBeLessThan(maxBurstBytes + maxFrameBytes)
    expect(ofType(outputs, 'timer')).toEqual([{ type: 'timer', name: 'link/a/pace', at: now }])
    const more = wire.a.handle({ type: 'timerFired', name: 'link/a/pace' }, now)
    expect(transmitted(more).length).toBeGreaterThan(0)
  })

  test('LNK16 nothing leaves while the transport is full', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    const before = wire.seen.length
    for (const priority of [0, 1, 3] as const) wire.give('a', { type: 'send', priority, payload: formatUtf8('x') })
    expect(wire.seen.length).toBe(before)
    wire.give('a', { type: 'drained' })
    expect(wire.seen.length).toBe(before + 3)
  })

  test('LNK17 queues are bounded by count and by bytes, per priority, with a coded refusal', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    for (let i = 0; i < 257; i++) wire.give('a', { type: 'send', priority: 1, payload: Uint8Array.of(i & 0xff) })
    expect(ofType(wire.outA, 'refused')).toEqual([{ type: 'refused', priority: 1, code: 'queueFull' }])
    for (let i = 0; i < 3; i++) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(maxPayloadBytes) })
    expect(ofType(wire.outA, 'refused')).toHaveLength(3)
    expect(wire.a.queuedBytes).toBe(256 + maxPayloadBytes)
    wire.give('a', { type: 'send', priority: 0, payload: formatUtf8('ping') })
    expect(ofType(wire.outA, 'refused')).toHaveLength(3)
  })

  test.each(kinds)('LNK18 over %s goodbye is heard, and a link that is down stays silent', (kind) => {
    const wire = connect({ kind }, { kind })
    wire.give('a', { type: 'close' })
    expect(downCode(wire.outA)).toBe('closed')
    expect(downCode(wire.outB)).toBe('remoteClosed')
    for (const link of [wire.a, wire.b]) {
      expect(link.handle({ type: 'send', priority: 1, payload: new Uint8Array(1) }, now)).toEqual([])
      expect(link.handle({ type: 'frame', bytes: new Uint8Array(5) }, now)).toEqual([])
      expect(link.handle({ type: 'close' }, now)).toEqual([])
    }
  })

  test('LNK19 arbitrary and mutated frames on a link that is up never throw, and hold at most what is bounded', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0x0f, max: 0x16 }),
            fc.integer({ min: 0, max: 8 }),
            fc.uint8Array({ maxLength: 20 }),
          ),
          { maxLength: 8 },
        ),
        fc.constantFrom(...kinds),
        (frames, kind) => {
          const wire = connect({ kind }, { kind })
          let down = 0
          for (const [code, priority, rest] of frames) {
            const outputs = wire.b.handle(
              { type: 'frame', bytes: concatBytes(Uint8Array.of(code, priority), rest) },
              now,
            )
            down += ofType(outputs, 'down').length
            expect(ofType(outputs, 'up')).toEqual([])
          }
          expect(down).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('LNK19 the answers to the same inputs are the same', () => {
    const run = (): string => {
      const seeded = createSeededCrypto('again')
      const wire = new Wire(initiator({ crypto: seeded }), responder({ crypto: seeded })).start()
      wire.give('a', { type: 'send', priority: 1, payload: formatUtf8('x') })
      return wire.seen.map((one) => formatHex(one.bytes)).join()
    }
    expect(run()).toBe(run())
  })
})

function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let i = 0; i + part.length <= bytes.length; i++) {
    if (equalBytes(bytes.subarray(i, i + part.length), part)) return true
  }
  return false
}

interface Forgery {
  /** Whose label the signature carries. */
  readonly role: 'initiator' | 'responder'
  readonly session: SessionKeys
  readonly hash?: Uint8Array
  readonly signedClaims?: Uint8Array
  readonly signedKem?: Uint8Array
  readonly proof?: Uint8Array
  readonly proofRole?: 'initiator' | 'responder'
  /** Who is lied to. */
  readonly against?: 'initiator' | 'responder'
}

/** Somebody who holds the PSK and speaks the protocol, written from the specification, and lies in its auth. */
function forge(lie: Forgery): { readonly outA: LinkOutput[]; readonly outB: LinkOutput[] } {
  const against = lie.against ?? 'initiator'
  const victim = against === 'initiator' ? initiator() : responder()
  const outputs = victim.handle({ type: 'start' }, now)
  const noise = new NoiseHandshake({
    crypto,
    initiator: against === 'responder',
    psk,
    ephemeral: crypto.agreeKeyPair(crypto.random(32)),
    prologue: concatBytes(
      label('kith1/link'),
      Uint8Array.of(1),
      fingerprintA,
      fingerprintB,
      crypto.sha256(label('kith1/ctx'), psk),
    ),
  })
  const feed = (bytes: Uint8Array): Uint8Array | undefined => {
    const answers = victim.handle({ type: 'frame', bytes }, now)
    outputs.push(...answers)
    return transmitted(answers)[0]
  }
  if (against === 'initiator') {
    noise.read(transmitted(outputs)[0]!.subarray(9))
    feed(concatBytes(Uint8Array.of(2), noise.write()))
  } else {
    const slot = Uint8Array.of(0, 0, 0, 0, 1000 >> 8, 1000 & 0xff)
    const hint = crypto.hmacSha256(psk, label('kith1/hint'), slot, fingerprintB).subarray(0, 8)
    noise.read(feed(concatBytes(Uint8Array.of(1), hint, noise.write()))!.subarray(1))
  }
  const { hash, send } = noise.finish()
  const letter = (role: 'initiator' | 'responder'): string => (role === 'initiator' ? 'I' : 'R')
  const key = lie.session.sign.publicKey
  const kem = lie.session.agree.publicKey
  const claims = formatUtf8('forged')
  const signed = concatBytes(
    label(`kith1/auth/${letter(lie.role)}`),
    lie.hash ?? hash,
    lie.signedKem ?? kem,
    crypto.sha256(label('kith1/claims'), lie.signedClaims ?? claims),
  )
  const own = against === 'initiator' ? 'responder' : 'initiator'
  const member = crypto.hkdf(psk, new Uint8Array(0), label('kith1/member'), 32)
  const proof = crypto.hmacSha256(member, label(`kith1/proof/${letter(lie.proofRole ?? own)}`), hash, key)
  const signature = crypto.sign(lie.session.sign.secretKey, signed)
  const auth = concatBytes(key, kem, signature, lie.proof ?? proof, claims)
  feed(concatBytes(Uint8Array.of(own === 'initiator' ? 3 : 4), send.seal(auth)))
  return against === 'initiator' ? { outA: outputs, outB: [] } : { outA: [], outB: outputs }
}
