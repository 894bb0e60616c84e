/** One picture as large as the window, with the other pictures of the room one key or one swipe away. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react'
import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import { filesOf, type RoomFile } from '@kith/peer'
import { useTimeline } from '../app/stores.ts'
import { useFileMessages } from '../messages/files.tsx'
import { useMessages } from '../messages/messages.tsx'
import { SaveButton } from './file-row.tsx'
import { useFilesPlace } from './context.ts'
import { kindOf } from './kinds.ts'
import { useThumb } from './picture.tsx'
import { NextStep, progressText, troubleText } from './progress.tsx'
import { useComing, useContent } from './use-content.ts'
import './lightbox.css'

/** A finger that goes so far sideways turns the page. */
const swipePx = 60

export default function Lightbox({
  root,
  onClose,
}: {
  readonly root: string
  readonly onClose: () => void
}): ReactElement | null {
  const words = useFileMessages().lightbox
  const { room } = useFilesPlace()
  const timeline = useTimeline(room)
  const dialog = useRef<HTMLDialogElement>(null)
  const [current, setCurrent] = useState(root)
  const swipe = useRef<{ readonly x: number; readonly y: number }>(undefined)
  // Oldest first, as in the room. Looked up anew when the timeline changes, because a picture may just have come.
  const pictures = useMemo(
    () =>
      filesOf({ timeline })
        .filter(({ file }) => kindOf(file) === 'picture')
        .toReversed(),
    [timeline],
  )
  const index = pictures.findIndex(({ file }) => file.root === current)
  const shown = pictures[index]

  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  // Deleted while somebody looks at it.
  useEffect(() => {
    if (shown === undefined) onClose()
  }, [shown, onClose])
  if (shown === undefined) return null

  const go = (to: number): void => {
    const next = pictures[Math.min(Math.max(0, to), pictures.length - 1)]
    if (next !== undefined) setCurrent(next.file.root)
  }
  const key = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: pictures.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    go(to)
  }
  const lift = (event: PointerEvent): void => {
    const from = swipe.current
    swipe.current = undefined
    if (from === undefined) return
    const [x, y] = [event.clientX - from.x, event.clientY - from.y]
    if (Math.abs(x) > swipePx && Math.abs(x) > Math.abs(y)) go(index + (x < 0 ? 1 : -1))
    else if (y > swipePx * 1.5 && y > Math.abs(x)) onClose()
  }
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={words.title}
      onKeyDown={key}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <Bar shown={shown} place={words.place(index + 1, pictures.length)} onClose={onClose} />
      {/* Escape does the same as a press beside the picture. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events */}
      <div
        className="lightbox-stage"
        onPointerDown={(event) => {
          if (event.pointerType === 'touch') swipe.current = { x: event.clientX, y: event.clientY }
        }}
        onPointerUp={lift}
        onPointerCancel={() => (swipe.current = undefined)}
        onClick={(event) => {
          if (event.target === event.currentTarget) onClose()
        }}
      >
        <Large key={shown.file.root} shown={shown} />
      </div>
      {pictures.length > 1 && (
        <>
          <button
            type="button"
            className="lightbox-turn previous"
            aria-label={words.previous}
            disabled={index === 0}
            onClick={() => go(index - 1)}
          >
            <ChevronLeft size={28} aria-hidden />
          </button>
          <button
            type="button"
            className="lightbox-turn next"
            aria-label={words.next}
            disabled={index === pictures.length - 1}
            onClick={() => go(index + 1)}
          >
            <ChevronRight size={28} aria-hidden />
          </button>
        </>
      )}
    </dialog>
  )
}

function Bar({
  shown,
  place,
  onClose,
}: {
  readonly shown: RoomFile
  readonly place: string
  readonly onClose: () => void
}): ReactElement {
  const { format } = useMessages()
  const words = useFileMessages()
  return (
    <header className="lightbox-bar">
      <div className="lightbox-words" aria-live="polite">
        <p className="lightbox-name">{shown.file.name}</p>
        <p className="lightbox-by">
          {words.lightbox.by(shown.by, format.dateTime(shown.time))} · {words.size(shown.file.size)} · {place}
        </p>
      </div>
      {shown.file.state === 'here' && <SaveButton file={shown.file} />}
      <button type="button" className="icon-button" aria-label={words.lightbox.close} onClick={onClose}>
        <X size={22} aria-hidden />
      </button>
    </header>
  )
}

function Large({ shown }: { readonly shown: RoomFile }): ReactElement {
  const { file } = shown
  const words = useFileMessages()
  const { room } = useFilesPlace()
  const whole = useContent(file)
  const coming = useComing(file)
  const thumb = useThumb(file)
  const url = whole ?? coming ?? thumb
  // Opened is wanted, whatever its size.
  const isWaiting = file.state === 'waiting'
  useEffect(() => {
    if (isWaiting) room.fetchFile(file.root).catch(() => undefined)
  }, [room, file.root, isWaiting])
  const [width, height] = [file.preview?.width, file.preview?.height]
  return (
    <>
      {url !== undefined && (
        <img
          className={`lightbox-image${whole === undefined ? ' coming' : ''}`}
          src={url}
          alt={words.picture(file.name)}
          width={width || undefined}
          height={height || undefined}
          draggable={false}
        />
      )}
      {file.state !== 'here' && (
        <div className="lightbox-state">
          <NextStep file={file} />
          <p>{troubleText(file, words) ?? progressText(file, words)}</p>
        </div>
      )}
    </>
  )
}
