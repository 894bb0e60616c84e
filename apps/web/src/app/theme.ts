/** Light, dark, or like the system. Kept per browser; nothing of it is secret. */

export type Theme = 'auto' | 'light' | 'dark'

export const themes: readonly Theme[] = ['auto', 'light', 'dark']

const storageKey = 'kith-theme'
const barColors = { light: '#fcfbf9', dark: '#171614' }

export function readTheme(): Theme {
  try {
    const kept = window.localStorage.getItem(storageKey)
    return kept === 'light' || kept === 'dark' ? kept : 'auto'
  } catch {
    // Storage can be forbidden; the system's choice is then the only one.
    return 'auto'
  }
}

export function applyTheme(theme: Theme): void {
  const root = document.documentElement
  if (theme === 'auto') delete root.dataset['theme']
  else root.dataset['theme'] = theme
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light'
    meta.content = barColors[theme === 'auto' ? own : theme]
  }
}

export function keepTheme(theme: Theme): void {
  applyTheme(theme)
  try {
    window.localStorage.setItem(storageKey, theme)
  } catch {
    // It holds until the page is closed.
  }
}
