/** How many messages wait, where it can be seen from elsewhere: on the tab's own icon and on the app's. */
import { useEffect } from 'react'

interface Badging {
  setAppBadge?(count: number): Promise<void>
  clearAppBadge?(): Promise<void>
}

const icons = { calm: './icon.svg', news: './icon-news.svg' }

export function useBadge(count: number): void {
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    const wanted = count > 0 ? icons.news : icons.calm
    if (icon !== null && icon.getAttribute('href') !== wanted) icon.setAttribute('href', wanted)
    const badging: Badging = navigator
    // An app that is not installed has no icon to mark.
    void (count > 0 ? badging.setAppBadge?.(count) : badging.clearAppBadge?.())?.catch(() => undefined)
  }, [count])
}
