import fc from 'fast-check'
import { expect, it } from 'vitest'
import { brief } from './brief.ts'
import { plainText } from './parse.ts'

it.each([
  ['**So**, a list:\n\n- *one*\n- `two`\n\n> three'],
  ['see [the house](https://kith.example/a) and ![cat](https://kith.example/c.png)'],
  ['# Title\n\n1. first\n2. second'],
  ['```ts\nconst a = 1\n```\nthat'],
  ['2 * 3 * 4 is snake_case_name'],
])('says what the parser says: %j', (text) => {
  expect(brief(text, 200)).toBe(plainText(text, 200))
})

it('cuts at the limit and takes any text in good time', () => {
  expect(brief('word '.repeat(100), 20)).toHaveLength(20)
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('*', '_', '`', '[', ']', '(', ')', '\n', 'a', ' ', '~', '>') }),
      (text) => {
        expect(brief(text, 80).length).toBeLessThanOrEqual(80)
      },
    ),
  )
  for (const mark of ['*', '`', '[', '~~', '_', '> ']) {
    expect(brief(mark.repeat(50_000), 80).length).toBeLessThanOrEqual(80)
  }
})
