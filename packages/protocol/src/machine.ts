/**
 * The contract of every machine in this library.
 *
 * A machine is `handle(input, now) → outputs`. It never reads a clock, opens a socket, touches storage or draws a random
 * number by itself: time comes in as an argument, randomness as a capability, and everything it wants done leaves as a
 * value. Timers are values too: a machine asks for one and later receives `timerFired`. That makes thousands of peers
 * simulable in one process and every failure repeatable from its seed.
 */

/** Milliseconds since the Unix epoch (points in time) or plain milliseconds (durations). Always an integer. */
export type Millis = number

/** Fresh, unpredictable bytes. The simulator passes a seeded one. */
export type Random = (length: number) => Uint8Array

/** The answer of everything that judges bytes from outside: such functions never throw. */
export type Result<T, Code extends string = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: Code }

export function accept<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function reject<Code extends string>(code: Code): { readonly ok: false; readonly code: Code } {
  return { ok: false, code }
}

/** A request for `timerFired` with the same name at `at`. A second request with the same name replaces the first. */
export interface TimerOutput {
  readonly type: 'timer'
  readonly name: string
  readonly at: Millis
}

/** One change of the store; `value` undefined deletes the record. Keys are ASCII and sort. */
export interface StoreChange {
  readonly key: string
  readonly value: Uint8Array | undefined
}

export interface StoredRecord {
  readonly key: string
  readonly value: Uint8Array
}

/** One signature to check under the strict rule of `crypto/verify.ts`. */
export interface SignatureCheck {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** Thrown when our own code breaks its own promise; never because of bytes from outside. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}

/** Makes a `switch` over a union exhaustive for the compiler. */
export function unreachable(value: never): never {
  throw new BrokenPromise(`unreachable: ${JSON.stringify(value)}`)
}
