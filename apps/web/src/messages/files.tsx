/** The words about files in the reader's language. Loaded with the room. */
import { filesEn, type FileMessages } from './files-en.ts'
import { useMessages } from './messages.tsx'

export type { FileMessages }

export function useFileMessages(): FileMessages {
  return useMessages().parts?.files ?? filesEn
}
