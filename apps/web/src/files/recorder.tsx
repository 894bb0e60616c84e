/** Recording a voice message: it runs at once, can be heard before it is sent, and is Opus where the browser has it. */
import { useCallback, useEffect, useRef, useState, type ReactElement } from 'react'
import { ArrowUp, Square, Trash2, X } from 'lucide-react'
import { noPreview, type Room } from '@kith/peer'
import { useFileMessages } from '../messages/files.tsx'
import { useMessages } from '../messages/messages.tsx'
import { formatDuration } from './kinds.ts'
import { peaksOf, type Heard } from './peaks.ts'
import { VoicePlayer } from './voice.tsx'
import { Waveform } from './waveform.tsx'

const types = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'] as const
const bitsPerSecond = 24_000
const sampleMs = 100
/** The waveform while recording shows the last seconds. */
const shownSamples = 48
const maxMs = 30 * 60_000

interface Recorded {
  readonly blob: Blob
  readonly url: string
  readonly heard: Heard
}

type Trouble = 'noMicrophone' | 'noRecorder' | 'notSent'

interface RecorderProps {
  readonly room: Room
  readonly replyTo: string | undefined
  readonly onDone: () => void
}

export default function Recorder({ room, replyTo, onDone }: RecorderProps): ReactElement {
  const words = useFileMessages().voice
  const { close } = useMessages().app
  const recorder = useRef<MediaRecorder>(undefined)
  const finished = useRef<Promise<Recorded>>(undefined)
  const [loud, setLoud] = useState<readonly number[]>([])
  const [ms, setMs] = useState(0)
  const [recorded, setRecorded] = useState<Recorded>()
  const [trouble, setTrouble] = useState<Trouble>()
  const [sending, setSending] = useState(false)

  useEffect(() => {
    let over = false
    let stream: MediaStream | undefined
    let context: AudioContext | undefined
    let timer: number | undefined
    const begin = async (): Promise<void> => {
      const type = types.find((one) => globalThis.MediaRecorder?.isTypeSupported(one))
      if (type === undefined) return setTrouble('noRecorder')
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          audio: { echoCancellation: true, noiseSuppression: true },
        })
      } catch {
        return over ? undefined : setTrouble('noMicrophone')
      }
      if (over) return stream.getTracks().forEach((track) => track.stop())
      const running = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: bitsPerSecond })
      const parts: Blob[] = []
      running.ondataavailable = ({ data }): void => void parts.push(data)
      finished.current = new Promise<Recorded>((resolve, reject) => {
        running.onstop = (): void => {
          const blob = new Blob(parts, { type: type.split(';')[0] ?? type })
          peaksOf(blob).then((heard) => resolve({ blob, heard, url: URL.createObjectURL(blob) }), reject)
        }
      })
      finished.current.catch(() => undefined)
      running.start(1000)
      recorder.current = running
      const startedAt = performance.now()
      context = new AudioContext()
      const analyser = context.createAnalyser()
      analyser.fftSize = 1024
      context.createMediaStreamSource(stream).connect(analyser)
      const samples = new Float32Array(analyser.fftSize)
      timer = window.setInterval(() => {
        if (running.state !== 'recording') return
        analyser.getFloatTimeDomainData(samples)
        const level = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length)
        setLoud((before) => [...before, Math.min(255, level * 900)].slice(-shownSamples))
        const now = performance.now() - startedAt
        setMs(now)
        if (now > maxMs) running.stop()
      }, sampleMs)
    }
    void begin()
    return () => {
      over = true
      window.clearInterval(timer)
      if (recorder.current?.state === 'recording') recorder.current.stop()
      stream?.getTracks().forEach((track) => track.stop())
      void context?.close()
    }
  }, [])

  useEffect(() => () => URL.revokeObjectURL(recorded?.url ?? ''), [recorded])

  const stop = useCallback(async (): Promise<Recorded | undefined> => {
    if (recorder.current?.state === 'recording') {
      recorder.current.stop()
      recorder.current.stream.getTracks().forEach((track) => track.stop())
    }
    return finished.current
  }, [])

  const send = async (): Promise<void> => {
    setSending(true)
    setTrouble(undefined)
    try {
      const done = recorded ?? (await stop())
      if (done === undefined) return
      setRecorded(done)
      const { peaks, durationMs } = done.heard
      const ending = done.blob.type === 'audio/mp4' ? 'm4a' : done.blob.type === 'audio/ogg' ? 'ogg' : 'webm'
      const file = {
        name: `Voice message.${ending}`,
        type: done.blob.type,
        bytes: done.blob,
        preview: { ...noPreview, peaks, durationMs },
      }
      await room.attach([file], { replyTo })
      onDone()
    } catch {
      setTrouble('notSent')
      setSending(false)
    }
  }

  // Nothing is recorded, and nothing can be: what looks like it would deceive.
  if (trouble === 'noMicrophone' || trouble === 'noRecorder') {
    return (
      <div className="recorder" role="group" aria-label={words.message}>
        <p className="recorder-trouble" role="alert">
          {words[trouble]}
        </p>
        <button type="button" className="icon-button" aria-label={close} title={close} onClick={onDone}>
          <X size={20} aria-hidden />
        </button>
      </div>
    )
  }

  return (
    <>
      {trouble !== undefined && (
        <p className="composer-refused" role="alert">
          {words[trouble]}
        </p>
      )}
      <div className="recorder" role="group" aria-label={words.message}>
        <button type="button" className="icon-button" aria-label={words.discard} title={words.discard} onClick={onDone}>
          <Trash2 size={20} aria-hidden />
        </button>
        {recorded === undefined ? (
          <div className="recorder-now">
            <span className="recorder-dot" aria-hidden />
            <span role="timer" aria-label={words.recording}>
              {formatDuration(ms)}
            </span>
            <Waveform peaks={Uint8Array.from(loud)} part={0} />
          </div>
        ) : (
          <VoicePlayer url={recorded.url} peaks={recorded.heard.peaks} durationMs={recorded.heard.durationMs} />
        )}
        {recorded === undefined && (
          <button
            type="button"
            className="icon-button"
            aria-label={words.stop}
            title={words.stop}
            onClick={() => void stop().then(setRecorded, () => setTrouble('noRecorder'))}
          >
            <Square size={18} aria-hidden />
          </button>
        )}
        <button
          type="button"
          className="send"
          aria-label={words.send}
          title={words.send}
          disabled={sending}
          onClick={() => void send()}
        >
          <ArrowUp size={20} aria-hidden />
        </button>
      </div>
    </>
  )
}
