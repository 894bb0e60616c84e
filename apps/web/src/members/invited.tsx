/** An invite was opened: says what it is, asks for a name, and knocks. */
import { useId, useState, type ReactElement } from 'react'
import { DoorOpen } from 'lucide-react'
import { keyOf, navigate } from '../app/route.ts'
import { useChat, useChatState } from '../app/stores.ts'
import { useLate } from '../app/use-late.ts'
import { useMembersMessages } from '../messages/members.tsx'
import { useMessages } from '../messages/messages.tsx'
import { friendlyName, maxNameLength, tidyName } from '../person/friendly-name.ts'
import './members.css'

export default function Invited({
  link,
  onBack,
}: {
  readonly link: string
  readonly onBack: () => void
}): ReactElement {
  const words = useMessages()
  const say = useMembersMessages().entering
  const chat = useChat()
  const known = useChatState((state) => state.settings.name)
  const [name, setName] = useState(() => (known === '' ? friendlyName(words.names, Math.random) : known))
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const late = useLate(busy)
  const id = useId()

  const knock = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      const tidy = tidyName(name)
      if (tidy !== '' && tidy !== chat.state.settings.name) await chat.setName(tidy)
      const room = await chat.join(link)
      navigate(keyOf(room.state), 'replace')
    } catch (reason) {
      const isMalformed = reason instanceof Error && reason.name === 'LinkMalformed'
      setProblem(isMalformed ? say.refusedWhy('unknown') : words.start.couldNotJoin)
      setBusy(false)
    }
  }

  return (
    <section className="entering" aria-labelledby={id}>
      <div className="entering-mark">
        <DoorOpen size={40} aria-hidden />
      </div>
      <h1 id={id}>{say.invited}</h1>
      <p className="entering-lead">{say.invitedLead}</p>
      <form
        className="entering-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) void knock()
        }}
      >
        <label className="entering-field">
          <span>{say.yourName}</span>
          <input
            className="field"
            value={name}
            maxLength={maxNameLength}
            autoComplete="nickname"
            enterKeyHint="go"
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p className="entering-problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="button primary large" disabled={busy}>
          {late ? words.app.opening : say.go}
        </button>
        <button type="button" className="button large" onClick={onBack}>
          {words.app.cancel}
        </button>
      </form>
      <p className="entering-note">{say.goHint}</p>
    </section>
  )
}
