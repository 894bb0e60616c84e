/** The words of members rooms in the reader's language. */
import { membersEn, type MembersMessages } from './members-en.ts'
import { useMessages } from './messages.tsx'

export type { MembersMessages }

export function useMembersMessages(): MembersMessages {
  return useMessages().parts?.members ?? membersEn
}
