import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beaconOf, cheapVerify, keyOf, roomTag, Stage } from '../../test/broadcast-fixture.ts'
import {
  attachedSize,
  attachedTree,
  beaconBytes,
  beaconClaimed,
  beaconDigest,
  beaconDistanceMs,
  beaconHeldMs,
  beaconHop,
  beaconOnline,
  beaconRoot,
  beaconSentAt,
  beaconSignature,
  beaconSlot,
  beaconTranscript,
  beaconTree,
  broadcastTags,
  countAttached,
  countIds,
  decodeTreeEntries,
  encodeAttach,
  encodeIds,
  encodeTreeEntries,
  idAt,
  isBeacon,
  maxEntriesPerFrame,
  maxHops,
  maxOnline,
  maxRefsPerFrame,
  maxTreesPerFrame,
  shortId,
} from './broadcast-wire.ts'

const id = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

describe('payloads of trees', () => {
  it('GOS21 carry entries with their tree and their hops, and are read without copying', () => {
    const receipt = fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 }), { nil: undefined })
    const carried = fc.record({ entry: fc.uint8Array({ maxLength: 700 }), receipt })
    const entries = fc.array(carried, { minLength: 1, maxLength: maxEntriesPerFrame })
    fc.assert(
      fc.property(id, fc.nat(maxHops), fc.boolean(), fc.boolean(), entries, (tree, hop, pulled, late, entries) => {
        const payload = encodeTreeEntries({ tree, hop, pulled, late, entries })
        const decoded = decodeTreeEntries(payload)
        expect(decoded).toEqual({ ok: true, value: { tree, hop, pulled, late, entries } })
        if (!decoded.ok) return
        for (const { entry } of decoded.value.entries) if (entry.length > 0) expect(entry.buffer).toBe(payload.buffer)
      }),
    )
  })

  it('GOS21 refuse entries that claim more hops than there may be, none at all, and more than there may be', () => {
    const way = { tree: 1, hop: 5, pulled: false, late: false }
    const one = { entry: new Uint8Array(9), receipt: undefined }
    const payload = encodeTreeEntries({ ...way, entries: [one] })
    payload[7] = maxHops + 1
    const most = Array.from({ length: maxEntriesPerFrame }, () => one)
    for (const bad of [
      payload,
      encodeTreeEntries({ ...way, entries: [] }),
      encodeTreeEntries({ ...way, entries: [...most, one] }),
    ]) {
      expect(decodeTreeEntries(bad)).toEqual({ ok: false, code: 'malformed' })
    }
    expect(decodeTreeEntries(encodeTreeEntries({ ...way, entries: most })).ok).toBe(true)
  })

  it('GOS21 carry beacons, whose changing fields are outside the signature', () => {
    const fields = fc.record({
      slot: fc.constantFrom(0, 1, 2, 0x80),
      claimed: fc.integer({ min: 0, max: 2 ** 47 }),
      age: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      online: fc.nat(maxOnline),
      digest: bytes(8),
      hop: fc.nat(maxHops),
    })
    fc.assert(
      fc.property(fields, fc.nat(255), fc.nat(255), (fields, held, distance) => {
        const beacon = beaconOf(9, { ...fields, heldMs: held * 4, distanceMs: distance * 4 })
        expect(isBeacon(beacon)).toBe(true)
        expect(beacon).toHaveLength(beaconBytes)
        expect(beaconRoot(beacon)).toEqual(keyOf(9))
        expect(beaconTree(beacon)).toBe(shortId(keyOf(9)))
        expect([beaconSlot(beacon), beaconOnline(beacon), beaconHop(beacon)]).toEqual([
          fields.slot,
          fields.online,
          fields.hop,
        ])
        expect([beaconClaimed(beacon), beaconSentAt(beacon)]).toEqual([fields.claimed, fields.claimed + fields.age])
        expect([beaconHeldMs(beacon), beaconDistanceMs(beacon)]).toEqual([held * 4, distance * 4])
        expect(beaconDigest(beacon)).toEqual(fields.digest)
        expect(cheapVerify(keyOf(9), beaconTranscript(beacon, roomTag), beaconSignature(beacon))).toBe(true)
        expect(cheapVerify(keyOf(9), beaconTranscript(beacon, new Uint8Array(8)), beaconSignature(beacon))).toBe(false)
      }),
    )
  })

  it('GOS21 carry lists of refs and of places', () => {
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: maxRefsPerFrame }), (ids) => {
        const payload = encodeIds(broadcastTags.have, ids)
        expect(countIds(payload, maxRefsPerFrame)).toBe(ids.length)
        expect(ids.map((_, i) => idAt(payload, i))).toEqual(ids)
      }),
    )
    const place = fc.tuple(id, fc.nat(maxOnline))
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: maxTreesPerFrame }), (places) => {
        const trees = places.map(([tree]) => tree)
        const sizes = places.map(([, size]) => size)
        const payload = encodeAttach(trees, sizes)
        expect(countAttached(payload)).toBe(places.length)
        expect(trees.map((_, i) => attachedTree(payload, i))).toEqual(trees)
        expect(sizes.map((_, i) => attachedSize(payload, i))).toEqual(sizes)
      }),
    )
  })

  it('GOS21 are told to be malformed when they are, and never throw', () => {
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.integer({ min: 9, max: 13 }), fc.uint8Array({ maxLength: 300 })).map(([tag, rest]) => {
        const payload = new Uint8Array(rest.length + 1)
        payload.set(rest, 1)
        payload[0] = tag
        return payload
      }),
    )
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), (payloads) => {
        const stage = new Stage().link(1, 2)
        for (const payload of payloads) {
          decodeTreeEntries(payload)
          stage.receive(1, payload)
          stage.pass(300)
        }
        expect(stage.broadcast.trees).toEqual([])
      }),
    )
    const stage = new Stage().link(1)
    for (const tag of [9, 10, 11, 12, 13, 14]) stage.receive(1, Uint8Array.of(tag))
    stage.receive(1, new Uint8Array(1 + 6 * (maxRefsPerFrame + 1)).fill(12))
    stage.receive(1, new Uint8Array(0))
    expect(stage.misbehaved).toEqual(Array.from({ length: 8 }, () => '01 malformed'))
  })
})
