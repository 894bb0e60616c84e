/** The catalogue of the reader's language, by React context. */
import { createContext, use } from 'react'
import { en, type EnglishMessages } from './en.ts'
import type { FileMessages } from './files-en.ts'
import type { IdentityMessages } from './identity-en.ts'
import type { KeepersMessages } from './keepers-en.ts'
import { keptLanguage } from './kept-language.ts'
import type { MapMessages } from './map-en.ts'
import type { MembersMessages } from './members-en.ts'
import type { SearchMessages } from './search-en.ts'

/** What a language brings besides: in English these come with the pages that need them. */
export interface MessageParts {
  readonly files: FileMessages
  readonly identity: IdentityMessages
  readonly keepers: KeepersMessages
  readonly map: MapMessages
  readonly members: MembersMessages
  readonly search: SearchMessages
}

export type Messages = EnglishMessages & { readonly parts?: MessageParts }

/** Each in its own name, so that it is found by whoever reads no other. */
export const languages: Readonly<Record<string, string>> = {
  de: 'Deutsch',
  en: 'English',
  es: 'Español',
  fr: 'Français',
}

/** English is part of the first load because it is also what is shown while another language loads. */
const catalogues: Readonly<Record<string, () => Promise<Messages>>> = {
  de: async () => (await import('./de/de.ts')).de,
  en: async () => en,
  es: async () => (await import('./es/es.ts')).es,
  fr: async () => (await import('./fr/fr.ts')).fr,
}

/** The language that was chosen here, else the first of the reader's that we speak. */
export function chooseLocale(wanted: readonly string[], chosen: string | undefined = keptLanguage()): string {
  for (const locale of chosen === undefined ? wanted : [chosen, ...wanted]) {
    const language = locale.toLowerCase().split('-')[0] ?? ''
    if (Object.hasOwn(catalogues, language)) return language
  }
  return 'en'
}

export async function loadMessages(locale: string): Promise<Messages> {
  return (await catalogues[locale]?.()) ?? en
}

export const MessagesContext: React.Context<Messages> = createContext<Messages>(en)

export function useMessages(): Messages {
  return use(MessagesContext)
}
