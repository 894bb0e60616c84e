/** What a person can do to a message. One stable object per room, so that rows never render again because of it. */
import { createContext, use } from 'react'
import type { Message } from '@kith/peer'

export interface RowActions {
  reply(message: Message): void
  edit(message: Message): void
  remove(message: Message): void
  copy(message: Message): void
  react(message: Message, emoji: string, on: boolean): void
  /** Undefined for somebody who may not write here. */
  readonly pin: ((message: Message, on: boolean) => void) | undefined
  jumpTo(id: string): void
  openReact(message: Message, anchor: HTMLElement): void
  openMenu(message: Message, anchor: HTMLElement): void
  /** Its text by itself, for a finger that wants a part of it. */
  openText(message: Message, anchor: HTMLElement): void
  openDelivery(message: Message, anchor: HTMLElement): void
  /** A row got the focus. */
  focused(id: string): void
}

export const RowActionsContext: React.Context<RowActions | undefined> = createContext<RowActions | undefined>(undefined)

export function useRowActions(): RowActions {
  const actions = use(RowActionsContext)
  if (actions === undefined) throw new Error('useRowActions needs a RowActionsContext above it')
  return actions
}

export function mayEdit(message: Message): boolean {
  return message.mine && !message.deleted
}
