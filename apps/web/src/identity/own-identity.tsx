/** Settings: who one is beyond rooms. The twelve words, the attested addresses, and the services whose word one takes. */
import { useId, useState, type ReactElement } from 'react'
import { KeyRound, X } from 'lucide-react'
import { useChat, useChatState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'

export default function OwnIdentity(): ReactElement {
  const say = useIdentityMessages()
  const identity = useChatState((state) => state.identity)
  const id = useId()
  return (
    <section className="setting identity" aria-labelledby={id}>
      <h3 id={id} className="setting-name">
        {say.title}
      </h3>
      <p className="setting-hint">{say.hint}</p>
      <p className="identity-print">
        <KeyRound size={16} aria-hidden /> {say.fingerprint} <code>{identity.fingerprint}</code>
      </p>
      <Words />
      <Address relay={location.origin} />
      <Services relay={location.origin} />
    </section>
  )
}

function Words(): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const doing = useDoing(say.notDone)
  const [words, setWords] = useState<string>()
  const [entering, setEntering] = useState(false)
  const [typed, setTyped] = useState('')
  const [done, setDone] = useState(false)
  const id = useId()
  const restore = async (): Promise<void> => {
    const answer = await doing.run(async () => {
      await chat.identify({ type: 'restore', phrase: typed })
      return true
    })
    if (answer !== true) return
    setTyped('')
    setEntering(false)
    setDone(true)
  }
  return (
    <>
      {words !== undefined && (
        <>
          <ol className="identity-words">
            {words.split(' ').map((word, index) => (
              // The same word may stand twice, and their order never changes.
              <li key={index}>{word}</li>
            ))}
          </ol>
          <p className="setting-hint">{say.wordsHint}</p>
        </>
      )}
      {entering ? (
        <form
          className="identity-form"
          onSubmit={(event) => {
            event.preventDefault()
            void restore()
          }}
        >
          <label htmlFor={id}>{say.restoreLabel}</label>
          <textarea
            id={id}
            className="field"
            rows={3}
            value={typed}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            autoFocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <div className="identity-buttons">
            <button type="submit" className="button primary" disabled={doing.busy || typed.trim() === ''}>
              {say.restoreDo}
            </button>
            <button type="button" className="button" onClick={() => setEntering(false)}>
              {say.cancel}
            </button>
          </div>
        </form>
      ) : (
        <div className="identity-buttons">
          <button
            type="button"
            className="button"
            disabled={doing.busy}
            onClick={() => {
              if (words === undefined) void doing.run(() => chat.identify({ type: 'phrase' })).then(setWords)
              else setWords(undefined)
            }}
          >
            {words === undefined ? say.words : say.hideWords}
          </button>
          <button
            type="button"
            className="button"
            onClick={() => {
              setWords(undefined)
              setEntering(true)
            }}
          >
            {say.restore}
          </button>
        </div>
      )}
      <p className="identity-said" role="status">
        {doing.problem ?? (done && say.restored)}
      </p>
    </>
  )
}

/** One address: asked for, then the code. `relay` is where its service is. */
function Address({ relay }: { readonly relay: string }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const { claims, asking } = useChatState((state) => state.identity)
  const doing = useDoing(say.notDone)
  const [email, setEmail] = useState('')
  const [code, setCode] = useState('')
  const [other, setOther] = useState(false)
  const id = useId()
  const isCode = asking !== undefined && !other
  const submit = async (): Promise<void> => {
    if (isCode) {
      await doing.run(() => chat.identify({ type: 'enterCode', code }))
      setCode('')
      return
    }
    const asked = await doing.run(async () => {
      await chat.identify({ type: 'askCode', email, relay })
      return true
    })
    if (asked === true) setOther(false)
  }
  return (
    <>
      <ul className="identity-list">
        {claims.map(({ claim, host, notAfter }) => (
          <li key={claim}>
            <span>
              {claim}
              <small>{say.attested(host, notAfter)}</small>
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label={say.drop(claim)}
              title={say.drop(claim)}
              onClick={() => void doing.run(() => chat.identify({ type: 'dropClaim', claim }))}
            >
              <X size={18} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <form
        className="identity-form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p className="identity-sub">{say.email}</p>
        <p className="setting-hint">{say.emailHint(new URL(relay).host)}</p>
        <label htmlFor={id}>{isCode ? say.codeLabel(asking.email) : say.emailLabel}</label>
        <div className="identity-line">
          {isCode ? (
            <input
              id={id}
              className="field"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={7}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          ) : (
            <input
              id={id}
              className="field"
              type="email"
              autoComplete="email"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
          )}
          <button type="submit" className="button" disabled={doing.busy || (isCode ? code : email).trim() === ''}>
            {isCode ? say.enterCode : say.sendCode}
          </button>
        </div>
        {isCode && (
          <button type="button" className="link-button" onClick={() => setOther(true)}>
            {say.again}
          </button>
        )}
      </form>
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
    </>
  )
}

function Services({ relay }: { readonly relay: string }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const services = useChatState((state) => state.identity.services)
  const doing = useDoing(say.notDone)
  const [offered, setOffered] = useState<string>()
  const { host } = new URL(relay)
  const isBelieved = services.some((service) => service.host === host)
  const believe = async (key: string): Promise<void> => {
    await doing.run(() => chat.identify({ type: 'believe', relay, key }))
    setOffered(undefined)
  }
  return (
    <>
      <p className="identity-sub">{say.services}</p>
      <p className="setting-hint">{say.servicesHint}</p>
      <ul className="identity-list">
        {services.length === 0 && <li className="setting-hint">{say.noService}</li>}
        {services.map(({ key, host: named }) => (
          <li key={key}>
            <span>
              {named}
              <small>{key.slice(0, 16)}…</small>
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label={say.doubt(named)}
              title={say.doubt(named)}
              onClick={() => void doing.run(() => chat.identify({ type: 'doubt', key }))}
            >
              <X size={18} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      {offered !== undefined && <p className="setting-hint">{say.serviceKey(`${offered.slice(0, 16)}…`)}</p>}
      {!isBelieved && (
        <div className="identity-buttons">
          <button
            type="button"
            className="button"
            disabled={doing.busy}
            onClick={() => {
              if (offered === undefined) void doing.run(() => chat.identify({ type: 'lookUp', relay })).then(setOffered)
              else void believe(offered)
            }}
          >
            {offered === undefined ? say.lookUp(host) : say.believe(host)}
          </button>
        </div>
      )}
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
    </>
  )
}
