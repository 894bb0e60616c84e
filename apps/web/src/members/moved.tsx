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
  const follow = async (): Promise<void> => {
    setBusy(true)
    setFailed(false)
    try {
      navigate(keyOf((await chat.join(moved.invite)).state))
    } catch {
      setFailed(true)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="moved" aria-label={say.title}>
      <p role="status">
        <b>{moved.by === me ? say.byMe : say.by(moved.name)}</b>{' '}
        {failed ? say.failed : moved.by === me ? say.hintMe : say.hint}
      </p>
      <button type="button" className="button primary" disabled={busy} onClick={() => void follow()}>
        {say.go}
        <ArrowRight size={18} aria-hidden />
      </button>
    </section>
  )
}
