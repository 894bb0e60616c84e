/** Settings of the whole program. Each takes effect at once. */
import { lazy, Suspense, useState, type ReactElement } from 'react'
import { keepTheme, readTheme, themes, type Theme } from '../app/theme.ts'
import { useChat, useChatState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { EditField } from '../overlay/edit-field.tsx'
import { maxNameLength } from '../person/friendly-name.ts'
import { Lock } from '../lock/lock.tsx'
import { FileSpace } from './file-space.tsx'
import { Language } from './language.tsx'
import './settings.css'

const Devices = lazy(() => import('../identity/devices.tsx').then(({ Devices: shown }) => ({ default: shown })))
const OwnIdentity = lazy(() => import('../identity/own-identity.tsx'))

export default function Settings({ onClose }: { readonly onClose: () => void }): ReactElement {
  const words = useMessages()
  const say = words.settings
  const chat = useChat()
  const name = useChatState((state) => state.settings.name)
  const relayOnly = useChatState((state) => state.settings.relayOnly)
  const atRest = useChatState((state) => state.atRest)
  const storedBytes = useChatState((state) => state.storedBytes)
  const kept = useChatState((state) => state.kept)
  const [theme, setTheme] = useState<Theme>(readTheme)
  return (
    <Dialog title={say.title} onClose={onClose}>
      <EditField
        label={say.name}
        hint={say.nameHint}
        value={name}
        maxLength={maxNameLength}
        required
        onSave={(next) => void chat.setName(next)}
      />
      <fieldset className="setting">
        <legend className="setting-name">{say.theme}</legend>
        <div className="choices">
          {themes.map((choice) => (
            <label key={choice} className="choice">
              <input
                type="radio"
                name="theme"
                checked={theme === choice}
                onChange={() => {
                  setTheme(choice)
                  keepTheme(choice)
                }}
              />
              <span>{say.themes[choice]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Language />
      <div className="setting">
        <label className="switch">
          <span className="setting-name">{say.relayOnly}</span>
          <input
            type="checkbox"
            role="switch"
            checked={relayOnly}
            aria-describedby="relay-only-hint"
            onChange={(event) => void chat.setRelayOnly(event.currentTarget.checked)}
          />
        </label>
        <p id="relay-only-hint" className="setting-hint">
          {say.relayOnlyHint}
        </p>
      </div>
      <Suspense fallback={null}>
        <OwnIdentity />
        <Devices relay={location.origin} />
      </Suspense>
      <Lock />
      <dl className="facts">
        <dt>{say.stored}</dt>
        <dd>
          {{ key: say.storedKey, passphrase: say.storedPassphrase, passkey: say.storedPasskey }[atRest]}
          {storedBytes !== undefined && ` ${say.storedBytes(storedBytes)}.`}
          {kept !== undefined && ` ${kept ? say.kept : say.mayBeCleared}`}
        </dd>
      </dl>
      <FileSpace />
    </Dialog>
  )
}
