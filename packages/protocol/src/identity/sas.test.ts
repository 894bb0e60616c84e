import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { Sas, sasLifeMs } from './sas.ts'
import { type SasWhisper, type Whisper, decodeWhisper, encodeWhisper } from './whisper.ts'

const crypto = createSeededCrypto('sas')
const now = 1_790_000_000_000
const [ada, ben, eve] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array, Uint8Array]

function pair(): readonly [Sas, Sas] {
  return [new Sas({ crypto, me: ada, them: ben }), new Sas({ crypto, me: ben, them: ada })]
}

/** Whispers to and fro until nobody has anything to say. */
function talk(from: Sas, to: Sas, first: SasWhisper | undefined): void {
  let [speaker, listener, said] = [from, to, first]
  while (said !== undefined) {
    const decoded = decodeWhisper(encodeWhisper(said))
    const answer = decoded.ok ? listener.receive(decoded.value as SasWhisper, now) : undefined
    ;[speaker, listener, said] = [listener, speaker, answer]
  }
}

function digits(sas: Sas): string | undefined {
  return sas.state(now)?.digits
}

describe('a short number to compare', () => {
  test('SAS1 both see the same six digits, each time others', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const [a, b] = pair()
      talk(a, b, a.start(now))
      expect(digits(a)).toMatch(/^\d{6}$/)
      expect(digits(b)).toBe(digits(a))
      seen.add(digits(a)!)
    }
    expect(seen.size).toBeGreaterThan(18)
  })

  test('SAS2 whoever stands between shows the two different numbers', () => {
    // Eve speaks as herself to both, and passes on what she hears.
    const [a, b] = [new Sas({ crypto, me: ada, them: eve }), new Sas({ crypto, me: ben, them: eve })]
    const [toAda, toBen] = [new Sas({ crypto, me: eve, them: ada }), new Sas({ crypto, me: eve, them: ben })]
    talk(a, toAda, a.start(now))
    talk(toBen, b, toBen.start(now))
    expect(digits(a)).toBe(digits(toAda))
    expect(digits(b)).not.toBe(digits(a))
  })

  test('SAS3 a nonce that is not the one committed to is told as a difference', () => {
    const [a, b] = pair()
    const { type: _, ...open } = a.start(now) as Extract<SasWhisper, { type: 'compare' }>
    b.receive({ type: 'compare', ...open }, now)
    expect(b.receive({ type: 'reveal', nonce: crypto.random(16) }, now)).toBeUndefined()
    expect(b.state(now)).toMatchObject({ phase: 'different', digits: undefined })
  })

  test('SAS4 steps out of turn, repeated or late change nothing', () => {
    const [a, b] = pair()
    expect(a.receive({ type: 'nonce', nonce: crypto.random(16) }, now)).toBeUndefined()
    expect(a.receive({ type: 'reveal', nonce: crypto.random(16) }, now)).toBeUndefined()
    expect(a.receive({ type: 'compared', matches: true }, now)).toBeUndefined()
    expect(a.finish(true, now)).toBeUndefined()
    expect(a.state(now)).toBeUndefined()
    talk(a, b, a.start(now))
    const before = digits(a)
    expect(a.receive({ type: 'nonce', nonce: crypto.random(16) }, now)).toBeUndefined()
    expect(digits(a)).toBe(before)
    expect(a.state(now + sasLifeMs + 1)).toBeUndefined()
  })

  test('SAS5 both asking at once is one comparison', () => {
    const [a, b] = pair()
    const [fromAda, fromBen] = [a.start(now), b.start(now)]
    expect(a.receive(fromBen, now)).toBeUndefined()
    talk(a, b, fromAda)
    expect(digits(a)).toBe(digits(b))
    expect(digits(a)).toBeDefined()
  })

  test('SAS6 either person saying that the numbers differ ends it for both', () => {
    const [a, b] = pair()
    talk(a, b, a.start(now))
    const said = a.finish(false, now)!
    b.receive(said, now)
    expect([a.state(now)?.phase, b.state(now)?.phase]).toEqual(['different', 'different'])
    talk(a, b, a.start(now))
    b.receive(a.finish(true, now)!, now)
    expect(b.state(now)).toMatchObject({ phase: 'digits', theySay: true })
  })
})

describe('whispers', () => {
  test('SAS7 read back as they were said; no bytes throw', () => {
    const all: readonly Whisper[] = [
      { type: 'compare', commitment: crypto.random(32) },
      { type: 'nonce', nonce: crypto.random(16) },
      { type: 'reveal', nonce: crypto.random(16) },
      { type: 'compared', matches: true },
      { type: 'request', id: crypto.random(16), name: 'Ada' },
      { type: 'accept', id: crypto.random(16), share: crypto.random(32), name: 'Ben', proof: crypto.random(300) },
      { type: 'confirm', id: crypto.random(16), share: crypto.random(32), proof: crypto.random(300) },
      { type: 'decline', id: crypto.random(16) },
    ]
    for (const whisper of all) {
      const bytes = encodeWhisper(whisper)
      expect(decodeWhisper(bytes)).toEqual({ ok: true, value: whisper })
      for (let i = 0; i < bytes.length; i++) expect(decodeWhisper(bytes.subarray(0, i)).ok).toBe(false)
      expect(decodeWhisper(new Uint8Array([...bytes, 0])).ok).toBe(false)
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => typeof decodeWhisper(bytes).ok === 'boolean'))
  })
})
