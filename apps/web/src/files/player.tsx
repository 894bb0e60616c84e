/** A film or a sound on the browser's own player. It plays while it arrives where a service worker can carry that. */
import { useEffect, useState, type CSSProperties, type ReactElement, type SyntheticEvent } from 'react'
import { Play } from 'lucide-react'
import type { Attachment } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { useFileMessages } from '../messages/files.tsx'
import { SaveButton } from './file-row.tsx'
import { useFilesPlace } from './context.ts'
import { formatDuration } from './kinds.ts'
import { useThumb } from './picture.tsx'
import { CancelStep, NextStep, ProgressLine, progressText, troubleText } from './progress.tsx'
import { streamUrl } from './stream.ts'
import { useContent } from './use-content.ts'

const maxWidth = 420
const maxHeight = 340

interface PlayerProps {
  readonly file: Attachment
  readonly kind: 'film' | 'sound'
}

export function Player({ file, kind }: PlayerProps): ReactElement {
  const words = useFileMessages()
  const { room } = useFilesPlace()
  const [streaming, setStreaming] = useState<string>()
  const whole = useContent(file)
  const thumb = useThumb(file)
  // A player that reads on would fetch it again.
  useEffect(() => {
    if (file.state === 'paused') setStreaming(undefined)
  }, [file.state])
  const tabIndex = useTabStop()
  const source = streaming ?? whole
  const trouble = troubleText(file, words)
  const begin = (): void => {
    room.fetchFile(file.root).catch(() => undefined)
    setStreaming(streamUrl(room, file))
  }
  const duration = file.preview?.durationMs ?? 0
  return (
    <div className={`media ${kind}`}>
      {kind === 'film' && (
        <div className="film-stage" style={sizeOf(file)}>
          {thumb !== undefined && <img className="picture-thumb" src={thumb} alt="" aria-hidden />}
          {source === undefined ? (
            <button
              type="button"
              className="film-play"
              tabIndex={tabIndex}
              aria-label={words.film(file.name)}
              onClick={begin}
            >
              <Play size={28} aria-hidden />
            </button>
          ) : (
            // oxlint-disable-next-line jsx-a11y/media-has-caption -- people's own recordings come without captions
            <video
              src={source}
              controls
              playsInline
              tabIndex={tabIndex}
              preload="metadata"
              onCanPlay={streaming === undefined ? undefined : playNow}
              aria-label={words.film(file.name)}
            />
          )}
        </div>
      )}
      {kind === 'sound' && source !== undefined && (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- people's own recordings come without captions
        <audio
          src={source}
          controls
          tabIndex={tabIndex}
          preload="metadata"
          onCanPlay={streaming === undefined ? undefined : playNow}
          aria-label={words.sound(file.name)}
        />
      )}
      <div className="media-line">
        {kind === 'sound' && source === undefined && (
          <button
            type="button"
            className="file-step"
            tabIndex={tabIndex}
            aria-label={words.sound(file.name)}
            onClick={begin}
          >
            <Play size={18} aria-hidden />
          </button>
        )}
        <div className="file-words">
          <p className="file-name" title={file.name}>
            {file.name}
          </p>
          <p className="file-state">
            {duration > 0 && `${formatDuration(duration)} · `}
            {progressText(file, words)}
          </p>
          {trouble !== undefined && <p className="file-trouble">{trouble}</p>}
        </div>
        <CancelStep file={file} />
        {file.state === 'here' ? <SaveButton file={file} /> : <NextStep file={file} />}
      </div>
      <ProgressLine file={file} />
    </div>
  )
}

/** `autoplay` would wait until the browser believes that the rest comes faster than it plays. Once: a pause is a pause. */
function playNow({ currentTarget }: SyntheticEvent<HTMLMediaElement>): void {
  if (currentTarget.currentTime === 0 && currentTarget.played.length === 0) currentTarget.play().catch(() => undefined)
}

function sizeOf({ preview }: Attachment): CSSProperties {
  const [width, height] = [preview?.width ?? 0, preview?.height ?? 0]
  if (width === 0 || height === 0) return { width: maxWidth, aspectRatio: '16 / 9' }
  const scale = Math.min(maxWidth / width, maxHeight / height)
  return { width: Math.round(width * scale), aspectRatio: `${width} / ${height}` }
}
