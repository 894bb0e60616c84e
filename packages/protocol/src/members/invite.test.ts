import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBase64url } from '../codec/text.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import type { Invite } from './invite.ts'
import {
  formatInvite,
  inviteKeys,
  inviterOf,
  isAsking,
  looksLikeInvite,
  maxInviteUses,
  meetingOf,
  parseInvite,
  signAsking,
} from './invite.ts'

const crypto = createSeededCrypto('invite')
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const anyInvite: fc.Arbitrary<Invite> = fc.record({
  roomId: bytes(32),
  secret: bytes(16),
  inviter: bytes(10),
  expires: fc.nat(2 ** 31).map((seconds) => seconds * 1000),
  uses: fc.integer({ min: 1, max: maxInviteUses }),
  asksPin: fc.boolean(),
})
const relay = fc.constantFrom('https://chat.example', 'http://localhost:6765', 'http://[::1]:80', undefined)

function anInvite(): Invite {
  const inviter = inviterOf(crypto, crypto.random(32))
  return { roomId: crypto.random(32), secret: crypto.random(16), inviter, expires: 9e11, uses: 1, asksPin: true }
}

describe('invite', () => {
  it('INV1 parses what it formats, and takes no link of an open room for an invite', () => {
    fc.assert(
      fc.property(anyInvite, relay, (invite, origin) => {
        const text = formatInvite(crypto, { invite, relay: origin })
        expect(parseInvite(crypto, ` <${text}>\n`)).toEqual({ ok: true, value: { invite, relay: origin } })
        expect(looksLikeInvite(text)).toBe(true)
        expect(text.length).toBeLessThan(160)
      }),
      { numRuns: 50 },
    )
    fc.assert(
      fc.property(bytes(32), (secret) => {
        const text = `https://chat.example/#${formatBase64url(secret)}`
        expect([looksLikeInvite(text), parseInvite(crypto, text).ok]).toEqual([false, false])
      }),
    )
    // A secret of an open room that happens to begin like an invite.
    expect(looksLikeInvite(`kith:#i-${'A'.repeat(41)}`)).toBe(false)
  })

  it('INV1 a letter lost, changed or added makes it malformed, and nothing throws', () => {
    const text = formatInvite(crypto, { invite: anInvite(), relay: 'https://chat.example' })
    const at = text.indexOf('#i-') + 3
    for (let i = at; i < text.length; i++) {
      const changed = text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1)
      expect(parseInvite(crypto, changed).ok, changed).toBe(false)
      expect(parseInvite(crypto, text.slice(0, i)).ok).toBe(false)
    }
    expect(parseInvite(crypto, `${text}A`).ok).toBe(false)
    fc.assert(fc.property(fc.string(), (odd) => !parseInvite(crypto, odd).ok))
  })

  it('INV1 no uses, too many, or flags nobody knows are malformed', () => {
    const invite = anInvite()
    for (const uses of [0, maxInviteUses + 1]) {
      expect(parseInvite(crypto, formatInvite(crypto, { invite: { ...invite, uses }, relay: undefined })).ok).toBe(
        false,
      )
    }
  })

  it('INV2 members, who know what the secret leads to, meet the newcomer and cannot sign as one', () => {
    const keys = inviteKeys(crypto, crypto.random(16))
    const { id, lobbyId, psk, rendezvousSecret } = meetingOf(crypto, keys.meet)
    expect({ id, lobbyId, psk, rendezvousSecret }).toMatchObject({ id: keys.id, psk: keys.psk })
    const all = [keys.meet, psk, rendezvousSecret, keys.key.secretKey, keys.key.publicKey, lobbyId]
    expect(new Set(all.map((key) => key.slice(0, 16).join())).size).toBe(all.length)
    // Fixed for ever: another value makes every invite that is out there useless.
    expect(inviteKeys(crypto, new Uint8Array(16)).id).toBe('683b8869fa36b2bf98bd54f1a97e307c')
  })

  it('INV3 asking counts for one handshake, one person and one invite', () => {
    const { key } = inviteKeys(crypto, crypto.random(16))
    const other = inviteKeys(crypto, crypto.random(16)).key
    const [hash, identity] = [crypto.random(32), crypto.random(32)] as const
    const signature = signAsking(crypto, key, hash, identity)
    expect(isAsking(crypto, key.publicKey, hash, identity, signature)).toBe(true)
    expect(isAsking(crypto, other.publicKey, hash, identity, signature)).toBe(false)
    expect(isAsking(crypto, key.publicKey, crypto.random(32), identity, signature)).toBe(false)
    expect(isAsking(crypto, key.publicKey, hash, crypto.random(32), signature)).toBe(false)
    expect(isAsking(crypto, key.publicKey, hash, identity, signature.subarray(1))).toBe(false)
  })
})
