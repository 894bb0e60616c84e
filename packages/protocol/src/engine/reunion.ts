/**
 * How two parts of a room find each other again that both removed somebody while they were parted.
 *
 * Each part has moved to a lobby the other does not know, and in the one both know everybody only listens. So as long as a
 * member has not been met since the lobby moved, one looks there for listeners in one of three turns and listens in the others,
 * by lots that each session draws for itself; a listener of the other part is found within a few. Turns are short, and most are
 * for listening, because whoever comes back meets nobody there but a listener, and would wait for that.
 *
 * Whoever looks shows itself first, and somebody who was removed may be listening there: it learns that this member is
 * online. Therefore only for `reunionMs`, and not at all once everybody was met.
 */
import { concatBytes } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { dayMs } from '../identity/session.ts'
import type { Millis } from '../machine.ts'

/** So long after the lobby moved, or the program started. */
export const reunionMs: Millis = dayMs
export const turnMs: Millis = 12_000
/** One of so many turns is for looking. */
const lookEvery = 3

export class Reunion {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #session: Uint8Array
  readonly #met = new Set<string>()
  #lobby: string | undefined
  #movedAt: Millis = 0

  constructor(crypto: Pick<Crypto, 'sha256'>, session: Uint8Array) {
    this.#crypto = crypto
    this.#session = session
  }

  /** A member (identity, hex) is at the far end of a link. */
  met(identity: string): void {
    this.#met.add(identity)
  }

  /** Is it time to look for others in earlier lobbies? `lobby` is the current one, `others` all other members. */
  looks(lobby: string, others: Iterable<string>, now: Millis): boolean {
    if (lobby !== this.#lobby) {
      this.#lobby = lobby
      this.#movedAt = now
      this.#met.clear()
    }
    if (now - this.#movedAt > reunionMs) return false
    let isComplete = true
    for (const identity of others) isComplete &&= this.#met.has(identity)
    if (isComplete) return false
    const turn = new Writer(6).u48(Math.floor(now / turnMs)).finish()
    return (this.#crypto.sha256(concatBytes(this.#session, turn))[0] ?? 0) % lookEvery === 0
  }
}
