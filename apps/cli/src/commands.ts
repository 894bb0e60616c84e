/**
 * What can be typed besides messages: the menu of Ctrl+C (`chat NAME`, `exit`, `load history`, `show history`) and the
 * same and more with a slash in front.
 */
import type { Result } from '@kith/protocol'
import { accept, reject } from '@kith/protocol'
import { tellings, type Telling } from '@kith/peer'
import { parseSize } from './keep-program.ts'
import { parseMembersCommand, type MembersCommand } from './members/commands.ts'
import { identityDescriptions, parseIdentityCommand, type IdentityInput } from './identity-commands.ts'

/** A message by its number: 1 is the newest. */
type MessageNumber = number

export type ChatCommand =
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'chat'; readonly name: string | undefined }
  | { readonly type: 'exit' }
  | { readonly type: 'loadHistory' }
  | { readonly type: 'showHistory' }
  | { readonly type: 'who' }
  | { readonly type: 'find'; readonly words: string }
  | { readonly type: 'map' }
  | { readonly type: 'why'; readonly name: string }
  | { readonly type: 'redacted'; readonly name: string }
  | { readonly type: 'invite' }
  | { readonly type: 'keeper' }
  /** `along`: names of those who come without a PIN. */
  | { readonly type: 'move'; readonly along: readonly string[] }
  | { readonly type: 'follow' }
  | { readonly type: 'help' }
  | { readonly type: 'reply'; readonly number: MessageNumber; readonly text: string }
  | { readonly type: 'react'; readonly number: MessageNumber; readonly emoji: string }
  | { readonly type: 'pin'; readonly number: MessageNumber; readonly on: boolean }
  | { readonly type: 'pins' }
  | { readonly type: 'edit'; readonly number: MessageNumber; readonly text: string }
  | { readonly type: 'delete'; readonly number: MessageNumber }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'title'; readonly title: string }
  | { readonly type: 'join'; readonly link: string }
  | { readonly type: 'forget'; readonly name: string }
  | { readonly type: 'sendFile'; readonly path: string; readonly original: boolean }
  | { readonly type: 'saveFile'; readonly id: string; readonly to: string | undefined }
  | { readonly type: 'showFile'; readonly id: string }
  | { readonly type: 'fetchFile' | 'pauseFile' | 'freeFile'; readonly id: string }
  | { readonly type: 'files' }
  | { readonly type: 'export'; readonly to: string | undefined }
  | { readonly type: 'copy'; readonly number: MessageNumber }
  | { readonly type: 'showUnread' }
  | { readonly type: 'members'; readonly command: MembersCommand }
  /** All that three others hold. */
  | { readonly type: 'freeSpace' }
  /** Undefined: tell it. 0: all there is room for. */
  | { readonly type: 'fileLimit'; readonly bytes: number | undefined }
  /** Undefined: tell it. */
  | { readonly type: 'notify'; readonly how: boolean | Telling | undefined }
  | { readonly type: 'identity'; readonly input: IdentityInput }

export interface CommandDescription {
  readonly usage: string
  readonly does: string
  /** Part of the menu of Ctrl+C, where it needs no slash. */
  readonly menu: boolean
}

