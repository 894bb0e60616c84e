/** The words of the search in the reader's language. Loaded when it is opened first. */
import { searchEn, type SearchMessages } from './search-en.ts'
import { useMessages } from './messages.tsx'

export type { SearchMessages }

export function useSearchMessages(): SearchMessages {
  return useMessages().parts?.search ?? searchEn
}
