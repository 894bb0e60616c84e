import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crypto, seedOf } from '../../test/relay-house.ts'
import { cardBytes, encodeCard, openCard, readCard } from './card.ts'

const room = seedOf(1).subarray(0, 16)
const alice = crypto.signKeyPair(seedOf(2))
const mallory = crypto.signKeyPair(seedOf(3))
const about = {
  kem: seedOf(4),
  platform: 'node',
  rootCapable: true,
  webrtc: false,
  created: 1_700_000_000_000,
} as const
const card = encodeCard(crypto, room, alice, about)

describe('cards', () => {
  it('RDV6 say session, KEM key, platform and what it can do, whatever these are', () => {
    expect(card.length).toBe(cardBytes)
    for (const platform of ['browser', 'node'] as const) {
      for (const rootCapable of [false, true]) {
        for (const [webrtc, listens] of [
          [false, false],
          [true, true],
          [true, false],
        ] as const) {
          const said = { ...about, platform, rootCapable, webrtc, ...(listens ? { listens } : undefined) }
          const opened = openCard(crypto, room, encodeCard(crypto, room, alice, said))
          expect(opened).toEqual({ ok: true, value: { session: alice.publicKey, ...said } })
        }
      }
    }
  })

  it('RDV6 say who is a keeper, and which kind', () => {
    for (const keeper of ['blind', 'reader'] as const) {
      const opened = openCard(crypto, room, encodeCard(crypto, room, alice, { ...about, keeper }))
      expect(opened).toEqual({ ok: true, value: { session: alice.publicKey, ...about, keeper } })
    }
  })

  it('RDV6 are no use in another room, nor with the name of somebody else on them', () => {
    expect(openCard(crypto, seedOf(9).subarray(0, 16), card)).toEqual({ ok: false, code: 'forged' })
    const forged = encodeCard(crypto, room, { ...mallory, publicKey: alice.publicKey }, about)
    expect(openCard(crypto, room, forged)).toEqual({ ok: false, code: 'forged' })
  })

  it('RDV6 altered or cut at any place are nothing', () => {
    for (let at = 0; at < card.length; at++) {
      const altered = Uint8Array.from(card)
      altered[at] = (altered[at] as number) ^ 0x10
      expect(openCard(crypto, room, altered).ok).toBe(false)
      expect(openCard(crypto, room, card.subarray(0, at))).toEqual({ ok: false, code: 'malformed' })
    }
  })

  it('RDV6 arbitrary bytes are no card, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: cardBytes, maxLength: cardBytes }), (bytes) => {
        expect(openCard(crypto, room, bytes).ok).toBe(false)
        // Only known flags can be read at all, and blind (32) goes with keeper (16) only.
        const flags = bytes[64] as number
        expect(readCard(bytes) === undefined).toBe(flags > 63 || (flags & 48) === 32)
      }),
    )
  })
})
