/** Times and days as they stand in the timeline. */

export interface Times {
  /** `17:31` */
  clock(time: number): string
  /** `Friday 20 November 2026`; two times are of one day when these are equal. */
  day(time: number): string
}

/** Times outside this cannot be shown as dates. */
const maxTime = 8.64e15

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
  const safe = (time: number): number => (Math.abs(time) <= maxTime ? time : 0)
  const day = (time: number): string => {
    // Put together here, because the order and the commas differ between versions of Node.
    const parts = new Map(date.formatToParts(safe(time)).map(({ type, value }) => [type, value]))
    return `${parts.get('weekday')} ${parts.get('day')} ${parts.get('month')} ${parts.get('year')}`
  }
  return { clock: (time) => clock.format(safe(time)), day }
}
