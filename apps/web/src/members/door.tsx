/** Who stands at the door, above the messages of whoever may open: a PIN to tell them, a word for them, or sending away. */
import { useEffect, useState, type ReactElement } from 'react'
import { DoorOpen } from 'lucide-react'
import type { GovernCommand, Newcomer, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import { namesIn } from './verified.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Glyph } from '../person/glyph.tsx'
import './members.css'

const noNewcomers: readonly Newcomer[] = []

export function Door({ room }: { readonly room: Room }): ReactElement | null {
  const newcomers = useRoomState(room, (state) => state.members?.newcomers ?? noNewcomers)
  const mayAdd = useRoomState(room, (state) => state.members?.mayAdd ?? false)
  const words = useMembersMessages()
  if (newcomers.length === 0 || !mayAdd) return null
  return (
    <section className="door" aria-label={words.door.title}>
      {newcomers.map((newcomer) => (
        <AtDoor key={newcomer.id} room={room} newcomer={newcomer} />
      ))}
    </section>
  )
}

function AtDoor({ room, newcomer }: { readonly room: Room; readonly newcomer: Newcomer }): ReactElement {
  const words = useMessages()
  const members = useMembersMessages()
  const say = members.door
  const people = useRoomState(room, (state) => state.people)
  const me = useRoomState(room, (state) => state.me)
  const { id, name, vouches, needed, pin, wrongPins, here } = newcomer
  const seconds = useSecondsLeft(pin?.until)
  const [failed, setFailed] = useState(false)
  const nameOf = namesIn(people, words.room.you)
  const act = (command: GovernCommand): void => {
    setFailed(false)
    room.govern(command).catch(() => setFailed(true))
  }
  const vouchers = vouches.flatMap(({ by }) => nameOf(by) ?? [])
  const mine = vouches.some(({ by }) => by === me)
  const counts = pin !== undefined && seconds > 0
  return (
    <div className="door-one">
      <Glyph author={id} />
      <div className="door-words">
        <p className="door-name" role="status">
          {vouches.length > 0 ? say.lacks(name, vouches.length, needed) : say.wants(name)}
        </p>
        {vouchers.length > 0 && <p className="door-note">{say.vouchedBy(vouchers)}</p>}
        {!here && <p className="door-note">{say.away}</p>}
        {wrongPins > 0 && <p className="door-note wrong">{say.wrong(wrongPins)}</p>}
        {counts && (
          <>
            <p className="door-pin" role="img" aria-label={say.spoken(pin.digits)}>
              {pin.digits.slice(0, 3)}
              <span aria-hidden="true"> </span>
              {pin.digits.slice(3)}
            </p>
            <p className="door-note">
              {say.pin} <span className="door-left">{`${say.tries(pin.triesLeft)}, ${say.pinLeft(seconds)}`}</span>
            </p>
          </>
        )}
        {pin !== undefined && !counts && <p className="door-note">{say.pinOver}</p>}
        {failed && (
          <p className="door-note wrong" role="alert">
            {members.policy.failed}
          </p>
        )}
      </div>
      <div className="door-acts">
        {!counts && !mine && (
          <button
            type="button"
            className="button primary"
            disabled={!here}
            onClick={() => act({ type: 'vouch', who: id, method: 'pin' })}
          >
            <DoorOpen size={18} aria-hidden />
            {say.showPin}
          </button>
        )}
        {!counts && !mine && (
          <button type="button" className="button" onClick={() => act({ type: 'vouch', who: id, method: 'link' })}>
            {say.vouch}
          </button>
        )}
        <button type="button" className="button danger" onClick={() => act({ type: 'decline', who: id })}>
          {say.decline}
        </button>
      </div>
    </div>
  )
}

/** Counts down to `until`; 0 when it is over or there is nothing to count. */
function useSecondsLeft(until: number | undefined): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (until === undefined) return undefined
    setNow(Date.now())
    const timer = window.setInterval(() => setNow(Date.now()), 1000)
    return () => window.clearInterval(timer)
  }, [until])
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000))
}
