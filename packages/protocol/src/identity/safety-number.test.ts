import { expect, test } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { safetyNumber } from './safety-number.ts'
import { createIdentity } from './session.ts'

const crypto = createSeededCrypto('safety')

test('IDN16 both people see the same sixty digits, and another key gives others', () => {
  const [ada, ben, eve] = [createIdentity(crypto), createIdentity(crypto), createIdentity(crypto)].map(
    ({ publicKey }) => publicKey,
  ) as [Uint8Array, Uint8Array, Uint8Array]
  const number = safetyNumber(crypto, ada, ben)
  expect(number).toMatch(/^\d{60}$/)
  expect(safetyNumber(crypto, ben, ada)).toBe(number)
  const other = safetyNumber(crypto, ada, eve)
  // Ada's half is the same, wherever it stands; the other half shares nothing but chance.
  const halves = (text: string): readonly string[] => [text.slice(0, 30), text.slice(30)]
  expect(halves(other).filter((half) => halves(number).includes(half))).toHaveLength(1)
  expect(safetyNumber(crypto, new Uint8Array(32), new Uint8Array(32).fill(1))).toBe(
    '982167625347489267868358637168694444072819043995361035655514',
  )
})
