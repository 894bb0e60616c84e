/** Keepers of a room, in its settings: which are here, what one can see, and the command that runs one. */
import { useRef, useState, type ReactElement } from 'react'
import { Check, Copy } from 'lucide-react'
import { keeperTicketOf, type Room, type RoomKeeperTicket } from '@kith/peer'
import { createNobleCrypto } from '@kith/protocol'
import { useRoomState } from '../app/stores.ts'
import { namesIn } from '../members/verified.tsx'
import { useKeepersMessages } from '../messages/keepers.tsx'
import { useMessages } from '../messages/messages.tsx'
import { useCopying } from './use-copying.ts'
import './keepers.css'

const noTickets: readonly RoomKeeperTicket[] = []
/** A ticket of an open room is derived: nothing is drawn. */
const crypto = createNobleCrypto(() => {
  throw new Error('a ticket is not random')
})

export default function Keepers({ room }: { readonly room: Room }): ReactElement {
  const say = useKeepersMessages()
  const people = useRoomState(room, (state) => state.people)
  const kind = useRoomState(room, (state) => state.kind)
  const link = useRoomState(room, (state) => state.link)
  const sync = useRoomState(room, (state) => state.sync)
  const tickets = useRoomState(room, (state) => state.members?.keeperTickets ?? noTickets)
  const mayAdd = useRoomState(room, (state) => state.members?.mayAdd ?? true)
  const [shown, setShown] = useState(false)
  const [failed, setFailed] = useState(false)
  const here = people.filter(({ keeper, online }) => keeper !== undefined && online)
  const reading = here.filter(({ keeper }) => keeper === 'reader').length
  const isAlone = here.length > 0 && !people.some(({ me, keeper, online }) => !me && keeper === undefined && online)
  const ticket =
    kind === 'open' ? keeperTicketOf(crypto, link) : tickets.find((one) => one.ticket !== undefined)?.ticket
  const open = async (): Promise<void> => {
    setFailed(false)
    try {
      if (ticket === undefined) await room.govern({ type: 'keeperTicket' })
      setShown(true)
    } catch {
      setFailed(true)
    }
  }
  return (
    <section className="setting keepers" aria-labelledby="keepers-title">
      <h3 id="keepers-title" className="setting-name">
        {say.title}
      </h3>
      <p className="keepers-here">{say.here(here.length - reading, reading)}</p>
      {isAlone && sync.phase === 'synced' && <p className="setting-hint">{say.fromKeepers(sync.have, sync.gaps)}</p>}
      <p className="setting-hint">{say.lead}</p>
      <p className="setting-hint">{say.sees}</p>
      <p className="setting-hint">{say.seesNot}</p>
      {mayAdd && !shown && (
        <button type="button" className="button keepers-open" onClick={() => void open()}>
          {ticket === undefined ? say.make : say.show}
        </button>
      )}
      <p className="entering-problem" role="alert">
        {failed ? say.failed : undefined}
      </p>
      {shown && ticket !== undefined && <Command ticket={ticket} isForGood={kind === 'open'} />}
      {tickets.length > 0 && <Tickets room={room} tickets={tickets} onGone={() => setShown(false)} />}
    </section>
  )
}

function Command({ ticket, isForGood }: { readonly ticket: string; readonly isForGood: boolean }): ReactElement {
  const say = useKeepersMessages()
  const field = useRef<HTMLTextAreaElement>(null)
  const { said, copy } = useCopying(field)
  // A ticket has no character that means something in quotes.
  const command = `npx kith keep '${ticket}'`
  return (
    <div className="keepers-command">
      <p className="setting-hint">{say.how}</p>
      <textarea
        ref={field}
        className="field keepers-line"
        readOnly
        rows={4}
        value={command}
        spellCheck={false}
        aria-label={say.command}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" className="button primary" onClick={() => void copy(command)}>
        {said === 'copied' ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
        {said === 'copied' ? say.copied : say.copy}
      </button>
      <p className="setting-hint" role="status">
        {said === 'select' ? say.selectIt : isForGood ? `${say.care} ${say.lasts}` : say.care}
      </p>
    </div>
  )
}

interface TicketsProps {
  readonly room: Room
  readonly tickets: readonly RoomKeeperTicket[]
  readonly onGone: () => void
}

/** Whoever made one, or governs, takes it back. */
function Tickets({ room, tickets, onGone }: TicketsProps): ReactElement {
  const words = useMessages()
  const say = useKeepersMessages()
  const people = useRoomState(room, (state) => state.people)
  const me = useRoomState(room, (state) => state.me)
  const mayGovern = useRoomState(room, (state) => state.members?.mayGovern ?? false)
  const nameOf = namesIn(people, words.room.you)
  return (
    <>
      <h4 className="people-group">{say.given}</h4>
      <ul>
        {tickets.map(({ id, by }) => (
          <li key={id} className="keepers-ticket">
            <span>
              <code>{id.slice(0, 8)}</code>, {by === me ? say.yours : say.by(nameOf(by) ?? '')}
            </span>
            {(by === me || mayGovern) && (
              <button
                type="button"
                className="button danger"
                onClick={() =>
                  void room
                    .govern({ type: 'revokeInvite', invite: id })
                    .then(onGone)
                    .catch(() => undefined)
                }
              >
                {say.revoke}
              </button>
            )}
          </li>
        ))}
      </ul>
      <p className="setting-hint">{say.revokeHint}</p>
    </>
  )
}
