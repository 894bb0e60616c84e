import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paddedLength } from '../crypto/padding.ts'
import { limits } from '../log/limits.ts'
import { maxFileBytes, maxFileNameBytes, maxFileTypeBytes, maxManifests, maxPreviewBytes } from './manifest.ts'
import {
  type Body,
  cleanName,
  decodeBody,
  encodeBody,
  fitName,
  fits,
  maxEmojiBytes,
  maxNameBytes,
  maxTextBytes,
} from './content.ts'

const id = fc.uint8Array({ minLength: 32, maxLength: 32 })
const text = fc.string({ unit: 'grapheme', maxLength: 80 })
const manifest = fc.record({
  root: id,
  size: fc.integer({ min: 1, max: 2 ** 34 }),
  key: id,
  type: fc.string({ maxLength: 40 }),
  name: fc.string({ maxLength: 40 }),
  preview: fc.uint8Array({ maxLength: 300 }),
})
const content = fc.oneof(
  fc.record({
    type: fc.constant('text' as const),
    text,
    replyTo: fc.option(id, { nil: undefined }),
    attachments: fc.array(manifest, { minLength: 1, maxLength: 16 }),
  }),
  fc.record({ type: fc.constant('text' as const), text, replyTo: fc.option(id, { nil: undefined }) }),
  fc.record({ type: fc.constant('edit' as const), target: id, text }),
  fc.record({ type: fc.constant('delete' as const), target: id }),
  fc.record({
    type: fc.constant('reaction' as const),
    target: id,
    on: fc.boolean(),
    emoji: fc.constantFrom('👍', '🏳️‍🌈'),
  }),
  fc.record({ type: fc.constant('pin' as const), target: id, on: fc.boolean() }),
  fc.record({ type: fc.constant('profile' as const), name: fc.string({ maxLength: 40 }) }),
  fc.record({
    type: fc.constant('opening' as const),
    chain: fc.uint8Array({ maxLength: 1024 }),
    name: fc.string({ maxLength: 40 }),
  }),
)
const body: fc.Arbitrary<Body> = fc.record({
  refs: fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { maxLength: limits.refs }),
  content,
})

describe('content', () => {
  it('ROM13 decodes what it encodes, padded', () => {
    fc.assert(
      fc.property(body, (value) => {
        const bytes = encodeBody(value)
        expect(bytes.length).toBe(paddedLength(bytes.length))
        expect(decodeBody(bytes)).toEqual({ ok: true, value })
      }),
    )
  })

  it('ROM13 never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = 1
        expect(typeof decodeBody(bytes).ok).toBe('boolean')
      }),
    )
    fc.assert(
      fc.property(body, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encodeBody(value)
        bytes[at % bytes.length] = byte
        expect(typeof decodeBody(bytes).ok).toBe('boolean')
      }),
    )
  })

  it('ROM13 keeps its limits', () => {
    expect(fits({ type: 'text', text: 'é'.repeat(maxTextBytes / 2) })).toBe(true)
    expect(fits({ type: 'text', text: 'é'.repeat(maxTextBytes / 2 + 1) })).toBe(false)
    expect(fits({ type: 'reaction', target: new Uint8Array(32), emoji: '', on: true })).toBe(false)
    expect(fits({ type: 'reaction', target: new Uint8Array(32), emoji: 'x'.repeat(maxEmojiBytes + 1), on: true })).toBe(
      false,
    )
    expect(fits({ type: 'profile', name: 'x'.repeat(maxNameBytes + 1) })).toBe(false)
    expect(() => encodeBody({ refs: [], content: { type: 'text', text: 'x'.repeat(maxTextBytes + 1) } })).toThrow(
      'limits',
    )
  })

  it('ROM13 carries as many files as fit one entry, and no impossible ones', () => {
    const key = new Uint8Array(32)
    const file = {
      root: key,
      key,
      size: maxFileBytes,
      type: 'x'.repeat(maxFileTypeBytes),
      name: 'x'.repeat(maxFileNameBytes),
      preview: new Uint8Array(maxPreviewBytes),
    }
    const most = {
      type: 'text' as const,
      text: 'x'.repeat(maxTextBytes),
      attachments: Array.from({ length: maxManifests }, () => file),
    }
    expect(encodeBody({ refs: [], content: most }).length).toBeLessThanOrEqual(limits.bodyBytes - 16)
    expect(fits({ ...most, attachments: [...most.attachments, file] })).toBe(false)
    for (const wrong of [{ size: 0 }, { size: 1.5 }, { size: maxFileBytes + 1 }, { name: 'x'.repeat(256) }])
      expect(fits({ ...most, attachments: [{ ...file, ...wrong }] })).toBe(false)
    const bytes = encodeBody({ refs: [], content: { type: 'text', text: '', attachments: [{ ...file, size: 1 }] } })
    const sizeAt = 5 + 3 + 32
    bytes.fill(0, sizeAt, sizeAt + 6)
    expect(decodeBody(bytes).ok).toBe(false)
  })

  it('ROM13 tells what is newer from what is broken', () => {
    expect(decodeBody(Uint8Array.of(1, 0, 1, 99))).toEqual({ ok: false, code: 'unknown' })
    expect(decodeBody(Uint8Array.of(2, 0, 1, 1))).toEqual({ ok: false, code: 'unknown' })
    expect(decodeBody(Uint8Array.of(1, 9, 1, 1))).toEqual({ ok: false, code: 'malformed' })
    expect(decodeBody(Uint8Array.of(1, 0, 2, 1, 0))).toEqual({ ok: false, code: 'malformed' })
  })

  it('ROM14 shows names without characters that hide or turn what stands beside them', () => {
    expect(cleanName('  ada\u202egnp.exe\n\tx ')).toBe('ada gnp.exe x')
    expect(cleanName('\u200b\u2066')).toBe('')
    expect([...cleanName('🏳️'.repeat(90))].length).toBe(64)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        expect(fits({ type: 'profile', name: fitName(name) })).toBe(true)
        expect(cleanName(fitName(name))).toBe(fitName(name))
      }),
    )
  })
})
