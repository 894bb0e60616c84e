import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graphemes } from '../printable.ts'
import { edit, editorWith, emptyEditor, insert, layoutEditor, maxInputChars, type Edit } from './editor.ts'
import { textWidth } from './layout.ts'

const text = fc.string({ unit: fc.constantFrom('a', ' ', '日', '👩‍👩‍👧', 'e\u0301', '\n', '🏴') })
const everyEdit: readonly Edit[] = [
  'left',
  'right',
  'wordLeft',
  'wordRight',
  'lineStart',
  'lineEnd',
  'backspace',
  'delete',
  'deleteWord',
  'deleteToStart',
  'deleteToEnd',
]
const edits = fc.constantFrom(...everyEdit)
const isEdit = (step: string): step is Edit => (everyEdit as readonly string[]).includes(step)

describe('the editor', () => {
  it('keeps its cursor inside the text and never in the middle of a code point', () => {
    fc.assert(
      fc.property(text, fc.array(fc.oneof(edits, text)), (start, steps) => {
        let editor = editorWith(start)
        for (const step of steps) {
          editor = isEdit(step) ? edit(editor, step) : insert(editor, step)
          expect(editor.cursor).toBeGreaterThanOrEqual(0)
          expect(editor.cursor).toBeLessThanOrEqual(editor.text.length)
          expect(editor.text.slice(0, editor.cursor)).not.toMatch(/\p{Surrogate}/u)
        }
      }),
    )
  })

  it('lays out every character once, no line wider than the window, the cursor inside it', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 20 }), fc.nat(), (written, cells, place) => {
        const parts = graphemes(written)
        const cursor = parts.slice(0, place % (parts.length + 1)).join('').length
        const layout = layoutEditor({ text: written, cursor }, cells)
        expect(layout.lines.join('')).toBe(written.replaceAll('\n', ''))
        for (const line of layout.lines) expect(textWidth(line)).toBeLessThanOrEqual(cells)
        expect(layout.cursorRow).toBeLessThan(layout.lines.length)
        expect(layout.cursorColumn).toBeLessThanOrEqual(cells)
        const before = layout.lines.slice(0, layout.cursorRow).join('').length
        const column = layout.lines[layout.cursorRow] ?? ''
        let shown = ''
        for (const grapheme of graphemes(column)) {
          if (textWidth(shown) >= layout.cursorColumn) break
          shown += grapheme
        }
        expect(before + shown.length).toBe(written.slice(0, cursor).replaceAll('\n', '').length)
      }),
    )
  })

  it('has a limit', () => {
    const full = insert(emptyEditor, 'x'.repeat(maxInputChars))
    expect(insert(full, 'y')).toBe(full)
  })
})
