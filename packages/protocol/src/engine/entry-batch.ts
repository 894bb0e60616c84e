/**
 * Entries that one turn sends the same way leave in one frame: a first word behind what certifies its session, the answer
 * to a pull. Where many speak for the first time that is half the frames, and nobody's word waits behind everybody's certificate.
 */
import { encodeTreeEntries, maxEntriesPerFrame } from '../gossip/broadcast-wire.ts'
import type { CarriedEntry, TreeWay } from '../gossip/broadcast-wire.ts'

/** Bytes of entries and receipts together in one frame, unless one entry alone is larger. */
export const maxTogetherBytes = 8_192

export class EntryBatch {
  readonly #send: (to: string, payload: Uint8Array) => void
  #entries: CarriedEntry[] = []
  #to: readonly string[] = []
  #way: TreeWay | undefined
  #bytes = 0

  constructor(send: (to: string, payload: Uint8Array) => void) {
    this.#send = send
  }

  /** Leaves at the next `flush`, or sooner. */
  add(way: TreeWay, to: readonly string[], entry: CarriedEntry): void {
    const size = entry.entry.length + (entry.receipt?.length ?? 0)
    if (!this.#goes(way, to) || this.#entries.length === maxEntriesPerFrame || this.#bytes + size > maxTogetherBytes) {
      this.flush()
      this.#way = way
      this.#to = to
    }
    this.#entries.push(entry)
    this.#bytes += size
  }

  /** Call at the end of a turn. */
  flush(): void {
    const way = this.#way
    if (way === undefined) return
    const { tree, hop, pulled, late } = way
    const payload = encodeTreeEntries({ tree, hop, pulled, late, entries: this.#entries })
    for (const session of this.#to) this.#send(session, payload)
    this.#way = undefined
    this.#bytes = 0
    this.#entries = []
    this.#to = []
  }

  #goes(way: TreeWay, to: readonly string[]): boolean {
    const own = this.#way
    if (own === undefined || own.tree !== way.tree || own.hop !== way.hop) return false
    if (own.pulled !== way.pulled || own.late !== way.late || to.length !== this.#to.length) return false
    for (let i = 0; i < to.length; i++) if (to[i] !== this.#to[i]) return false
    return true
  }
}
