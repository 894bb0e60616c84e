import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeFileName } from './file-reading.ts'

describe('the name of a file', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Users\\me\\a.txt', 'C__Users_me_a.txt'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['.bashrc', 'bashrc'],
    ['  two   words .txt ', 'two words .txt'],
    ['\u0000\u200b', 'file'],
    [`${'x'.repeat(300)}.tar.gz`, `${'x'.repeat(117)}.gz`],
  ])('%j is shown and stored as %j', (given, safe) => {
    expect(safeFileName(given)).toBe(safe)
  })

  it('FIL4 is never a path, never empty and never long, and safe is safe', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10_ffff }), { maxLength: 200 }), (points) => {
        const given = String.fromCodePoint(...points)
        const safe = safeFileName(given)
        expect(safe).not.toMatch(/[/\\]|^\.|^$/u)
        expect([...safe].length).toBeLessThanOrEqual(120)
        expect(safeFileName(safe)).toBe(safe)
      }),
      { numRuns: 50 },
    )
  })
})
