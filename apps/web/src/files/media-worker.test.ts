import { describe, expect, it } from 'vitest'
import { mediaPath, type MediaAnswer, type MediaQuestion } from './media-wire.ts'
import { answerMedia, mediaRoot, parseRange, playingPath } from './media-worker.ts'

const root = 'ab'.repeat(32)
const film = Uint8Array.from({ length: 100 }, (_, i) => i)

function ask(range: string | undefined, answer: (question: MediaQuestion) => MediaAnswer): Promise<Response> {
  const request = new Request(`https://kith.example/playing/${root}`, range === undefined ? {} : { headers: { range } })
  const page = {
    postMessage: (question: unknown, [port]: Transferable[]): void =>
      (port as MessagePort).postMessage(answer(question as MediaQuestion)),
  }
  return answerMedia({ request, clientId: 'page' }, root, { get: async () => page })
}

const honest = ({ from, length }: MediaQuestion): MediaAnswer => ({
  ok: true,
  bytes: film.slice(from, from + length),
  size: film.length,
  type: 'video/mp4',
})

describe('a film that is played while it arrives', () => {
  it('looks where the page sends its players', () => {
    expect(playingPath).toBe(mediaPath)
  })

  it('FIL5 is answered by the piece a player asks for', async () => {
    const response = await ask('bytes=10-19', honest)
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe('bytes 10-19/100')
    expect(response.headers.get('content-type')).toBe('video/mp4')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(film.slice(10, 20))
    const rest = await ask('bytes=95-', honest)
    expect(rest.headers.get('content-range')).toBe('bytes 95-99/100')
  })

  it('FIL5 is refused beyond its end, when it cannot come, and as anything a browser would run', async () => {
    expect((await ask('bytes=100-', honest)).status).toBe(416)
    expect((await ask('bytes=0-', () => ({ ok: false }))).status).toBe(204)
    expect((await ask('bytes=0-', (question) => ({ ...honest(question), type: 'text/html' }))).status).toBe(416)
  })

  it('FIL5 is asked for by players only, and by nothing but its root', () => {
    const scope = 'https://kith.example/'
    const wants = (url: string, destination: RequestDestination): string | undefined =>
      mediaRoot({ url, destination } as Request, scope)
    expect(wants(`${scope}playing/${root}`, 'video')).toBe(root)
    expect(wants(`${scope}playing/${root}`, 'document')).toBeUndefined()
    expect(wants(`${scope}playing/../${root}`, 'video')).toBeUndefined()
    expect(wants(`https://other.example/playing/${root}`, 'video')).toBeUndefined()
  })

  it.each([
    [null, [0, undefined]],
    ['bytes=5-', [5, undefined]],
    ['bytes=5-9', [5, 9]],
    ['bytes=9-5', undefined],
    ['bytes=-5', undefined],
    ['bytes=0-1,4-5', undefined],
    ['pages=1-2', undefined],
  ])('reads the range %j', (header, range) => {
    expect(parseRange(header)).toEqual(range)
  })
})
