import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EdgeRule, type Voucher, edgesOf } from './edges.ts'

const vouch = (by: string, subject: string, method: Voucher['method'] = 'pin'): Voucher => ({
  by,
  for: subject,
  method,
})

/** A is the founder. `challengers`: who really challenged `self`. */
function edges(
  self: string,
  rule: EdgeRule,
  k: number,
  vouches: readonly Voucher[],
  challengers = '',
  members = 'ABCDEX',
): string {
  const about = { self, founder: 'A', members: new Set(members), challengers: new Set(challengers) }
  return [...edgesOf({ ...about, rule, vouches, vouchesNeeded: () => k })].toSorted().join('')
}

describe('edge rule', () => {
  const chain = [vouch('A', 'B'), vouch('B', 'C'), vouch('C', 'D')]
  const challengerOf: Readonly<Record<string, string>> = { A: '', B: 'A', C: 'B', D: 'C' }

  it('EDG1 trusted with k = 1 is everybody the founder’s vouches lead to, for everybody', () => {
    for (const self of 'ABCD') {
      expect(edges(self, 'trusted', 1, chain, challengerOf[self])).toBe('ABCD'.replace(self, ''))
    }
  })

  it('EDG1 trusted with k = 2 takes two trusted words for whoever I do not know myself', () => {
    const two = [...chain, vouch('A', 'C')]
    // A vouched for B and C; D has only one of them.
    expect(edges('A', 'trusted', 2, two)).toBe('BC')
    expect(edges('A', 'trusted', 2, [...two, vouch('B', 'D')])).toBe('BCD')
    // Two words of people one does not trust are none.
    expect(edges('E', 'trusted', 2, [vouch('B', 'D'), vouch('C', 'D')])).toBe('A')
  })

  it('EDG1 the same word twice is one word, and nobody vouches for themselves', () => {
    expect(edges('A', 'trusted', 2, [vouch('A', 'B'), vouch('B', 'C'), vouch('B', 'C', 'sas')])).toBe('B')
    expect(edges('A', 'trusted', 2, [vouch('A', 'B'), vouch('B', 'C'), vouch('C', 'C')])).toBe('B')
  })

  it('EDG2 own is whom I challenged or who challenged me; a link that was given away is no challenge', () => {
    expect(edges('B', 'own', 1, chain, 'A')).toBe('AC')
    expect(edges('B', 'own', 1, [...chain, vouch('B', 'D', 'link'), vouch('B', 'E', 'sas')], 'A')).toBe('ACE')
  })

  it('EDG2 whoever only says that it vouched for me is no neighbour for that', () => {
    expect(edges('B', 'own', 1, [...chain, vouch('X', 'B'), vouch('X', 'B', 'sas')], 'A')).toBe('AC')
    expect(edges('B', 'trusted', 2, [...chain, vouch('X', 'B')], 'A')).toBe('AC')
  })

  it('EDG3 who is no member has no word and gets no link', () => {
    expect(edges('A', 'trusted', 1, chain, '', 'ACD')).toBe('')
    expect(edges('B', 'own', 1, chain, 'A', 'ABD')).toBe('A')
    expect(edges('C', 'own', 1, chain, 'B', 'ACD')).toBe('D')
  })

  it('EDG4 the order in which words came does not matter, and a word more never takes a link away', () => {
    const names = [...'ABCDEX']
    const words = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 20 })
    const rules = fc.constantFrom('trusted' as const, 'own' as const)
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 3 }), rules, (list, k, rule) => {
        const vouches = list.map(([by, subject]) => vouch(by, subject))
        const all = edges('C', rule, k, vouches, 'B')
        expect(edges('C', rule, k, vouches.toReversed(), 'B')).toBe(all)
        const fewer = new Set(edges('C', rule, k, vouches.slice(1), 'B'))
        expect([...fewer].every((one) => all.includes(one))).toBe(true)
      }),
    )
  })

  it('EDG5 S2-14 S2-15 S2-16 a conspirator brings an attacker to itself alone, shows as a gap, and is cut off with whom it alone vouched for', () => {
    // A, B and C challenged each other; C conspires and vouches for X, whom nobody else has met.
    const honest = [vouch('A', 'B'), vouch('A', 'C'), vouch('B', 'C')]
    const withX = [...honest, vouch('C', 'X')]
    const members = 'ABCX'
    const seen: Readonly<Record<string, string>> = { A: '', B: 'A', C: 'AB', X: 'C' }
    const own = (self: string): string => edges(self, 'own', 2, withX, seen[self], members)
    expect([...members].map(own)).toEqual(['BC', 'AC', 'ABX', 'C'])
    // The trusted set with k = 2 keeps X out as well; with k = 1 it would not.
    const trusted = (self: string, k: number): string => edges(self, 'trusted', k, withX, seen[self], members)
    expect(['A', 'B'].map((self) => trusted(self, 2))).toEqual(['BC', 'AC'])
    expect(trusted('A', 1)).toBe('BCX')
    // S2-16: everybody sees who links with whom; every pair that is missing ends in X, and X links with C alone.
    const both = (a: string, b: string): boolean => own(a).includes(b) && own(b).includes(a)
    const gaps = [...members].flatMap((a) => [...members].filter((b) => a < b && !both(a, b)).map((b) => a + b))
    expect(gaps).toEqual(['AX', 'BX'])
    // S2-15: C is removed, and X, for whom nobody else vouches, loses the only word it had.
    expect(edges('A', 'own', 2, withX, '', 'ABX')).toBe('B')
    expect(edges('A', 'trusted', 1, withX, '', 'ABX')).toBe('B')
    expect(edges('B', 'trusted', 1, withX, 'A', 'ABX')).toBe('A')
  })
})
