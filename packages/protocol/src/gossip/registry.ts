/** Who is here in a room of mesh mode: kept by a root, copied by everybody. Signatures first; the machine follows. */
import type { Millis, Random } from '../machine.ts'
import type { RegistryEntry, RegistryMessage } from './registry-wire.ts'

export type RegistryOutput =
  | { readonly type: 'send'; readonly to: string; readonly message: RegistryMessage }
  | { readonly type: 'timer'; readonly at: Millis }
  /** The copy has changed. */
  | { readonly type: 'changed'; readonly put: readonly RegistryEntry[]; readonly gone: readonly string[] }

export interface RegistryOptions {
  /** Own session key, hex. */
  readonly own: string
  readonly random: Random
  readonly emit: (output: RegistryOutput) => void
  /** Is the card signed by the session it names, for this room? Called once for each card that is new here. */
  readonly verifyCard: (card: Uint8Array) => boolean
  /** One object per entry for a whole process (simulator). */
  readonly intern?: (entry: RegistryEntry) => RegistryEntry
}

/** Our place in the tree of the lowest live slot. `parent` undefined: we are the root, or there is no tree now. */
export interface TreePlace {
  readonly isRoot: boolean
  readonly parent: string | undefined
  readonly children: readonly string[]
}

export class Registry {
  constructor(options: RegistryOptions, now: Millis) {
    void [options, now]
  }

  /** Who is known to be here; a sample when `isSampled`. */
  entries(): RegistryEntry[] {
    return []
  }

  get(session: string): RegistryEntry | undefined {
    void session
    return undefined
  }

  get size(): number {
    return 0
  }

  /** More are online than have an entry: presence is sampled. */
  get isSampled(): boolean {
    return false
  }

  setTree(place: TreePlace, now: Millis): void {
    void [place, now]
  }

  setSelf(self: { readonly card: Uint8Array; readonly name: string; readonly since: Millis }, now: Millis): void {
    void [self, now]
  }

  setOnline(online: number, now: Millis): void {
    void [online, now]
  }

  /** A neighbour was dropped for silence, or said goodbye: told to the root, which asks it to check in within 10 s. */
  lost(session: string, now: Millis): void {
    void [session, now]
  }

  receive(from: string, message: RegistryMessage, now: Millis): void {
    void [from, message, now]
  }

  timerFired(now: Millis): void {
    void now
  }
}
