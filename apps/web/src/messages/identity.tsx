/** The words about who somebody is in the reader's language. */
import { identityEn, type IdentityMessages } from './identity-en.ts'
import { useMessages } from './messages.tsx'

export type { IdentityMessages }

export function useIdentityMessages(): IdentityMessages {
  return useMessages().parts?.identity ?? identityEn
}
