/** Every file of the room: who gave it, when, how large, how many hold it. */
import { useMemo, useState, type ReactElement } from 'react'
import { MessageSquare, Trash2 } from 'lucide-react'
import { filesOf, type RoomFile } from '@kith/peer'
import { useTimeline } from '../app/stores.ts'
import { useDay } from '../timeline/use-day.ts'
import { useFileMessages } from '../messages/files.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { FileMark, SaveButton } from './file-row.tsx'
import { useFilesPlace } from './context.ts'
import { kindOf, type FileKind } from './kinds.ts'
import { useThumb } from './picture.tsx'
import { NextStep, ProgressLine, progressText, troubleText } from './progress.tsx'
import './files.css'
import './file-list.css'

type Filter = 'all' | 'pictures' | 'media' | 'others'

const kindsOf: Readonly<Record<Filter, readonly FileKind[]>> = {
  all: ['picture', 'film', 'voice', 'sound', 'other'],
  pictures: ['picture'],
  media: ['film', 'voice', 'sound'],
  others: ['other'],
}
const filters = Object.keys(kindsOf) as Filter[]
/** More are shown when somebody asks for them by the end of the list. */
const pageSize = 100

interface FileListProps {
  readonly onJump: (message: string) => void
  readonly onClose: () => void
}

export default function FileList({ onJump, onClose }: FileListProps): ReactElement {
  const words = useFileMessages()
  const say = words.list
  const { room } = useFilesPlace()
  const timeline = useTimeline(room)
  const all = useMemo(() => filesOf({ timeline }), [timeline])
  const [filter, setFilter] = useState<Filter>('all')
  const [shown, setShown] = useState(pageSize)
  const files = all.filter(({ file }) => kindsOf[filter].includes(kindOf(file)))
  const total = files.reduce((sum, { file }) => sum + file.size, 0)
  return (
    <Dialog title={say.title} onClose={onClose}>
      {all.length === 0 ? (
        <div className="file-list-none">
          <p>{say.none}</p>
          <p className="setting-hint">{say.noneHint}</p>
        </div>
      ) : (
        <>
          <fieldset className="file-filters">
            <legend className="visually-hidden">{say.filter}</legend>
            {filters.map((choice) => (
              <label key={choice} className="file-filter">
                <input type="radio" name="files" checked={filter === choice} onChange={() => setFilter(choice)} />
                <span>{say.filters[choice]}</span>
              </label>
            ))}
          </fieldset>
          <p className="file-list-sum">{files.length === 0 ? say.noneOfKind : say.sum(files.length, total)}</p>
          <ul className="file-list">
            {files.slice(0, shown).map((one) => (
              <Line key={`${one.message} ${one.file.root}`} one={one} onJump={onJump} />
            ))}
          </ul>
          {files.length > shown && (
            <button type="button" className="button" onClick={() => setShown(shown + pageSize)}>
              {words.more(files.length - shown)}
            </button>
          )}
        </>
      )}
    </Dialog>
  )
}

function Line({ one, onJump }: { readonly one: RoomFile; readonly onJump: (message: string) => void }): ReactElement {
  const words = useFileMessages()
  const { format } = useMessages()
  const { room, openPicture } = useFilesPlace()
  const { file } = one
  const kind = kindOf(file)
  const thumb = useThumb(file)
  const today = useDay()
  const trouble = troubleText(file, words)
  return (
    <li className="file-list-line">
      {thumb !== undefined && kind === 'picture' ? (
        <button
          type="button"
          className="file-mark"
          aria-label={words.openPicture(file.name)}
          onClick={() => openPicture(file.root)}
        >
          <img src={thumb} alt="" />
        </button>
      ) : (
        <FileMark file={file} kind={kind} />
      )}
      <div className="file-words">
        <p className="file-name" title={file.name}>
          {file.name}
        </p>
        <p className="file-state">{words.list.by(one.by, format.brief(one.time, today))}</p>
        <p className="file-state">
          {progressText(file, words)}
          {' · '}
          {file.holders === 0 && file.state === 'here' ? words.heldByNobody : words.holders(file.holders)}
        </p>
        {trouble !== undefined && <p className="file-trouble">{trouble}</p>}
      </div>
      <button
        type="button"
        className="icon-button small"
        aria-label={words.list.inMessage}
        title={words.list.inMessage}
        onClick={() => onJump(one.message)}
      >
        <MessageSquare size={17} aria-hidden />
      </button>
      {file.state === 'here' && file.holders > 0 && (
        <button
          type="button"
          className="icon-button small"
          aria-label={words.list.free(file.name)}
          title={words.list.free(file.name)}
          onClick={() => void room.freeFile(file.root).catch(() => undefined)}
        >
          <Trash2 size={17} aria-hidden />
        </button>
      )}
      {file.state === 'here' ? <SaveButton file={file} small /> : <NextStep file={file} small />}
      <ProgressLine file={file} />
    </li>
  )
}
