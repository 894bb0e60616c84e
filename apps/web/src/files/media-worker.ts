/**
 * The service worker's half of playing what is still arriving: turns a player's range request into a question to the page
 * that plays, and its answer into a partial response. Only players are answered, with bytes no browser would run.
 */
import type { MediaAnswer, MediaQuestion } from './media-wire.ts'

/**
 * As `media-wire.ts` has it. A classic service worker cannot import, and what it shared with the page would be built into a
 * file of its own; so nothing but types is shared.
 */
export const playingPath = 'playing/'

/** One answer has so much at most; a player asks for the next. */
const pieceBytes = 512 * 1024
const playable = /^(?:audio|video)\/[\w.+-]+$/

interface MediaRequest {
  readonly request: Request
  readonly clientId: string
}

interface Clients {
  get(id: string): Promise<{ postMessage(message: unknown, transfer: Transferable[]): void } | undefined>
}

/** The root a request is about, or undefined when it is not about any. */
export function mediaRoot(request: Request, scope: string): string | undefined {
  if (request.destination !== 'video' && request.destination !== 'audio') return undefined
  const prefix = scope + playingPath
  const root = request.url.startsWith(prefix) ? request.url.slice(prefix.length) : ''
  return /^[0-9a-f]{64}$/.test(root) ? root : undefined
}

export async function answerMedia(event: MediaRequest, root: string, clients: Clients): Promise<Response> {
  const client = await clients.get(event.clientId)
  const range = parseRange(event.request.headers.get('range'))
  if (client === undefined || range === undefined) return new Response(undefined, { status: 416 })
  const [from, to] = range
  const length = Math.min(pieceBytes, to === undefined ? pieceBytes : to - from + 1)
  const question: MediaQuestion = { type: 'mediaWanted', root, from, length }
  const said = await new Promise<MediaAnswer>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (message: MessageEvent<MediaAnswer>): void => resolve(message.data)
    client.postMessage(question, [port2])
  })
  // Paused, or nobody has it: for a player as much as 404, but nothing a browser would complain of to whoever watches it.
  if (!said.ok) return new Response(undefined, { status: 204 })
  if (said.bytes.length === 0 || !playable.test(said.type)) return new Response(undefined, { status: 416 })
  return new Response(new Uint8Array(said.bytes), {
    status: 206,
    headers: {
      'content-type': said.type,
      'content-length': String(said.bytes.length),
      'content-range': `bytes ${from}-${from + said.bytes.length - 1}/${said.size}`,
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

/** `bytes=5-` and `bytes=5-9`; a request without one wants the beginning. */
export function parseRange(header: string | null): readonly [number, number | undefined] | undefined {
  if (header === null) return [0, undefined]
  const found = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(header.trim())
  if (found === null) return undefined
  const from = Number(found[1])
  const to = found[2] === undefined ? undefined : Number(found[2])
  return to !== undefined && to < from ? undefined : [from, to]
}
