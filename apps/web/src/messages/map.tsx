/** The words of the map in the reader's language. Loaded with the map. */
import { mapEn, type MapMessages } from './map-en.ts'
import { useMessages } from './messages.tsx'

export type { MapMessages }

export function useMapMessages(): MapMessages {
  return useMessages().parts?.map ?? mapEn
}
