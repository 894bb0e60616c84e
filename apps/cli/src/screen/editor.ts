/** The line one writes in: text and a cursor that moves by what a person sees as characters. Pure. */
import { graphemes, printable } from '../printable.ts'
import { textWidth } from './layout.ts'

export interface Editor {
  readonly text: string
  /** Index into `text`, always between two graphemes. */
  readonly cursor: number
}

/** Longer input is not taken; the room's own limit is smaller and says so itself. */
export const maxInputChars: number = 64 * 1024

export const emptyEditor: Editor = { text: '', cursor: 0 }

export function editorWith(text: string): Editor {
  return { text, cursor: text.length }
}

export function insert(editor: Editor, typed: string): Editor {
  const clean = printable(typed)
  if (editor.text.length + clean.length > maxInputChars) return editor
  const text = editor.text.slice(0, editor.cursor) + clean + editor.text.slice(editor.cursor)
  return { text, cursor: editor.cursor + clean.length }
}

function before(editor: Editor): number {
  return editor.cursor - (graphemes(editor.text.slice(0, editor.cursor)).at(-1)?.length ?? 0)
}

function after(editor: Editor): number {
  return editor.cursor + (graphemes(editor.text.slice(editor.cursor))[0]?.length ?? 0)
}

function wordBefore(editor: Editor): number {
  return /(\S+\s*|\s+)$/u.exec(editor.text.slice(0, editor.cursor))?.index ?? 0
}

function wordAfter(editor: Editor): number {
  return editor.cursor + (/^\s*\S+/u.exec(editor.text.slice(editor.cursor))?.[0].length ?? 0)
}

function remove(editor: Editor, from: number, to: number): Editor {
  return { text: editor.text.slice(0, from) + editor.text.slice(to), cursor: from }
}

function lineStart(editor: Editor): number {
  return editor.text.lastIndexOf('\n', editor.cursor - 1) + 1
}

function lineEnd(editor: Editor): number {
  const end = editor.text.indexOf('\n', editor.cursor)
  return end < 0 ? editor.text.length : end
}

export type Edit =
  | 'left'
  | 'right'
  | 'wordLeft'
  | 'wordRight'
  | 'lineStart'
  | 'lineEnd'
  | 'backspace'
  | 'delete'
  | 'deleteWord'
  | 'deleteToStart'
  | 'deleteToEnd'

export function edit(editor: Editor, what: Edit): Editor {
  const { text, cursor } = editor
  switch (what) {
    case 'left':
      return { text, cursor: before(editor) }
    case 'right':
      return { text, cursor: after(editor) }
    case 'wordLeft':
      return { text, cursor: wordBefore(editor) }
    case 'wordRight':
      return { text, cursor: wordAfter(editor) }
    case 'lineStart':
      return { text, cursor: lineStart(editor) }
    case 'lineEnd':
      return { text, cursor: lineEnd(editor) }
    case 'backspace':
      return remove(editor, before(editor), cursor)
    case 'delete':
      return remove(editor, cursor, after(editor))
    case 'deleteWord':
      return remove(editor, wordBefore(editor), cursor)
    case 'deleteToStart':
      return remove(editor, lineStart(editor), cursor)
    case 'deleteToEnd':
      return remove(editor, cursor, lineEnd(editor))
  }
}

export interface EditorLayout {
  readonly lines: readonly string[]
  readonly cursorRow: number
  readonly cursorColumn: number
}

/** The input broken at newlines and at the edge, without regard to words so that the cursor never jumps. */
export function layoutEditor(editor: Editor, cells: number): EditorLayout {
  const room = Math.max(2, cells)
  const lines: string[] = []
  let line = ''
  let width = 0
  let at = 0
  let cursorRow = 0
  let cursorColumn = 0
  const next = (): void => {
    lines.push(line)
    line = ''
    width = 0
  }
  for (const grapheme of graphemes(editor.text)) {
    const cell = grapheme === '\n' ? 0 : textWidth(grapheme)
    if (width + cell > room) next()
    if (at === editor.cursor) [cursorRow, cursorColumn] = [lines.length, width]
    at += grapheme.length
    if (grapheme === '\n') next()
    else {
      line += grapheme
      width += cell
    }
  }
  if (width >= room) next()
  if (at === editor.cursor) [cursorRow, cursorColumn] = [lines.length, width]
  lines.push(line)
  return { lines, cursorRow, cursorColumn }
}
