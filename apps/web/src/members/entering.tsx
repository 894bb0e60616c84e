/** The way into a members room as the newcomer walks it: knocking, the PIN, further vouchers, or why not. */
import { useEffect, useId, useRef, useState, type ReactElement } from 'react'
import { ChevronLeft, DoorClosed, DoorOpen } from 'lucide-react'
import type { Entering, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages, type MembersMessages } from '../messages/members.tsx'
import { useMessages } from '../messages/messages.tsx'
import './members.css'

interface EnteringProps {
  readonly room: Room
  readonly entering: Entering
  readonly onBack: () => void
  readonly onForget: () => void
}

export default function EnteringPage({ room, entering, onBack, onForget }: EnteringProps): ReactElement {
  const words = useMessages()
  const say = useMembersMessages().entering
  const relay = useRoomState(room, (state) => state.relay)
  const id = useId()
  const { title, lead } = headingOf(entering, say)
  return (
    <section className="entering" aria-labelledby={id} data-phase={entering.phase}>
      <button type="button" className="icon-button entering-back" aria-label={words.app.back} onClick={onBack}>
        <ChevronLeft size={24} aria-hidden />
      </button>
      <div className={`entering-mark${entering.phase === 'refused' ? ' refused' : ''}`}>
        {entering.phase === 'refused' ? <DoorClosed size={40} aria-hidden /> : <DoorOpen size={40} aria-hidden />}
      </div>
      <div role="status" aria-live="polite">
        <h1 id={id}>{title}</h1>
        <p className="entering-lead">
          {relay === 'away' && entering.phase === 'meeting' ? words.status.offline : lead}
        </p>
      </div>
      {(entering.phase === 'pinWanted' || entering.phase === 'pinChecking') && (
        <PinForm room={room} entering={entering} />
      )}
      {entering.phase === 'vouchesWanted' && (
        <ol className="entering-steps" aria-hidden="true">
          {Array.from({ length: entering.need }, (_, i) => (
            <li key={i} className={i < entering.have ? 'done' : ''} />
          ))}
        </ol>
      )}
      <button type="button" className="button entering-forget" onClick={onForget}>
        {say.forget}
      </button>
    </section>
  )
}

function headingOf(
  entering: Entering,
  say: MembersMessages['entering'],
): { readonly title: string; readonly lead: string } {
  switch (entering.phase) {
    case 'meeting':
      return { title: say.meeting, lead: say.meetingLead }
    case 'pinWanted':
    case 'pinChecking':
      return { title: say.pin, lead: say.pinLead(entering.by) }
    case 'vouchesWanted':
      return { title: say.vouches, lead: say.vouchesLead(entering.have, entering.need) }
    case 'refused':
      return { title: say.refused, lead: say.refusedWhy(entering.reason) }
  }
}

const pinLength = 6

interface PinFormProps {
  readonly room: Room
  readonly entering: Extract<Entering, { phase: 'pinWanted' | 'pinChecking' }>
}

function PinForm({ room, entering }: PinFormProps): ReactElement {
  const say = useMembersMessages().entering
  const [pin, setPin] = useState('')
  const [problem, setProblem] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const checking = entering.phase === 'pinChecking'
  const wrong = entering.phase === 'pinWanted' ? entering.wrong : 0
  // A wrong PIN is never the right one a moment later.
  useEffect(() => {
    if (wrong === 0) return
    setPin('')
    field.current?.focus()
  }, [wrong])
  const told = problem ?? (entering.phase === 'pinWanted' && wrong > 0 ? say.wrong(entering.triesLeft) : undefined)
  const enter = (): void => {
    if (pin.length !== pinLength) return setProblem(say.malformed)
    setProblem(undefined)
    room.govern({ type: 'enterPin', pin }).catch(() => setProblem(say.malformed))
  }
  return (
    <form
      className="entering-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (!checking) enter()
      }}
    >
      <label className="entering-field">
        <span className="visually-hidden">{say.pinLabel}</span>
        <input
          ref={field}
          className="field pin-field"
          value={pin}
          autoFocus
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]*"
          maxLength={pinLength + 1}
          placeholder="––––––"
          readOnly={checking}
          aria-invalid={told !== undefined}
          aria-describedby={`${id}-problem`}
          onChange={(event) => {
            setPin(event.currentTarget.value.replace(/\D/g, '').slice(0, pinLength))
            setProblem(undefined)
          }}
        />
      </label>
      <p id={`${id}-problem`} className="entering-problem" role="alert">
        {told}
      </p>
      <button type="submit" className="button primary large" disabled={checking || pin.length !== pinLength}>
        {checking ? say.checking : say.enter}
      </button>
    </form>
  )
}
