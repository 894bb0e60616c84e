/** The new device's side: the code, the digits to look at, and what came over. */
import { useId, useState, type ReactElement } from 'react'
import { useChat, useChatState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'

interface BecomeProps {
  /** From the address, when a QR code was scanned. */
  readonly code: string
  readonly relay: string | undefined
  readonly onDone: () => void
}

export function BecomeDevice({ code, relay, onDone }: BecomeProps): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const linking = useChatState((state) => state.identity.devices.linking)
  const doing = useDoing(say.notDone)
  const [typed, setTyped] = useState(code)
  const [name, setName] = useState(() => say.thisBrowser(browserName()))
  const [begun, setBegun] = useState(false)
  const [codeId, nameId] = [useId(), useId()]
  const stop = (): void => {
    void doing.run(() => chat.identify({ type: 'stopLinking' }))
    onDone()
  }
  const phase = begun ? linking?.phase : undefined
  if (linking !== undefined && phase !== undefined) {
    return (
      <div className="device-linking">
        {phase === 'looking' && <p role="status">{say.lookingDevice}</p>}
        {linking.phase === 'compare' && (
          <>
            <p>{say.compareHere}</p>
            <Digits digits={linking.digits} />
          </>
        )}
        {linking.phase === 'giving' && <p role="status">{say.getting(linking.rooms)}</p>}
        {linking.phase === 'done' && <p role="status">{say.got(linking.rooms)}</p>}
        {linking.phase === 'failed' && <p role="status">{say.linkFailed[linking.reason]}</p>}
        <div className="identity-buttons">
          <button type="button" className="button" onClick={stop}>
            {linking.phase === 'done' ? say.understood : say.cancel}
          </button>
        </div>
      </div>
    )
  }
  return (
    <form
      className="identity-form"
      onSubmit={(event) => {
        event.preventDefault()
        void doing
          .run(async () => {
            await chat.identify({ type: 'becomeDevice', code: typed, relay, name })
            return true
          })
          .then((done) => setBegun(done === true))
      }}
    >
      <p className="setting-hint">{say.becomeHint}</p>
      {code === '' && (
        <>
          <label htmlFor={codeId}>{say.codeOfDevice}</label>
          <input
            id={codeId}
            className="field"
            value={typed}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            autoFocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </>
      )}
      <label htmlFor={nameId}>{say.nameOfDevice}</label>
      <input
        id={nameId}
        className="field"
        value={name}
        maxLength={40}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className="identity-buttons">
        <button
          type="submit"
          className="button primary"
          disabled={doing.busy || typed.trim() === '' || name.trim() === ''}
        >
          {say.become}
        </button>
        <button type="button" className="button" onClick={onDone}>
          {say.cancel}
        </button>
      </div>
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
    </form>
  )
}

export function Digits({ digits }: { readonly digits: string }): ReactElement {
  return (
    <p className="identity-digits short" aria-label={digits.split('').join(' ')}>
      {digits.slice(0, 3)} {digits.slice(3)}
    </p>
  )
}

/** Enough to tell one's own devices apart; it goes to one's own devices only. */
function browserName(): string {
  const { userAgent } = navigator
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux'].find((one) => userAgent.includes(one))
  return system ?? ''
}
