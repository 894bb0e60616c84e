/** Settings: the devices of this person. A code for a new one, the digits both show, the list, and taking one back. */
import { useEffect, useId, useState, type ReactElement } from 'react'
import { Laptop, Smartphone, Trash2 } from 'lucide-react'
import type { Linking, OwnDevice } from '@kith/peer'
import { useChat, useChatState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { ShareLink } from '../room/share-link.tsx'
import { BecomeDevice, Digits } from './become-device.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'

export function Devices({ relay }: { readonly relay: string }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const { role, revoked, list, linking } = useChatState((state) => state.identity.devices)
  const doing = useDoing(say.notDone)
  const [becoming, setBecoming] = useState(false)
  const id = useId()
  const busy = linking !== undefined && linking.phase !== 'done' && linking.phase !== 'failed'
  const run = (command: Parameters<typeof chat.identify>[0]): void => void doing.run(() => chat.identify(command))
  return (
    <section className="setting identity" aria-labelledby={id}>
      <h3 id={id} className="setting-name">
        {say.devices}
      </h3>
      {role === 'linked' ? (
        <p className={revoked ? 'identity-warning' : 'setting-hint'}>
          {revoked ? say.deviceRevoked : say.deviceLinked}
        </p>
      ) : (
        <>
          <p className="setting-hint">{say.devicesHint}</p>
          <DeviceList list={list} onRemove={(device) => run({ type: 'revokeDevice', device })} />
        </>
      )}
      {linking !== undefined && !becoming && (
        <LinkingNow
          linking={linking}
          onSame={(matches) => run({ type: 'confirmDevice', matches })}
          onStop={() => run({ type: 'stopLinking' })}
        />
      )}
      {becoming && <BecomeDevice code="" relay={relay} onDone={() => setBecoming(false)} />}
      {role === 'main' && !busy && !becoming && (
        <div className="identity-buttons">
          <button
            type="button"
            className="button"
            disabled={doing.busy}
            onClick={() => run({ type: 'offerDevice', relay, notes: say.notesToMyself })}
          >
            {say.addDevice}
          </button>
          <button type="button" className="button" onClick={() => setBecoming(true)}>
            {say.isNewDevice}
          </button>
        </div>
      )}
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
    </section>
  )
}

function DeviceList(props: {
  readonly list: readonly OwnDevice[]
  readonly onRemove: (id: string) => void
}): ReactElement {
  const { list, onRemove } = props
  const say = useIdentityMessages()
  const [sure, setSure] = useState<string>()
  return (
    <ul className="identity-list">
      {list.map(({ id, name, platform, here, seenAt, rooms }) => (
        <li key={id} className="device">
          {platform === 'browser' ? <Smartphone size={20} aria-hidden /> : <Laptop size={20} aria-hidden />}
          <span>
            {name}
            <small>
              {here ? say.here : say.seen(seenAt)} · {say.inRooms(rooms)}
            </small>
          </span>
          {sure === id ? (
            <div className="device-sure">
              <p>{say.removeDeviceHint(name)}</p>
              <div className="identity-buttons">
                <button
                  type="button"
                  className="button danger"
                  onClick={() => {
                    setSure(undefined)
                    onRemove(id)
                  }}
                >
                  {say.removeDeviceDo}
                </button>
                <button type="button" className="button" onClick={() => setSure(undefined)}>
                  {say.cancel}
                </button>
              </div>
            </div>
          ) : (
            <button
              type="button"
              className="icon-button"
              aria-label={say.removeDevice(name)}
              title={say.removeDevice(name)}
              onClick={() => setSure(id)}
            >
              <Trash2 size={18} aria-hidden />
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

/** What the main device shows while another is being linked. */
function LinkingNow(props: {
  readonly linking: Linking
  readonly onSame: (matches: boolean) => void
  readonly onStop: () => void
}): ReactElement {
  const { linking, onSame, onStop } = props
  const say = useIdentityMessages()
  switch (linking.phase) {
    case 'offered':
      return (
        <div className="device-linking">
          <p>{say.offered}</p>
          <ShareLink link={linking.link} qrSize={200} care={say.offeredCare} />
          <p className="setting-hint">{say.offeredTyped}</p>
          <p className="device-code">
            <code>{typedCode(linking.link)}</code>
          </p>
          <Remaining until={linking.until} />
          <button type="button" className="button" onClick={onStop}>
            {say.cancel}
          </button>
        </div>
      )
    case 'compare':
      return (
        <div className="device-linking">
          <p>{say.compareDevice(linking.name)}</p>
          <Digits digits={linking.digits} />
          <div className="identity-buttons">
            <button type="button" className="button primary" onClick={() => onSame(true)}>
              {say.sameDevice}
            </button>
            <button type="button" className="button" onClick={() => onSame(false)}>
              {say.notSame}
            </button>
          </div>
        </div>
      )
    case 'looking':
      return <p role="status">{say.lookingDevice}</p>
    case 'giving':
      return <p role="status">{say.givingTo(linking.name)}</p>
    case 'done':
      return <Over text={say.linked(linking.name, linking.rooms)} onStop={onStop} />
    case 'failed':
      return <Over text={say.linkFailed[linking.reason]} onStop={onStop} />
  }
}

function Over({ text, onStop }: { readonly text: string; readonly onStop: () => void }): ReactElement {
  const say = useIdentityMessages()
  return (
    <div className="device-linking">
      <p role="status">{text}</p>
      <div className="identity-buttons">
        <button type="button" className="button" onClick={onStop}>
          {say.understood}
        </button>
      </div>
    </div>
  )
}

function Remaining({ until }: { readonly until: number }): ReactElement {
  const say = useIdentityMessages()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 15_000)
    return () => window.clearInterval(timer)
  }, [])
  return <p className="setting-hint">{say.codeLasts(Math.max(1, Math.ceil((until - now) / 60_000)))}</p>
}

/** Six groups of four, as one reads them aloud. */
function typedCode(link: string): string {
  return (/#d-(\S+)$/u.exec(link)?.[1] ?? '').replace(/(.{4})(?=.)/gu, '$1 ')
}
