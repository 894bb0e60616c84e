/** Names people are called by in a message, set apart from its words; one's own stands out. */
import { createContext, Fragment, use, useMemo, type ReactElement } from 'react'
import { mentionsIn, type Person } from '@kith/peer'

export interface Callable {
  /** Of everybody in the room. */
  readonly names: readonly string[]
  /** One's own, in lower case. */
  readonly mine: string
}

/** Keeps its identity as long as nobody is called otherwise, so that rows do not render with every sign of life. */
export const CallableContext: React.Context<Callable> = createContext<Callable>({ names: [], mine: '' })

export function useCallable(people: readonly Person[]): Callable {
  const named = people.filter(({ name, keeper }) => name !== '' && keeper === undefined)
  const mine = named.find(({ me }) => me)?.name.toLowerCase() ?? ''
  // Names are one line each.
  const joined = named.map(({ name }) => name).join('\n')
  return useMemo(() => ({ names: joined.split('\n'), mine }), [joined, mine])
}

export function Mentioned({ text }: { readonly text: string }): ReactElement {
  const { names, mine } = use(CallableContext)
  const found = mentionsIn(text, names)
  if (found.length === 0) return <Fragment>{text}</Fragment>
  return (
    <>
      {found.map(({ start, end, name }, index) => (
        <Fragment key={start}>
          {text.slice(found[index - 1]?.end ?? 0, start)}
          <span className={`mention${name.toLowerCase() === mine ? ' me' : ''}`}>{text.slice(start, end)}</span>
        </Fragment>
      ))}
      {text.slice(found.at(-1)?.end ?? 0)}
    </>
  )
}
