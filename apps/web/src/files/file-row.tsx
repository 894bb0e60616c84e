/** A file as a line, its mark, and the button that saves it. */
import { useState, type ReactElement } from 'react'
import { File, FileArchive, FileText, Film, FolderDown, Music } from 'lucide-react'
import type { Attachment } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { useFileMessages } from '../messages/files.tsx'
import { save } from './contents.ts'
import { useFilesPlace } from './context.ts'
import { kindOf, type FileKind } from './kinds.ts'
import { CancelStep, NextStep, ProgressLine, progressText, troubleText } from './progress.tsx'

/** A file as a line: what it is, how far it has come, and what to do. */
export function FileRow({ file }: { readonly file: Attachment }): ReactElement {
  const words = useFileMessages()
  const trouble = troubleText(file, words)
  return (
    <div className="file">
      <FileMark file={file} kind={kindOf(file)} />
      <div className="file-words">
        <p className="file-name" title={file.name}>
          {file.name}
        </p>
        <p className="file-state">{progressText(file, words)}</p>
        {trouble !== undefined && <p className="file-trouble">{trouble}</p>}
      </div>
      <CancelStep file={file} />
      {file.state === 'here' ? <SaveButton file={file} /> : <NextStep file={file} />}
      <ProgressLine file={file} />
    </div>
  )
}

export function SaveButton({
  file,
  small = false,
}: {
  readonly file: Attachment
  readonly small?: boolean
}): ReactElement {
  const { room } = useFilesPlace()
  const words = useFileMessages()
  const tabIndex = useTabStop()
  const [busy, setBusy] = useState(false)
  return (
    <button
      type="button"
      className={`icon-button${small ? ' small' : ''}`}
      tabIndex={tabIndex}
      aria-label={words.save(file.name)}
      title={words.save(file.name)}
      disabled={busy}
      onClick={() => {
        setBusy(true)
        save(room, file)
          .catch(() => undefined)
          .finally(() => setBusy(false))
      }}
    >
      <FolderDown size={18} aria-hidden />
    </button>
  )
}

export function FileMark({
  file,
  kind,
}: {
  readonly file: Pick<Attachment, 'name' | 'type'>
  readonly kind: FileKind
}): ReactElement {
  const Icon =
    kind === 'film'
      ? Film
      : kind === 'sound' || kind === 'voice'
        ? Music
        : /zip|tar|compressed|7z|rar/.test(file.type)
          ? FileArchive
          : file.type.startsWith('text/') || file.type.includes('pdf') || file.type.includes('document')
            ? FileText
            : File
  return (
    <span className="file-mark" aria-hidden>
      <Icon size={22} strokeWidth={1.6} />
    </span>
  )
}
