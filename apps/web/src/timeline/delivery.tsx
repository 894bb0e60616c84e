/** How far an own message has come: a mark of the ring's family, and the same in words on demand. */
import type { ReactElement } from 'react'
import type { Message } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { useMessages, type Messages } from '../messages/messages.tsx'
import { useRowActions } from './actions.ts'

/** Dashed: waiting here. A circle: left this device. A full circle: others hold it. */
function Mark({ delivery }: { readonly delivery: Message['delivery'] }): ReactElement {
  return (
    <svg className={`delivery-mark ${delivery}`} width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
      <circle r="4.6" />
      {delivery === 'stored' && <circle className="delivery-core" r="2.3" />}
    </svg>
  )
}

export function deliveryWord(message: Message, words: Messages): string {
  return words.delivery[message.delivery]
}

export function DeliveryMark({ message, quiet }: { readonly message: Message; readonly quiet: boolean }): ReactElement {
  const words = useMessages()
  const actions = useRowActions()
  const tabIndex = useTabStop()
  const word = deliveryWord(message, words)
  return (
    <button
      type="button"
      className={`delivery${quiet && message.delivery === 'stored' ? ' near' : ''}`}
      tabIndex={tabIndex}
      aria-label={`${words.delivery.label}: ${word}`}
      title={word}
      onClick={(event) => actions.openDelivery(message, event.currentTarget)}
    >
      <Mark delivery={message.delivery} />
    </button>
  )
}

export function DeliveryDetails({ message }: { readonly message: Message }): ReactElement {
  const words = useMessages()
  const long =
    message.delivery === 'waiting'
      ? words.delivery.waitingLong
      : message.delivery === 'sent'
        ? words.delivery.sentLong
        : words.delivery.storedLong(message.storedBy, message.keptBy)
  return (
    <div className="delivery-details">
      <p className="delivery-title">
        <Mark delivery={message.delivery} />
        {deliveryWord(message, words)}
      </p>
      <p>{long}</p>
      {message.delivery !== 'waiting' && <p>{message.receipt ? words.delivery.receipt : words.delivery.noReceipt}</p>}
      <p className="delivery-when">{words.format.dateTime(message.time)}</p>
    </div>
  )
}
