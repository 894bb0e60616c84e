/**
 * Keys in, decisions out. Pure: the same state and key give the same answer, so the menu of Ctrl+C and everything else a
 * key can do is tested without a terminal.
 */
import type { Edit, Editor } from './editor.ts'
import { edit, editorWith, emptyEditor, insert } from './editor.ts'

/** A key as node:readline reports it. */
export interface Key {
  readonly sequence?: string | undefined
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
  readonly shift?: boolean | undefined
}

export interface InputState {
  readonly editor: Editor
  /** In the menu of Ctrl+C a line is a command without its slash. */
  readonly mode: 'chat' | 'menu'
  /** What was being written when the menu was opened. */
  readonly kept: Editor
  /** Lines sent before, newest last. */
  readonly history: readonly string[]
  /** Position in `history` while going through it. */
  readonly recalled: number | undefined
  /** Between the marks of a bracketed paste a line break is text. */
  readonly pasting: boolean
}

export type InputEffect =
  | { readonly type: 'submit'; readonly text: string; readonly mode: 'chat' | 'menu' }
  | { readonly type: 'scroll'; readonly by: 'page' | 'line'; readonly direction: 1 | -1 }
  | { readonly type: 'scrollTo'; readonly end: 'oldest' | 'newest' }
  | { readonly type: 'nextRoom'; readonly direction: 1 | -1 }
  | { readonly type: 'complete' }
  /** Esc: close what is open, else go back to the newest message. */
  | { readonly type: 'dismiss' }
  | { readonly type: 'exit' }
  | { readonly type: 'suspend' }
  | { readonly type: 'redraw' }
  | { readonly type: 'focus'; readonly on: boolean }

export interface InputStep {
  readonly state: InputState
  readonly effect: InputEffect | undefined
}

export const maxHistory = 200

export const emptyInput: InputState = {
  editor: emptyEditor,
  mode: 'chat',
  kept: emptyEditor,
  history: [],
  recalled: undefined,
  pasting: false,
}

/** `text` is what the key types, if anything. */
export function pressKey(state: InputState, text: string | undefined, key: Key): InputStep {
  const stay = (effect?: InputEffect): InputStep => ({ state, effect })
  const edited = (what: Edit): InputStep => ({
    state: { ...state, editor: edit(state.editor, what) },
    effect: undefined,
  })
  const typed = (what: string): InputStep => ({
    state: { ...state, editor: insert(state.editor, what), recalled: undefined },
    effect: undefined,
  })

  if (key.name === 'paste-start') return { state: { ...state, pasting: true }, effect: undefined }
  if (key.name === 'paste-end') return { state: { ...state, pasting: false }, effect: undefined }
  if (state.pasting) {
    if (key.name === 'return' || key.name === 'enter') return typed('\n')
    return text === undefined ? stay() : typed(text)
  }
  if (key.sequence === '\u001b[I') return stay({ type: 'focus', on: true })
  if (key.sequence === '\u001b[O') return stay({ type: 'focus', on: false })

  if (key.ctrl === true) {
    switch (key.name) {
      case 'c':
        return state.mode === 'menu' ? stay({ type: 'exit' }) : { state: openMenu(state), effect: undefined }
      case 'd':
        return state.editor.text === '' ? stay({ type: 'exit' }) : edited('delete')
      case 'z':
        return stay({ type: 'suspend' })
      case 'l':
        return stay({ type: 'redraw' })
      case 'a':
        return edited('lineStart')
      case 'e':
        return edited('lineEnd')
      case 'b':
        return edited('left')
      case 'f':
        return edited('right')
      case 'h':
        return edited('backspace')
      case 'w':
        return edited('deleteWord')
      case 'u':
        return edited('deleteToStart')
      case 'k':
        return edited('deleteToEnd')
      case 'left':
        return edited('wordLeft')
      case 'right':
        return edited('wordRight')
      case 'n':
        return stay({ type: 'nextRoom', direction: 1 })
      case 'p':
        return stay({ type: 'nextRoom', direction: -1 })
      case 'home':
        return stay({ type: 'scrollTo', end: 'oldest' })
      case 'end':
        return stay({ type: 'scrollTo', end: 'newest' })
      case undefined:
      default:
        return stay()
    }
  }
  switch (key.name) {
    case 'return':
      return key.meta === true ? typed('\n') : submit(state)
    // Ctrl+J, and what terminals send for Shift+Enter when they tell it apart.
    case 'enter':
      return typed('\n')
    case 'escape':
      return state.mode === 'menu' ? { state: closeMenu(state), effect: undefined } : stay({ type: 'dismiss' })
    case 'tab':
      return stay({ type: 'complete' })
    case 'backspace':
      return edited(key.meta === true ? 'deleteWord' : 'backspace')
    case 'delete':
      return edited('delete')
    case 'left':
      return edited(key.meta === true ? 'wordLeft' : 'left')
    case 'right':
      return edited(key.meta === true ? 'wordRight' : 'right')
    case 'home':
      return edited('lineStart')
    case 'end':
      return edited('lineEnd')
    case 'up':
      return key.shift === true ? stay({ type: 'scroll', by: 'line', direction: 1 }) : recall(state, -1)
    case 'down':
      return key.shift === true ? stay({ type: 'scroll', by: 'line', direction: -1 }) : recall(state, 1)
    case 'pageup':
      return stay({ type: 'scroll', by: 'page', direction: 1 })
    case 'pagedown':
      return stay({ type: 'scroll', by: 'page', direction: -1 })
    case undefined:
    default:
      break
  }
  if (key.meta === true) {
    if (key.name === 'b') return edited('wordLeft')
    if (key.name === 'f') return edited('wordRight')
    return stay()
  }
  // A sequence nobody knows begins with ESC and types nothing.
  if (text === undefined || text === '' || text.startsWith('\u001b')) return stay()
  return typed(text)
}

function openMenu(state: InputState): InputState {
  return { ...state, mode: 'menu', kept: state.editor, editor: emptyEditor, recalled: undefined }
}

export function closeMenu(state: InputState): InputState {
  return { ...state, mode: 'chat', editor: state.kept, kept: emptyEditor, recalled: undefined }
}

function submit(state: InputState): InputStep {
  const { text } = state.editor
  if (state.mode === 'menu') {
    const closed = closeMenu(state)
    if (text.trim() === '') return { state: closed, effect: undefined }
    return { state: closed, effect: { type: 'submit', text, mode: 'menu' } }
  }
  if (text.trim() === '') return { state, effect: undefined }
  const history = state.history.at(-1) === text ? state.history : [...state.history, text].slice(-maxHistory)
  return {
    state: { ...state, editor: emptyEditor, history, recalled: undefined },
    effect: { type: 'submit', text, mode: 'chat' },
  }
}

function recall(state: InputState, direction: 1 | -1): InputStep {
  const stay = { state, effect: undefined }
  if (state.mode === 'menu') return stay
  if (state.recalled === undefined) {
    // What is being written is not thrown away by a slip of the finger.
    if (direction === 1 || state.history.length === 0 || state.editor.text !== '') return stay
    const recalled = state.history.length - 1
    return { state: { ...state, recalled, editor: editorWith(state.history[recalled] ?? '') }, effect: undefined }
  }
  const recalled = state.recalled + direction
  if (recalled < 0) return stay
  const line = state.history[recalled]
  if (line === undefined) return { state: { ...state, recalled: undefined, editor: emptyEditor }, effect: undefined }
  return { state: { ...state, recalled, editor: editorWith(line) }, effect: undefined }
}
