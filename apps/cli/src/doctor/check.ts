/** One thing that has to work, and what to do when it does not. */

export interface Finding {
  readonly ok: boolean
  /** What was looked at, in a word or two: `relay`, `clock`. */
  readonly name: string
  /** What was found: figures when it works, what happened when not. */
  readonly detail: string
  /** What to do; only when it does not work. */
  readonly advice?: string | undefined
}

export function fine(name: string, detail: string): Finding {
  return { ok: true, name, detail }
}

export function trouble(name: string, detail: string, advice: string): Finding {
  return { ok: false, name, detail, advice }
}

/** A promise that gives up; the loser goes on unheard. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // fetch hides the reason in its cause.
  const { cause } = error
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message
}
