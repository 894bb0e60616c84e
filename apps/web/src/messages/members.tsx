/** The words of members rooms in the reader's language. */
import { membersEn, type MembersMessages } from './members-en.ts'
import { useMessages } from './messages.tsx'

export type { MembersMessages }

const catalogues: Readonly<Record<string, MembersMessages>> = { en: membersEn }

export function useMembersMessages(): MembersMessages {
  return catalogues[useMessages().locale] ?? membersEn
}
