/** What files take on this device, and a way to have less of it. */
import { useState, type ReactElement } from 'react'
import { useChat, useChatState } from '../app/stores.ts'
import { useFileMessages } from '../messages/files.tsx'

export function FileSpace(): ReactElement | null {
  const words = useFileMessages().space
  const chat = useChat()
  const use = useChatState((state) => state.files)
  const [freed, setFreed] = useState<number>()
  const [busy, setBusy] = useState(false)
  if (use === undefined || (use.bytes === 0 && freed === undefined)) return null
  const free = (): void => {
    setBusy(true)
    chat
      .freeSpace()
      .then(setFreed, () => setFreed(0))
      .finally(() => setBusy(false))
  }
  return (
    <div className="setting">
      <p className="setting-name">{words.title}</p>
      <p className="setting-hint">
        {words.use(use.bytes)} {use.freeable > 0 ? words.freeable(use.freeable) : freed === undefined && words.nothing}
      </p>
      {use.freeable > 0 && (
        <button type="button" className="button" disabled={busy} onClick={free}>
          {words.free}
        </button>
      )}
      {freed !== undefined && (
        <p className="setting-hint" role="status">
          {words.freed(freed)}
        </p>
      )}
    </div>
  )
}
