/** Waiting, in tests, for a chat or a room to be as asked. */
import type { Chat, Room } from '../chat.ts'

/** Looks whenever the source changed; rejects with its state when it is not so within `limitMs`. */
export function until(
  source: Chat | Room,
  what: string,
  condition: () => boolean,
  limitMs: number = 30_000,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (!condition()) return
      clearTimeout(timer)
      stop()
      resolve()
    }
    const stop = source.subscribe(check)
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`waited for ${what}: ${JSON.stringify(source.state)}`))
    }, limitMs)
    check()
  })
}
