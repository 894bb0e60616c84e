/** Turning notifications on: the browser's own question comes only now, and what it said is shown where it was asked. */
import { useCallback, useState } from 'react'
import { useChat } from '../app/stores.ts'
import { askLeave, leaveToNotify, type Leave } from './system.ts'

export function useTurnOn(): { readonly leave: Leave; readonly turn: (on: boolean) => void } {
  const chat = useChat()
  const [leave, setLeave] = useState<Leave>(leaveToNotify)
  const turn = useCallback(
    (on: boolean): void => {
      const ask = async (): Promise<void> => {
        const said = on ? await askLeave() : leaveToNotify()
        setLeave(said)
        await chat.setNotifying({ on: on && said === 'granted' })
      }
      ask().catch(() => setLeave(leaveToNotify()))
    },
    [chat],
  )
  return { leave, turn }
}
