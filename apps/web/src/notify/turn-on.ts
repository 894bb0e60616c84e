/** Turning notifications on: the browser's own question comes only now, and what it said is shown where it was asked. */
import { useCallback, useEffect, useState } from 'react'
import { useChat, useChatState } from '../app/stores.ts'
import { askLeave, leaveToNotify, watchLeave, type Leave } from './system.ts'

interface TurnOn {
  /** It is wanted, and the browser allows it. */
  readonly isOn: boolean
  readonly leave: Leave
  readonly turn: (on: boolean) => void
}

export function useTurnOn(): TurnOn {
  const chat = useChat()
  const wanted = useChatState((state) => state.settings.notifying.on === true)
  const [leave, setLeave] = useState<Leave>(leaveToNotify)
  useEffect(() => watchLeave(setLeave), [])
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
  return { isOn: wanted && leave === 'granted', leave, turn }
}
