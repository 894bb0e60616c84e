/**
 * Films and sounds play while they arrive: the service worker asks this page for the ranges a player wants
 * (`media-worker.ts`), and each is answered when its bytes are here. Without a service worker they play once they are whole.
 */
import type { Attachment, Room } from '@kith/peer'
import { safeType } from './kinds.ts'
import { mediaPath, type MediaAnswer, type MediaQuestion } from './media-wire.ts'

const offered = new Map<string, { readonly room: Room; readonly file: Attachment }>()
let listening = false

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
  } catch {
    send({ ok: false })
  }
}
