/** The port that tells when a program slept, woke or changed network. */

/** Calls `listener` whenever existing connections should be doubted. Returns the function that stops it. */
export type Wakes = (listener: () => void) => () => void

/** A timer so much late means that the machine, or the page, was asleep. */
export const lateTimerMs: number = 5_000
