/** Times and days as they stand in the timeline. */

export interface Times {
  /** `17:31` */
  clock(time: number): string
  /** `Friday 20 November 2026`; two times are of one day when these are equal. */
  day(time: number): string
}

/** Times outside this cannot be shown as dates. */
const maxTime = 8.64e15
const minuteMs = 60_000
/** Midnight is at a whole quarter of an hour everywhere. */
const quarterMs = 15 * minuteMs
const maxCached = 10_000

/** In the machine's own time zone unless told otherwise. */
export function createTimes(timeZone?: string): Times {
  const zone = timeZone === undefined ? {} : { timeZone }
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone })
  const date = new Intl.DateTimeFormat('en', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    ...zone,
  })
  return {
    clock: cached(minuteMs, (time) => clock.format(time)),
    day: cached(quarterMs, (time) => {
      // Put together here, because the order and the commas differ between versions of Node.
      const parts = new Map(date.formatToParts(time).map(({ type, value }) => [type, value]))
      return `${parts.get('weekday')} ${parts.get('day')} ${parts.get('month')} ${parts.get('year')}`
    }),
  }
}

/** Formatting a date is the dearest part of drawing a message, and neighbours share their minute. */
function cached(stepMs: number, format: (time: number) => string): (time: number) => string {
  const texts = new Map<number, string>()
  return (time) => {
    const step = Math.floor((Math.abs(time) <= maxTime ? time : 0) / stepMs)
    let text = texts.get(step)
    if (text === undefined) {
      text = format(step * stepMs)
      if (texts.size >= maxCached) texts.clear()
      texts.set(step, text)
    }
    return text
  }
}
