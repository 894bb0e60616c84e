/** The catalogue of the reader's language, by React context. */
import { createContext, use } from 'react'
import { en, type Messages } from './en.ts'

export type { Messages }

/** English is part of the first load because it is also what is shown while another language loads. */
const catalogues: Readonly<Record<string, () => Promise<Messages>>> = { en: async () => en }

/** The first of the reader's languages we speak. */
export function chooseLocale(wanted: readonly string[]): string {
  for (const locale of wanted) {
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
