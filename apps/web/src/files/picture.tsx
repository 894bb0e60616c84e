/** A picture in a message: its colours first, then as much of it as has come, then all of it. */
import { useEffect, useMemo, useState, type CSSProperties, type ReactElement } from 'react'
import { ImageOff } from 'lucide-react'
import { pixelsOfThumb, type Attachment } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { useFileMessages } from '../messages/files.tsx'
import { useFilesPlace } from './context.ts'
import { NextStep, progressText, troubleText } from './progress.tsx'
import { useComing, useContent } from './use-content.ts'

/** What is looked at is wanted, up to this size; larger ones are fetched on a press. */
const fetchSeenBytes = 8 * 1024 * 1024
const maxWidth = 420
const maxHeight = 340
/** Narrower than this nothing can be pressed. */
const minSide = 96

export interface PictureProps {
  readonly file: Attachment
  /** One of several, cut to a square. */
  readonly tile: boolean
  /** Pictures that are not shown here, counted on this one. */
  readonly more: number
}

export function Picture({ file, tile, more }: PictureProps): ReactElement {
  const words = useFileMessages()
  const tabIndex = useTabStop()
  const { room, openPicture } = useFilesPlace()
  const whole = useContent(file)
  const coming = useComing(file)
  const thumb = useThumb(file)
  const [broken, setBroken] = useState(false)
  const seenIsWanted = file.state === 'waiting' && file.why === undefined && file.size <= fetchSeenBytes && !isSaving()
  useEffect(() => {
    if (seenIsWanted) room.fetchFile(file.root).catch(() => undefined)
  }, [room, file.root, seenIsWanted])
  const shown = whole ?? coming
  const trouble = troubleText(file, words)
  return (
    <div
      className={`picture${tile ? ' tile' : ''}${shown === undefined ? ' empty' : ''}`}
      style={tile ? undefined : sizeOf(file)}
    >
      {thumb !== undefined && <img className="picture-thumb" src={thumb} alt="" aria-hidden />}
      {shown !== undefined && !broken && (
        <img
          className="picture-image"
          src={shown}
          alt={words.picture(file.name)}
          decoding="async"
          draggable={false}
          onError={() => whole !== undefined && setBroken(true)}
        />
      )}
      {broken ? (
        <p className="picture-note">
          <ImageOff size={18} aria-hidden /> {words.cannotShow}
        </p>
      ) : (
        <button
          type="button"
          className="picture-open"
          tabIndex={tabIndex}
          aria-label={more > 0 ? words.moreLong(more) : words.openPicture(file.name)}
          onClick={() => openPicture(file.root)}
        >
          {more > 0 && <span className="picture-more">{words.more(more)}</span>}
        </button>
      )}
      {file.state !== 'here' && (
        <div className="picture-state">
          <NextStep file={file} />
          {!tile && <p className="picture-words">{trouble ?? progressText(file, words)}</p>}
          {file.state === 'fetching' && (
            <progress
              className="file-line"
              value={file.have}
              max={file.size}
              aria-label={words.of(file.have, file.size)}
            />
          )}
        </div>
      )}
    </div>
  )
}

/** Room for it before it is here, so that nothing moves when it comes. */
function sizeOf({ preview }: Attachment): CSSProperties {
  const [width, height] = [preview?.width ?? 0, preview?.height ?? 0]
  if (width === 0 || height === 0) return { width: maxWidth * 0.6, aspectRatio: '4 / 3' }
  const scale = Math.min(1, maxWidth / width, maxHeight / height)
  const shown = Math.max(minSide, Math.round(width * scale))
  return { width: shown, aspectRatio: `${width} / ${Math.max(height, (minSide / shown) * width)}` }
}

export function useThumb(file: Pick<Attachment, 'preview'>): string | undefined {
  const bytes = file.preview?.thumb
  return useMemo(() => (bytes === undefined ? undefined : thumbUrl(bytes)), [bytes])
}

/** A handful of pixels as a picture; the page may show `data:`. */
function thumbUrl(bytes: Uint8Array): string | undefined {
  const pixels = pixelsOfThumb(bytes)
  if (pixels === undefined) return undefined
  const canvas = document.createElement('canvas')
  canvas.width = pixels.width
  canvas.height = pixels.height
  canvas
    .getContext('2d')
    ?.putImageData(new ImageData(new Uint8ClampedArray(pixels.rgba), pixels.width, pixels.height), 0, 0)
  return canvas.toDataURL()
}

/** The person asked their browser to save data. */
function isSaving(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } }
  return connection?.saveData === true
}