export const descriptions: readonly CommandDescription[] = [
  { usage: 'chat NAME', does: 'go to another room, or list them', menu: true },
  { usage: 'exit', does: 'leave', menu: true },
  { usage: 'load history', does: 'ask for what is missing here', menu: true },
  { usage: 'show history', does: 'go to the first message', menu: true },
  { usage: 'unread', does: 'go to the first message that is new', menu: false },
  { usage: 'find WORDS', does: 'messages that have these words, newest first', menu: false },
  { usage: 'who', does: 'who is here, and how they are reached', menu: false },
  { usage: 'map', does: 'who is linked with whom, as a picture', menu: false },
  { usage: 'why NAME', does: 'how somebody is reached, or why not', menu: false },
  { usage: 'redacted NAME', does: 'the same without names and keys, to give away', menu: false },
  { usage: 'keeper', does: 'how to keep its last hours without reading them', menu: false },
  { usage: 'move [NAMES]', does: 'go on in a members room; Mara, Sam come along without a PIN', menu: false },
  { usage: 'follow', does: 'go where somebody moved this room', menu: false },
  { usage: 'invite', does: 'a way in: link and QR code', menu: false },
  { usage: 'reply N TEXT', does: 'answer message N (numbers show while you type)', menu: false },
  { usage: 'react N EMOJI', does: 'react to message N, or take it back', menu: false },
  { usage: 'pin N', does: 'pin message N for everybody; unpin N takes it off', menu: false },
  { usage: 'pins', does: 'what is pinned here, the newest first', menu: false },
  { usage: 'edit N TEXT', does: 'change your message N', menu: false },
  { usage: 'delete N', does: 'delete your message N', menu: false },
  { usage: 'copy N', does: 'put the text of message N into the clipboard', menu: false },
  { usage: 'export [FILE]', does: 'all messages as Markdown, or as JSON when FILE ends so', menu: false },
  { usage: 'send FILE', does: 'give a file to the room; send --original FILE leaves hidden data in', menu: false },
  { usage: 'files', does: 'the files of this room, with their ids', menu: false },
  { usage: 'save ID [PATH]', does: 'put a file on the disk; last is the newest', menu: false },
  { usage: 'show ID', does: 'draw a picture here', menu: false },
  { usage: 'fetch ID', does: 'fetch a file now; also after a pause', menu: false },
  { usage: 'pause ID', does: 'stop fetching it for now', menu: false },
  { usage: 'free [ID]', does: 'erase it here; without ID, all that three others hold', menu: false },
  { usage: 'limit [SIZE]', does: 'what files may take here, as in 2GB; auto is all there is room for', menu: false },
  { usage: 'name NAME', does: 'what others call you', menu: false },
  { usage: 'title NAME', does: 'what you call this room', menu: false },
  { usage: 'join LINK', does: 'join another room', menu: false },
  { usage: 'forget NAME', does: 'leave a room for good and erase all of it here', menu: false },
  { usage: 'mute NAME', does: 'nothing they say counts as unread; unmute', menu: false },
  {
    usage: 'notify [HOW]',
    does: 'what calls you: everything, called or nothing, here; on or off, at all',
    menu: false,
  },
  { usage: 'hide NAME', does: 'nothing they say is shown; unhide', menu: false },
  ...identityDescriptions,
  { usage: 'help', does: 'this list; // at the start sends a slash', menu: false },
]

/** Commands that name a message: while one is typed, the messages show their numbers. */
const numbered = /^\/(reply|react|pin|unpin|edit|delete|copy)\b/u

export function needsNumbers(input: string): boolean {
  return numbered.test(input)
}

/** One line of the chat. Rejections are sentences. */
export function parseInput(text: string): Result<ChatCommand> {
  if (!text.startsWith('/')) return accept({ type: 'message', text })
  if (text.startsWith('//')) return accept({ type: 'message', text: text.slice(1) })
  return parseCommand(text.slice(1))
}

