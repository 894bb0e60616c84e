import { describe, expect, it } from 'vitest'
import { Codes } from './codes.ts'

const now = 1_790_000_000_000
const minute = 60_000

function codeOf(asked: ReturnType<Codes['ask']>): string {
  return typeof asked === 'string' ? asked : asked.code
}

describe('codes that were mailed', () => {
  it('AUT6 a code counts for ten minutes, and the next one replaces it', () => {
    let drawn = 0
    const codes = new Codes({}, () => String(++drawn).padStart(6, '0'))
    expect(codeOf(codes.ask('a@b.c', 'ada', 'net', now))).toBe('000001')
    expect(codes.enter('a@b.c', 'ada', '000001', now + 10 * minute)).toBe('noCode')
    codes.ask('a@b.c', 'ada', 'net', now)
    codes.ask('a@b.c', 'ada', 'net', now + minute)
    expect(codes.enter('a@b.c', 'ada', '000002', now + minute)).toBe('wrongCode')
    expect(codes.enter('a@b.c', 'ada', '000003', now + minute)).toBeUndefined()
  })

  it('AUT7 an hour later an address may be mailed again', () => {
    const codes = new Codes({ perAddress: 1 })
    codes.ask('a@b.c', 'ada', 'net', now)
    expect(codes.ask('a@b.c', 'ada', 'net', now + 59 * minute)).toBe('tooMany')
    expect(codeOf(codes.ask('a@b.c', 'ada', 'net', now + 61 * minute))).toMatch(/^\d{6}$/)
  })

  it('AUT7 what is remembered is bounded: beyond it nobody gets a code, and an hour later there is room', () => {
    const codes = new Codes({ pending: 50, perNetwork: 1000 })
    for (let i = 0; i < 200; i++) codes.ask(`a${i}@b.c`, `id${i}`, `net${i}`, now)
    expect(codes.size).toBe(50)
    expect(codes.ask('z@b.c', 'z', 'netz', now)).toBe('busy')
    expect(codeOf(codes.ask('z@b.c', 'z', 'netz', now + 61 * minute))).toMatch(/^\d{6}$/)
    expect(codes.size).toBe(1)
  })
})
