import { describe, expect, test } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { readSdpFingerprint } from './sdp.ts'

const one = Array.from({ length: 32 }, (_, i) => (i * 7).toString(16).padStart(2, '0').slice(-2).toUpperCase()).join(
  ':',
)
const two = one.replace(/^00/, '01')
const sdp = (...lines: string[]): string =>
  ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', ...lines, 'a=setup:actpass', ''].join('\r\n')

describe('the fingerprint in a session description', () => {
  test('LNK20 is read in either case, with any line ends', () => {
    const expected = one.replaceAll(':', '').toLowerCase()
    expect(formatHex(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one}`))!)).toBe(expected)
    expect(formatHex(readSdpFingerprint(sdp(`A=FINGERPRINT:SHA-256 ${one.toLowerCase()}`))!)).toBe(expected)
    expect(formatHex(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one}`).replaceAll('\r\n', '\n'))!)).toBe(expected)
  })

  test('LNK20 two fingerprints are refused; the same one per medium is one', () => {
    expect(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one}`, `a=fingerprint:sha-256 ${two}`))).toBeUndefined()
    expect(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one}`, `a=fingerprint:sha-256 ${one}`))).toBeDefined()
  })

  test('LNK20 none, another hash beside it, or one that cannot be read is refused', () => {
    expect(readSdpFingerprint(sdp())).toBeUndefined()
    expect(readSdpFingerprint('')).toBeUndefined()
    expect(readSdpFingerprint(sdp(`a=fingerprint:sha-1 ${one}`))).toBeUndefined()
    expect(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one}`, 'a=fingerprint:sha-512 AB:CD'))).toBeUndefined()
    expect(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one}:00`))).toBeUndefined()
    expect(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one.slice(3)}`))).toBeUndefined()
    expect(readSdpFingerprint(sdp(`a=fingerprint:sha-256 ${one.replace('07', '0G')}`))).toBeUndefined()
    expect(readSdpFingerprint(sdp('a=fingerprint:'))).toBeUndefined()
  })
})
