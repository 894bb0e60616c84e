/** The catalogue of the reader's language, by React context. */
import { createContext, use } from 'react'
import type { Messages } from './catalogue.ts'
import { en } from './en.ts'
import { keptLanguage } from './kept-language.ts'

export type { Messages }

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
