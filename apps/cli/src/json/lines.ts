/**
 * The lines of `--json`: one object a line, out and in. Names are frozen; docs/spec/terminal.md is their description.
 *
 * ```
 * out  {"type":"ready","room","link"}
 *      {"type":"peer","session","name","path","state"}          path null | relay | direct | through
 *      {"type":"message","id","session","name","text","time","receipt"}
 *      {"type":"synced","entries","gaps"}
 *      {"type":"map","self","mode","online","nodes","links","gaps","trees"}
 *      {"type":"why","session","name","verdict","advice","path",…,"attempts","report"}
 *      {"type":"file","id","name","mediaType","size","message","state","have",…}   and  {"type":"saved","id","path"}
 *      {"type":"pins","pins":[{"id","by","name","at"}]}
 *      {"type":"members",…}  {"type":"entering","phase",…}  {"type":"newcomer",…}  {"type":"invite","link"}  {"type":"done","text"}
 *      {"type":"error","code","message"}
 * in   {"type":"send","text"}  {"type":"history","limit"}  {"type":"who"}  {"type":"map"}  {"type":"why","name"}
 *      {"type":"attach","path","text","original"}  {"type":"save","id","path"}  {"type":"files"}
 *      {"type":"members"}  {"type":"command","text"}
 *      {"type":"pin","id","on"}  {"type":"pins"}
 *      {"type":"fetch","id"}  {"type":"pause","id"}  {"type":"free","id"}  {"type":"leave"}
 * ```
 * With several rooms every object carries `room` too, and an incoming one may.
 */
import type { Path, PeerState, Result } from '@kith/protocol'
import { accept, reject } from '@kith/protocol'
import type { Message } from '@kith/peer'
import {
  fileFields,
  fileLineFaults,
  parseFileLine,
  type FileFields,
  type FileLine,
  type FileLineFault,
  type FileLineIn,
} from './file-lines.ts'
import { parseIdentityCommand, type IdentityInput } from '../identity-commands.ts'
import { parseMembersCommand, type MembersCommand } from '../members/commands.ts'
import type { MembersOut } from '../members/lines.ts'
import type { MapLine, WhyLine } from './map-lines.ts'
import { parsePinLine, pinLineFaults, type PinLineFault, type PinLineIn, type PinsLine } from './pin-lines.ts'

/** Longest line read; a message is far shorter. */
export const maxLineChars: number = 256 * 1024

export type LineOut =
  | { readonly type: 'ready'; readonly room: string; readonly link: string }
  | {
      readonly type: 'peer'
      readonly session: string
      readonly name: string
      readonly path: Path | null
      readonly state: PeerState
    }
  | {
      readonly type: 'message'
      readonly id: string
      readonly session: string
      readonly name: string
      readonly text: string
      readonly time: number
      readonly receipt: boolean
      /** Only where there are any. */
      readonly files?: readonly FileFields[]
    }
  | { readonly type: 'synced'; readonly entries: number; readonly gaps: number }
  | FileLine
  | PinsLine
  | MembersOut
  | MapLine
  | WhyLine
  | { readonly type: 'error'; readonly code: string; readonly message: string }

/** What `command` carries: about members, or about who somebody is. */
export type TypedCommand = MembersCommand | IdentityInput

export type LineIn =
  | { readonly type: 'send'; readonly text: string; readonly room: string | undefined }
  | { readonly type: 'history'; readonly limit: number | undefined; readonly room: string | undefined }
  | { readonly type: 'who'; readonly room: string | undefined }
  | { readonly type: 'map'; readonly room: string | undefined }
  | { readonly type: 'why'; readonly name: string; readonly room: string | undefined }
  | FileLineIn
  | PinLineIn
  | { readonly type: 'members'; readonly room: string | undefined }
  | { readonly type: 'keeper'; readonly room: string | undefined }
  | { readonly type: 'command'; readonly command: TypedCommand; readonly room: string | undefined }
  | { readonly type: 'leave' }

