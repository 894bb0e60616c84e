/**
 * Whether what can be pressed is a stop of the Tab key. In a log of thousands only what belongs to the message with the
 * focus is: the way from the field to the messages would otherwise lead past every link above it.
 */
import { createContext, use } from 'react'

export const TabStopContext: React.Context<boolean> = createContext(true)

/** For `tabIndex`; undefined outside a log, where the platform's own order holds. */
export function useTabStop(): -1 | undefined {
  return use(TabStopContext) ? undefined : -1
}
