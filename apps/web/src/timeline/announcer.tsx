/**
 * Tells screen readers of new messages, politely. The timeline itself is a log that stays silent: rows come and go in it
 * as one scrolls, and each would be read out as if it were new.
 */
import { useEffect, useState, type ReactElement } from 'react'
import type { Message, Room } from '@kith/peer'
import { saidOf } from '../files/said.ts'
import { plainText } from '../markdown/parse.ts'
import { useMessages } from '../messages/messages.tsx'

/** More than this at once are counted, not read. */
const maxRead = 3
const settleMs = 400

export function Announcer({ room }: { readonly room: Room }): ReactElement {
  const words = useMessages()
  const [lines, setLines] = useState<readonly string[]>([])
  useEffect(() => {
    let newest = room.state.newest?.id ?? ''
    let waiting: Message[] = []
    let timer: number | undefined
    const stop = room.onMessages((messages) => {
      // Only what was added at the end: edits, reactions and older history are not news.
      const news = messages.filter((message) => message.id > newest)
      newest = news.reduce((last, { id }) => (id > last ? id : last), newest)
      waiting.push(...news.filter((message) => !message.mine && !message.deleted))
      if (waiting.length === 0 || timer !== undefined) return
      timer = window.setTimeout(() => {
        timer = undefined
        const said =
          waiting.length > maxRead
            ? [words.timeline.announceMany(waiting.length)]
            : waiting.map((message) => words.timeline.announce(message.name, saidOf(message, words, plainText)))
        waiting = []
        setLines(said)
      }, settleMs)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [room, words])
  return (
    <div className="visually-hidden" aria-live="polite" aria-atomic="true" data-testid="announcer">
      {lines.map((line, index) => (
        <p key={`${line} ${index}`}>{line}</p>
      ))}
    </div>
  )
}
