import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crypto, seedOf } from '../../test/relay-house.ts'
import { concatBytes, emptyBytes, label } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { Writer } from '../codec/writer.ts'
import { hpkeSeal } from '../crypto/hpke.ts'
import { maxSignalPayloadBytes, sealSignal, signalLifeMs, SignalOpener, signalSizes, signalSkewMs } from './signal.ts'

const now = 1_700_000_000_000
const psk = seedOf(1)
const alice = crypto.signKeyPair(seedOf(2))
const bob = { session: crypto.signKeyPair(seedOf(3)), kem: crypto.agreeKeyPair(seedOf(4)) }
const carol = { session: crypto.signKeyPair(seedOf(5)), kem: crypto.agreeKeyPair(seedOf(6)) }
const toBob = { session: bob.session.publicKey, kem: bob.kem.publicKey }
const offer = formatUtf8('v=0\r\no=- 46117317 2 IN IP4 127.0.0.1\r\n'.repeat(20))
const base = { sender: alice, target: toBob, psk, type: 'description', transport: 'a1b2', bytes: offer } as const

function opener(of: typeof bob = bob, key: Uint8Array = psk): SignalOpener {
  return new SignalOpener({ crypto, session: of.session.publicKey, kem: of.kem, psk: key })
}

/** A signal with anything in it, by somebody who knows the PSK. */
function sealPlain(plaintext: Uint8Array, size = 1024): Uint8Array {
  const sealed = hpkeSeal(crypto, {
    recipient: toBob.kem,
    info: concatBytes(label('kith1/signal'), toBob.session),
    aad: emptyBytes,
    plaintext: concatBytes(plaintext, new Uint8Array(size - 49 - plaintext.length)),
    psk: { key: psk, id: label('kith1/signal') },
  })
  return concatBytes(Uint8Array.of(1), sealed!)
}

function said(changes: {
  type?: number
  created?: number
  expires?: number
  target?: typeof toBob
  sign?: boolean
}): Uint8Array {
  const { type = 1, created = now, expires = now + 60_000, target = toBob, sign = true } = changes
  const writer = new Writer().raw(alice.publicKey).raw(crypto.random(16)).u48(created).u48(expires).u8(type)
  const bytes = writer.text('a1b2').bytes(offer).finish()
  const signature = crypto.sign(alice.secretKey, concatBytes(label('kith1/signal'), target.session, target.kem, bytes))
  return concatBytes(bytes, sign ? signature : new Uint8Array(64))
}

