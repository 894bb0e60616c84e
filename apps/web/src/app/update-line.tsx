/** Says that a newer version waits, and takes it only when asked to: a served page must not change behind one's back. */
import { useSyncExternalStore, type ReactElement } from 'react'
import { useMessages } from '../messages/messages.tsx'
import { acceptUpdate, isUpdateWaiting, subscribeUpdate } from './offline.ts'
import { partsNow, subscribeParts } from './parts.ts'

export function UpdateLine(): ReactElement | null {
  const words = useMessages()
  const waiting = useSyncExternalStore(subscribeUpdate, isUpdateWaiting)
  const reloading = useSyncExternalStore(subscribeParts, partsNow) === 'renewed'
  if (reloading) {
    return (
      <p className="update-line" role="status">
        {words.app.renewed}
      </p>
    )
  }
  if (!waiting) return null
  return (
    <p className="update-line" role="status">
      {words.start.installed}{' '}
      <button type="button" className="link-button" onClick={acceptUpdate}>
        {words.start.update}
      </button>
    </p>
  )
}
