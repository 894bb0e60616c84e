/** Message text with its simplest Markdown set as a terminal can: emphasis, code, quotes. The rest stays as written. */
import { mentionsIn } from '@kith/peer'
import { ownColor } from './colors.ts'
import { span, type Span, type Style } from './layout.ts'

/** The names people are called by here; `mine` in lower case. */
export interface Called {
  readonly names: readonly string[]
  readonly mine: string
}

const nobody: Called = { names: [], mine: '' }

const codeColor = 30

// Code first, so that stars inside it stay; then links, so that underscores inside them stay.
const inline =
  /(`[^`\n]+`)|(https?:\/\/[^\s<>]+)|\*\*(\S(?:[^\n]*?\S)?)\*\*|(?<![\w*])\*([^\s*](?:[^\n*]*[^\s*])?)\*(?![\w*])|(?<!\w)_([^\s_](?:[^\n_]*[^\s_])?)_(?!\w)/gu

/** `text` must be printable already. */
export function styleMarkdown(text: string, base: Style = {}, called: Called = nobody): Span[] {
  const spans: Span[] = []
  let fenced = false
  for (const [i, line] of text.split('\n').entries()) {
    if (i > 0) spans.push(span('\n', base))
    if (/^\s*(```|~~~)/u.test(line)) {
      fenced = !fenced
      spans.push(span(line, { ...base, dim: true }))
    } else if (fenced) spans.push(span(line, { ...base, color: codeColor }))
    else if (/^>\s?/u.test(line)) spans.push(span(line, { ...base, dim: true }))
    else spans.push(...styleInline(line, base, called))
  }
  return spans
}

function styleInline(line: string, base: Style, called: Called): Span[] {
  const spans: Span[] = []
  let from = 0
  for (const found of line.matchAll(inline)) {
    if (found.index > from) spans.push(...styleNames(line.slice(from, found.index), base, called))
    from = found.index + found[0].length
    const [whole, code, link, bold] = found
    if (code !== undefined) spans.push(span(code, { ...base, color: codeColor }))
    else if (link !== undefined) spans.push(span(link, { ...base, underline: true }))
    else if (bold !== undefined) spans.push(span(bold, { ...base, bold: true }))
    else spans.push(span(whole.slice(1, -1), { ...base, italic: true }))
  }
  if (from < line.length) spans.push(...styleNames(line.slice(from), base, called))
  return spans
}

/** Who is called by name stands out, oneself most. */
function styleNames(text: string, base: Style, { names, mine }: Called): Span[] {
  const spans: Span[] = []
  let from = 0
  for (const { start, end, name } of mentionsIn(text, names)) {
    if (start > from) spans.push(span(text.slice(from, start), base))
    const isMine = name.toLowerCase() === mine
    spans.push(
      span(text.slice(start, end), { ...base, bold: true, inverse: isMine, color: isMine ? undefined : ownColor }),
    )
    from = end
  }
  if (from < text.length) spans.push(span(text.slice(from), base))
  return spans
}
