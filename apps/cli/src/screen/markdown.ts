/** Message text with its simplest Markdown set as a terminal can: emphasis, code, quotes. The rest stays as written. */
import { span, type Span, type Style } from './layout.ts'

const codeColor = 30

// Code first, so that stars inside it stay; then links, so that underscores inside them stay.
const inline =
  /(`[^`\n]+`)|(https?:\/\/[^\s<>]+)|\*\*(\S(?:[^\n]*?\S)?)\*\*|(?<![\w*])\*([^\s*](?:[^\n*]*[^\s*])?)\*(?![\w*])|(?<!\w)_([^\s_](?:[^\n_]*[^\s_])?)_(?!\w)/gu

/** `text` must be printable already. */
export function styleMarkdown(text: string, base: Style = {}): Span[] {
  const spans: Span[] = []
  let fenced = false
  for (const [i, line] of text.split('\n').entries()) {
    if (i > 0) spans.push(span('\n', base))
    if (/^\s*(```|~~~)/u.test(line)) {
      fenced = !fenced
      spans.push(span(line, { ...base, dim: true }))
    } else if (fenced) spans.push(span(line, { ...base, color: codeColor }))
    else if (/^>\s?/u.test(line)) spans.push(span(line, { ...base, dim: true }))
    else spans.push(...styleInline(line, base))
  }
  return spans
}

function styleInline(line: string, base: Style): Span[] {
  const spans: Span[] = []
  let from = 0
  for (const found of line.matchAll(inline)) {
    if (found.index > from) spans.push(span(line.slice(from, found.index), base))
    from = found.index + found[0].length
    const [whole, code, link, bold] = found
    if (code !== undefined) spans.push(span(code, { ...base, color: codeColor }))
    else if (link !== undefined) spans.push(span(link, { ...base, underline: true }))
    else if (bold !== undefined) spans.push(span(bold, { ...base, bold: true }))
    else spans.push(span(whole.slice(1, -1), { ...base, italic: true }))
  }
  if (from < line.length) spans.push(span(line.slice(from), base))
  return spans
}
