/**
 * Whether somebody looks at Kith, in any of its tabs. A page that is looked at holds a lock together with the others that
 * are, so that whoever asks needs no answer from a tab that may be asleep.
 */

const lockName = 'kith-seen'

export function isSeenHere(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

/** Tells the other tabs whether this page is looked at, until it is called. */
export function tellSeen(changed: () => void): () => void {
  let release: (() => void) | undefined
  const look = (): void => {
    if (isSeenHere()) {
      if (release === undefined) {
        const left = new Promise<void>((resolve) => (release = resolve))
        void navigator.locks?.request(lockName, { mode: 'shared' }, () => left)
      }
    } else {
      release?.()
      release = undefined
    }
    changed()
  }
  const events = ['focus', 'blur', 'pageshow', 'pagehide'] as const
  for (const event of events) window.addEventListener(event, look)
  document.addEventListener('visibilitychange', look)
  look()
  return () => {
    for (const event of events) window.removeEventListener(event, look)
    document.removeEventListener('visibilitychange', look)
    release?.()
  }
}

export async function isSeenAnywhere(): Promise<boolean> {
  if (isSeenHere()) return true
  return (await navigator.locks?.request(lockName, { ifAvailable: true }, (lock) => lock === null)) ?? false
}
