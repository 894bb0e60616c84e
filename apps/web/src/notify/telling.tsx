/** Of which messages of this room one hears. */
import type { ReactElement } from 'react'
import { tellings, type Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useNotifyMessages } from '../messages/notify.tsx'
import { useTurnOn } from './turn-on.ts'

export function TellingChoice({ room }: { readonly room: Room }): ReactElement {
  const words = useNotifyMessages()
  const telling = useRoomState(room, (state) => state.telling)
  const { isOn, leave, turn } = useTurnOn()
  return (
    <fieldset className="setting">
      <legend className="setting-name">{words.telling}</legend>
      <div className="choices">
        {tellings.map((choice) => (
          <label key={choice} className="choice">
            <input
              type="radio"
              name="telling"
              checked={telling === choice}
              onChange={() => void room.setTelling(choice)}
            />
            <span>{words.tellings[choice]}</span>
          </label>
        ))}
      </div>
      <p className="setting-hint" role="status">
        {words.tellingHints[telling]}
      </p>
      {telling !== 'nothing' && !isOn && (
        <p className="setting-hint">
          {leave === 'denied' ? words.blocked : leave === 'unable' ? words.unable : words.off}{' '}
          {leave !== 'denied' && leave !== 'unable' && (
            <button type="button" className="link-button" onClick={() => turn(true)}>
              {words.turnOn}
            </button>
          )}
        </p>
      )}
    </fieldset>
  )
}
