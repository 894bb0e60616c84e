/** The people of this open room went on elsewhere: who said so, and the way there. */
import { useState, type ReactElement } from 'react'
import { ArrowRight } from 'lucide-react'
import type { Room } from '@kith/peer'
import { keyOf, navigate } from '../app/route.ts'
import { useChat, useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import './members.css'

export function Moved({ room }: { readonly room: Room }): ReactElement | null {
  const say = useMembersMessages().moved
  const chat = useChat()
  const moved = useRoomState(room, (state) => state.moved)
  const me = useRoomState(room, (state) => state.me)
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState(false)
  if (moved === undefined) return null
  const { invite } = moved
  const follow = async (way: string): Promise<void> => {
    setBusy(true)
    setFailed(false)
    try {
      navigate(keyOf((await chat.join(way)).state))
    } catch {
      setFailed(true)
    } finally {
      setBusy(false)
    }
  }
  const hint =
    moved.by === me ? say.hintMe : invite === undefined ? say.hintSome : moved.chosen ? say.hintChosen : say.hint
  return (
    <section className="moved" aria-label={say.title}>
      <p role="status">
        <b>{moved.by === me ? say.byMe : invite === undefined ? say.bySome(moved.name) : say.by(moved.name)}</b>{' '}
        {failed ? say.failed : hint}
      </p>
      {invite !== undefined && (
        <button type="button" className="button primary" disabled={busy} onClick={() => void follow(invite)}>
          {say.go}
          <ArrowRight size={18} aria-hidden />
        </button>
      )}
    </section>
  )
}
