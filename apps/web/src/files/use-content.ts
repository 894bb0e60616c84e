/** The address of a file's bytes, once they are here. */
import { useEffect, useRef, useState } from 'react'
import { readWhole, type Attachment } from '@kith/peer'
import { acquire, release } from './contents.ts'
import { useFilesPlace } from './context.ts'
import { safeType } from './kinds.ts'

/** Undefined until all of it is here, and when it cannot be read. */
export function useContent(file: Attachment): string | undefined {
  const { room } = useFilesPlace()
  const [url, setUrl] = useState<string>()
  const latest = useRef(file)
  latest.current = file
  const isHere = file.state === 'here'
  useEffect(() => {
    if (!isHere) return undefined
    let over = false
    const { root } = latest.current
    acquire(room, latest.current).then(
      (ready) => {
        if (!over) setUrl(ready)
      },
      () => undefined,
    )
    return () => {
      over = true
      setUrl(undefined)
      release(root)
    }
  }, [room, file.root, isHere])
  return url
}

/** A picture that is still coming is drawn as far as it has come, a few times. */
const drawings = 5
const smallestPart = 64 * 1024

export function useComing(file: Attachment): string | undefined {
  const { room } = useFilesPlace()
  const [url, setUrl] = useState<string>()
  const isComing = file.state === 'fetching' && file.size >= smallestPart * 2
  const latest = useRef(file)
  latest.current = file
  useEffect(() => {
    if (!isComing) return undefined
    let over = false
    let shown: string | undefined
    const show = (parts: readonly Blob[]): void => {
      if (shown !== undefined) URL.revokeObjectURL(shown)
      shown = URL.createObjectURL(new Blob([...parts], { type: safeType(latest.current) }))
      setUrl(shown)
    }
    const follow = async (): Promise<void> => {
      const { size } = latest.current
      const step = Math.max(smallestPart, Math.ceil(size / drawings))
      const parts: Blob[] = []
      for (let at = 0; at < size && !over; at += step) {
        for await (const bytes of readWhole(room, latest.current, at, Math.min(size, at + step))) {
          parts.push(new Blob([new Uint8Array(bytes)]))
        }
        if (!over) show(parts)
      }
    }
    follow().catch(() => undefined)
    return () => {
      over = true
      if (shown !== undefined) URL.revokeObjectURL(shown)
      setUrl(undefined)
    }
  }, [room, file.root, isComing])
  return url
}
