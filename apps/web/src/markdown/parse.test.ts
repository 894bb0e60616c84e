import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBigEmoji, parseMarkdown, plainText, safeHref, type Block, type Inline } from './parse.ts'

/** Every address and every piece of text of a message. */
function collect(blocks: readonly Block[]): { hrefs: string[]; texts: string[]; types: Set<string> } {
  const found = { hrefs: [] as string[], texts: [] as string[], types: new Set<string>() }
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'href' && typeof inner === 'string') found.hrefs.push(inner)
      else if (key === 'text' || key === 'alt') found.texts.push(String(inner))
      else if (key === 'type') found.types.add(String(inner))
      else visit(inner)
    }
  }
  visit(blocks)
  return found
}

function inlineOf(text: string): readonly Inline[] {
  const [block] = parseMarkdown(text)
  if (block?.type !== 'paragraph') throw new Error(`not a paragraph: ${text}`)
  return block.children
}

describe('markdown is set as written', () => {
  it('knows bold, italic, strike, code, line breaks', () => {
    expect(inlineOf('**a** *b* ~~c~~ `d`\ne')).toEqual([
      { type: 'strong', children: [{ type: 'text', text: 'a' }] },
      { type: 'text', text: ' ' },
      { type: 'emphasis', children: [{ type: 'text', text: 'b' }] },
      { type: 'text', text: ' ' },
      { type: 'strike', children: [{ type: 'text', text: 'c' }] },
      { type: 'text', text: ' ' },
      { type: 'code', text: 'd' },
      { type: 'break' },
      { type: 'text', text: 'e' },
    ])
  })

  it('knows blocks: code with its language, quotes, lists, tables, rules, headings', () => {
    const blocks = parseMarkdown(
      '# t\n\n```ts x\nlet a\n```\n\n> q\n\n1. one\n2. two\n\n- x\n\n---\n\n|a|b|\n|-|-|\n|1|2|',
    )
    expect(blocks.map((block) => block.type)).toEqual(['heading', 'code', 'quote', 'list', 'list', 'rule', 'table'])
    expect(blocks[1]).toEqual({ type: 'code', language: 'ts', text: 'let a' })
    expect(blocks[3]).toMatchObject({ start: 1, items: [expect.anything(), expect.anything()] })
    expect(blocks[4]).toMatchObject({ start: undefined })
  })

  it('links addresses with a scheme, and leaves file names alone', () => {
    expect(collect(parseMarkdown('see https://kith.example/a?b=c and main.rs, notes.md')).hrefs).toEqual([
      'https://kith.example/a?b=c',
    ])
  })

  it('leaves named entities as the letters they are', () => {
    expect(plainText('&lt;b&gt; &nbsp; &amp;')).toBe('&lt;b&gt; &nbsp; &amp;')
  })
})

describe('a message cannot do harm', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://kith.example/x',
    '//kith.example/x',
    '/x',
    '',
  ])('refuses the address %j', (href) => {
    expect(safeHref(href)).toBeUndefined()
    expect(collect(parseMarkdown(`[press](<${href}>) ![look](<${href}>) <${href}>`)).hrefs).toEqual([])
  })

  it('keeps HTML as text', () => {
    const html = '<script>alert(1)</script> <img src=x onerror=alert(1)>'
    expect(collect(parseMarkdown(html)).texts.join('')).toBe(html)
  })

  it('never makes a picture, only a link that says it is one', () => {
    expect(inlineOf('![cat](https://x.example/cat.png)')).toEqual([
      { type: 'image', href: 'https://x.example/cat.png', alt: 'cat' },
    ])
  })

  it('reads any text without throwing, and links only to the web and mail', () => {
    const bits = fc.constantFrom(
      '*',
      '**',
      '`',
      '```',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '!',
      '\n',
      '- ',
      '> ',
      '1. ',
      '|',
      '~~',
      'javascript:',
      'https://x.y',
      '\\',
      '&',
      'a',
      '😀',
      '\u0000',
      '\ud800',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(bits, fc.string({ unit: 'binary' }))), (parts) => {
        const { hrefs } = collect(parseMarkdown(parts.join('')))
        for (const href of hrefs) expect(href).toMatch(/^(https?|mailto):/i)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['quotes', '> '.repeat(20_000)],
    ['brackets', '['.repeat(20_000)],
    ['emphasis', '*a_'.repeat(7_000)],
    ['backticks', Array.from({ length: 200 }, (_, i) => '`'.repeat(i)).join(' ')],
    ['lists', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i * 2)}- x`).join('\n')],
    ['addresses', 'https://a.b/'.repeat(2_000)],
    ['tables', `|${'a|'.repeat(300)}\n|${'-|'.repeat(300)}\n`.repeat(20)],
    // Where reading were more than linear, this would not end within the limit of a test.
  ])('comes to an end with deep or long %s', (_, text) => {
    expect(parseMarkdown(text).length).toBeGreaterThan(0)
  })
})

describe('plain words', () => {
  it('drops the marks and keeps the words', () => {
    expect(plainText('**So**, a list:\n\n- *one*\n- `two`\n\n> three')).toBe('So, a list: one two three')
  })

  it('cuts at the limit', () => {
    expect(plainText('word '.repeat(100), 20)).toHaveLength(20)
  })
})

describe('a message of emoji alone is set large', () => {
  it.each([
    ['😄', true],
    ['👩‍👩‍👧 🏳️‍🌈 1️⃣', true],
    ['😄😄😄😄', false],
    ['1', false],
    ['a😄', false],
    ['', false],
    ['   ', false],
  ])('%j: %s', (text, big) => {
    expect(isBigEmoji(text)).toBe(big)
  })
})
