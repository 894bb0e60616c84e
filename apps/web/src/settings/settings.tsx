/** Settings of the whole program, page by page. Each takes effect at once. */
import { lazy, Suspense, type ReactElement, type ReactNode } from 'react'
import { Bell, HardDrive, Info, Laptop, LockKeyhole, Palette, UserRound } from 'lucide-react'
import { useChat, useChatState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { useNotifyMessages } from '../messages/notify.tsx'
import { EditField } from '../overlay/edit-field.tsx'
import { Sections, type Section } from '../overlay/sections.tsx'
import { maxNameLength } from '../person/friendly-name.ts'
import { Lock } from '../lock/lock.tsx'
import NotifySettings from '../notify/notify-settings.tsx'
import { useTurnOn } from '../notify/turn-on.ts'
import { About } from './about.tsx'
import { FileSpace } from './file-space.tsx'
import { Language } from './language.tsx'
import { Look } from './look.tsx'
import type { SettingsSection } from './sections.ts'
import './settings.css'

const Devices = lazy(() => import('../identity/devices.tsx').then(({ Devices: shown }) => ({ default: shown })))
const OwnIdentity = lazy(() => import('../identity/own-identity.tsx'))

interface SettingsProps {
  readonly section: SettingsSection | undefined
  readonly onSection: (section: SettingsSection | undefined) => void
  readonly onProtection: () => void
  readonly onClose: () => void
}

export default function Settings({ section, onSection, onProtection, onClose }: SettingsProps): ReactElement {
  const words = useMessages()
  const say = words.settings
  const notify = useNotifyMessages()
  const name = useChatState((state) => state.settings.name)
  const { isOn: notifies } = useTurnOn()
  const atRest = useChatState((state) => state.atRest)
  const hasFiles = useChatState((state) => state.files !== undefined)
  const bytes = useChatState((state) => state.files?.bytes)
  const item = (
    id: SettingsSection,
    icon: ReactNode,
    page: () => ReactNode,
    state?: string,
  ): Section<SettingsSection> => ({
    id,
    label: id === 'notifications' ? notify.title : say.sections[id],
    icon,
    page,
    state,
  })
  return (
    <Sections
      title={say.title}
      open={section}
      onOpen={onSection}
      onClose={onClose}
      sections={[
        item('you', <UserRound size={20} aria-hidden />, () => <You />, name),
        item('look', <Palette size={20} aria-hidden />, () => (
          <>
            <Look />
            <Language />
          </>
        )),
        item(
          'notifications',
          <Bell size={20} aria-hidden />,
          () => <NotifySettings />,
          notifies ? say.isOn : say.isOff,
        ),
        item(
          'files',
          <HardDrive size={20} aria-hidden />,
          () => (
            <>
              {hasFiles && <FileSpace />}
              <Stored />
            </>
          ),
          bytes === undefined ? undefined : words.format.bytes(bytes),
        ),
        item('devices', <Laptop size={20} aria-hidden />, () => (
          <Suspense fallback={null}>
            <Devices relay={location.origin} />
          </Suspense>
        )),
        item(
          'privacy',
          <LockKeyhole size={20} aria-hidden />,
          () => (
            <>
              <Lock />
              <Encrypted />
              <RelayOnly />
            </>
          ),
          atRest === 'key' ? undefined : say.isLocked,
        ),
        item('about', <Info size={20} aria-hidden />, () => <About onProtection={onProtection} />),
      ]}
    />
  )
}

function You(): ReactElement {
  const say = useMessages().settings
  const chat = useChat()
  const name = useChatState((state) => state.settings.name)
  return (
    <>
      <EditField
        label={say.name}
        hint={say.nameHint}
        value={name}
        maxLength={maxNameLength}
        required
        onSave={(next) => void chat.setName(next)}
      />
      <Suspense fallback={null}>
        <OwnIdentity />
      </Suspense>
    </>
  )
}

function RelayOnly(): ReactElement {
  const say = useMessages().settings
  const chat = useChat()
  const relayOnly = useChatState((state) => state.settings.relayOnly)
  return (
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
  )
}

function Stored(): ReactElement | null {
  const say = useMessages().settings
  const storedBytes = useChatState((state) => state.storedBytes)
  const kept = useChatState((state) => state.kept)
  if (storedBytes === undefined && kept === undefined) return null
  return (
    <dl className="facts">
      <dt>{say.stored}</dt>
      <dd>
        {storedBytes !== undefined && `${say.storedBytes(storedBytes)}. `}
        {kept !== undefined && (kept ? say.kept : say.mayBeCleared)}
      </dd>
    </dl>
  )
}

function Encrypted(): ReactElement {
  const say = useMessages().settings
  const atRest = useChatState((state) => state.atRest)
  return (
    <dl className="facts">
      <dt>{say.stored}</dt>
      <dd>{{ key: say.storedKey, passphrase: say.storedPassphrase, passkey: say.storedPasskey }[atRest]}</dd>
    </dl>
  )
}
