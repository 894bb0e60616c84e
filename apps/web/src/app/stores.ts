/**
 * Reading the facade from React. A component names what it needs (`select`) and renders again only when that changed,
 * which is what keeps a draft or a typing mark from touching 100,000 messages.
 */
import { createContext, use, useCallback, useRef, useSyncExternalStore } from 'react'
import type { Chat, ChatState, Room, RoomState, TimelineView } from '@kith/peer'

export const ChatContext: React.Context<Chat | undefined> = createContext<Chat | undefined>(undefined)

export function useChat(): Chat {
  const chat = use(ChatContext)
  if (chat === undefined) throw new Error('useChat needs a ChatContext above it')
  return chat
}

/** Equal one level deep: selections are small records or lists made fresh by `select`. */
export function equalShallow(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key as keyof typeof a], b[key as keyof typeof b]))
}

function useSelected<State, T>(
  subscribe: (listener: () => void) => () => void,
  read: () => State,
  select: (state: State) => T,
): T {
  const last = useRef<{ state: State; select: (state: State) => T; value: T }>(undefined)
  const snapshot = (): T => {
    const state = read()
    const before = last.current
    if (before !== undefined && before.state === state && before.select === select) return before.value
    const value = select(state)
    const kept = before !== undefined && equalShallow(before.value, value) ? before.value : value
    last.current = { state, select, value: kept }
    return kept
  }
  return useSyncExternalStore(subscribe, snapshot)
}

export function useChatState<T>(select: (state: ChatState) => T): T {
  const chat = useChat()
  const subscribe = useCallback((listener: () => void) => chat.subscribe(listener), [chat])
  return useSelected(subscribe, () => chat.state, select)
}

export function useRoomState<T>(room: Room, select: (state: RoomState) => T): T {
  const subscribe = useCallback((listener: () => void) => room.subscribe(listener), [room])
  return useSelected(subscribe, () => room.state, select)
}

export function useTimeline(room: Room): TimelineView {
  const subscribe = useCallback((listener: () => void) => room.subscribe(listener), [room])
  return useSyncExternalStore(subscribe, () => room.timeline)
}
