/** The words about files in the reader's language. Loaded with the room. */
import { filesEn, type FileMessages } from './files-en.ts'
import { useMessages } from './messages.tsx'

export type { FileMessages }

const catalogues: Readonly<Record<string, FileMessages>> = { en: filesEn }

export function useFileMessages(): FileMessages {
  return catalogues[useMessages().locale] ?? filesEn
}
