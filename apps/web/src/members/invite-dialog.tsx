/** Invites of a members room: make one, show it, see what is open, take one back. */
import { useId, useState, type ReactElement } from 'react'
import type { Room, RoomInvite } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { ShareLink } from '../room/share-link.tsx'
import { namesIn } from './verified.tsx'
import '../settings/settings.css'
import './members.css'

const hour = 3_600_000
const usesChoices = [1, 3, 10, 50] as const
const lastsChoices = [hour, 24 * hour, 7 * 24 * hour] as const
const noInvites: readonly RoomInvite[] = []

export default function MembersInvite({
  room,
  onClose,
}: {
  readonly room: Room
  readonly onClose: () => void
}): ReactElement {
  const say = useMembersMessages().invite
  const invites = useRoomState(room, (state) => state.members?.invites ?? noInvites)
  const mayAdd = useRoomState(room, (state) => state.members?.mayAdd ?? false)
  const [shown, setShown] = useState<string>()
  const [making, setMaking] = useState(false)
  const invite = invites.find(({ id }) => id === shown)
  const isMaking = invite === undefined && (making || invites.length === 0)
  return (
    <Dialog title={say.title} onClose={onClose}>
      {!mayAdd ? (
        <p className="dialog-text">{say.mayNot}</p>
      ) : invite?.link !== undefined ? (
        <ShownInvite invite={invite} link={invite.link} onAnother={() => setShown(undefined)} />
      ) : isMaking ? (
        <NewInvite
          room={room}
          onMade={(id) => {
            setMaking(false)
            setShown(id)
          }}
        />
      ) : (
        <button type="button" className="button primary" onClick={() => setMaking(true)}>
          {say.another}
        </button>
      )}
      {invite === undefined && invites.length > 0 && <OpenInvites room={room} invites={invites} onShow={setShown} />}
    </Dialog>
  )
}

function NewInvite({ room, onMade }: { readonly room: Room; readonly onMade: (id: string) => void }): ReactElement {
  const say = useMembersMessages().invite
  const [uses, setUses] = useState<number>(1)
  const [lastsMs, setLasts] = useState<number>(24 * hour)
  const [asksPin, setAsksPin] = useState(true)
  const [failed, setFailed] = useState(false)
  const [busy, setBusy] = useState(false)
  const id = useId()
  const make = async (): Promise<void> => {
    setBusy(true)
    setFailed(false)
    try {
      const made = await room.govern({ type: 'invite', uses, lastsMs, asksPin })
      if (made !== undefined) onMade(made)
    } catch {
      setFailed(true)
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) void make()
      }}
    >
      <p className="dialog-text invite-lead">{say.lead}</p>
      <div className="setting">
        <label className="switch">
          <span className="setting-name">{say.pin}</span>
          <input
            type="checkbox"
            role="switch"
            checked={asksPin}
            aria-describedby={`${id}-pin`}
            onChange={(event) => setAsksPin(event.currentTarget.checked)}
          />
        </label>
        <p id={`${id}-pin`} className="setting-hint">
          {asksPin ? say.pinHint : say.noPinHint}
        </p>
      </div>
      <div className="invite-choices">
        <label className="setting">
          <span className="setting-name">{say.uses}</span>
          <select className="field" value={uses} onChange={(event) => setUses(Number(event.currentTarget.value))}>
            {usesChoices.map((count) => (
              <option key={count} value={count}>
                {say.usesOf(count)}
              </option>
            ))}
          </select>
        </label>
        <label className="setting">
          <span className="setting-name">{say.lasts}</span>
          <select className="field" value={lastsMs} onChange={(event) => setLasts(Number(event.currentTarget.value))}>
            {lastsChoices.map((ms) => (
              <option key={ms} value={ms}>
                {say.lastsFor(ms)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="entering-problem" role="alert">
        {failed ? say.failed : undefined}
      </p>
      <button type="submit" className="button primary large invite-make" disabled={busy}>
        {say.make}
      </button>
    </form>
  )
}

interface ShownInviteProps {
  readonly invite: RoomInvite
  readonly link: string
  readonly onAnother: () => void
}

function ShownInvite({ invite, link, onAnother }: ShownInviteProps): ReactElement {
  const say = useMembersMessages().invite
  return (
    <div className="invite-shown">
      <p className="dialog-text">
        {say.state(invite.usesLeft, invite.expiresAt - Date.now())}, {invite.asksPin ? say.asksPin : say.byLink}.{' '}
        {say.keepOpen}
      </p>
      <ShareLink link={link} qrSize={200} />
      <button type="button" className="link-button" onClick={onAnother}>
        {say.open}
      </button>
    </div>
  )
}

interface OpenInvitesProps {
  readonly room: Room
  readonly invites: readonly RoomInvite[]
  readonly onShow: (id: string) => void
}

function OpenInvites({ room, invites, onShow }: OpenInvitesProps): ReactElement {
  const words = useMessages()
  const say = useMembersMessages().invite
  const people = useRoomState(room, (state) => state.people)
  const me = useRoomState(room, (state) => state.me)
  const nameOf = namesIn(people, words.room.you)
  return (
    <section className="invites">
      <h3 className="people-group">{say.open}</h3>
      <ul>
        {invites.map((invite) => (
          <li key={invite.id} className="invite-line">
            <div>
              <p>{say.state(invite.usesLeft, invite.expiresAt - Date.now())}</p>
              <p className="invite-by">
                {invite.asksPin ? say.asksPin : say.byLink}
                {invite.by !== me && ` · ${say.by(nameOf(invite.by) ?? '')}`}
              </p>
            </div>
            {invite.link !== undefined && (
              <button type="button" className="button" onClick={() => onShow(invite.id)}>
                {say.show}
              </button>
            )}
            <button
              type="button"
              className="button danger"
              onClick={() => void room.govern({ type: 'revokeInvite', invite: invite.id }).catch(() => undefined)}
            >
              {say.revoke}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
