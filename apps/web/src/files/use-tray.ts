/** The files of a message that is being written: what is being made ready, what is ready, and what could not be taken. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { FileFailed, type FileInfo, type Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import type { Quality } from './prepare.ts'

export interface TrayItem {
  readonly key: string
  readonly name: string
  /** Undefined while it is being made ready. */
  readonly file: FileInfo | undefined
  /** The address of a picture to show; only for files added since the page was loaded. */
  readonly url: string | undefined
  readonly hasHidden: boolean
  /** What may be asked of it: the source is at hand and a picture. */
  readonly quality: Quality | undefined
}

export interface Tray {
  readonly items: readonly TrayItem[]
  readonly busy: boolean
  readonly trouble: FileFailed['why'] | undefined
  add(files: readonly File[]): void
  remove(item: TrayItem): void
  setQuality(quality: Quality): void
  readonly quality: Quality
  clearTrouble(): void
}

interface Source {
  readonly file: File
  readonly url: string | undefined
  readonly hasHidden: boolean
}

const qualityKey = 'kith-picture-quality'

function readQuality(): Quality {
  const kept = window.localStorage.getItem(qualityKey)
  // The untouched original is a choice for this once, never a habit.
  return kept === 'smaller' ? 'smaller' : 'full'
}

export function useTray(room: Room): Tray {
  const files = useRoomState(room, (state) => state.draftFiles)
  const [coming, setComing] = useState<readonly { readonly key: string; readonly name: string }[]>([])
  const [trouble, setTrouble] = useState<FileFailed['why']>()
  const [quality, setQualityState] = useState<Quality>(readQuality)
  const [, redraw] = useState(0)
  const sources = useRef(new Map<string, Source>())
  const count = useRef(0)
  /** Every file is taken out and put in again: the draft is empty for a moment, and nothing was sent. */
  const redoing = useRef(false)
  const current = useRef(quality)
  current.current = quality

  const take = useCallback(
    async (file: File): Promise<void> => {
      const key = `coming ${++count.current}`
      setComing((before) => [...before, { key, name: file.name }])
      try {
        const { prepare } = await import('./prepare.ts')
        const prepared = await prepare(file, current.current)
        const added = await room.addToDraft(prepared.file)
        const url = file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined
        sources.current.set(added.root, { file, url, hasHidden: prepared.hasHidden })
        redraw((n) => n + 1)
      } catch (reason) {
        setTrouble(reason instanceof FileFailed || isNamed(reason) ? reason.why : 'unreadable')
      } finally {
        setComing((before) => before.filter((one) => one.key !== key))
      }
    },
    [room],
  )

  const add = useCallback(
    (given: readonly File[]) => {
      setTrouble(undefined)
      // One after the other: a phone that opens ten photos at once runs out of memory.
      void given.reduce((before, file) => before.then(() => take(file)), Promise.resolve())
    },
    [take],
  )

  const drop = useCallback(
    async (root: string): Promise<void> => {
      const source = sources.current.get(root)
      if (source?.url !== undefined) URL.revokeObjectURL(source.url)
      sources.current.delete(root)
      await room.removeFromDraft(root)
    },
    [room],
  )

  const setQuality = useCallback(
    (next: Quality) => {
      setQualityState(next)
      current.current = next
      window.localStorage.setItem(qualityKey, next)
      const again = [...sources.current].filter(([, { file }]) => isChangeable(file))
      const redo = async (): Promise<void> => {
        for (const [root, { file }] of again) {
          await drop(root)
          await take(file)
        }
      }
      redoing.current = true
      void redo()
        .catch(() => undefined)
        .finally(() => (redoing.current = false))
    },
    [drop, take],
  )

  // Sent or taken out in another tab.
  useEffect(() => {
    const present = new Set(files.map(({ root }) => root))
    for (const [root, { url }] of sources.current) {
      if (present.has(root)) continue
      if (url !== undefined) URL.revokeObjectURL(url)
      sources.current.delete(root)
    }
    if (files.length === 0 && !redoing.current) setQualityState((now) => (now === 'original' ? readQuality() : now))
  }, [files])

  const ready = files.map((file): TrayItem => {
    const source = sources.current.get(file.root)
    return {
      key: file.root,
      name: file.name,
      file,
      url: source?.url,
      hasHidden: source?.hasHidden ?? false,
      quality: source !== undefined && isChangeable(source.file) ? quality : undefined,
    }
  })
  const waiting = coming.map(({ key, name }): TrayItem => ({
    key,
    name,
    file: undefined,
    url: undefined,
    hasHidden: false,
    quality: undefined,
  }))
  return {
    items: [...ready, ...waiting],
    busy: coming.length > 0,
    trouble,
    add,
    remove: (item) => void drop(item.key).catch(() => undefined),
    setQuality,
    quality,
    clearTrouble: useCallback(() => setTrouble(undefined), []),
  }
}

function isChangeable(file: File): boolean {
  return file.type.startsWith('image/') || file.type.startsWith('video/')
}

/** Named as the peer names its own, whichever tab it comes from. */
function isNamed(reason: unknown): reason is FileFailed {
  return reason instanceof Error && reason.name === 'FileFailed' && 'why' in reason
}
