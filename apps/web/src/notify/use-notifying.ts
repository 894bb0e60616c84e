/** Notifies while it is wanted; what does so is loaded only then. */
import { useEffect } from 'react'
import { keyOf, navigate } from '../app/route.ts'
import { useChat, useChatState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'

export function useNotifying(): void {
  const chat = useChat()
  const words = useMessages()
  const on = useChatState((state) => state.settings.notifying.on === true)
  useEffect(() => {
    if (!on) return
    let stop: (() => void) | undefined
    let isOver = false
    const open = (id: string): void => {
      const room = chat.state.rooms.find((one) => one.id === id)
      if (room !== undefined) navigate(keyOf(room))
    }
    import('./notifier.ts')
      .then(({ startNotifying }) => {
        if (!isOver) stop = startNotifying(chat, words, open)
      })
      .catch(() => undefined)
    return () => {
      isOver = true
      stop?.()
    }
  }, [chat, words, on])
}
