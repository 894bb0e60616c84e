/** What is stored in this browser is locked: asks for the passphrase until one opens it. */
import { useEffect, useId, useRef, useState, type ReactElement } from 'react'
import { useMessages } from '../messages/messages.tsx'
import { Logo } from '../ring/ring.tsx'
import './start.css'

interface UnlockProps {
  /** Rejects with `StorageLocked` when it does not fit. Without a passphrase: is it open meanwhile, in another tab? */
  readonly open: (passphrase?: string) => Promise<void>
}

export function Unlock({ open }: UnlockProps): ReactElement {
  const words = useMessages()
  const say = words.unlock
  const [passphrase, setPassphrase] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()

  useEffect(() => {
    document.title = `${say.title} · ${words.app.name}`
    const look = (): void => {
      if (document.visibilityState === 'visible') open().catch(() => undefined)
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [open, say, words])

  const unlock = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      await open(passphrase)
    } catch (reason) {
      const isLocked = reason instanceof Error && reason.name === 'StorageLocked'
      setProblem(isLocked ? say.wrong : words.app.cannotStart)
      setBusy(false)
      field.current?.select()
    }
  }

  return (
    <main className="start unlock">
      <div className="start-page">
        <header className="start-head">
          <Logo size={72} />
          <h1>{say.title}</h1>
          <p>{say.lead}</p>
        </header>
        <form
          className="start-act"
          onSubmit={(event) => {
            event.preventDefault()
            if (!busy && passphrase !== '') void unlock()
          }}
        >
          <label htmlFor={id} className="start-label">
            {say.label}
          </label>
          <input
            ref={field}
            id={id}
            className="field"
            type="password"
            value={passphrase}
            autoFocus
            autoComplete="current-password"
            enterKeyHint="go"
            readOnly={busy}
            aria-invalid={problem !== undefined}
            aria-describedby={`${id}-problem`}
            onChange={(event) => {
              setPassphrase(event.currentTarget.value)
              setProblem(undefined)
            }}
          />
          <p id={`${id}-problem`} className="start-problem" role="alert">
            {problem}
          </p>
          <button
            type="submit"
            className="button primary large start-new"
            disabled={passphrase === ''}
            aria-disabled={busy}
          >
            {busy ? say.opening : say.open}
          </button>
        </form>
        <p className="start-protection">{say.forgotten}</p>
      </div>
    </main>
  )
}
