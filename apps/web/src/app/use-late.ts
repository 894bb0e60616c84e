/** What takes so long that somebody wonders says that it is under way; what is done at once does not flicker. */
import { useEffect, useState } from 'react'

const wonderMs = 300

export function useLate(going: boolean): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!going) return
    const timer = window.setTimeout(() => setLate(true), wonderMs)
    return () => {
      window.clearTimeout(timer)
      setLate(false)
    }
  }, [going])
  return late
}
