/** The language somebody chose instead of their browser's. Kept per browser; nothing of it is secret. */

const storageKey = 'kith-language'

/** Undefined: as the browser says. */
export function keptLanguage(): string | undefined {
  try {
    return globalThis.localStorage?.getItem(storageKey) ?? undefined
  } catch {
    // Storage can be forbidden; the browser's languages are then the only ones.
    return undefined
  }
}

export function keepLanguage(language: string | undefined): void {
  try {
    if (language === undefined) globalThis.localStorage?.removeItem(storageKey)
    else globalThis.localStorage?.setItem(storageKey, language)
  } catch {
    // Then it cannot be kept, and the browser's language comes again.
  }
}
