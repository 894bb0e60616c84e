/** Copying a text that stands in a field: copied, or selected for the person where a page may not copy. */
import { useEffect, useState, type RefObject } from 'react'

interface Copying {
  readonly said: 'copied' | 'select' | undefined
  readonly copy: (text: string) => Promise<void>
}

export function useCopying(field: RefObject<HTMLTextAreaElement | HTMLInputElement | null>): Copying {
  const [said, setSaid] = useState<Copying['said']>()
  useEffect(() => {
    if (said !== 'copied') return undefined
    const timer = window.setTimeout(() => setSaid(undefined), 2500)
    return () => window.clearTimeout(timer)
  }, [said])
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('copied')
    } catch {
      field.current?.select()
      setSaid('select')
    }
  }
  return { said, copy }
}