/** A command without its slash, as in the menu. */
export function parseCommand(text: string): Result<ChatCommand> {
  const [word, rest] = split(text.trim())
  switch (word.toLowerCase()) {
    case 'chat':
    case 'rooms':
      return accept({ type: 'chat', name: rest === '' ? undefined : rest })
    case 'exit':
    case 'quit':
    case 'leave':
      return accept({ type: 'exit' })
    case 'load':
      return rest.toLowerCase() === 'history' ? accept({ type: 'loadHistory' }) : reject('Did you mean load history?')
    case 'history':
      return accept({ type: 'showHistory' })
    case 'who':
      return accept({ type: 'who' })
    case 'unread':
      return accept({ type: 'showUnread' })
    case 'export':
      return accept({ type: 'export', to: rest === '' ? undefined : rest })
    case 'copy': {
      const number = parseNumber(rest)
      return number === undefined ? reject('Copy which one? As in /copy 2') : accept({ type: 'copy', number })
    }
    case 'find':
    case 'search':
      return rest === '' ? reject('Find what? As in /find lake house') : accept({ type: 'find', words: rest })
    case 'map':
      return accept({ type: 'map' })
    case 'why':
      return rest === '' ? reject('Why whom? As in /why Mara') : accept({ type: 'why', name: rest })
    case 'redacted':
      return rest === '' ? reject('About whom? As in /redacted Mara') : accept({ type: 'redacted', name: rest })
    case 'invite':
      if (rest === '') return accept({ type: 'invite' })
      break
    case 'move': {
      const names = rest.split(',').map((name) => name.trim())
      return accept({ type: 'move', along: names.filter((name) => name !== '') })
    }
    case 'follow':
      return accept({ type: 'follow' })
    case 'keeper':
      return accept({ type: 'keeper' })
    case 'help':
    case '?':
      return accept({ type: 'help' })
    case 'name':
      return rest === '' ? reject('What name? As in /name Robin') : accept({ type: 'name', name: rest })
    case 'title':
      return rest === '' ? reject('What title? As in /title Lake weekend') : accept({ type: 'title', title: rest })
    case 'join':
      return rest === '' ? reject('Which room? As in /join LINK') : accept({ type: 'join', link: rest })
    case 'forget':
      return rest === ''
        ? reject('Which room? Its whole name, as in /forget Lake weekend')
        : accept({ type: 'forget', name: rest })
    case 'reply':
      return withNumber(rest, 'Which message? As in /reply 2 yes, let us', (number, text) => ({
        type: 'reply',
        number,
        text,
      }))
    case 'edit':
      return withNumber(rest, 'Which message, and what should it say? As in /edit 1 what I meant', (number, text) => ({
        type: 'edit',
        number,
        text,
      }))
    case 'react':
      return withNumber(rest, 'Which message, and with what? As in /react 1 👍', (number, emoji) => ({
        type: 'react',
        number,
        emoji,
      }))
    case 'pins':
      return accept({ type: 'pins' })
    case 'unpin': {
      const number = parseNumber(rest)
      return number === undefined ? reject('Which message? As in /unpin 2') : accept({ type: 'pin', number, on: false })
    }
    case 'pin':
      // Six digits are the PIN of somebody at the door, and a word is whom one is shown for.
      if (/^#?\d{1,5}$/u.test(rest)) {
        const number = parseNumber(rest)
        return number === undefined ? reject('Which message? As in /pin 2') : accept({ type: 'pin', number, on: true })
      }
      break
    case 'delete': {
      const number = parseNumber(rest)
      return number === undefined ? reject('Which message? As in /delete 1') : accept({ type: 'delete', number })
    }
    case 'send': {
      const original = /^--original\s+/u.test(rest)
      const path = unquoted(rest.replace(/^--original\s+/u, ''))
      return path === '' ? reject('Which file? As in /send photo.jpg') : accept({ type: 'sendFile', path, original })
    }
    case 'files':
      return accept({ type: 'files' })
    case 'save': {
      const [id, to] = split(rest)
      return id === ''
        ? reject('Which file? /files lists them; as in /save 3f9a01 ~/Pictures')
        : accept({ type: 'saveFile', id, to: to === '' ? undefined : unquoted(to) })
    }
    case 'show':
      return showWhat(rest)
    case 'limit':
      return limitWhat(rest)
    case 'fetch':
    case 'pause':
    case 'free':
      if (rest === '' && word.toLowerCase() === 'free') return accept({ type: 'freeSpace' })
      return rest === ''
        ? reject(`Which file? /files lists them; as in /${word.toLowerCase()} 3f9a01`)
        : accept({ type: `${word.toLowerCase() as 'fetch' | 'pause' | 'free'}File`, id: rest })
    case 'notify':
      return notifyHow(rest.toLowerCase())
    case '':
      return reject('Say a command, such as chat NAME or exit.')
  }
  const identity = parseIdentityCommand(word.toLowerCase(), rest)
  if (identity !== undefined) return identity.ok ? accept({ type: 'identity', input: identity.value }) : identity
  const members = parseMembersCommand(word.toLowerCase(), rest)
  if (members === undefined)
    return reject(`There is no command ${word.slice(0, 30)}. /help lists them; // at the start sends a slash.`)
  return members.ok ? accept({ type: 'members', command: members.value }) : members
}

function notifyHow(rest: string): Result<ChatCommand> {
  if (rest === '') return accept({ type: 'notify', how: undefined })
  if (rest === 'on' || rest === 'off') return accept({ type: 'notify', how: rest === 'on' })
  const telling = tellings.find((one) => one === rest)
  return telling === undefined
    ? reject('Say /notify everything, called or nothing for this room, or /notify on or off for all of them.')
    : accept({ type: 'notify', how: telling })
}

function limitWhat(rest: string): Result<ChatCommand> {
  if (rest === '') return accept({ type: 'fileLimit', bytes: undefined })
  const bytes = rest.toLowerCase() === 'auto' ? 0 : parseSize(rest)
  return bytes === undefined
    ? reject('How much? As in /limit 2GB, or /limit auto')
    : accept({ type: 'fileLimit', bytes })
}

function showWhat(rest: string): Result<ChatCommand> {
  if (rest.toLowerCase() === 'history') return accept({ type: 'showHistory' })
  return rest === ''
    ? reject('Did you mean show history? A picture is drawn by /show ID.')
    : accept({ type: 'showFile', id: rest })
}

/** Paths are dropped into a terminal with quotes around them, or with a backslash before every space. */
function unquoted(path: string): string {
  const inside = /^(['"])(.*)\1$/u.exec(path.trim())?.[2]
  return inside ?? path.trim().replaceAll(/\\([ '()&])/gu, '$1')
}

function withNumber(
  rest: string,
  advice: string,
  make: (number: MessageNumber, text: string) => ChatCommand,
): Result<ChatCommand> {
  const [first, text] = split(rest)
  const number = parseNumber(first)
  return number === undefined || text === '' ? reject(advice) : accept(make(number, text))
}

function parseNumber(text: string): MessageNumber | undefined {
  const number = /^#?(\d{1,7})$/u.exec(text)?.[1]
  return number === undefined || Number(number) < 1 ? undefined : Number(number)
}

/** The first word and everything after it; newlines in the rest stay. */
function split(text: string): readonly [string, string] {
  const at = text.search(/\s/u)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at).trim()]
}
