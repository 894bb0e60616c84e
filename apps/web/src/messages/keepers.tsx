/** The words about keepers in the reader's language. */
import { keepersEn, type KeepersMessages } from './keepers-en.ts'
import { useMessages } from './messages.tsx'

export type { KeepersMessages }

export function useKeepersMessages(): KeepersMessages {
  return useMessages().parts?.keepers ?? keepersEn
}
