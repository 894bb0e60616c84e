/** Plurals, numbers and times of one language, from Intl. Every formatter is made once: making them is slow. */
import type { Millis } from '@kith/protocol'

export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>

export interface Formats {
  number(value: number): string
  /** The form for `count`, with `#` replaced by the number. */
  plural(count: number, forms: PluralForms): string
  list(items: readonly string[]): string
  bytes(count: number): string
  /** How long, in the largest unit that fits: seconds, minutes, then what the language calls hours and days. */
  duration(ms: Millis, longer: { readonly hours: PluralForms; readonly days: PluralForms }): string
  time(at: Millis): string
  dateTime(at: Millis): string
  /** Today, yesterday, a weekday within a week, otherwise the date. */
  day(at: Millis, now: Millis): string
  /** The shortest that is not ambiguous, for a list: the time today, the weekday this week, otherwise the date. */
  brief(at: Millis, now: Millis): string
}

const dayMs = 86_400_000
const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

function startOfDay(at: Millis): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

/** Whole calendar days from `at` to `now`; rounding absorbs the hour of a clock change. */
function daysBetween(at: Millis, now: Millis): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / dayMs)
}

/** The reader's own variety of `language`, for the clock and dates they are used to: `en-GB` writes 17:40. */
function variety(language: string): string {
  const wanted = globalThis.navigator?.languages ?? []
  return wanted.find((locale) => locale.toLowerCase().split('-')[0] === language) ?? language
}

export function formats(language: string): Formats {
  const locale = variety(language)
  const plurals = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)
  const lists = new Intl.ListFormat(locale, { type: 'conjunction' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const times = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' })
  const weekdays = new Intl.DateTimeFormat(locale, { weekday: 'long' })
  const shortWeekdays = new Intl.DateTimeFormat(locale, { weekday: 'short' })
  const dates = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
  const datesWithYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' })
  const shortDates = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
  const shortDatesWithYear = new Intl.DateTimeFormat(locale, { dateStyle: 'short' })
  const dateTimes = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' })
  const upperFirst = (text: string): string => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
  const sameYear = (a: Millis, b: Millis): boolean => new Date(a).getFullYear() === new Date(b).getFullYear()

  const plural: Formats['plural'] = (count, given) =>
    (given[plurals.select(count)] ?? given.other).replace('#', numbers.format(count))

  return {
    number: (value) => numbers.format(value),
    plural,
    list: (items) => lists.format(items),
    bytes: (count) => {
      let unit = 0
      while (count >= 1000 && unit < byteUnits.length - 1) {
        count /= 1000
        unit++
      }
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: byteUnits[unit] ?? 'byte',
        unitDisplay: unit === 0 ? 'long' : 'short',
        maximumFractionDigits: count < 10 && unit > 0 ? 1 : 0,
      }).format(count)
    },
    duration: (ms, { hours, days }) => {
      const seconds = Math.max(0, Math.round(ms / 1000))
      if (seconds < 90) return `${numbers.format(seconds)} s`
      const minutes = Math.round(seconds / 60)
      if (minutes < 90) return `${numbers.format(minutes)} min`
      const wholeHours = Math.round(minutes / 60)
      return wholeHours < 48 ? plural(wholeHours, hours) : plural(Math.round(wholeHours / 24), days)
    },
    time: (at) => times.format(at),
    dateTime: (at) => dateTimes.format(at),
    day: (at, now) => {
      const days = daysBetween(at, now)
      if (days === 0 || days === 1) return upperFirst(relative.format(-days, 'day'))
      if (days > 1 && days < 7) return upperFirst(weekdays.format(at))
      return sameYear(at, now) ? dates.format(at) : datesWithYear.format(at)
    },
    brief: (at, now) => {
      const days = daysBetween(at, now)
      if (days <= 0) return times.format(at)
      if (days < 7) return shortWeekdays.format(at)
      return sameYear(at, now) ? shortDates.format(at) : shortDatesWithYear.format(at)
    },
  }
}
