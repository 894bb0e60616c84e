/** Tab: completes commands, rooms and names. Pure. */
import { mentionBegun } from '@kith/peer'
import { descriptions } from '../commands.ts'
import { membersDescriptions } from '../members/commands.ts'
import { insert, type Editor } from './editor.ts'

export interface Known {
  readonly rooms: readonly string[]
  readonly names: readonly string[]
}

/** The editor with the word before the cursor completed, as far as it is clear how. */
export function complete(editor: Editor, mode: 'chat' | 'menu', known: Known): Editor {
  const line = editor.text.slice(0, editor.cursor)
  const slash = mode === 'menu' ? '' : '/'
  const chat = `${slash}chat `
  if (line.toLowerCase().startsWith(chat)) return extend(editor, line.slice(chat.length), known.rooms, '')
  const about = /^\/(?:why|redacted) /iu.exec(line)?.[0]
  if (about !== undefined) return extend(editor, line.slice(about.length), known.names, '')
  if (mode === 'menu' || line.startsWith('/')) {
    const commands = [...descriptions, ...membersDescriptions]
      .filter(({ menu }) => menu || mode === 'chat')
      .map(({ usage }) => usage.replaceAll(/\s*[A-Z]+\b/gu, ''))
    return extend(editor, line.slice(slash.length), commands, ' ')
  }
  const begun = mentionBegun(line, line.length)?.begun
  if (begun !== undefined && known.names.some((name) => startsAs(name, begun)))
    return extend(editor, begun, known.names, ' ')
  const word = /\S+$/u.exec(line)?.[0] ?? ''
  return word === '' ? editor : extend(editor, word, known.names, word === line ? ': ' : ' ')
}

function startsAs(name: string, begun: string): boolean {
  return name.toLowerCase().startsWith(begun.toLowerCase())
}

function extend(editor: Editor, begun: string, candidates: readonly string[], after: string): Editor {
  const matching = candidates.filter((candidate) => startsAs(candidate, begun))
  const [first] = matching
  if (first === undefined) return editor
  let shared = first
  for (const other of matching) while (!startsAs(other, shared)) shared = shared.slice(0, -1)
  const start = editor.cursor - begun.length
  const base = { text: editor.text.slice(0, start) + editor.text.slice(editor.cursor), cursor: start }
  return insert(base, matching.length === 1 ? first + after : shared)
}
