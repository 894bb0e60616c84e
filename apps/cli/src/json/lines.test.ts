import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLine, lineFaults, maxLineChars, parseLine, type LineOut } from './lines.ts'

/** Every UTF-16 unit, the troublesome ones often. */
const anyText = fc
  .array(fc.oneof(fc.nat(0xa0), fc.integer({ min: 0x2020, max: 0x2070 }), fc.nat(0xffff)))
  .map((units) => String.fromCharCode(...units))

describe('lines in', () => {
  it.each([
    ['{"type":"send","text":"hello"}', { type: 'send', text: 'hello', room: undefined }],
    ['{"type":"send","text":"a\\nb","room":"00"}', { type: 'send', text: 'a\nb', room: '00' }],
    ['{"type":"history","limit":3}', { type: 'history', limit: 3, room: undefined }],
    ['{"type":"history"}', { type: 'history', limit: undefined, room: undefined }],
    ['{"type":"who"}', { type: 'who', room: undefined }],
    ['{"type":"leave","more":1}', { type: 'leave' }],
  ])('TRM3 takes %s', (text, line) => {
    expect(parseLine(text)).toEqual({ ok: true, value: line })
  })

  it.each([
    ['', 'notJson'],
    ['hello', 'notJson'],
    ['{"type":"send"', 'notJson'],
    ['[]', 'notObject'],
    ['null', 'notObject'],
    ['"send"', 'notObject'],
    ['{}', 'typeUnknown'],
    ['{"type":"toString"}', 'typeUnknown'],
    ['{"type":"send"}', 'textMissing'],
    ['{"type":"send","text":5}', 'textMissing'],
    ['{"type":"send","text":"  "}', 'textMissing'],
    ['{"type":"history","limit":0}', 'limitMalformed'],
    ['{"type":"history","limit":"3"}', 'limitMalformed'],
    ['{"type":"history","limit":1.5}', 'limitMalformed'],
    ['{"type":"who","room":5}', 'roomMalformed'],
    [`"${'x'.repeat(maxLineChars)}"`, 'lineTooLong'],
  ] as const)('TRM3 answers %s with a code', (text, code) => {
    expect(parseLine(text)).toEqual({ ok: false, code })
    expect(lineFaults[code]).not.toBe('')
  })

  it('TRM3 never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof parseLine(text).ok === 'boolean'))
  })
})

describe('lines out', () => {
  it('TRM2 have the names scripts depend on, in this order', () => {
    const keys = (line: LineOut): string[] => Object.keys(JSON.parse(formatLine(line)) as object)
    expect(keys({ type: 'ready', room: '00', link: 'kith:#' })).toEqual(['type', 'room', 'link'])
    expect(keys({ type: 'peer', session: '0', name: 'A', path: null, state: 'joining' })).toEqual([
      'type',
      'session',
      'name',
      'path',
      'state',
    ])
    expect(keys({ type: 'message', id: 'I', session: '0', name: 'A', text: 't', time: 1, receipt: false })).toEqual([
      'type',
      'id',
      'session',
      'name',
      'text',
      'time',
      'receipt',
    ])
    expect(keys({ type: 'synced', entries: 1, gaps: 0 })).toEqual(['type', 'entries', 'gaps'])
    expect(keys({ type: 'error', code: 'c', message: 'm' })).toEqual(['type', 'code', 'message'])
  })

  it('TRM1 TRM2 are one line each, exact as JSON, and hold nothing a terminal obeys', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = formatLine({ type: 'error', code: 'c', message: text })
        expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        expect(line.endsWith('\n')).toBe(true)
        expect((JSON.parse(line) as { message: string }).message).toBe(text)
      }),
    )
  })
})
