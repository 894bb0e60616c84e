/** What stands before the first message: how the room begins, the link while one is alone, or that more is coming. */
import type { ReactElement } from 'react'
import { Lock, UserPlus } from 'lucide-react'
import type { Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { NotifyAlone } from '../notify/offer.tsx'
import { ringPoints } from '../ring/geometry.ts'
import { Ring } from '../ring/ring.tsx'
import { Outline } from './outline.tsx'
import { ShareLink } from './share-link.tsx'
import './before.css'

export function Before({
  room,
  name,
  onProtection,
  onInvite,
}: {
  readonly room: Room
  readonly name: string
  readonly onProtection: () => void
  readonly onInvite: () => void
}): ReactElement {
  const words = useMessages()
  const coming = useRoomState(
    room,
    ({ sync }) => sync.phase === 'loading' || (sync.phase === 'catchingUp' && sync.total > sync.have),
  )
  const gaps = useRoomState(room, (state) => state.sync.gaps)
  const people = useRoomState(room, (state) => state.people)
  const contact = useRoomState(room, (state) => state.contact)
  const title = useRoomState(room, (state) => state.title)
  const link = useRoomState(room, (state) => state.link)
  const kind = useRoomState(room, (state) => state.kind)
  const isEmpty = useRoomState(room, (state) => state.newest === undefined)
  const someoneCame = people.some((person) => !person.me)

  if (coming) {
    return (
      <div className="before coming">
        <Outline rows={isEmpty ? 6 : 2} />
        {!isEmpty && <p className="before-note">{words.timeline.older}</p>}
      </div>
    )
  }

  if (!someoneCame) {
    return (
      <section className="before alone">
        <Ring points={ringPoints(people)} size={64} />
        <h2>{words.invite.aloneTitle}</h2>
        <p>
          {contact !== undefined
            ? words.invite.aloneTwo(name)
            : kind === 'members'
              ? words.invite.aloneMembers
              : words.invite.aloneLead}
        </p>
        {contact !== undefined ? null : kind === 'members' ? (
          <button type="button" className="button primary large" onClick={onInvite}>
            <UserPlus size={20} aria-hidden />
            {words.people.invite}
          </button>
        ) : (
          <ShareLink link={link} qrSize={200} />
        )}
        <NotifyAlone />
      </section>
    )
  }

  return (
    <section className="before begun">
      <Ring points={ringPoints(people)} size={56} />
      <h2>
        {contact !== undefined
          ? words.timeline.beginningTwo(name)
          : title === ''
            ? words.timeline.beginningWith(name)
            : words.timeline.beginning(name)}
      </h2>
      <p>
        <Lock size={14} aria-hidden /> {words.timeline.protection}{' '}
        <button type="button" className="link-button" onClick={onProtection}>
          {words.start.protectionMore}
        </button>
      </p>
      {gaps > 0 && <p className="before-note">{words.timeline.missing(gaps)}</p>}
    </section>
  )
}
