import { describe, expect, it } from 'vitest'
import { crypto, seedOf } from '../../test/relay-house.ts'
import { announcementBytes, openAnnouncement, sealAnnouncement } from './announcement.ts'
import { encodeCard } from './card.ts'
import { topicKeys } from './rendezvous.ts'

const keys = topicKeys(crypto, seedOf(1), 2_833_333)
const alice = crypto.signKeyPair(seedOf(2))
const mallory = crypto.signKeyPair(seedOf(3))
const room = seedOf(5).subarray(0, 16)
const about = {
  kem: seedOf(4),
  platform: 'node',
  rootCapable: false,
  webrtc: true,
  created: 1_700_000_000_000,
} as const
const card = encodeCard(crypto, room, alice, about)

describe('announcements', () => {
  it('RDV4 give a card to whoever knows the room, in a fixed size', () => {
    const sealed = sealAnnouncement(crypto, keys, alice, card)
    expect(sealed.length).toBe(announcementBytes)
    const opened = openAnnouncement(crypto, keys, alice.publicKey, sealed)
    expect(opened).toEqual({ card, about: { session: alice.publicKey, ...about } })
  })

  it('RDV4 are closed to everybody else, and in every other slot', () => {
    const sealed = sealAnnouncement(crypto, keys, alice, card)
    for (const other of [topicKeys(crypto, seedOf(9), 2_833_333), topicKeys(crypto, seedOf(1), 2_833_334)]) {
      expect(openAnnouncement(crypto, other, alice.publicKey, sealed)).toBeUndefined()
    }
  })

  it('RDV5 a member cannot announce the session of another, nor pass on its announcement as its own', () => {
    const forged = sealAnnouncement(crypto, keys, { ...mallory, publicKey: alice.publicKey }, card)
    expect(openAnnouncement(crypto, keys, alice.publicKey, forged)).toBeUndefined()
    const genuine = sealAnnouncement(crypto, keys, alice, card)
    expect(openAnnouncement(crypto, keys, mallory.publicKey, genuine)).toBeUndefined()
  })

  it('RDV5 a member cannot carry an announcement from one slot to the next', () => {
    const next = topicKeys(crypto, seedOf(1), 2_833_334)
    const mixed = sealAnnouncement(crypto, { ...keys, sealKey: next.sealKey }, alice, card)
    expect(openAnnouncement(crypto, next, alice.publicKey, mixed)).toBeUndefined()
  })

  it('RDV4 altered or cut at any place are nothing', () => {
    const sealed = sealAnnouncement(crypto, keys, alice, card)
    for (let at = 0; at < sealed.length; at++) {
      const altered = Uint8Array.from(sealed)
      altered[at] = (altered[at] as number) ^ 0x10
      expect(openAnnouncement(crypto, keys, alice.publicKey, altered)).toBeUndefined()
      expect(openAnnouncement(crypto, keys, alice.publicKey, sealed.subarray(0, at))).toBeUndefined()
    }
  })
})
