/** What `/find WORDS` and `/pins` show: messages with their numbers, newest first; by `/pins` the newest pin first. */
import { excerptOf, searchBack, searchWords, type Message, type Room } from '@kith/peer'
import { printable, printableLine } from './printable.ts'
import { personColor } from './screen/colors.ts'
import { span, wrap, type Row, type Style } from './screen/layout.ts'
import type { Times } from './screen/times.ts'

/** More are seldom read; more words find fewer. */
const maxFound = 50
const excerptLength = 200

const dim: Style = { dim: true }

interface Found {
  readonly message: Message
  /** As `/reply N` and the others count. */
  readonly number: number
}

export function findIn(room: Pick<Room, 'timeline'>, query: string): readonly Found[] {
  const { timeline } = room
  const words = searchWords(query)
  const found: Message[] = []
  for (let before = timeline.length; before > 0 && found.length < maxFound;) {
    const slice = searchBack(timeline, words, before, maxFound - found.length)
    found.push(...slice.found)
    before = slice.before
  }
  return found.map((message) => ({ message, number: timeline.length - timeline.indexOf(message.id) }))
}

export function pinnedIn({ state, timeline }: Pick<Room, 'state' | 'timeline'>): readonly Found[] {
  return state.pins.flatMap((id) => {
    const at = timeline.indexOf(id)
    return at < 0 ? [] : [{ message: timeline.at(at), number: timeline.length - at }]
  })
}

export function foundRows(found: readonly Found[], query: string, times: Times, columns: number): readonly Row[] {
  const words = searchWords(query)
  const rows = found.flatMap(({ message, number }): readonly Row[] => {
    const said = printable([message.text, ...message.attachments.map(({ name }) => printableLine(name))].join(' '))
    const name = printableLine(message.name) || 'somebody'
    return [
      [
        span(name, { bold: true, color: personColor(message.author) }),
        span(`  ${times.day(message.time)} ${times.clock(message.time)}  #${number}`, dim),
      ],
      ...wrap(
        excerptOf(said, words, excerptLength).map(({ text, hit }) =>
          span(text, hit ? { bold: true, underline: true } : {}),
        ),
        columns - 2,
      ).map((row): Row => [span('  '), ...row]),
    ]
  })
  return found.length < maxFound ? rows : [...rows, [span(`The newest ${maxFound}. More words find fewer.`, dim)]]
}
