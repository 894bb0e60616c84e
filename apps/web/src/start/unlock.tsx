/** What is stored in this browser is locked: asks for the passphrase, or the passkey, until one opens it. */
import { useEffect, useId, useRef, useState, type ReactElement } from 'react'
import { Fingerprint } from 'lucide-react'
import type { Opener, PasskeyRef } from '@kith/peer'
import { askPasskey } from '../lock/passkey.ts'
import { useMessages } from '../messages/messages.tsx'
import { Logo } from '../ring/ring.tsx'
import './start.css'

interface UnlockProps {
  /** Rejects with `StorageLocked` when it does not fit. Without an opener: is it open meanwhile, in another tab? */
  readonly open: (opener?: Opener) => Promise<void>
  /** The passkey that opens it, when it is locked by one. */
  readonly passkey?: PasskeyRef | undefined
}

export function Unlock({ open, passkey }: UnlockProps): ReactElement {
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
      await open(passkey === undefined ? passphrase : await askPasskey(passkey))
    } catch (reason) {
      const isLocked = reason instanceof Error && reason.name === 'StorageLocked'
      setProblem(
        passkey !== undefined
          ? isLocked
            ? say.passkeyWrong
            : say.passkeyFailed
          : isLocked
            ? say.wrong
            : words.app.cannotStart,
      )
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
          <p>{passkey === undefined ? say.lead : say.leadPasskey}</p>
        </header>
        <form
          className="start-act"
          onSubmit={(event) => {
            event.preventDefault()
            if (!busy && (passkey !== undefined || passphrase !== '')) void unlock()
          }}
        >
          {passkey === undefined && (
            <>
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
            </>
          )}
          <p id={`${id}-problem`} className="start-problem" role="alert">
            {problem}
          </p>
          <button
            type="submit"
            className="button primary large start-new"
            disabled={passkey === undefined && passphrase === ''}
            autoFocus={passkey !== undefined}
            aria-disabled={busy}
          >
            {passkey !== undefined ? (
              <>
                <Fingerprint size={20} aria-hidden />
                {busy ? say.askingPasskey : say.usePasskey}
              </>
            ) : busy ? (
              say.opening
            ) : (
              say.open
            )}
          </button>
        </form>
        <p className="start-protection">{passkey === undefined ? say.forgotten : say.forgottenPasskey}</p>
      </div>
    </main>
  )
}
