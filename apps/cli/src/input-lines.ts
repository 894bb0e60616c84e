/** A stream of text as lines, with a bound on the length of one, so that an endless line costs no memory. */
import { StringDecoder } from 'node:string_decoder'

export interface LineListener {
  line(text: string): void
  /** A line longer than the bound; its rest is skipped. */
  tooLong(): void
  end(): void
}

/** Feeds `listener` until the stream ends; returns what stops it. A last line without newline counts. */
export function readLines(stream: NodeJS.ReadableStream, maxChars: number, listener: LineListener): () => void {
  const decoder = new StringDecoder('utf8')
  let pending = ''
  let skipping = false
  let over = false
  const take = (text: string): void => {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      const line = pending + text.slice(from, at)
      from = at + 1
      pending = ''
      if (skipping) skipping = false
      else if (line.length > maxChars) listener.tooLong()
      else listener.line(line.endsWith('\r') ? line.slice(0, -1) : line)
      if (over) return
    }
    if (skipping) return
    pending += text.slice(from)
    if (pending.length <= maxChars) return
    pending = ''
    skipping = true
    listener.tooLong()
  }
  const data = (chunk: Buffer | string): void => take(typeof chunk === 'string' ? chunk : decoder.write(chunk))
  const stop = (): void => {
    over = true
    stream.off('data', data)
    stream.off('end', end)
    stream.off('error', end)
    stream.pause()
  }
  const end = (): void => {
    if (over) return
    const rest = pending + decoder.end()
    if (rest !== '' && !skipping) listener.line(rest)
    if (over) return
    stop()
    listener.end()
  }
  stream.on('data', data)
  stream.on('end', end)
  stream.on('error', end)
  return stop
}
