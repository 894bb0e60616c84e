/** What files take on this device, how much they may take, and a way to have less of it. */
import { useId, useState, type ReactElement } from 'react'
import { useChat, useChatState } from '../app/stores.ts'
import { useFileMessages } from '../messages/files.tsx'

/** Bytes; 0 is as much as there is room. */
const limits: readonly number[] = [0, 500e6, 2e9, 10e9, 50e9]

export function FileSpace(): ReactElement | null {
  const words = useFileMessages().space
  const chat = useChat()
  const use = useChatState((state) => state.files)
  const limit = useChatState((state) => state.settings.fileLimit)
  const [freed, setFreed] = useState<number>()
  const [busy, setBusy] = useState(false)
  const id = useId()
  if (use === undefined) return null
  const free = (): void => {
    setBusy(true)
    chat
      .freeSpace()
      .then(setFreed, () => setFreed(0))
      .finally(() => setBusy(false))
  }
  return (
    <div className="setting file-space">
      <p className="setting-name">{words.title}</p>
      <p className="setting-hint">
        {words.use(use.bytes, use.limit)}{' '}
        {use.freeable > 0 ? words.freeable(use.freeable) : use.bytes > 0 && freed === undefined && words.nothing}
      </p>
      {use.limit !== undefined && (
        <meter className="file-space-meter" aria-label={words.title} min={0} max={use.limit} value={use.bytes} />
      )}
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
      <label className="file-space-limit" htmlFor={id}>
        <span>{words.limit}</span>
        <select
          id={id}
          className="field"
          value={limit}
          aria-describedby={`${id}-hint`}
          onChange={(event) => void chat.setFileLimit(Number(event.currentTarget.value))}
        >
          {[...new Set([...limits, limit])].map((bytes) => (
            <option key={bytes} value={bytes}>
              {words.limits(bytes)}
            </option>
          ))}
        </select>
      </label>
      <p className="setting-hint" id={`${id}-hint`}>
        {words.limitHint}
      </p>
    </div>
  )
}
