import { describe, expect, it } from 'vitest'
import { deadLinks, deadPages, definedRules, ruleProblems } from './check-docs.mjs'

describe('the documents', () => {
  it('finds links that lead nowhere, and leaves addresses and anchors alone', () => {
    const text = 'See [a](there.md), [b](https://example.org),\n[c](#here) and [d](gone.md#part).\n'
    expect(deadLinks(text, (path: string) => path === 'there.md')).toEqual([{ path: 'gone.md', line: 2 }])
  })

  it('finds pages the code names that are not there', () => {
    const text = '/** As docs/spec/log.md and docs/gone.md say; a file notes.md is none of ours. See docs/gone.md. */'
    expect(deadPages(text, (page: string) => page === 'docs/spec/log.md')).toEqual(['docs/gone.md'])
  })

  it('reads rules in the forms people write them', () => {
    const page =
      '| LNK1 | one |\n- **LNK2** two\n**LNK3** three\n- LNK4: four\n| `LNK5` | five |\nLNK6. six\nAs LNK1 says.\n'
    expect([...definedRules(page).keys()]).toEqual(['LNK1', 'LNK2', 'LNK3', 'LNK4', 'LNK5', 'LNK6'])
  })

  it('catches a rule without a test, a test without a rule, and a rule defined twice', () => {
    const specs = new Map([
      ['docs/spec/link.md', '| LNK1 | one |\n| LNK2 | two |\n'],
      ['docs/spec/log.md', '| LOG1 | one |\n| LOG1 | again |\n'],
    ])
    const tests = new Map([
      ['link.test.ts', "it('LNK1 holds') it('LNK9 holds') it('LOG1') // UTF8 and SHA256 are no rules"],
    ])
    expect(ruleProblems(specs, tests)).toEqual([
      'docs/spec/log.md: LOG1 is defined more than once',
      'link.test.ts: names LNK9, which no page of docs/spec defines',
      'docs/spec/link.md: no test carries LNK2',
    ])
  })
})