export type LineFault =
  | FileLineFault
  | PinLineFault
  | 'lineTooLong'
  | 'notJson'
  | 'notObject'
  | 'typeUnknown'
  | 'textMissing'
  | 'nameMissing'
  | 'limitMalformed'
  | 'commandMalformed'
  | 'roomMalformed'

export const lineFaults: Readonly<Record<LineFault, string>> = {
  ...fileLineFaults,
  ...pinLineFaults,
  lineTooLong: `A line has at most ${maxLineChars} characters.`,
  notJson: 'The line is not JSON.',
  notObject: 'A line is one JSON object, such as {"type":"who"}.',
  typeUnknown:
    'type is one of send, history, who, map, why, attach, save, files, fetch, pause, free, pin, pins, members, command, leave.',
  textMissing: 'send needs text, as in {"type":"send","text":"hello"}.',
  nameMissing: 'why needs name, as in {"type":"why","name":"Mara"}; the beginning of a session does as well.',
  commandMalformed:
    'text is a command about members or about who somebody is, without its slash, such as “vouch Noor” or “verify Noor”.',
  limitMalformed: 'limit is a whole number from 1.',
  roomMalformed: 'room is the id of a room.',
}

// JSON escapes C0 itself; DEL, C1 and bidirectional controls would reach a terminal that shows the lines.
const unsafe = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** One line with its newline. The JSON value is exact; it just never holds a raw control character. */
export function formatLine(line: LineOut, room?: string): string {
  const json = JSON.stringify(room === undefined || line.type === 'ready' ? line : { ...line, room })
  return `${json.replaceAll(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

export function messageLine(message: Message): LineOut {
  const { id, session, name, text, time, receipt, attachments } = message
  const line = { type: 'message', id, session, name, text, time, receipt } as const
  return attachments.length === 0 ? line : { ...line, files: attachments.map(fileFields) }
}

/** Judges one line; never throws. */
export function parseLine(text: string): Result<LineIn, LineFault> {
  if (text.length > maxLineChars) return reject('lineTooLong')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return reject('notJson')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return reject('notObject')
  const fields = value as Readonly<Record<string, unknown>>
  const room = Object.hasOwn(fields, 'room') ? fields['room'] : undefined
  if (room !== undefined && typeof room !== 'string') return reject('roomMalformed')
  const aboutFile = parseFileLine(fields, room)
  if (aboutFile !== undefined) return aboutFile
  const aboutPin = parsePinLine(fields, room)
  if (aboutPin !== undefined) return aboutPin
  switch (fields['type']) {
    case 'send': {
      const message = fields['text']
      if (typeof message !== 'string' || message.trim() === '') return reject('textMissing')
      return accept({ type: 'send', text: message, room })
    }
    case 'history': {
      const limit = fields['limit']
      if (limit === undefined || limit === null) return accept({ type: 'history', limit: undefined, room })
      if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) return reject('limitMalformed')
      return accept({ type: 'history', limit, room })
    }
    case 'who':
      return accept({ type: 'who', room })
    case 'map':
      return accept({ type: 'map', room })
    case 'why': {
      const name = fields['name'] ?? fields['session']
      if (typeof name !== 'string' || name.trim() === '') return reject('nameMissing')
      return accept({ type: 'why', name, room })
    }
    case 'members':
      return accept({ type: 'members', room })
    case 'keeper':
      return accept({ type: 'keeper', room })
    case 'command': {
      const typed = fields['text']
      if (typeof typed !== 'string') return reject('commandMalformed')
      const [word = '', ...rest] = typed.trim().split(/\s+/u)
      const typedRest = rest.join(' ')
      const command =
        parseMembersCommand(word.toLowerCase(), typedRest) ?? parseIdentityCommand(word.toLowerCase(), typedRest)
      return command?.ok === true
        ? accept({ type: 'command', command: command.value, room })
        : reject('commandMalformed')
    }
    case 'leave':
      return accept({ type: 'leave' })
    default:
      return reject('typeUnknown')
  }
}
