import { describe, expect, it } from 'vitest'
import { emptyInput, pressKey, type InputEffect, type InputState, type Key } from './input.ts'

interface Typist {
  readonly state: InputState
  readonly effects: readonly InputEffect[]
}

const named: Readonly<Record<string, Key>> = {
  '<C-c>': { name: 'c', ctrl: true },
  '<C-d>': { name: 'd', ctrl: true },
  '<C-w>': { name: 'w', ctrl: true },
  '<C-u>': { name: 'u', ctrl: true },
  '<C-n>': { name: 'n', ctrl: true },
  '<Enter>': { name: 'return' },
  '<M-Enter>': { name: 'return', meta: true },
  '<Esc>': { name: 'escape' },
  '<Up>': { name: 'up' },
  '<Down>': { name: 'down' },
  '<S-Up>': { name: 'up', shift: true },
  '<Left>': { name: 'left' },
  '<Home>': { name: 'home' },
  '<BS>': { name: 'backspace' },
  '<Del>': { name: 'delete' },
  '<PgUp>': { name: 'pageup' },
  '<Tab>': { name: 'tab' },
  '<paste>': { name: 'paste-start' },
  '</paste>': { name: 'paste-end' },
}

/** Types a script in which `<Name>` is a key. */
function type(script: string, from: InputState = emptyInput): Typist {
  let state = from
  const effects: InputEffect[] = []
  for (const part of script.match(/<\/?[A-Za-z-]+>|[^<]/gu) ?? []) {
    const key = named[part]
    const step = key === undefined ? pressKey(state, part, { sequence: part }) : pressKey(state, undefined, key)
    state = step.state
    if (step.effect !== undefined) effects.push(step.effect)
  }
  return { state, effects }
}

describe('the menu of Ctrl+C', () => {
  it('TRM6 opens, takes a line, and gives back what was being written', () => {
    const opened = type('half a mess<C-c>')
    expect(opened.state.mode).toBe('menu')
    expect(opened.state.editor.text).toBe('')
    const chosen = type('chat band<Enter>', opened.state)
    expect(chosen.effects).toEqual([{ type: 'submit', text: 'chat band', mode: 'menu' }])
    expect(chosen.state.mode).toBe('chat')
    expect(chosen.state.editor).toEqual({ text: 'half a mess', cursor: 11 })
  })

  it('TRM6 closes with Esc or an empty line, and does nothing then', () => {
    for (const way of ['<Esc>', '<Enter>']) {
      const closed = type(`hi<C-c>${way}`)
      expect(closed).toMatchObject({ state: { mode: 'chat', editor: { text: 'hi' } }, effects: [] })
    }
  })

  it('TRM6 leaves at the second Ctrl+C', () => {
    expect(type('<C-c><C-c>').effects).toEqual([{ type: 'exit' }])
  })

  it('TRM6 keeps the history of messages out of the menu', () => {
    const { state } = type('one<Enter><C-c>exit<Enter>')
    expect(state.history).toEqual(['one'])
  })
})

describe('the input line', () => {
  it('sends at Enter, and nothing when there is nothing', () => {
    expect(type('hello<Enter><Enter>  <Enter>').effects).toEqual([{ type: 'submit', text: 'hello', mode: 'chat' }])
  })

  it('takes a new line with Alt+Enter and from a paste', () => {
    expect(type('a<M-Enter>b').state.editor.text).toBe('a\nb')
    expect(type('<paste>a<Enter>b</paste><Enter>').effects).toEqual([{ type: 'submit', text: 'a\nb', mode: 'chat' }])
  })

  it('TRM1 takes no control characters from a paste', () => {
    const { state } = pressKey({ ...emptyInput, pasting: true }, 'a\u001b[2Jb\u0007', {})
    expect(state.editor.text).toBe('a[2Jb')
  })

  it('TRM1 types nothing for a sequence it does not know', () => {
    expect(pressKey(emptyInput, '\u001b[99~', { sequence: '\u001b[99~' }).state).toBe(emptyInput)
  })

  it('edits by what is seen as one character', () => {
    expect(type('a👩‍👩‍👧é<Left><BS>').state.editor).toEqual({ text: 'aé', cursor: 1 })
    expect(type('ab<Home><Del>').state.editor).toEqual({ text: 'b', cursor: 0 })
    expect(type('one two  <C-w>').state.editor.text).toBe('one ')
    expect(type('one<M-Enter>two<C-u>').state.editor.text).toBe('one\n')
  })

  it('goes through what was sent, and keeps what is being written', () => {
    const { state } = type('one<Enter>two<Enter>')
    expect(type('<Up>', state).state.editor.text).toBe('two')
    expect(type('<Up><Up>', state).state.editor.text).toBe('one')
    expect(type('<Up><Up><Up><Down>', state).state.editor.text).toBe('two')
    expect(type('<Up><Down>', state).state.editor.text).toBe('')
    expect(type('half<Up>', state).state.editor.text).toBe('half')
  })

  it('asks for what is not its own', () => {
    expect(type('<PgUp><S-Up><Tab><Esc><C-n>').effects).toEqual([
      { type: 'scroll', by: 'page', direction: 1 },
      { type: 'scroll', by: 'line', direction: 1 },
      { type: 'complete' },
      { type: 'dismiss' },
      { type: 'nextRoom', direction: 1 },
    ])
    expect(type('<C-d>').effects).toEqual([{ type: 'exit' }])
    expect(type('x<C-d>').effects).toEqual([])
  })
})
