/**
 * Makes a file ready to be sent: hidden data out, smaller if the person wants, and a preview that travels ahead.
 * Loaded when somebody adds the first file.
 */
import {
  cleanPicture,
  filmPatches,
  maxThumbSide,
  noPreview,
  safeFileName,
  thumbOf,
  typeOfFileName,
  type FilePreview,
  type FileToSend,
} from '@kith/peer'
import { kindOf } from './kinds.ts'
import { peaksOf } from './peaks.ts'

/** `full`: cleaned, not made smaller · `smaller`: at most `smallerSide` pixels · `original`: untouched. */
export type Quality = 'full' | 'smaller' | 'original'

export interface Prepared {
  readonly file: FileToSend
  /** It still carries hidden data, because the person wants it so or because nobody here can remove it. */
  readonly hasHidden: boolean
}

export const smallerSide = 2048
const smallerQuality = 0.85
/** Larger pictures are not taken apart in memory. */
const maxPictureBytes = 128 * 1024 * 1024
/** Whole sounds are opened to draw their waveform up to here. */
const maxWaveBytes = 16 * 1024 * 1024

export async function prepare(file: File, quality: Quality): Promise<Prepared> {
  const type = file.type === '' ? typeOfFileName(file.name) : file.type.toLowerCase()
  const name = safeFileName(file.name)
  if (type.startsWith('image/') && file.size <= maxPictureBytes) return preparePicture(file, name, type, quality)
  if (type.startsWith('video/') || type.startsWith('audio/')) return prepareMedia(file, name, type, quality)
  return { file: { name, type, bytes: file }, hasHidden: false }
}

async function preparePicture(file: File, name: string, type: string, quality: Quality): Promise<Prepared> {
  const picture = await createImageBitmap(file).catch(() => undefined)
  try {
    const preview = picture === undefined ? undefined : previewOf(picture)
    if (quality === 'original') return { file: { name, type, bytes: file, preview }, hasHidden: true }
    const isMoving = type === 'image/gif'
    const isLarge = picture !== undefined && Math.max(picture.width, picture.height) > smallerSide
    if (quality === 'smaller' && picture !== undefined && !isMoving && (isLarge || file.size > 1_000_000)) {
      const small = await redraw(picture, smallerSide, type === 'image/png' ? 'image/webp' : 'image/jpeg')
      // A drawing may well be smaller as it is.
      if (small !== undefined && small.size < file.size) {
        return { file: { name: renamed(name, small.type), type: small.type, bytes: small, preview }, hasHidden: false }
      }
    }
    const clean = cleanPicture(new Uint8Array(await file.arrayBuffer()))
    if (clean !== undefined) {
      return { file: { name, type, bytes: new Blob([new Uint8Array(clean)], { type }), preview }, hasHidden: false }
    }
    // A kind we do not take apart: drawn anew it has nothing to hide.
    const drawn = picture === undefined ? undefined : await redraw(picture, Number.POSITIVE_INFINITY, 'image/jpeg')
    if (drawn === undefined) return { file: { name, type, bytes: file, preview }, hasHidden: true }
    return { file: { name: renamed(name, drawn.type), type: drawn.type, bytes: drawn, preview }, hasHidden: false }
  } finally {
    picture?.close()
  }
}

async function prepareMedia(file: File, name: string, type: string, quality: Quality): Promise<Prepared> {
  const kind = kindOf({ type, preview: undefined })
  const preview = kind === 'film' ? await filmPreview(file) : await soundPreview(file)
  const patches = quality === 'original' ? undefined : await filmPatches(file)
  if (patches === undefined) {
    // Recordings of browsers (WebM, Ogg) say nothing but how to play them; of the others one cannot know.
    const isPlain = /^(?:audio|video)\/(?:webm|ogg|wav|x-wav)/.test(type)
    return { file: { name, type, bytes: file, preview }, hasHidden: quality === 'original' || !isPlain }
  }
  const parts: Blob[] = []
  let at = 0
  for (const patch of patches) {
    parts.push(file.slice(at, patch.at), new Blob([new Uint8Array(patch.bytes)]))
    at = patch.at + patch.bytes.length
  }
  parts.push(file.slice(at))
  return { file: { name, type, bytes: new Blob(parts, { type }), preview }, hasHidden: false }
}

type Drawable = ImageBitmap | HTMLVideoElement

function draw(source: Drawable, width: number, height: number): OffscreenCanvasRenderingContext2D | undefined {
  const context = new OffscreenCanvas(width, height).getContext('2d') ?? undefined
  if (context === undefined) return undefined
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, 0, 0, width, height)
  return context
}

async function redraw(picture: ImageBitmap, side: number, type: string): Promise<Blob | undefined> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height))
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)]
  return draw(picture, width, height)?.canvas.convertToBlob({ type, quality: smallerQuality })
}

function previewOf(source: Drawable, width = sizeOf(source)[0], height = sizeOf(source)[1]): FilePreview {
  const scale = Math.min(1, maxThumbSide / Math.max(width, height))
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  const pixels = draw(source, w, h)?.getImageData(0, 0, w, h)
  const thumb =
    pixels === undefined ? new Uint8Array() : thumbOf({ width: w, height: h, rgba: new Uint8Array(pixels.data) })
  return { ...noPreview, width, height, thumb }
}

function sizeOf(source: Drawable): readonly [number, number] {
  return source instanceof ImageBitmap ? [source.width, source.height] : [source.videoWidth, source.videoHeight]
}

const previewWaitMs = 5_000

/** A picture from the beginning of a film; nothing when the browser cannot play it. */
async function filmPreview(file: File): Promise<FilePreview | undefined> {
  const url = URL.createObjectURL(file)
  const video = document.createElement('video')
  video.muted = true
  video.preload = 'auto'
  try {
    const reached = (event: 'loadeddata' | 'seeked'): Promise<void> =>
      new Promise((resolve, reject) => {
        video.addEventListener(event, () => resolve(), { once: true })
        video.addEventListener('error', () => reject(new Error('not playable here')), { once: true })
        window.setTimeout(() => reject(new Error('took too long')), previewWaitMs)
      })
    const loaded = reached('loadeddata')
    video.src = url
    await loaded
    if (Number.isFinite(video.duration) && video.duration > 2) {
      const seeked = reached('seeked')
      video.currentTime = 1
      await seeked
    }
    const durationMs = Number.isFinite(video.duration) ? Math.round(video.duration * 1000) : 0
    return { ...previewOf(video), durationMs }
  } catch {
    return undefined
  } finally {
    video.removeAttribute('src')
    video.load()
    URL.revokeObjectURL(url)
  }
}

async function soundPreview(file: File): Promise<FilePreview | undefined> {
  if (file.size > maxWaveBytes) return undefined
  const heard = await peaksOf(file).catch(() => undefined)
  // Music is shown as a file with a player; the waveform is for what somebody said.
  return heard === undefined ? undefined : { ...noPreview, durationMs: heard.durationMs }
}

/** The ending says what it is now. */
function renamed(name: string, type: string): string {
  const ending = type === 'image/webp' ? 'webp' : 'jpg'
  const dot = name.lastIndexOf('.')
  const front = dot > 0 ? name.slice(0, dot) : name
  return (ending === 'jpg' ? /\.jpe?g$/i : /\.webp$/i).test(name) ? name : `${front}.${ending}`
}
