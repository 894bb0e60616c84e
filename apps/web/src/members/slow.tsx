/** Slow mode: how long until one may write again, counted beside the field. */
import { useEffect, useState, type ReactElement } from 'react'
import { Hourglass } from 'lucide-react'
import type { Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import './members.css'

/** Seconds, 0 when one may write. */
export function useSlow(room: Room): number {
  const until = useRoomState(room, ({ members }) => members?.slowUntil)
  const [now, setNow] = useState(() => Date.now())
  const left = until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000))
  useEffect(() => {
    setNow(Date.now())
    if (until === undefined || until <= Date.now()) return undefined
    const timer = window.setInterval(() => {
      setNow(Date.now())
      if (Date.now() >= until) window.clearInterval(timer)
    }, 250)
    return () => window.clearInterval(timer)
  }, [until])
  return left
}

export function Slow({ seconds }: { readonly seconds: number }): ReactElement | null {
  const say = useMembersMessages()
  if (seconds === 0) return null
  return (
    <p className="slow">
      <Hourglass size={14} aria-hidden />
      {say.slow(seconds)}
    </p>
  )
}
