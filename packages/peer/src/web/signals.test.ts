import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  candidateItem,
  decodeSignal,
  encodeSignal,
  formatDescription,
  maxCandidateBytes,
  maxSignalBytes,
  maxSignalItems,
  parseDescription,
  type Signal,
  type SignalItem,
} from './signals.ts'

const iceText = (least: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'ABCabc019+/'), { minLength: least, maxLength: 40 })
    .map((characters) => characters.join(''))

const description = fc
  .record({
    type: fc.constantFrom('offer' as const, 'answer' as const),
    chosen: fc.constantFrom('active' as const, 'passive' as const),
    ufrag: iceText(4),
    pwd: iceText(22),
    fingerprint: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    maxMessageBytes: fc.integer({ min: 16_384, max: 0xffff_ffff }),
  })
  .map(({ chosen, ...rest }): SignalItem => ({ ...rest, setup: rest.type === 'offer' ? 'actpass' : chosen }))

const candidate = fc
  .record({
    foundation: fc.integer({ min: 1, max: 99_999 }),
    address: fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.uuid().map((id) => `${id}.local`),
    ),
    port: fc.integer({ min: 1, max: 65_535 }),
  })
  .map(({ foundation, address, port }): SignalItem => {
    const text = `candidate:${foundation} 1 udp 2113937151 ${address} ${port} typ host`
    return { type: 'candidate', candidate: text }
  })

const signal = fc.record({
  attempt: fc.integer({ min: 1, max: 2 }),
  items: fc.array(fc.oneof(description, candidate), { minLength: 1, maxLength: maxSignalItems }),
})

const chromiumSdp = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=msid-semantic: WMS',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:wMy+',
  'a=ice-pwd:8Zg0n6Lq2pQyWlU0kLHs1yUB',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  '',
].join('\r\n')

describe('signals', () => {
  it('TRN8 come back as they were, and stay below the limit', () => {
    fc.assert(
      fc.property(signal, (made: Signal) => {
        const bytes = encodeSignal(made)
        expect(bytes.length).toBeLessThanOrEqual(maxSignalBytes)
        expect(decodeSignal(bytes)).toEqual({ ok: true, value: made })
      }),
    )
  })

  it('TRN8 stay below the limit with the longest items there are', () => {
    const longest = `candidate:1 1 udp 1 ${'a'.repeat(maxCandidateBytes)}`.slice(0, maxCandidateBytes - 20)
    const items: SignalItem[] = Array.from({ length: maxSignalItems - 1 }, () => ({
      type: 'candidate',
      candidate: `${longest} 1 typ host`,
    }))
    const offer = parseDescription('offer', chromiumSdp) as SignalItem
    const wide = { ...offer, ufrag: 'a'.repeat(256), pwd: 'a'.repeat(256) } as SignalItem
    const bytes = encodeSignal({ attempt: 1, items: [wide, ...items] })
    expect(bytes.length).toBeLessThanOrEqual(maxSignalBytes)
    expect(decodeSignal(bytes).ok).toBe(true)
  })

  it('TRN10 are judged without throwing, whatever comes', () => {
    fc.assert(
      fc.property(signal, fc.nat(), fc.nat(255), fc.uint8Array({ maxLength: 200 }), (made, at, value, garbage) => {
        const bytes = encodeSignal(made)
        bytes[at % bytes.length] = value
        decodeSignal(bytes)
        decodeSignal(bytes.subarray(0, at % bytes.length))
        decodeSignal(garbage)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['a line break', { type: 'candidate', candidate: 'candidate:1 1 udp 1 1.2.3.4 5 typ host\r\na=setup:active' }],
    ['no candidate', { type: 'candidate', candidate: 'a=fingerprint:sha-256 AB' }],
  ] as const)('TRN12 refuses a candidate with %s', (_, item) => {
    expect(decodeSignal(encodeSignal({ attempt: 1, items: [item] }))).toEqual({ ok: false, code: 'malformed' })
  })

  it.each(['ufrag', 'pwd'] as const)('TRN12 refuses a line break in the %s', (field) => {
    const offer = parseDescription('offer', chromiumSdp)!
    const item = { ...offer, [field]: 'aaaaaaaaaaaaaaaaaaaaaaaa\r\na=fingerprint:sha-256 00' }
    expect(decodeSignal(encodeSignal({ attempt: 1, items: [item] })).ok).toBe(false)
  })

  it('TRN8 refuses an attempt that cannot be, and one item too many', () => {
    const item = candidateItem('candidate:1 1 udp 1 1.2.3.4 5 typ host')!
    expect(decodeSignal(encodeSignal({ attempt: 3, items: [item] })).ok).toBe(false)
    expect(decodeSignal(encodeSignal({ attempt: 0, items: [item] })).ok).toBe(false)
    const many = Array.from({ length: maxSignalItems + 1 }, () => item)
    expect(decodeSignal(encodeSignal({ attempt: 1, items: many })).ok).toBe(false)
    expect(decodeSignal(new Uint8Array(maxSignalBytes + 1))).toEqual({ ok: false, code: 'tooLarge' })
  })
})

describe('descriptions', () => {
  it('TRN11 reads the five facts of a browser, and writes an SDP that says the same', () => {
    const read = parseDescription('offer', chromiumSdp)!
    expect(read).toEqual({
      type: 'offer',
      setup: 'actpass',
      ufrag: 'wMy+',
      pwd: '8Zg0n6Lq2pQyWlU0kLHs1yUB',
      fingerprint: new Uint8Array(32).fill(0xab),
      maxMessageBytes: 262_144,
    })
    expect(parseDescription('offer', formatDescription(read))).toEqual(read)
  })

  it.each([
    [
      'two fingerprints',
      chromiumSdp.replace('a=setup', `a=fingerprint:sha-256 ${Array(32).fill('CD').join(':')}\r\na=setup`),
    ],
    [
      'a second fingerprint of another hash',
      chromiumSdp.replace('a=setup', `a=fingerprint:sha-1 ${Array(20).fill('CD').join(':')}\r\na=setup`),
    ],
    ['no fingerprint', chromiumSdp.replace(/a=fingerprint.*\r\n/, '')],
    ['a short fingerprint', chromiumSdp.replace('AB:AB', 'AB')],
    ['another hash', chromiumSdp.replace('sha-256', 'sha-512')],
    ['media', `${chromiumSdp}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n`],
  ])('TRN11 refuses %s', (_, sdp) => {
    expect(parseDescription('offer', sdp)).toBeUndefined()
  })

  it('takes a candidate in both spellings, and drops the mark of the end', () => {
    const text = 'candidate:1 1 UDP 2114977791 127.0.0.1 53100 typ host'
    expect(candidateItem(text)).toEqual({ type: 'candidate', candidate: text })
    expect(candidateItem(`a=${text}`)).toEqual({ type: 'candidate', candidate: text })
    expect(candidateItem('')).toBeUndefined()
  })
})
