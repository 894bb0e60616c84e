/** Sets, changes and removes what opens the store of this browser, a passphrase or a passkey; and when it locks itself. */
import { useId, useState, type ReactElement } from 'react'
import { Fingerprint, LockKeyhole } from 'lucide-react'
import { useChat, useChatState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { lockNow } from './idle.ts'
import { askPasskey, hasPasskeys, makePasskey } from './passkey.ts'

type Doing = 'set' | 'change' | 'remove'

const afterChoices = [1, 5, 15, 60, 240, 0] as const

export function Lock(): ReactElement {
  const say = useMessages().lock
  const atRest = useChatState((state) => state.atRest)
  const [doing, setDoing] = useState<Doing>()
  const [done, setDone] = useState<string>()
  /** Back from the form: the focus goes to what one can do next, or it would be nowhere. */
  const [isBack, setBack] = useState(false)
  const id = useId()
  const chat = useChat()
  const passkey = useChatState((state) => state.passkey)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const withPasskey = async (what: 'set' | 'remove'): Promise<void> => {
    setBusy(true)
    setDone(undefined)
    setProblem(undefined)
    try {
      if (what === 'set') await chat.setPasskey(await makePasskey())
      else if (passkey !== undefined) await chat.removePassphrase(await askPasskey(passkey))
      setDone(what === 'set' ? say.passkeySet : say.removed)
    } catch (reason) {
      const isUnanswered = reason instanceof Error && reason.name === 'PasskeyFailed'
      setProblem(isUnanswered ? say.passkeyFailed : say.notDone)
    } finally {
      setBusy(false)
    }
  }
  const begin = (next: Doing): void => {
    setProblem(undefined)
    setDone(undefined)
    setDoing(next)
  }
  const end = (): void => {
    setDoing(undefined)
    setBack(true)
  }
  return (
    <section className="setting" aria-labelledby={id}>
      <h3 id={id} className="setting-name">
        {say.title}
      </h3>
      {doing !== undefined ? (
        <LockForm
          doing={doing}
          onDone={() => {
            setDone(doing === 'remove' ? say.removed : say.isSet)
            end()
          }}
          onCancel={end}
        />
      ) : atRest === 'key' ? (
        <div className="lock-buttons">
          <button type="button" className="button" autoFocus={isBack} onClick={() => begin('set')}>
            {say.set}
          </button>
          {hasPasskeys() && (
            <button type="button" className="button" disabled={busy} onClick={() => void withPasskey('set')}>
              <Fingerprint size={18} aria-hidden />
              {say.setPasskey}
            </button>
          )}
        </div>
      ) : atRest === 'passkey' ? (
        <div className="lock-buttons">
          <button type="button" className="button" disabled={busy} onClick={() => void withPasskey('remove')}>
            {say.remove}
          </button>
        </div>
      ) : (
        <div className="lock-buttons">
          <button type="button" className="button" autoFocus={isBack} onClick={() => begin('change')}>
            {say.change}
          </button>
          <button type="button" className="button" onClick={() => begin('remove')}>
            {say.remove}
          </button>
        </div>
      )}
      <p className="lock-done" role="status">
        {done ?? { key: undefined, passphrase: say.byPassphrase, passkey: say.byPasskey }[atRest]}
      </p>
      <p className="lock-problem" role="alert">
        {problem}
      </p>
      {atRest !== 'key' && doing === undefined && <LockAfter />}
      <p className="setting-hint">{say.hint}</p>
    </section>
  )
}

function LockAfter(): ReactElement {
  const say = useMessages().lock
  const chat = useChat()
  const after = useChatState((state) => state.settings.lockAfter)
  const id = useId()
  return (
    <div className="lock-after">
      <label className="lock-field" htmlFor={id}>
        <span>{say.after}</span>
      </label>
      <div className="lock-after-line">
        <select
          id={id}
          className="field"
          value={after}
          onChange={(event) => void chat.setLockAfter(Number(event.currentTarget.value))}
        >
          {[...new Set([...afterChoices, after])].map((minutes) => (
            <option key={minutes} value={minutes}>
              {say.afterMinutes(minutes)}
            </option>
          ))}
        </select>
        <button type="button" className="button" onClick={() => void lockNow()}>
          <LockKeyhole size={18} aria-hidden />
          {say.now}
        </button>
      </div>
      <p className="setting-hint">{say.afterHint}</p>
    </div>
  )
}

interface LockFormProps {
  readonly doing: Doing
  readonly onDone: () => void
  readonly onCancel: () => void
}

function LockForm({ doing, onDone, onCancel }: LockFormProps): ReactElement {
  const words = useMessages()
  const say = words.lock
  const chat = useChat()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const id = useId()
  const isComplete = (doing === 'set' || current !== '') && (doing === 'remove' || (next !== '' && again !== ''))

  const apply = async (): Promise<void> => {
    if (doing !== 'remove' && next !== again) return setProblem(say.differs)
    setBusy(true)
    setProblem(undefined)
    try {
      await painted()
      if (doing === 'remove') await chat.removePassphrase(current)
      else await chat.setPassphrase(next, doing === 'set' ? undefined : current)
      onDone()
    } catch (reason) {
      const isLocked = reason instanceof Error && reason.name === 'StorageLocked'
      setProblem(isLocked ? say.wrong : say.notDone)
      setBusy(false)
    }
  }

  const field = (label: string, value: string, set: (value: string) => void, isNew: boolean): ReactElement => (
    <label className="lock-field">
      <span>{label}</span>
      <input
        className="field"
        type="password"
        value={value}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        autoFocus={label === (doing === 'set' ? say.next : say.current)}
        readOnly={busy}
        aria-describedby={`${id}-problem`}
        onChange={(event) => {
          set(event.currentTarget.value)
          setProblem(undefined)
        }}
      />
    </label>
  )

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy && isComplete) void apply()
      }}
    >
      {doing !== 'set' && field(say.current, current, setCurrent, false)}
      {doing !== 'remove' && field(say.next, next, setNext, true)}
      {doing !== 'remove' && field(say.again, again, setAgain, true)}
      <p id={`${id}-problem`} className="lock-problem" role="alert">
        {problem}
      </p>
      <div className="lock-buttons">
        <button type="submit" className="button primary" disabled={!isComplete} aria-disabled={busy}>
          {busy ? say.working : { set: say.set, change: say.change, remove: say.remove }[doing]}
        </button>
        <button type="button" className="button" onClick={onCancel}>
          {words.app.cancel}
        </button>
      </div>
    </form>
  )
}

/** Stretching the passphrase may take this very thread for a second: first show that it is under way. */
function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
}
