/**
 * Looking for messages by their words, in what is decrypted on this device. There is no index: nothing more is stored and
 * nobody is asked. Messages are read in slices, newest first, so that a page goes on answering beside 100,000 of them.
 *
 * All the words that were typed have to be there, in any order, also inside of others: in the text, in the name of who
 * wrote it, or in the names of its files. Capitals and accents make no difference.
 */
import type { Message, TimelineView } from './chat.ts'

/** Messages read in one go: some milliseconds on a slow phone. */
export const searchSlice = 2000
/** Of a query; what is longer was pasted by mistake. */
const maxWords = 8
const maxQueryLength = 200

export interface SearchSlice {
  /** Newest first. */
  readonly found: readonly Message[]
  /** Where the next slice ends; 0 when everything was looked through. */
  readonly before: number
}

/** A piece of an excerpt. */
export interface ExcerptPart {
  readonly text: string
  readonly hit: boolean
}

const ascii = /^[\u0000-\u007f]*$/u
const accents = /[\u0300-\u036f]/gu

function fold(text: string): string {
  const lower = text.toLowerCase()
  return ascii.test(lower) ? lower : lower.normalize('NFKD').replace(accents, '')
}

/** What was typed, as the words that are looked for. */
export function searchWords(query: string): readonly string[] {
  return fold(query.slice(0, maxQueryLength))
    .split(/\s+/u)
    .filter((word) => word !== '')
    .slice(0, maxWords)
}

function holds(message: Message, words: readonly string[]): boolean {
  if (message.deleted) return false
  const text = fold([message.text, message.name, ...message.attachments.map(({ name }) => name)].join('\n'))
  return words.every((word) => text.includes(word))
}

/** Looks through one slice of the messages before `before`, and stops early with `most` of them. */
export function searchBack(
  timeline: TimelineView,
  words: readonly string[],
  before: number,
  most: number,
): SearchSlice {
  const found: Message[] = []
  if (words.length === 0) return { found, before: 0 }
  const end = Math.max(0, before - searchSlice)
  let at = Math.min(before, timeline.length)
  while (at > end && found.length < most) {
    const message = timeline.at(--at)
    if (holds(message, words)) found.push(message)
  }
  return { found, before: at }
}

/** How far before the first hit an excerpt begins. */
const leadLength = 32

/** A line of a text with its hits marked; it begins shortly before the first one. `length` is in UTF-16 units. */
export function excerptOf(text: string, words: readonly string[], length: number): readonly ExcerptPart[] {
  const line = text.replace(/\s+/gu, ' ').trim()
  const marked = hitsIn(line, words)
  const first = marked.indexOf(true)
  const begin = first > leadLength ? wordStart(line, first - leadLength, first) : 0
  const parts: { text: string; hit: boolean }[] = begin > 0 ? [{ text: '…', hit: false }] : []
  let at = begin
  for (const character of line.slice(begin)) {
    if (at - begin >= length) {
      parts.push({ text: '…', hit: false })
      break
    }
    const hit = marked[at] === true
    const last = parts.at(-1)
    if (last?.hit === hit) last.text += character
    else parts.push({ text: character, hit })
    at += character.length
  }
  return parts
}

/** The beginning of a word after `from`, or `from` itself moved off the middle of a pair of surrogates. */
function wordStart(line: string, from: number, most: number): number {
  const space = line.indexOf(' ', from)
  if (space >= 0 && space < most) return space + 1
  const code = line.charCodeAt(from)
  return code >= 0xdc00 && code <= 0xdfff ? from + 1 : from
}

/** For every UTF-16 unit of the line whether it is part of a hit. Folding may make characters longer or shorter. */
function hitsIn(line: string, words: readonly string[]): readonly boolean[] {
  const marked = Array.from({ length: line.length }, () => false)
  let folded = ''
  const origin: number[] = []
  let at = 0
  for (const character of line) {
    for (const unit of fold(character)) {
      folded += unit
      for (let i = 0; i < unit.length; i++) origin.push(at)
    }
    at += character.length
  }
  origin.push(line.length)
  for (const word of words) {
    for (let i = folded.indexOf(word); i >= 0; i = folded.indexOf(word, i + word.length)) {
      const start = origin[i] ?? 0
      // Up to where the next character begins, so that an accent that was folded away is marked with its letter.
      const end = origin[i + word.length] ?? line.length
      marked.fill(true, start, Math.max(end, start + 1))
    }
  }
  return marked
}
