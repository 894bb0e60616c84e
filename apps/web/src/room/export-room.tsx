/** Room settings: the messages as a file to keep, for people or for programs. */
import { useId, useState, type ReactElement } from 'react'
import { FileDown } from 'lucide-react'
import { exportFileName, exportRoom, type ExportFormat, type Room } from '@kith/peer'
import { useMessages } from '../messages/messages.tsx'

interface ExportRoomProps {
  readonly room: Room
  readonly name: string
}

export function ExportRoom({ room, name }: ExportRoomProps): ReactElement {
  const say = useMessages().exporting
  const id = useId()
  const [state, setState] = useState<'ready' | 'busy' | 'done'>('ready')
  const take = async (format: ExportFormat): Promise<void> => {
    setState('busy')
    hand(await exported(room, name, format), exportFileName(name, format))
    setState('done')
  }
  return (
    <section className="setting" aria-labelledby={id}>
      <h3 id={id} className="setting-name">
        {say.title}
      </h3>
      <div className="setting-buttons">
        {(['markdown', 'json'] as const).map((format) => (
          <button
            key={format}
            type="button"
            className="button"
            disabled={state === 'busy'}
            onClick={() => void take(format)}
          >
            <FileDown size={18} aria-hidden />
            {say.formats[format]}
          </button>
        ))}
      </div>
      <p className="setting-hint" role="status">
        {state === 'done' ? say.done : say.hint}
      </p>
    </section>
  )
}

/** A piece a turn: the page goes on answering. */
async function exported(room: Room, title: string, format: ExportFormat): Promise<Blob> {
  const parts: string[] = []
  for (const part of exportRoom(room, format, { title, now: Date.now() })) {
    parts.push(part)
    await new Promise((resolve) => setTimeout(resolve))
  }
  return new Blob(parts, { type: format === 'json' ? 'application/json' : 'text/markdown' })
}

/** Into their downloads. */
function hand(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
