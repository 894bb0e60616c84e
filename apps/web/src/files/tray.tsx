/** What goes with the message: a small picture or mark of each file, and how pictures are sent. */
import type { ReactElement } from 'react'
import { Eye, X } from 'lucide-react'
import { useFileMessages } from '../messages/files.tsx'
import { FileMark } from './file-row.tsx'
import { kindOf } from './kinds.ts'
import { useThumb } from './picture.tsx'
import type { Quality } from './prepare.ts'
import type { Tray, TrayItem } from './use-tray.ts'
import './tray.css'

const qualities: readonly Quality[] = ['full', 'smaller', 'original']

export function TrayView({ tray }: { readonly tray: Tray }): ReactElement | null {
  const words = useFileMessages()
  const { items, quality, trouble } = tray
  const canChoose = items.some((item) => item.quality !== undefined)
  if (items.length === 0 && trouble === undefined) return null
  return (
    <div className="tray">
      {trouble !== undefined && (
        <p className="composer-refused" role="alert">
          {words.refused(trouble)}
        </p>
      )}
      {items.length > 0 && (
        <ul className="tray-items" aria-label={words.tray}>
          {items.map((item) => (
            <Item key={item.key} item={item} onRemove={() => tray.remove(item)} />
          ))}
        </ul>
      )}
      {canChoose && (
        <div className="tray-quality">
          <select
            aria-label={words.quality}
            value={quality}
            disabled={tray.busy}
            onChange={(event) => tray.setQuality(event.currentTarget.value as Quality)}
          >
            {qualities.map((choice) => (
              <option key={choice} value={choice}>
                {words.qualities[choice]}
              </option>
            ))}
          </select>
          <p className={quality === 'original' ? 'warned' : undefined}>{words.qualityHints[quality]}</p>
        </div>
      )}
    </div>
  )
}

function Item({ item, onRemove }: { readonly item: TrayItem; readonly onRemove: () => void }): ReactElement {
  const words = useFileMessages()
  const { file, name } = item
  const thumb = useThumb({ preview: file?.preview })
  if (file === undefined) {
    return (
      <li className="tray-item preparing" aria-label={words.preparing(name)} aria-busy="true">
        <span className="tray-name">{name}</span>
      </li>
    )
  }
  const kind = kindOf(file)
  const picture = kind === 'picture' || kind === 'film' ? (item.url ?? thumb) : undefined
  return (
    <li className={`tray-item${picture === undefined ? '' : ' pictured'}`}>
      {picture === undefined ? <FileMark file={file} kind={kind} /> : <img src={picture} alt="" />}
      <span className="tray-name" title={name}>
        {name}
      </span>
      <span className="tray-size">{words.size(file.size)}</span>
      {item.hasHidden && (
        <span className="tray-hidden" role="img" aria-label={words.hasHidden} title={words.hasHidden}>
          <Eye size={14} aria-hidden />
        </span>
      )}
      <button
        type="button"
        className="tray-remove"
        aria-label={words.remove(name)}
        title={words.remove(name)}
        onClick={onRemove}
      >
        <X size={14} aria-hidden />
      </button>
    </li>
  )
}
