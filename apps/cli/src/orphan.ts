/**
 * `npx` starts us through a shell and passes no signal on: who stops `npx kith relay` would leave the relay running and
 * its port taken. So under npx the loss of the parent counts as SIGTERM.
 *
 * Some shells become the program they start, and npx is the parent; others (dash) wait for it, outlive npx, and are
 * watched for the loss of theirs.
 */
import { readFileSync } from 'node:fs'

export interface Family {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly ppid: number
  /** The parent of the shell that waits for us; undefined when our parent is no such shell. */
  readonly shellParent: number | undefined
}

export const lookEveryMs = 500

/** Calls `lost` once when the parent is gone; does nothing when npx did not start us. Returns what stops it. */
export function watchParent(family: Family, lost: () => void): () => void {
  if (family.env['npm_command'] !== 'exec') return () => {}
  const { ppid, shellParent } = family
  const timer = setInterval(() => {
    if (family.ppid === ppid && family.shellParent === shellParent) return
    clearInterval(timer)
    lost()
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** The family of a real process, as it is whenever somebody looks. Shells are told on Linux only. */
export function familyOf(self: { readonly env: Family['env']; readonly ppid: number }): Family {
  return {
    env: self.env,
    get ppid(): number {
      return self.ppid
    },
    get shellParent(): number | undefined {
      return parentOfShell(self.ppid)
    },
  }
}

function parentOfShell(pid: number): number | undefined {
  try {
    const [program = '', option] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    if (!/(^|\/)(da|ba|z|a|k)?sh$/.test(program) || option !== '-c') return undefined
    // `pid (name) state parent …`, and a name may hold anything.
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1])
    return Number.isInteger(parent) ? parent : undefined
  } catch {
    return undefined
  }
}
