/**
 * `npx` starts us through a shell and passes no signal on: who stops `npx kith relay` would leave the relay running and
 * its port taken. So under npx the loss of the parent counts as SIGTERM.
 */
export interface Family {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly ppid: number
}

export const lookEveryMs = 500

/** Calls `lost` once when the parent is gone; does nothing when npx did not start us. Returns what stops it. */
export function watchParent(family: Family, lost: () => void): () => void {
  if (family.env['npm_command'] !== 'exec') return () => {}
  const parent = family.ppid
  const timer = setInterval(() => {
    if (family.ppid === parent) return
    clearInterval(timer)
    lost()
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
