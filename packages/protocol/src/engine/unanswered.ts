/**
 * What a member can know that was removed while it was away.
 *
 * Whoever comes back looks for the others where it met them last. Members who moved on listen there, and answer members
 * only: to somebody who is none any more they say nothing, not even who they are (ENG25). So nobody can be told outright;
 * but that somebody is there who knows the lobby's key, and twice leaves a proof of who we are without an answer, a member
 * does not meet with unless links fail. It is told as what may be the case, and taken back when any member answers.
 */

/** One may be a lost frame, or somebody who just left. */
export const unansweredToTell = 2

export class Unanswered {
  readonly #tell: (isUnanswered: boolean) => void
  #count = 0

  constructor(tell: (isUnanswered: boolean) => void) {
    this.#tell = tell
  }

  /** Somebody listened where we met, and did not answer when we had shown who we are. */
  happened(): void {
    if (++this.#count === unansweredToTell) this.#tell(true)
  }

  /** A member is at the far end of a link. */
  answered(): void {
    const wasTold = this.#count >= unansweredToTell
    this.#count = 0
    if (wasTold) this.#tell(false)
  }
}