describe('sealed signals', () => {
  it('SIG1 open at the session they are for as they were made', () => {
    const opened = opener().open(sealSignal(crypto, base, now)!, now + 500)
    expect(opened).toEqual({
      ok: true,
      value: {
        sender: alice.publicKey,
        created: now,
        expires: now + signalLifeMs,
        type: 'description',
        transport: 'a1b2',
        bytes: offer,
      },
    })
  })

  it('SIG2 have one of five sizes whatever is in them', () => {
    const types = fc.constantFrom('call' as const, 'description' as const, 'hangUp' as const)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: maxSignalPayloadBytes }), types, (length, type) => {
        const bytes = new Uint8Array(length).fill(7)
        const sealed = sealSignal(crypto, { ...base, bytes, type, transport: 'x'.repeat(length % 65) }, now)!
        expect(signalSizes).toContain(sealed.length)
        expect(sealed.length === 1024 || sealed.length < 2 * (length + 300)).toBe(true)
        const opened = opener().open(sealed, now)
        expect(opened.ok && opened.value.bytes.length).toBe(length)
      }),
      { numRuns: 30 },
    )
    expect(() => sealSignal(crypto, { ...base, bytes: new Uint8Array(maxSignalPayloadBytes + 1) }, now)).toThrow(
      /signal of/,
    )
  })

  it('SIG3 open for nobody else: another session, another KEM key, without the PSK, readdressed', () => {
    const sealed = sealSignal(crypto, base, now)!
    expect(opener(carol).open(sealed, now)).toEqual({ ok: false, code: 'unsealed' })
    expect(opener({ ...bob, kem: carol.kem }).open(sealed, now)).toEqual({ ok: false, code: 'unsealed' })
    expect(opener(bob, seedOf(9)).open(sealed, now)).toEqual({ ok: false, code: 'unsealed' })
    // Right KEM key, but the relay hands it to another session.
    expect(opener({ ...bob, session: carol.session }).open(sealed, now)).toEqual({ ok: false, code: 'unsealed' })
  })

  it('SIG3 altered anywhere are nothing: type, transport, SDP', () => {
    const sealed = sealSignal(crypto, base, now)!
    for (let at = 0; at < sealed.length; at += 7) {
      const altered = Uint8Array.from(sealed)
      altered[at] = (altered[at] as number) ^ 1
      expect(opener().open(altered, now).ok).toBe(false)
    }
  })

  it('SIG4 a member who opens one cannot pass it on as the sender, to another target or with another type', () => {
    expect(opener().open(sealPlain(said({})), now).ok).toBe(true)
    expect(opener().open(sealPlain(said({ sign: false })), now)).toEqual({ ok: false, code: 'forged' })
    const forCarol = { session: carol.session.publicKey, kem: carol.kem.publicKey }
    expect(opener().open(sealPlain(said({ target: forCarol })), now)).toEqual({ ok: false, code: 'forged' })
    const other = said({})
    other[32 + 16 + 12] = 2
    expect(opener().open(sealPlain(other), now)).toEqual({ ok: false, code: 'forged' })
  })

  it('SIG5 unsealed, oversize, of an unknown version or type, with rubbish for padding: refused', () => {
    expect(opener().open(concatBytes(said({}), new Uint8Array(1024 - said({}).length)), now).ok).toBe(false)
    const sealed = sealSignal(crypto, base, now)!
    for (const odd of [emptyBytes, sealed.subarray(1), concatBytes(sealed, sealed, sealed), new Uint8Array(65_536)]) {
      expect(opener().open(odd, now)).toEqual({ ok: false, code: 'malformed' })
    }
    expect(opener().open(Uint8Array.of(2, ...sealed.subarray(1)), now)).toEqual({ ok: false, code: 'malformed' })
    expect(opener().open(sealPlain(said({ type: 9 })), now)).toEqual({ ok: false, code: 'malformed' })
    expect(opener().open(sealPlain(concatBytes(said({}), Uint8Array.of(0, 1))), now)).toEqual({
      ok: false,
      code: 'malformed',
    })
    expect(opener().open(sealPlain(emptyBytes), now)).toEqual({ ok: false, code: 'forged' })
  })

  it('SIG6 count for a minute and the skew, not before and not after, and cannot claim a longer life', () => {
    const sealed = sealSignal(crypto, base, now)!
    const at = (time: number): string => {
      const opened = opener().open(sealed, time)
      return opened.ok ? 'ok' : opened.code
    }
    expect(at(now - signalSkewMs)).toBe('ok')
    expect(at(now - signalSkewMs - 1)).toBe('expired')
    expect(at(now + signalLifeMs + signalSkewMs - 1)).toBe('ok')
    expect(at(now + signalLifeMs + signalSkewMs)).toBe('expired')
    expect(opener().open(sealPlain(said({ expires: now + signalLifeMs + 1 })), now)).toEqual({
      ok: false,
      code: 'expired',
    })
    expect(opener().open(sealPlain(said({ expires: now - 1 })), now)).toEqual({ ok: false, code: 'expired' })
  })

  it('SIG7 count once', () => {
    const bobs = opener()
    const sealed = sealSignal(crypto, base, now)!
    expect(bobs.open(sealed, now).ok).toBe(true)
    expect(bobs.open(sealed, now + 1)).toEqual({ ok: false, code: 'replayed' })
    // The same plaintext sealed afresh, as a member who opened it can.
    const again = said({})
    expect(bobs.open(sealPlain(again), now).ok).toBe(true)
    expect(bobs.open(sealPlain(again), now)).toEqual({ ok: false, code: 'replayed' })
    expect(bobs.open(sealSignal(crypto, base, now)!, now).ok).toBe(true)
  })

  it('SIG7 what is remembered is bounded: when it is full, nothing new counts until something is over', () => {
    const bobs = new SignalOpener({ crypto, session: toBob.session, kem: bob.kem, psk, maxRemembered: 40 })
    for (let i = 0; i < 40; i++) expect(bobs.open(sealSignal(crypto, base, now)!, now).ok).toBe(true)
    const late = sealSignal(crypto, base, now + 30_000)!
    expect(bobs.open(late, now + 30_000)).toEqual({ ok: false, code: 'busy' })
    expect(bobs.remembered).toBe(40)
    expect(bobs.open(late, now + signalLifeMs + signalSkewMs).ok).toBe(true)
    expect(bobs.remembered).toBe(1)
  })

  it('SIG3 nothing can be sealed to a KEM key that is no key', () => {
    expect(sealSignal(crypto, { ...base, target: { ...toBob, kem: new Uint8Array(32) } }, now)).toBeUndefined()
  })
})
