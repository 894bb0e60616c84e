/** Start of the current day, so that “Today” becomes “Yesterday” in a page left open over night. */
import { useEffect, useState } from 'react'
import type { Millis } from '@kith/protocol'

const checkMs = 60_000

function startOfToday(): Millis {
  return new Date().setHours(0, 0, 0, 0)
}

export function useDay(): Millis {
  const [day, setDay] = useState(startOfToday)
  useEffect(() => {
    const timer = window.setInterval(() => setDay(startOfToday()), checkMs)
    return () => window.clearInterval(timer)
  }, [])
  return day
}
