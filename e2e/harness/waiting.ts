/** Waiting for something real to happen: polls, and says what it waited for when it gives up. */
export async function until<T>(what: string, limitMs: number, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== null && answer !== false) return answer as NonNullable<T>
    if (Date.now() >= end) throw new Error(`waited ${limitMs} ms for ${what}`)
    await sleep(50)
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
