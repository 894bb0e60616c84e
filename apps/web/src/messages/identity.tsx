/** The words about who somebody is in the reader's language. */
import { identityEn, type IdentityMessages } from './identity-en.ts'
import { useMessages } from './messages.tsx'

export type { IdentityMessages }

const catalogues: Readonly<Record<string, IdentityMessages>> = { en: identityEn }

export function useIdentityMessages(): IdentityMessages {
  return catalogues[useMessages().locale] ?? identityEn
}
