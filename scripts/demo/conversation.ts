/**
 * Reads a conversation: `.ndjson` or `.ndjson.gz`, one `{day, time, nick, text}` a line, `day` as 2004-12-25 and `time`
 * as 09:14 or 09:14:30. Lines of the same minute are spread over it.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { Millis } from '@kith/protocol'

export interface Line {
  readonly time: Millis
  readonly nick: string
  readonly text: string
}

export interface RawLine {
  readonly day: string
  readonly time: string
  readonly nick: string
  readonly text: string
}

/** The first `count` lines of a file that say something. */
export async function readConversation(path: string, count: number): Promise<readonly Line[]> {
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  const raw: RawLine[] = []
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    const line = parseLine(text)
    if (line !== undefined) raw.push(line)
    if (raw.length === count) break
  }
  file.destroy()
  return placeInTime(raw)
}

export function parseLine(text: string): RawLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { day, time, nick, text: said } = value as Record<string, unknown>
  if (typeof day !== 'string' || typeof time !== 'string' || typeof nick !== 'string' || typeof said !== 'string') {
    return undefined
  }
  if (nick.trim() === '' || said.trim() === '' || Number.isNaN(Date.parse(`${day}T${time}Z`))) return undefined
  return { day, time, nick, text: said }
}

/** Times in order, strictly later than the one before, and no two lines at once. */
export function placeInTime(raw: readonly RawLine[]): readonly Line[] {
  const perMoment = new Map<string, number>()
  for (const { day, time } of raw) perMoment.set(`${day}T${time}`, (perMoment.get(`${day}T${time}`) ?? 0) + 1)
  const seen = new Map<string, number>()
  let last = -Infinity
  return raw.map(({ day, time, nick, text }) => {
    const moment = `${day}T${time}`
    const index = seen.get(moment) ?? 0
    seen.set(moment, index + 1)
    const spanMs = time.length > 5 ? 1_000 : 60_000
    const at = Date.parse(`${moment}Z`) + Math.floor((index / (perMoment.get(moment) ?? 1)) * spanMs)
    last = Math.max(at, last + 1)
    return { time: last, nick, text }
  })
}
