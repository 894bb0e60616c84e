/** Looks through a room slice by slice while somebody types, and lets the page breathe in between. */
import { useEffect, useMemo, useState } from 'react'
import { searchBack, searchWords, type Message, type Room } from '@kith/peer'

/** So many are looked for at a time. */
const pageSize = 40
/** Whoever types on has not finished the word. */
const settleMs = 60

export interface Search {
  readonly words: readonly string[]
  readonly found: readonly Message[]
  readonly looking: boolean
  /** Older messages have not been looked through. */
  readonly hasMore: boolean
  more(): void
}

interface Sofar {
  readonly words: readonly string[]
  readonly found: readonly Message[]
  readonly before: number
}

export function useSearch(room: Room, query: string): Search {
  const words = useMemo(() => searchWords(query), [query])
  const [wanted, setWanted] = useState({ words, count: pageSize })
  const [sofar, setSofar] = useState<Sofar>()
  const count = wanted.words === words ? wanted.count : pageSize
  const current = sofar?.words === words ? sofar : undefined
  const looking = words.length > 0 && (current === undefined || (current.before > 0 && current.found.length < count))

  useEffect(() => {
    if (!looking) return undefined
    // One slice a turn; each draws what it found and sets the next one going.
    const look = (): void => {
      const { timeline } = room
      const { found, before } = current ?? { found: [], before: timeline.length }
      const slice = searchBack(timeline, words, before, count - found.length)
      setSofar({ words, found: [...found, ...slice.found], before: slice.before })
    }
    const timer = window.setTimeout(look, current === undefined ? settleMs : 0)
    return () => window.clearTimeout(timer)
  }, [room, words, count, current, looking])

  return {
    words,
    found: current?.found ?? [],
    looking,
    hasMore: current !== undefined && current.before > 0,
    more: () => setWanted({ words, count: count + pageSize }),
  }
}
