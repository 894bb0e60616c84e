import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNobleCrypto } from '../crypto/noble.ts'
import { formatHex } from '../codec/text.ts'
import { deviceMeetingSecret, deviceSecretBytes, formatDeviceCode, parseDeviceCode } from './device-code.ts'
import { type DeviceWhisper, decodeDeviceWhisper, encodeDeviceWhisper, isDeviceWhisper } from './device-whisper.ts'
import { founderSecret, longTermIdentity, roomIdentitySecret } from './root.ts'

const crypto = createNobleCrypto((length) => new Uint8Array(length).fill(9))
const secret = new Uint8Array(deviceSecretBytes).map((_, at) => at * 7)
const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

const whispers: readonly DeviceWhisper[] = [
  {
    type: 'introduce',
    name: 'Phone',
    platform: 'browser',
    rooms: [new Uint8Array(8).fill(1), new Uint8Array(8).fill(2)],
  },
  { type: 'welcome', identity: key(1), name: 'Robin' },
  { type: 'offer', room: key(2), author: key(3) },
  { type: 'keys', room: key(2).slice(16), sign: key(4), agree: key(5) },
  {
    type: 'room',
    room: key(2),
    kind: 'members',
    secret: key(6),
    relay: 'https://chat.example',
    title: 'Garden',
    name: '',
    certificate: new Uint8Array(190).fill(7),
    proof: new Uint8Array(300).fill(8),
  },
  { type: 'person', identity: key(1), name: 'Mara', room: key(2), since: 1_700_000_000_000, blocked: true },
  { type: 'done' },
]

describe('devices of one person', () => {
  it('DEV1 a code reads back as link, as bare characters, and as people type them', () => {
    const link = formatDeviceCode({ secret, relay: 'https://chat.example' })
    expect(parseDeviceCode(link)).toEqual({ ok: true, value: { secret, relay: 'https://chat.example' } })
    const bare = link.slice(link.indexOf('#d-') + 3)
    const typed = bare
      .toLowerCase()
      .replace(/(.{4})/gu, '$1 ')
      .replace(/0/gu, 'o')
      .replace(/1/gu, 'l')
    expect(parseDeviceCode(typed)).toEqual({ ok: true, value: { secret, relay: undefined } })
    for (const bad of ['', bare.slice(1), `${bare}0`, link.replace('#d-', '#i-'), 'U'.repeat(24)])
      expect(parseDeviceCode(bad).ok, bad).toBe(false)
    fc.assert(fc.property(fc.string(), (text) => typeof parseDeviceCode(text).ok === 'boolean'))
  })

  it('DEV2 the meeting of a code has a secret of its own, which does not tell the code', () => {
    const meeting = deviceMeetingSecret(crypto, secret)
    expect(meeting).toHaveLength(32)
    expect(formatHex(meeting)).not.toContain(formatHex(secret))
    expect(formatHex(deviceMeetingSecret(crypto, secret.slice().fill(1)))).not.toBe(formatHex(meeting))
  })

  it('DEV3 whispers between devices read back as said; changed, cut and longer ones never throw', () => {
    for (const whisper of whispers) {
      const bytes = encodeDeviceWhisper(whisper)
      expect(isDeviceWhisper(bytes)).toBe(true)
      expect(decodeDeviceWhisper(bytes)).toEqual({ ok: true, value: whisper })
      for (let length = 0; length < bytes.length; length++)
        expect(decodeDeviceWhisper(bytes.subarray(0, length)).ok, `${whisper.type} cut at ${length}`).toBe(false)
      expect(decodeDeviceWhisper(Uint8Array.of(...bytes, 0)).ok).toBe(false)
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof decodeDeviceWhisper(bytes).ok === 'boolean'),
    )
  })

  it('DEV4 the largest room that is given fits a whisper', () => {
    const room = { ...whispers[4], title: 'ü'.repeat(240), relay: `https://${'r'.repeat(292)}`, name: 'n'.repeat(128) }
    const largest = { ...room, certificate: new Uint8Array(512), proof: new Uint8Array(2048) } as DeviceWhisper
    const bytes = encodeDeviceWhisper(largest)
    expect(bytes.length).toBeLessThanOrEqual(4096)
    expect(decodeDeviceWhisper(bytes)).toEqual({ ok: true, value: largest })
  })

  it('IDN22 a founder’s identity comes from the words and the first operation, and from no other', () => {
    const [root, salt] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)]
    const founder = formatHex(founderSecret(crypto, root, salt))
    expect(formatHex(founderSecret(crypto, root, salt))).toBe(founder)
    expect(formatHex(founderSecret(crypto, root, salt.slice().fill(3)))).not.toBe(founder)
    expect(formatHex(roomIdentitySecret(crypto, root, salt))).not.toBe(founder)
    expect(formatHex(longTermIdentity(crypto, root).secretKey)).not.toBe(founder)
  })
})
