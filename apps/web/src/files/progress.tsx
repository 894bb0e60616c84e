/** How far a file has come, in words and as a line, and what one can do about it. */
import type { ReactElement } from 'react'
import { Download, Pause, Play, RotateCw, X } from 'lucide-react'
import type { Attachment } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { useFileMessages, type FileMessages } from '../messages/files.tsx'
import { useFilesPlace } from './context.ts'

/** The state in a few words: size, or how far, how fast, from how many, how long. */
export function progressText(file: Attachment, words: FileMessages): string {
  switch (file.state) {
    case 'here':
      return words.size(file.size)
    case 'fetching': {
      const parts = [words.of(file.have, file.size)]
      if (file.bytesPerSecond > 0) parts.push(words.speed(file.bytesPerSecond))
      if (file.sources > 0) parts.push(words.sources(file.sources))
      if (file.leftMs !== undefined) parts.push(words.left(file.leftMs))
      return parts.join(' · ')
    }
    case 'paused':
      return `${words.paused} · ${words.of(file.have, file.size)}`
    case 'failed':
    case 'waiting':
      return file.have > 0 ? words.of(file.have, file.size) : words.size(file.size)
  }
}

/** What stands in the way, or undefined. */
export function troubleText(file: Attachment, words: FileMessages): string | undefined {
  if (file.state === 'here' || file.state === 'fetching') return undefined
  return file.why === undefined ? undefined : words.trouble(file.why)
}

export function ProgressLine({ file }: { readonly file: Attachment }): ReactElement | null {
  const words = useFileMessages()
  if (file.state === 'here' || (file.have === 0 && file.state !== 'fetching')) return null
  return (
    <progress
      className={`file-line ${file.state}`}
      value={file.have}
      max={file.size}
      aria-label={words.of(file.have, file.size)}
    />
  )
}

/** The one thing to do next: fetch, pause, go on, try again. Nothing for what is here. */
export function NextStep({
  file,
  small = false,
}: {
  readonly file: Attachment
  readonly small?: boolean
}): ReactElement | null {
  const { room } = useFilesPlace()
  const words = useFileMessages()
  const tabIndex = useTabStop()
  if (file.state === 'here') return null
  const ignore = (): void => undefined
  const fetch = (): void => void room.fetchFile(file.root).catch(ignore)
  const [label, icon, act] =
    file.state === 'fetching'
      ? [
          words.pause(file.name),
          <Pause key="icon" size={18} aria-hidden />,
          () => void room.pauseFile(file.root).catch(ignore),
        ]
      : file.state === 'paused'
        ? [words.goOn(file.name), <Play key="icon" size={18} aria-hidden />, fetch]
        : file.state === 'failed'
          ? [words.again(file.name), <RotateCw key="icon" size={18} aria-hidden />, fetch]
          : [words.fetch(file.name, file.size), <Download key="icon" size={18} aria-hidden />, fetch]
  return (
    <button
      type="button"
      className={`file-step${small ? ' small' : ''}`}
      tabIndex={tabIndex}
      aria-label={label}
      title={label}
      onClick={act}
    >
      {icon}
    </button>
  )
}

/** Stops and erases what came; only while something is under way. */
export function CancelStep({ file }: { readonly file: Attachment }): ReactElement | null {
  const { room } = useFilesPlace()
  const words = useFileMessages()
  const tabIndex = useTabStop()
  if (file.state !== 'fetching' && file.state !== 'paused') return null
  return (
    <button
      type="button"
      className="icon-button small"
      tabIndex={tabIndex}
      aria-label={words.cancel(file.name)}
      title={words.cancel(file.name)}
      onClick={() => void room.freeFile(file.root).catch(() => undefined)}
    >
      <X size={16} aria-hidden />
    </button>
  )
}
