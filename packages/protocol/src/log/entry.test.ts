import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import {
  type Entry,
  bodyOffset,
  decodeEntry,
  encodeEntry,
  headerBytes,
  huskBytes,
  huskOf,
  maxEntryBytes,
  verifyEntry,
} from './entry.ts'
import { Author, arrive, createToyCrypto } from './log-fixture.ts'
import { limits } from './limits.ts'

const crypto = createSeededCrypto('entry')
const now = 1_700_000_000_000

describe('entry', () => {
  it('LOG1 has a header of 133 bytes, a signature and a body, and an id over header and body hash', () => {
    const entry = new Author(crypto, now).write()
    const { bytes } = entry
    expect(headerBytes).toBe(133)
    expect(bodyOffset).toBe(197)
    const bodyHash = crypto.sha256(bytes.subarray(197))
    expect(entry.id).toEqual(crypto.sha256(label('kith1/id'), bytes.subarray(0, 133), bodyHash))
    expect(crypto.verify(entry.session, concatBytes(label('kith1/msg'), entry.id), bytes.subarray(133, 197))).toBe(true)
    expect(entry.key).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  })

  it('LOG1 decodes what it encodes', () => {
    const toy = createToyCrypto('decode')
    fc.assert(
      fc.property(
        fc.record({
          time: fc.integer({ min: 0, max: 0xffff_ffff_ffff }),
          flags: fc.integer({ min: 0, max: 3 }),
          body: fc.uint8Array({ minLength: 16, maxLength: 300 }),
          seq: fc.integer({ min: 0, max: 0xffff_ffff }),
        }),
        ({ time, flags, body, seq }) => {
          const author = new Author(toy, now)
          const entry = author.write({ time, flags, body, seq, prev: seq === 0 ? undefined : toy.random(32) })
          const decoded = decodeEntry(toy, encodeEntry(entry))
          expect(decoded.ok).toBe(true)
          if (!decoded.ok) return
          const { value } = decoded
          expect([value.time, value.flags, value.seq, value.husk]).toEqual([time, flags, seq, false])
          expect(value.id).toEqual(entry.id)
          expect(value.key).toBe(entry.key)
          expect(value.body).toEqual(body)
          expect(value.session).toEqual(author.keys.publicKey)
          expect(verifyEntry(toy, value)).toBe(true)
        },
      ),
    )
  })

  it('LOG1 gives a husk the same id, key, header and signature', () => {
    const entry = new Author(crypto, now).write()
    const husk = decodeEntry(crypto, huskOf(crypto, entry))
    expect(husk.ok && husk.value.husk).toBe(true)
    if (!husk.ok) return
    expect(husk.value.bytes.length).toBe(huskBytes)
    expect(husk.value.id).toEqual(entry.id)
    expect(husk.value.key).toBe(entry.key)
    expect(husk.value.header).toEqual(entry.header)
    expect(verifyEntry(crypto, husk.value)).toBe(true)
    const stripped = arrive(crypto, entry)
    stripped.strip(crypto)
    expect(stripped.bytes).toEqual(husk.value.bytes)
    stripped.fill(entry)
    expect(stripped.bytes).toEqual(entry.bytes)
  })

  it('LOG1 sorts keys by time first, as text', () => {
    const toy = createToyCrypto('keys')
    const time = fc.integer({ min: 0, max: 0xffff_ffff_ffff })
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [first, second] = [new Author(toy).write({ time: a }), new Author(toy).write({ time: b })]
        if (a !== b) expect(first.key < second.key).toBe(a < b)
      }),
    )
  })

  it('LOG2 refuses what is not well-formed', () => {
    const author = new Author(crypto, now)
    const opening = author.write()
    const post = author.write()
    const change = (entry: Entry, edit: (bytes: Uint8Array) => void): ReturnType<typeof decodeEntry> => {
      const bytes = entry.bytes.slice()
      edit(bytes)
      return decodeEntry(crypto, bytes)
    }
    expect(decodeEntry(crypto, new Uint8Array(0))).toEqual({ ok: false, code: 'malformed' })
    expect(change(post, (bytes) => (bytes[0] = 2))).toEqual({ ok: false, code: 'unknownVersion' })
    expect(change(post, (bytes) => (bytes[2] = 4))).toEqual({ ok: false, code: 'malformed' })
    expect(change(post, (bytes) => (bytes[1] = 0))).toEqual({ ok: false, code: 'malformed' })
    expect(change(opening, (bytes) => (bytes[1] = 1))).toEqual({ ok: false, code: 'malformed' })
    expect(change(opening, (bytes) => (bytes[50] = 1))).toEqual({ ok: false, code: 'malformed' })
    expect(decodeEntry(crypto, post.bytes.subarray(0, bodyOffset + 15))).toEqual({ ok: false, code: 'malformed' })
    expect(decodeEntry(crypto, huskOf(crypto, post).subarray(0, huskBytes - 1))).toEqual({
      ok: false,
      code: 'malformed',
    })
    // Kinds of newer programs are carried along.
    expect(change(post, (bytes) => (bytes[1] = 9)).ok).toBe(true)
  })

  it('LOG2 refuses a body of more than 256 KiB', () => {
    const author = new Author(crypto, now)
    author.write()
    const largest = author.write({ body: new Uint8Array(limits.bodyBytes) })
    expect(largest.bytes.length).toBe(maxEntryBytes)
    expect(decodeEntry(crypto, largest.bytes).ok).toBe(true)
    expect(decodeEntry(crypto, concatBytes(largest.bytes, new Uint8Array(1)))).toEqual({ ok: false, code: 'oversize' })
  })

  it('LOG2 never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(1, 0x81), (bytes, version) => {
        if (bytes.length > 0) bytes[0] = version
        const decoded = decodeEntry(crypto, bytes)
        if (decoded.ok) expect(encodeEntry(decoded.value)).toEqual(bytes)
      }),
    )
  })

  it('LOG3 finds every changed bit: the id changes, or the signature fails', () => {
    const entry = new Author(crypto, now).write({ body: crypto.random(17) })
    for (let bit = 0; bit < entry.bytes.length * 8; bit += 5) {
      const bytes = entry.bytes.slice()
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
      const decoded = decodeEntry(crypto, bytes)
      if (!decoded.ok) continue
      expect(verifyEntry(crypto, decoded.value), `bit ${bit}`).toBe(false)
      if (bit < headerBytes * 8 || bit >= bodyOffset * 8) expect(equalBytes(decoded.value.id, entry.id)).toBe(false)
    }
  })
})
