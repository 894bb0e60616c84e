/**
 * A room’s messages as a file for people (Markdown) or for programs (JSON): what is shown here now, oldest first. Nothing in
 * it opens anything: no link, no key, neither of the room nor of its files. It comes in pieces, so that a page goes on
 * answering beside 100,000 messages.
 */
import type { Millis } from '@kith/protocol'
import type { Message, RoomState, TimelineView } from './chat.ts'

export type ExportFormat = 'markdown' | 'json'

export interface ExportSource {
  readonly state: Pick<RoomState, 'title' | 'kind' | 'people' | 'sync'>
  readonly timeline: TimelineView
}

export interface ExportWords {
  /** What the room is called here. */
  readonly title: string
  readonly now: Millis
  /** Other than `localClock`. */
  readonly clock?: (time: Millis) => readonly [day: string, time: string]
}

/** Messages in one piece: some milliseconds on a slow phone. */
export const exportSlice = 500

export function exportRoom(source: ExportSource, format: ExportFormat, words: ExportWords): Generator<string> {
  return format === 'json' ? jsonOf(source, words) : markdownOf(source, words)
}

/** A name for the file that every system takes. */
export function exportFileName(title: string, format: ExportFormat): string {
  const safe = title
    .replaceAll(/[\p{C}\s\\/:*?"<>|]+/gu, ' ')
    .trim()
    .slice(0, 60)
    .replace(/^\.+|[. ]+$/gu, '')
  return `${safe === '' ? 'room' : safe}.${format === 'json' ? 'json' : 'md'}`
}

/** Day and time of day where this program is, in digits that sort. */
export function localClock(time: Millis): readonly [day: string, time: string] {
  const date = new Date(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return [day, `${two(date.getHours())}:${two(date.getMinutes())}`]
}

function* slices(timeline: TimelineView, write: (message: Message, index: number) => string): Generator<string> {
  for (let from = 0; from < timeline.length; from += exportSlice) {
    let piece = ''
    const end = Math.min(timeline.length, from + exportSlice)
    for (let i = from; i < end; i++) piece += write(timeline.at(i), i)
    yield piece
  }
}

/** What somebody wrote stands behind `> `, so that no text can pass for a message of somebody else. */
function* markdownOf(
  { state, timeline }: ExportSource,
  { title, now, clock = localClock }: ExportWords,
): Generator<string> {
  const [today, time] = clock(now)
  const { have, gaps } = state.sync
  yield `# ${oneLine(title)}\n\n${today} ${time}. Messages: ${timeline.length}, entries: ${have}, gaps: ${gaps}\n`
  let day = ''
  yield* slices(timeline, (message) => {
    const [date, at] = clock(message.time)
    const head = date === day ? '' : `\n## ${date}\n`
    day = date
    const answered = message.replyTo === undefined ? -1 : timeline.indexOf(message.replyTo)
    const to = answered < 0 ? '' : `, to ${nameOf(timeline.at(answered))}`
    const marks = message.deleted ? ' (deleted)' : message.edited ? ' (edited)' : ''
    return `${head}\n**${nameOf(message)}**, ${at}${to}${marks}\n\n${bodyOf(message)}`
  })
}

function bodyOf(message: Message): string {
  const lines = message.text === '' ? [] : message.text.split(/\r\n|[\n\r\u0085\u2028\u2029]/u)
  const files = message.attachments.map(({ name, size }) => `📎 ${oneLine(name)} (${size} bytes)`)
  const reactions = message.reactions.map(({ emoji, by }) => `${oneLine(emoji)} ${by.length}`).join('  ')
  const all = [...lines, ...files, ...(reactions === '' ? [] : ['', reactions])]
  return all.map((line) => `> ${line}`.trimEnd() + '\n').join('')
}

function nameOf({ name }: Message): string {
  const line = oneLine(name).replaceAll(/[\\*_`[\]<>]/gu, '\\$&')
  return line === '' ? '?' : line
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

function* jsonOf({ state, timeline }: ExportSource, { title, now }: ExportWords): Generator<string> {
  const people = state.people.filter(({ keeper }) => keeper === undefined)
  const head = {
    format: 'kith-export',
    version: 1,
    room: { title, kind: state.kind },
    exportedAt: now,
    entries: state.sync.have,
    gaps: state.sync.gaps,
    people: people.map(({ id, name, me }) => ({ id, name, me })),
  }
  yield `${JSON.stringify(head).slice(0, -1)},"messages":[`
  yield* slices(timeline, (message, index) => `${index === 0 ? '' : ','}\n${JSON.stringify(recordOf(message))}`)
  yield '\n]}\n'
}

function recordOf(message: Message): Record<string, unknown> {
  const { id, author, name, time, text, edited, deleted, replyTo, receipt } = message
  return {
    id,
    author,
    name,
    time,
    text,
    edited,
    deleted,
    replyTo: replyTo ?? null,
    reactions: message.reactions.map(({ emoji, by }) => ({ emoji, by })),
    // Roots name files; what opens them is left out.
    files: message.attachments.map((file) => ({ root: file.root, name: file.name, type: file.type, size: file.size })),
    receipt,
  }
}
