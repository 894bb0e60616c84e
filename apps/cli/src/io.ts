/** What the line modes need from the process, so that tests can be the process. */
import type { Room } from '@kith/peer'

export interface Io {
  /** Undefined when there is no input at all (standard input is the null device): then only a signal ends the program. */
  readonly input: NodeJS.ReadableStream | undefined
  /** Standard output. */
  write(text: string): void
  /** A line for the person, on standard error. */
  note(text: string): void
  now(): number
  sleep(ms: number): Promise<void>
  /** Resolves with an exit code when the program is told to stop by a signal. */
  readonly stopped: Promise<number>
}

/** A room this run is about. */
export interface OpenRoom {
  readonly room: Room
  /** Made by this run, so that nobody else can have anything yet. */
  readonly fresh: boolean
}

/** How often a room that has not caught up is looked at again. */
export const watchIntervalMs = 250
