/**
 * A dialog of several pages. Wide windows show their list beside the open one; a phone shows the list, and each page over
 * it with a way back. Only the open page is there.
 */
import { useEffect, useRef, type KeyboardEvent, type ReactElement, type ReactNode } from 'react'
import { ChevronRight } from 'lucide-react'
import { useMedia } from '../app/use-media.ts'
import { Dialog } from './dialog.tsx'
import './sections.css'

export interface Section<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly icon: ReactNode
  /** What holds there now, in a word or two. */
  readonly state?: string | undefined
  readonly page: () => ReactNode
}

interface SectionsProps<Id extends string> {
  readonly title: string
  readonly sections: readonly Section<Id>[]
  /** Over the list on a phone. */
  readonly before?: ReactNode
  /** Undefined: the list on a phone, the first page beside it elsewhere. */
  readonly open: Id | undefined
  readonly onOpen: (id: Id | undefined) => void
  readonly onClose: () => void
}

export function Sections<Id extends string>(props: SectionsProps<Id>): ReactElement {
  const { title, sections, before, open, onOpen, onClose } = props
  const isWide = useMedia('(min-width: 720px)')
  const shown = sections.find(({ id }) => id === open) ?? (isWide ? sections[0] : undefined)
  const list = useRef<HTMLUListElement>(null)
  const left = useRef<Id>(undefined)
  const isList = shown === undefined

  // Back in the list, one stands where one left it.
  useEffect(() => {
    if (isList && left.current !== undefined)
      list.current?.querySelector<HTMLElement>(`[data-section="${left.current}"]`)?.focus()
  }, [isList])

  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((button) => button === document.activeElement)
    if (step === undefined || at < 0) return
    event.preventDefault()
    buttons[(at + step + buttons.length) % buttons.length]?.focus()
  }

  const back = (): void => {
    left.current = shown?.id
    onOpen(undefined)
  }

  return (
    <Dialog
      title={isWide || shown === undefined ? title : shown.label}
      onClose={onClose}
      onBack={!isWide && shown !== undefined ? back : undefined}
      sectioned
    >
      <div className="sections">
        {!isWide && isList && before}
        {(isWide || isList) && (
          <nav className="sections-list" aria-label={title} onKeyDown={walk}>
            <ul ref={list}>
              {sections.map(({ id, label, icon, state }) => (
                <li key={id}>
                  <button
                    type="button"
                    data-section={id}
                    aria-current={isWide && id === shown?.id ? 'page' : undefined}
                    onClick={() => onOpen(id)}
                  >
                    {icon}
                    <span className="sections-label">{label}</span>
                    {!isWide && state !== undefined && <span className="sections-state">{state}</span>}
                    {!isWide && <ChevronRight size={18} aria-hidden />}
                  </button>
                </li>
              ))}
            </ul>
          </nav>
        )}
        {shown !== undefined && (
          <section key={shown.id} className="sections-page" aria-label={shown.label}>
            {isWide && <h3 className="sections-title">{shown.label}</h3>}
            {shown.page()}
          </section>
        )}
      </div>
    </Dialog>
  )
}
