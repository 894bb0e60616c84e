/**
 * A quiet offer to be told, once: where one waits alone for the others, and where messages came while one looked elsewhere.
 * Whatever is answered puts it away.
 */
import { useEffect, useState, type ReactElement } from 'react'
import { Bell } from 'lucide-react'
import type { Room } from '@kith/peer'
import { useChatState } from '../app/stores.ts'
import { useNotifyMessages } from '../messages/notify.tsx'
import { useTurnOn } from './turn-on.ts'
import './notify.css'

/** Under the header, when one comes back to messages one did not hear of. */
export function NotifyOffer({ room }: { readonly room: Room }): ReactElement | null {
  const words = useNotifyMessages()
  const asked = useChatState((state) => state.settings.notifying.on !== undefined)
  const { leave, turn } = useTurnOn()
  const [missed, setMissed] = useState(false)
  useEffect(() => {
    if (asked || missed || leave !== 'default') return
    // While it is hidden, so that nothing moves before anybody's eyes.
    const look = (): void => {
      if (document.visibilityState === 'hidden' && room.state.news !== undefined) setMissed(true)
    }
    return room.subscribe(look)
  }, [room, asked, missed, leave])
  if (asked || !missed) return null
  return (
    <div className="notify-offer" role="group" aria-label={words.title}>
      <Bell size={16} aria-hidden />
      <p>{words.offer}</p>
      <div className="notify-offer-buttons">
        <button type="button" className="button" onClick={() => turn(false)}>
          {words.notNow}
        </button>
        <button type="button" className="button primary" onClick={() => turn(true)}>
          {words.turnOn}
        </button>
      </div>
    </div>
  )
}

/** Beside the link, while one is the only one here. */
export function NotifyAlone(): ReactElement | null {
  const words = useNotifyMessages()
  const asked = useChatState((state) => state.settings.notifying.on)
  const { leave, turn } = useTurnOn()
  const [turned, setTurned] = useState(false)
  if (turned && asked === true) {
    return (
      <p className="notify-alone" role="status">
        <Bell size={16} aria-hidden />
        {words.isOn}
      </p>
    )
  }
  if (asked !== undefined || leave !== 'default') return null
  return (
    <button
      type="button"
      className="link-button notify-alone"
      onClick={() => {
        setTurned(true)
        turn(true)
      }}
    >
      <Bell size={16} aria-hidden />
      {words.offerAlone}
    </button>
  )
}
