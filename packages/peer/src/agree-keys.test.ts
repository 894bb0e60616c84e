import { createNobleCrypto, dayMs, formatHex } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { agreeLives, turnAgree } from './agree-keys.ts'
import { type PersonaSecrets, createPersonaSecrets } from './persona.ts'

const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
const start = 1_700_000_000_000

function held({ agree, retired = [] }: PersonaSecrets): readonly string[] {
  return [agree, ...retired.map(({ secret }) => secret)].map(formatHex)
}

describe('the halves that open lockboxes', () => {
  it.each([1, 2, 7, 30, 365])(
    'EPO16 with days:%i a device stolen on any day has no half that was used longer ago than that',
    (days) => {
      let secrets = createPersonaSecrets(crypto, start)
      const lastUsed = new Map<string, number>()
      for (let hour = 0; hour < 24 * 90; hour += 6) {
        const now = start + hour * 3_600_000
        secrets = turnAgree(crypto, secrets, { days }, now, true)
        lastUsed.set(formatHex(secrets.agree), now)
        // A lockbox made for it at its first use is the oldest it opens.
        for (const half of held(secrets)) {
          const first = firstUse.get(half) ?? now
          firstUse.set(half, first)
          expect(now - first).toBeLessThanOrEqual(days * dayMs + 6 * 3_600_000)
        }
      }
      expect(lastUsed.size).toBeGreaterThan(90 / Math.max(7, days / 2) - 1)
      firstUse.clear()
    },
  )

  it('EPO17 a half is new every week and erased after a month, and never before the device has caught up', () => {
    expect(agreeLives('all')).toEqual({ usedMs: 7 * dayMs, keptMs: 30 * dayMs })
    const first = createPersonaSecrets(crypto, start)
    expect(turnAgree(crypto, first, 'all', start + 6 * dayMs, true)).toBe(first)
    const second = turnAgree(crypto, first, 'all', start + 7 * dayMs, true)
    expect(held(second)).toContain(formatHex(first.agree))
    expect(second.agree).not.toEqual(first.agree)
    // Away for two months: what was sealed for the old half meanwhile is still to be opened.
    const away = turnAgree(crypto, second, 'all', start + 70 * dayMs, false)
    expect(held(away)).toContain(formatHex(first.agree))
    const back = turnAgree(crypto, away, 'all', start + 70 * dayMs, true)
    expect(held(back)).not.toContain(formatHex(first.agree))
    expect(held(back)).toContain(formatHex(second.agree))
  })

  it('EPO17 a half from the future, by a clock that was wrong, is replaced at once', () => {
    const ahead = createPersonaSecrets(crypto, start + 90 * dayMs)
    expect(turnAgree(crypto, ahead, 'all', start, true).agree).not.toEqual(ahead.agree)
  })
})

const firstUse = new Map<string, number>()
