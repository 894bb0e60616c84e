/** While a name is typed behind an @: who is meant, above the field. The focus stays in the field. */
import {
  useCallback,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
} from 'react'
import { mentionBegun, namesFor, type Person, type Room } from '@kith/peer'
import { useMessages } from '../messages/messages.tsx'
import { Glyph } from '../person/glyph.tsx'

const mostShown = 6
/** Pixels between the menu and the field. */
const gap = 4

export interface MentionsMenu {
  readonly id: string
  readonly people: readonly Person[]
  readonly at: number
  /** Of the option that Enter takes; undefined when nothing is offered. */
  readonly activeId: string | undefined
  /** To be called when the text or the caret changed. */
  look(): void
  /** Answers whether the key was for the menu. */
  key(event: KeyboardEvent<HTMLTextAreaElement>): boolean
  choose(index: number): void
  close(): void
}

export function useMentions(
  room: Room,
  field: RefObject<HTMLTextAreaElement | null>,
  changed: RefObject<() => void>,
): MentionsMenu {
  const id = useId()
  const [offered, setOffered] = useState<{ readonly start: number; readonly people: readonly Person[] }>()
  const [at, setAt] = useState(0)
  const close = useCallback(() => setOffered(undefined), [])

  const look = useCallback(() => {
    const element = field.current
    if (element === null) return
    const typed =
      element.selectionStart === element.selectionEnd ? mentionBegun(element.value, element.selectionStart) : undefined
    const people = typed === undefined ? [] : peopleFor(typed.begun, room.state.people)
    // Most keys have nothing to do with it, and must not render anything.
    setOffered((before) =>
      typed === undefined || people.length === 0
        ? undefined
        : before?.start === typed.start &&
            before.people.map((one) => one.id).join() === people.map((one) => one.id).join()
          ? before
          : { start: typed.start, people },
    )
    setAt(0)
  }, [room, field])

  const choose = useCallback(
    (index: number) => {
      const element = field.current
      const person = offered?.people[index]
      if (element === null || offered === undefined || person === undefined) return
      element.setRangeText(`@${person.name} `, offered.start, element.selectionStart, 'end')
      setOffered(undefined)
      changed.current()
      element.focus()
    },
    [field, offered, changed],
  )

  const people = offered?.people ?? []
  const key = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (people.length === 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false
    if (event.key === 'ArrowDown') setAt((at + 1) % people.length)
    else if (event.key === 'ArrowUp') setAt((at + people.length - 1) % people.length)
    else if (event.key === 'Enter' || event.key === 'Tab') choose(at)
    else if (event.key === 'Escape') close()
    else return false
    event.preventDefault()
    return true
  }
  return { id, people, at, activeId: people.length > 0 ? `${id}-${at}` : undefined, look, key, choose, close }
}

/** Those who are here before those who are not. */
function peopleFor(begun: string, people: readonly Person[]): readonly Person[] {
  const others = people
    .filter(({ me, keeper }) => !me && keeper === undefined)
    .toSorted((a, b) => Number(b.online) - Number(a.online))
  const fitting = namesFor(
    begun,
    others.map(({ name }) => name),
  )
  return fitting.flatMap((name) => others.find((person) => person.name === name) ?? []).slice(0, mostShown)
}

export function Mentions({ menu }: { readonly menu: MentionsMenu }): ReactElement | null {
  const words = useMessages()
  const { id, people, at, choose } = menu
  const list = useRef<HTMLDivElement>(null)
  // In the top layer, for nothing to cut it off; above the field it belongs to, which moves as lines are added.
  useLayoutEffect(() => {
    const element = list.current
    const field = element?.nextElementSibling?.getBoundingClientRect()
    if (element === null || field === undefined) return
    if (!element.matches(':popover-open')) element.showPopover()
    element.style.left = `${field.left}px`
    element.style.bottom = `${window.innerHeight - field.top + gap}px`
    element.style.maxWidth = `${field.width}px`
  })
  if (people.length === 0) return null
  return (
    <div ref={list} id={id} popover="manual" className="mentions" role="listbox" aria-label={words.people.title}>
      {people.map((person, index) => (
        <button
          type="button"
          key={person.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => choose(index)}
        >
          <Glyph author={person.id} size={24} away={!person.online} />
          <span>{person.name}</span>
        </button>
      ))}
    </div>
  )
}
