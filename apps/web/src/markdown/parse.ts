/**
 * Markdown to a small tree. markdown-it reads the text (no HTML, no images, no named entities); this file keeps only the
 * shapes we set, and only links that lead to the web or to mail. Nothing here produces HTML.
 */
import MarkdownIt, { type Token } from 'markdown-it'

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'break' }
  | { readonly type: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Inline[] }
  /** Never fetched: shown as a link that says it is a picture. */
  | { readonly type: 'image'; readonly href: string | undefined; readonly alt: string }

export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly language: string; readonly text: string }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | { readonly type: 'list'; readonly start: number | undefined; readonly items: readonly (readonly Block[])[] }
  | { readonly type: 'rule' }
  | {
      readonly type: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }

/** Deeper quotes and lists are shown flat: a hostile message must not exhaust the stack. */
const maxNesting = 12

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting }).disable([
  'html_block',
  'html_inline',
  'entity',
  'reference',
])
// Only with a scheme: `main.rs` and `notes.md` are files, not places in Serbia and Moldova.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false })

/** The address if it may be opened from a message: http, https or mailto. */
export function safeHref(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined
  const { protocol } = new URL(href)
  return protocol === 'https:' || protocol === 'http:' || protocol === 'mailto:' ? href : undefined
}

export function parseMarkdown(text: string): readonly Block[] {
  return blocks({ tokens: parser.parse(text, {}), at: 0 }, undefined)
}

interface Cursor {
  readonly tokens: readonly Token[]
  at: number
}

function blocks(cursor: Cursor, until: string | undefined): readonly Block[] {
  const made: Block[] = []
  while (cursor.at < cursor.tokens.length) {
    const token = cursor.tokens[cursor.at++]
    if (token === undefined || token.type === until) break
    const block = blockOf(token, cursor)
    if (block !== undefined) made.push(block)
  }
  return made
}

function blockOf(token: Token, cursor: Cursor): Block | undefined {
  switch (token.type) {
    case 'paragraph_open':
      return { type: 'paragraph', children: inlineOf(cursor, 'paragraph_close') }
    case 'heading_open':
      return { type: 'heading', level: Number(token.tag.slice(1)), children: inlineOf(cursor, 'heading_close') }
    case 'fence':
    case 'code_block':
      return { type: 'code', language: token.info.trim().split(/\s+/)[0] ?? '', text: token.content.replace(/\n$/, '') }
    case 'blockquote_open':
      return { type: 'quote', children: blocks(cursor, 'blockquote_close') }
    case 'bullet_list_open':
      return { type: 'list', start: undefined, items: items(cursor, 'bullet_list_close') }
    case 'ordered_list_open':
      return { type: 'list', start: Number(token.attrGet('start') ?? 1), items: items(cursor, 'ordered_list_close') }
    case 'hr':
      return { type: 'rule' }
    case 'table_open':
      return table(cursor)
    default:
      return undefined
  }
}

function items(cursor: Cursor, until: string): readonly (readonly Block[])[] {
  const made: (readonly Block[])[] = []
  while (cursor.at < cursor.tokens.length) {
    const token = cursor.tokens[cursor.at++]
    if (token === undefined || token.type === until) break
    if (token.type === 'list_item_open') made.push(blocks(cursor, 'list_item_close'))
  }
  return made
}

function table(cursor: Cursor): Block {
  const rows: (readonly Inline[])[][] = []
  while (cursor.at < cursor.tokens.length) {
    const token = cursor.tokens[cursor.at++]
    if (token === undefined || token.type === 'table_close') break
    if (token.type === 'tr_open') rows.push([])
    if (token.type === 'th_open' || token.type === 'td_open') rows.at(-1)?.push(inlineOf(cursor, `${token.tag}_close`))
  }
  return { type: 'table', head: rows[0] ?? [], rows: rows.slice(1) }
}

function inlineOf(cursor: Cursor, until: string): readonly Inline[] {
  let made: readonly Inline[] = []
  while (cursor.at < cursor.tokens.length) {
    const token = cursor.tokens[cursor.at++]
    if (token === undefined || token.type === until) break
    if (token.type === 'inline') made = inlines({ tokens: token.children ?? [], at: 0 }, undefined)
  }
  return made
}

function inlines(cursor: Cursor, until: string | undefined): readonly Inline[] {
  const made: Inline[] = []
  while (cursor.at < cursor.tokens.length) {
    const token = cursor.tokens[cursor.at++]
    if (token === undefined || token.type === until) break
    switch (token.type) {
      case 'text':
      case 'text_special':
        if (token.content !== '') made.push({ type: 'text', text: token.content })
        break
      case 'code_inline':
        made.push({ type: 'code', text: token.content })
        break
      case 'softbreak':
      case 'hardbreak':
        made.push({ type: 'break' })
        break
      case 'strong_open':
        made.push({ type: 'strong', children: inlines(cursor, 'strong_close') })
        break
      case 'em_open':
        made.push({ type: 'emphasis', children: inlines(cursor, 'em_close') })
        break
      case 's_open':
        made.push({ type: 'strike', children: inlines(cursor, 's_close') })
        break
      case 'link_open': {
        const href = safeHref(`${token.attrGet('href') ?? ''}`)
        const children = inlines(cursor, 'link_close')
        if (href === undefined) made.push(...children)
        else made.push({ type: 'link', href, children })
        break
      }
      case 'image':
        made.push({ type: 'image', href: safeHref(`${token.attrGet('src') ?? ''}`), alt: token.content })
        break
      default:
        if (token.content !== '') made.push({ type: 'text', text: token.content })
    }
  }
  return made
}

/** The words alone, for announcements, quotes and the list of rooms. */
export function plainText(text: string, limit: number = 200): string {
  const words: string[] = []
  const inline = (nodes: readonly Inline[]): void => {
    for (const node of nodes) {
      if (node.type === 'text' || node.type === 'code') words.push(node.text)
      else if (node.type === 'break') words.push(' ')
      else if (node.type === 'image') words.push(node.alt)
      else inline(node.children)
    }
  }
  const block = (nodes: readonly Block[]): void => {
    for (const node of nodes) {
      if (node.type === 'code') words.push(node.text)
      else if (node.type === 'quote') block(node.children)
      else if (node.type === 'list') node.items.forEach(block)
      else if (node.type === 'table') [node.head, ...node.rows].forEach((row) => row.forEach(inline))
      else if (node.type !== 'rule') inline(node.children)
      words.push(' ')
    }
  }
  // Long messages are cut before they are parsed: nobody reads their end in one line.
  block(parseMarkdown(text.slice(0, limit * 8)))
  const plain = words.join('').replace(/\s+/g, ' ').trim()
  return plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain
}

const emojiOnly: RegExp = new RegExp('^(?:\\p{RGI_Emoji}|\\s){1,12}$', 'v')

/** One to three emoji and nothing else are set large. */
export function isBigEmoji(text: string): boolean {
  if (text.length > 40 || !emojiOnly.test(text)) return false
  const count = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].filter(
    ({ segment }) => segment.trim() !== '',
  ).length
  return count >= 1 && count <= 3
}
