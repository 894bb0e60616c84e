/** Which room the files shown belong to, and where a picture opens. */
import { createContext, use } from 'react'
import type { Room } from '@kith/peer'

export interface FilesPlace {
  readonly room: Room
  /** Shows it large, with the other pictures of the room beside it. */
  readonly openPicture: (root: string) => void
}

export const FilesContext: React.Context<FilesPlace | undefined> = createContext<FilesPlace | undefined>(undefined)

export function useFilesPlace(): FilesPlace {
  const place = use(FilesContext)
  if (place === undefined) throw new Error('useFilesPlace needs a FilesContext above it')
  return place
}
