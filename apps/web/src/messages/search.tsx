/** The words of the search in the reader's language. Loaded when it is opened first. */
import { searchEn, type SearchMessages } from './search-en.ts'
import { useMessages } from './messages.tsx'

export type { SearchMessages }

const catalogues: Readonly<Record<string, SearchMessages>> = { en: searchEn }

export function useSearchMessages(): SearchMessages {
  return catalogues[useMessages().locale] ?? searchEn
}
