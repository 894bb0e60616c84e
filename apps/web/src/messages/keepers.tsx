/** The words about keepers in the reader's language. */
import { keepersEn, type KeepersMessages } from './keepers-en.ts'
import { useMessages } from './messages.tsx'

export type { KeepersMessages }

const catalogues: Readonly<Record<string, KeepersMessages>> = { en: keepersEn }

export function useKeepersMessages(): KeepersMessages {
  return catalogues[useMessages().locale] ?? keepersEn
}
