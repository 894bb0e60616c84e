/** How one is told of new messages, of all rooms together. */
import type { ReactElement } from 'react'
import type { Notifying } from '@kith/peer'
import { useChat, useChatState } from '../app/stores.ts'
import { useNotifyMessages } from '../messages/notify.tsx'
import { playSound } from './sound.ts'
import { useTurnOn } from './turn-on.ts'

const shows: readonly Notifying['show'][] = ['message', 'nothing']

export default function NotifySettings(): ReactElement {
  const words = useNotifyMessages()
  const chat = useChat()
  const notifying = useChatState((state) => state.settings.notifying)
  const hasLock = useChatState((state) => state.atRest !== 'key')
  const { isOn, leave, turn } = useTurnOn()
  const set = (change: Partial<Notifying>): void => void chat.setNotifying(change)
  return (
    <>
      <div className="setting">
        <label className="switch">
          <span className="setting-name">{words.on}</span>
          <input
            type="checkbox"
            role="switch"
            checked={isOn}
            disabled={leave === 'unable'}
            aria-describedby="notify-hint"
            onChange={(event) => turn(event.currentTarget.checked)}
          />
        </label>
        <p id="notify-hint" className="setting-hint" role="status">
          {leave === 'unable' ? words.unable : leave === 'denied' ? words.blocked : words.onHint}
        </p>
      </div>
      {isOn && (
        <>
          <fieldset className="setting" disabled={hasLock}>
            <legend className="setting-name">{words.show}</legend>
            <div className="choices two">
              {shows.map((choice) => (
                <label key={choice} className="choice">
                  <input
                    type="radio"
                    name="notify-show"
                    checked={(hasLock ? 'nothing' : notifying.show) === choice}
                    onChange={() => set({ show: choice })}
                  />
                  <span>{words.shows[choice]}</span>
                </label>
              ))}
            </div>
            <p className="setting-hint">{hasLock ? words.showLocked : words.showHint}</p>
          </fieldset>
          <div className="setting">
            <label className="switch">
              <span className="setting-name">{words.sound}</span>
              <input
                type="checkbox"
                role="switch"
                checked={notifying.sound}
                aria-describedby="notify-sound-hint"
                onChange={(event) => {
                  set({ sound: event.currentTarget.checked })
                  if (event.currentTarget.checked) void playSound().catch(() => undefined)
                }}
              />
            </label>
            <p id="notify-sound-hint" className="setting-hint">
              {words.soundHint}
            </p>
          </div>
        </>
      )}
      <p className="setting-hint">{words.perRoom}</p>
    </>
  )
}
