/**
 * Films and sounds play while they arrive: the service worker asks this page for the ranges a player wants
 * (`media-worker.ts`), and each is answered when its bytes are here. Without a service worker they play once they are whole.
 */
import { FileFailed, type Attachment, type Room } from '@kith/peer'
import { safeType } from './kinds.ts'
import { mediaPath, type MediaAnswer, type MediaQuestion } from './media-wire.ts'

const offered = new Map<string, { readonly room: Room; readonly file: Attachment }>()
let listening = false
/** By then a player that is taken away is gone. */
const goneMs = 3_000

/** The address under which a player streams the file; undefined where that is not possible. */
export function streamUrl(room: Room, file: Attachment): string | undefined {
  if (!('serviceWorker' in navigator) || navigator.serviceWorker.controller === null) return undefined
  offered.set(file.root, { room, file })
  if (!listening) {
    listening = true
    navigator.serviceWorker.addEventListener('message', (event: MessageEvent<MediaQuestion>) => void answer(event))
    navigator.serviceWorker.startMessages()
  }
  return `./${mediaPath}${file.root}`
}

async function answer({ data, ports }: MessageEvent<MediaQuestion>): Promise<void> {
  const [port] = ports
  if (data?.type !== 'mediaWanted' || port === undefined) return
  const found = offered.get(data.root)
  const send = (said: MediaAnswer): void => port.postMessage(said)
  if (found === undefined) return send({ ok: false })
  const { room, file } = found
  try {
    const bytes = await room.readFile(file.root, data.from, data.length)
    send({ ok: true, bytes, size: file.size, type: safeType(file) })
  } catch (error) {
    // The player of what was paused goes by itself; told before, the browser would call it a failure.
    if (error instanceof FileFailed && error.why === 'stopped') await new Promise((gone) => setTimeout(gone, goneMs))
    send({ ok: false })
  }
}
