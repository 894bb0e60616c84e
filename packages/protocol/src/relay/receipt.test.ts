import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crypto, seedOf } from '../../test/relay-house.ts'
import { formatBase32 } from '../codec/text.ts'
import { signStatement } from '../identity/statement.ts'
import { makeReceipt, ReceiptIds, verifyReceipt } from './receipt.ts'

const relay = crypto.signKeyPair(seedOf(1))
const about = { id: seedOf(2).subarray(0, 16), sender: seedOf(3), digest: seedOf(4), time: 1_700_000_000_000 }

describe('receipts', () => {
  it('REL43 say which relay saw which bytes from whom and when', () => {
    const bytes = makeReceipt(crypto, relay, about)
    expect(bytes.length).toBe(206)
    const read = verifyReceipt(crypto, bytes)
    expect(read.ok && read.value).toEqual({
      relayKey: relay.publicKey,
      id: formatBase32(about.id),
      sender: about.sender,
      digest: about.digest,
      time: about.time,
    })
  })

  it('REL43 are nothing once a single bit is changed', () => {
    const bytes = makeReceipt(crypto, relay, about)
    for (let at = 0; at < bytes.length; at++) {
      const altered = Uint8Array.from(bytes)
      altered[at] = (altered[at] as number) ^ (1 << (at % 8))
      expect(verifyReceipt(crypto, altered).ok).toBe(false)
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(verifyReceipt(crypto, bytes.subarray(0, length))).toEqual({ ok: false, code: 'malformed' })
    }
  })

  it('REL43 are not any other statement by the same key', () => {
    const { digest: subject, time } = about
    const beacon = signStatement(crypto, relay, { type: 'beacon', subject, notBefore: time, notAfter: time })
    expect(verifyReceipt(crypto, beacon)).toEqual({ ok: false, code: 'malformed' })
    const bare = signStatement(crypto, relay, { type: 'receipt', subject, notBefore: time, notAfter: time })
    expect(verifyReceipt(crypto, bare)).toEqual({ ok: false, code: 'malformed' })
  })

  it('REL43 by another key name that key', () => {
    const other = crypto.signKeyPair(seedOf(9))
    const read = verifyReceipt(crypto, makeReceipt(crypto, other, about))
    expect(read.ok && read.value.relayKey).toEqual(other.publicKey)
  })
})

describe('receipt ids', () => {
  it('REL44 strictly increase, as bytes and as text, also when the clock steps back or stands still', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 2, maxLength: 200 }), (steps) => {
        const ids = new ReceiptIds(crypto.random)
        let now = 1_700_000_000_000
        const made = steps.map((step) => formatBase32(ids.next((now += step))))
        expect(made.every((id) => id.length === 26)).toBe(true)
        expect(made).toEqual([...new Set(made)].toSorted())
      }),
    )
  })

  it('REL44 go on when one millisecond has more than 65,536 of them', () => {
    const ids = new ReceiptIds((length) => new Uint8Array(length))
    let last = ''
    for (let i = 0; i < 70_000; i++) {
      const id = formatBase32(ids.next(1_700_000_000_000))
      if (id <= last) throw new Error(`${id} after ${last}`)
      last = id
    }
    expect(last > formatBase32(new ReceiptIds((length) => new Uint8Array(length)).next(1_700_000_000_000))).toBe(true)
  })

  it('REL44 of two instances at one moment differ', () => {
    const ids = new Set<string>()
    for (let i = 0; i < 500; i++) ids.add(formatBase32(new ReceiptIds(crypto.random).next(1_700_000_000_000)))
    expect(ids.size).toBe(500)
  })
})
