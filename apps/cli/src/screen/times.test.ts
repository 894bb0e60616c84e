import { describe, expect, it } from 'vitest'
import { createTimes } from './times.ts'

describe('times and days', () => {
  it('are those of the time zone, also where it differs by quarters of an hour', () => {
    const utc = Date.UTC(2026, 10, 20, 18, 14, 59)
    expect(createTimes('UTC').clock(utc)).toBe('18:14')
    expect(createTimes('UTC').day(utc)).toBe('Friday 20 November 2026')
    const kathmandu = createTimes('Asia/Kathmandu')
    expect([kathmandu.clock(utc), kathmandu.day(utc)]).toEqual(['23:59', 'Friday 20 November 2026'])
    expect([kathmandu.clock(utc + 1000), kathmandu.day(utc + 1000)]).toEqual(['00:00', 'Saturday 21 November 2026'])
  })

  it('are shown for times nobody can mean', () => {
    for (const time of [Number.MAX_SAFE_INTEGER, -1, Number.NaN]) {
      expect(createTimes('UTC').clock(time)).toMatch(/^\d\d:\d\d$/u)
      expect(createTimes('UTC').day(time)).toMatch(/\d{4}$/u)
    }
  })
})
