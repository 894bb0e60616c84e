import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNobleCrypto } from '../crypto/noble.ts'
import { formatBase64url } from '../codec/text.ts'
import { blobLifeMs, KeptBlobs } from './kept-blobs.ts'
import { formatKeeperTicket, keeperTicketPrefix, maxKeeperTicketLength, parseKeeperTicket } from './keeper-ticket.ts'
import { decodeKeeperMessage, encodeKeeperMessage, maxPerPayload, type KeeperMessage } from './wire.ts'

let counter = 0
const crypto = createNobleCrypto((length) => new Uint8Array(length).fill(++counter))
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

const ticket = fc.record({
  roomId: bytes(16),
  rendezvousSecret: bytes(32),
  lobbyKey: bytes(32),
  keeperKey: bytes(32),
  relay: fc.constantFrom(undefined, 'https://chat.example', 'http://localhost:6765'),
})
const membersTicket = fc.record({ open: ticket, room: bytes(32), seed: bytes(32) }).map(({ open, room, seed }) => ({
  ...open,
  roomId: room.slice(0, 16),
  members: { room, seed },
}))

describe('a keeper’s ticket', () => {
  it('KEE7 survives being written, also with line breaks in it', () => {
    fc.assert(
      fc.property(fc.oneof(ticket, membersTicket), fc.nat(150), (given, at) => {
        const text = formatKeeperTicket(crypto, given)
        expect(text.startsWith(keeperTicketPrefix)).toBe(true)
        const broken = ` ${text.slice(0, at)}\n  ${text.slice(at)}\n`
        expect(parseKeeperTicket(crypto, broken)).toEqual({ ok: true, value: given })
      }),
    )
  })

  it('KEE7 refuses what was cut, changed or made up', () => {
    fc.assert(
      fc.property(fc.oneof(ticket, membersTicket), fc.nat(), fc.string({ maxLength: 300 }), (given, cut, noise) => {
        const text = formatKeeperTicket(crypto, given)
        const at = keeperTicketPrefix.length + (cut % (text.length - keeperTicketPrefix.length))
        expect(parseKeeperTicket(crypto, text.slice(0, at)).ok).toBe(false)
        const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
        const parsed = parseKeeperTicket(crypto, changed)
        // The last character may carry bits that count for nothing.
        if (parsed.ok) expect(parsed.value).toEqual(given)
        expect(parseKeeperTicket(crypto, noise).ok).toBe(false)
        expect(
          parseKeeperTicket(crypto, keeperTicketPrefix + formatBase64url(new TextEncoder().encode(noise))).ok,
        ).toBe(false)
      }),
    )
    expect(parseKeeperTicket(crypto, keeperTicketPrefix + 'A'.repeat(maxKeeperTicketLength)).ok).toBe(false)
  })
})

describe('what members and keepers say', () => {
  const many = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 5 })
  const message: fc.Arbitrary<KeeperMessage> = fc.oneof(
    fc.record({
      type: fc.constant('grant' as const),
      grant: fc.record({ epochId: bytes(32), writeKey: bytes(32), since: fc.nat(), signature: bytes(64) }),
    }),
    fc.record({
      type: fc.constant('tickets' as const),
      epochId: bytes(32),
      tickets: many(fc.record({ session: bytes(32), upTo: fc.nat(), signature: bytes(64) })),
    }),
    fc.record({ type: fc.constant('wantTickets' as const), epochId: bytes(32), sessions: many(bytes(32)) }),
    fc.record({
      type: fc.constant('offers' as const),
      epochId: bytes(32),
      offers: many(fc.record({ root: bytes(32), size: fc.nat(), signature: bytes(64) })),
    }),
    fc.record({
      type: fc.constant('appointment' as const),
      appointment: fc.record({
        order: fc.nat(),
        devices: many(bytes(32)),
        certificate: fc.uint8Array({ maxLength: 200 }),
        signature: bytes(64),
      }),
    }),
    fc.record({
      type: fc.constant('lobbyGrant' as const),
      grant: fc.record({
        lobbyId: bytes(32),
        writeKey: bytes(32),
        order: fc.nat(),
        lobbyKey: bytes(32),
        rendezvousSecret: bytes(32),
        signer: bytes(32),
        certificate: fc.uint8Array({ maxLength: 200 }),
        signature: bytes(64),
      }),
    }),
    fc.record({ type: fc.constant('sealedState' as const), digest: bytes(8) }),
    fc.record({ type: fc.constantFrom('sealedNames' as const, 'wantSealed' as const), names: many(bytes(16)) }),
    fc.record({
      type: fc.constant('sealed' as const),
      operation: fc.record({
        lobbyId: bytes(32),
        name: bytes(16),
        epochId: bytes(32),
        signature: bytes(64),
        box: fc.uint8Array({ maxLength: 300 }),
      }),
    }),
  )

  it('KEE8 decodes to what was encoded, and nothing shorter or longer', () => {
    fc.assert(
      fc.property(message, fc.nat(), (said, at) => {
        const payload = encodeKeeperMessage(said)
        expect(decodeKeeperMessage(payload)).toEqual({ ok: true, value: said })
        expect(decodeKeeperMessage(payload.subarray(0, 1 + (at % (payload.length - 1)))).ok).toBe(false)
        expect(decodeKeeperMessage(Uint8Array.from([...payload, 0])).ok).toBe(false)
      }),
    )
  })

  it('KEE8 noise and too many are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0x50, max: 0x5f }), (noise, tag) => {
        decodeKeeperMessage(Uint8Array.from([tag, ...noise]))
      }),
    )
    const sessions = Array.from({ length: maxPerPayload + 1 }, () => new Uint8Array(32))
    const payload = encodeKeeperMessage({ type: 'wantTickets', epochId: new Uint8Array(32), sessions })
    expect(decodeKeeperMessage(payload)).toEqual({ ok: false, code: 'malformed' })
    expect(decodeKeeperMessage(Uint8Array.of(0x5e))).toEqual({ ok: false, code: 'unknown' })
  })
})

describe('blobs at a keeper', () => {
  const offer = (n: number, size: number) => ({ root: new Uint8Array(32).fill(n), size, signature: new Uint8Array(64) })
  const epoch = new Uint8Array(32)

  it('KEE9 go 6 h after their last use, and the least used makes room', () => {
    const kept = new KeptBlobs(100)
    expect(kept.take(epoch, offer(1, 40), 1_000)).toEqual([])
    expect(kept.take(epoch, offer(2, 40), 2_000)).toEqual([])
    expect(kept.take(epoch, offer(3, 60), 3_000)).toBeUndefined()
    kept.used('01'.repeat(32), 4_000)
    expect(kept.take(epoch, offer(4, 40), 5_000)).toEqual(['02'.repeat(32)])
    expect(kept.bytes).toBe(80)
    expect(kept.expire(4_000 + blobLifeMs)).toEqual(['01'.repeat(32)])
    expect(kept.expire(5_000 + blobLifeMs)).toEqual(['04'.repeat(32)])
    expect([kept.size, kept.bytes]).toEqual([0, 0])
  })

  it('KEE9 what was stored is held again after a start, and not what was damaged', () => {
    const kept = new KeptBlobs(100)
    kept.take(epoch, offer(1, 40), 1_000)
    const [record] = kept.flush()
    const again = new KeptBlobs(100)
    again.restore({ key: record!.key, value: record!.value! })
    again.restore({ key: `w/b/${'07'.repeat(32)}`, value: record!.value!.slice(1) })
    expect([...again.all()].map(({ root, usedAt }) => [root, usedAt])).toEqual([['01'.repeat(32), 1_000]])
  })
})
