/** A voice message: one button, its waveform, which is also where one listens, and its length. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react'
import { Pause, Play } from 'lucide-react'
import type { Attachment } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { useFileMessages } from '../messages/files.tsx'
import { useFilesPlace } from './context.ts'
import { formatDuration } from './kinds.ts'
import { NextStep, ProgressLine, progressText, troubleText } from './progress.tsx'
import { useContent } from './use-content.ts'
import { Waveform } from './waveform.tsx'

const speeds = [1, 1.5, 2] as const
const stepSeconds = 5
/** Small enough to be there when somebody looks at it. */
const fetchSeenBytes = 2 * 1024 * 1024

export function Voice({ file, by }: { readonly file: Attachment; readonly by: string }): ReactElement {
  const words = useFileMessages()
  const { room } = useFilesPlace()
  const url = useContent(file)
  const isWanted = file.state === 'waiting' && file.why === undefined && file.size <= fetchSeenBytes
  useEffect(() => {
    if (isWanted) room.fetchFile(file.root).catch(() => undefined)
  }, [room, file.root, isWanted])
  const trouble = troubleText(file, words)
  return (
    <div className="voice-message" role="group" aria-label={words.voice.of(by)}>
      <VoicePlayer url={url} peaks={file.preview?.peaks} durationMs={file.preview?.durationMs ?? 0}>
        {url === undefined && file.state !== 'here' ? <NextStep file={file} /> : undefined}
      </VoicePlayer>
      {file.state !== 'here' && <p className="file-state">{trouble ?? progressText(file, words)}</p>}
      <ProgressLine file={file} />
    </div>
  )
}

interface VoicePlayerProps {
  readonly url: string | undefined
  readonly peaks: Uint8Array | undefined
  readonly durationMs: number
  /** Instead of the button, while there is nothing to play. */
  readonly children?: ReactElement | undefined
}

export function VoicePlayer({ url, peaks, durationMs, children }: VoicePlayerProps): ReactElement {
  const words = useFileMessages().voice
  const audio = useRef<HTMLAudioElement>(null)
  const tabIndex = useTabStop()
  const [playing, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const [speed, setSpeed] = useState<number>(1)
  const seconds = durationMs / 1000

  const seek = (to: number): void => {
    const element = audio.current
    if (element === null) return
    element.currentTime = Math.min(Math.max(0, to), Math.max(0, seconds - 0.05))
    setAt(element.currentTime)
  }
  const press = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons !== 1) return
    const box = event.currentTarget.getBoundingClientRect()
    seek(((event.clientX - box.left) / box.width) * seconds)
  }
  const key = (event: KeyboardEvent<HTMLDivElement>): void => {
    const to = { ArrowLeft: at - stepSeconds, ArrowRight: at + stepSeconds, Home: 0, End: seconds }[event.key]
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    seek(to)
  }
  return (
    <div className="voice">
      {children ?? (
        <button
          type="button"
          className="file-step play"
          tabIndex={tabIndex}
          aria-label={playing ? words.pause : words.play}
          disabled={url === undefined}
          onClick={() => {
            const element = audio.current
            if (element === null) return
            if (playing) element.pause()
            else void element.play().catch(() => undefined)
          }}
        >
          {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        </button>
      )}
      <div
        className="voice-wave"
        role="slider"
        tabIndex={url === undefined ? -1 : (tabIndex ?? 0)}
        aria-label={words.position}
        aria-valuemin={0}
        aria-valuemax={Math.round(seconds)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={formatDuration(at * 1000)}
        aria-disabled={url === undefined}
        onPointerDown={press}
        onPointerMove={press}
        onKeyDown={key}
      >
        <Waveform peaks={peaks} part={seconds > 0 ? at / seconds : 0} />
      </div>
      <span className="voice-time">{formatDuration(playing || at > 0 ? at * 1000 : durationMs)}</span>
      {url !== undefined && (
        <button
          type="button"
          className="voice-speed"
          tabIndex={tabIndex}
          aria-label={`${words.speed}: ${words.times(speed)}`}
          onClick={() => {
            const next = speeds[(speeds.indexOf(speed as 1) + 1) % speeds.length] ?? 1
            setSpeed(next)
            if (audio.current !== null) audio.current.playbackRate = next
          }}
        >
          {words.times(speed)}
        </button>
      )}
      {url !== undefined && (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- people's own recordings come without captions
        <audio
          ref={audio}
          src={url}
          preload="metadata"
          onPlay={(event) => {
            event.currentTarget.playbackRate = speed
            setPlaying(true)
          }}
          onPause={() => setPlaying(false)}
          onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
          onEnded={() => {
            setPlaying(false)
            setAt(0)
          }}
        />
      )}
    </div>
  )
}
