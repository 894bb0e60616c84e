/** What reached whom, when and how often: written while a simulation runs, one column per machine, and read at its end. */
import type { EngineEvent } from '../engine/output.ts'
import type { Millis } from '../machine.ts'

/** What is known of one entry. */
export interface Line {
  /** By machine: when it was shown there, −1 when it was not. Only of messages. */
  readonly shownAt: Int32Array | undefined
  maxHop: number
}

/** What a recorder knows, as it travels from one core to another. */
export type Recorded = Pick<Recorder, 'lines' | 'keyByTag' | 'notices' | 'fresh' | 'copies'>

export class Recorder {
  readonly #machines: number
  readonly #countFrom: Millis
  readonly lines: Map<string, Line> = new Map()
  /** Entries that came by links since the warm-up and were new, and those that were not. */
  fresh = 0
  copies = 0
  readonly notices: Map<string, number> = new Map()
  /** By post: its entry's sorting key. */
  readonly keyByTag: Map<number, string> = new Map()

  constructor(machines: number, countFrom: Millis) {
    this.#machines = machines
    this.#countFrom = countFrom
  }

  event(peer: number, event: EngineEvent, at: Millis): void {
    switch (event.type) {
      case 'trace':
        if (event.copy) {
          if (at >= this.#countFrom) this.copies++
        } else {
          if (at >= this.#countFrom) this.fresh++
          const line = this.#line(event.id)
          if (event.hop > line.maxHop) line.maxHop = event.hop
        }
        break
      case 'timeline':
        for (const change of event.changes) if (change.type === 'put') this.#shown(change.message.id, peer, at)
        break
      case 'posted':
        this.keyByTag.set(event.tag, event.id)
        break
      case 'notice':
        this.notices.set(event.code, (this.notices.get(event.code) ?? 0) + 1)
        break
      default:
        break
    }
  }

  /** Takes in what was recorded elsewhere about other machines. */
  merge(other: Recorded): void {
    this.fresh += other.fresh
    this.copies += other.copies
    for (const [code, count] of other.notices) this.notices.set(code, (this.notices.get(code) ?? 0) + count)
    for (const [tag, key] of other.keyByTag) this.keyByTag.set(tag, key)
    for (const [key, { shownAt, maxHop }] of other.lines) {
      const line = this.#line(key)
      line.maxHop = Math.max(line.maxHop, maxHop)
      shownAt?.forEach((at, peer) => {
        if (at >= 0) this.#shown(key, peer, at)
      })
    }
  }

  /** When the message posted with `tag` was shown at each machine, −1 where it was not. */
  shownAt(tag: number): Int32Array | undefined {
    return this.lines.get(this.keyByTag.get(tag) ?? '')?.shownAt
  }

  /** The most links a copy of it travelled. */
  maxHop(tag: number): number {
    return this.lines.get(this.keyByTag.get(tag) ?? '')?.maxHop ?? 0
  }

  #shown(id: string, peer: number, at: Millis): void {
    let line = this.lines.get(id)
    if (line?.shownAt === undefined) {
      line = { shownAt: new Int32Array(this.#machines).fill(-1), maxHop: line?.maxHop ?? 0 }
      this.lines.set(id, line)
    }
    const { shownAt } = line
    if (shownAt !== undefined && (shownAt[peer] as number) < 0) shownAt[peer] = at
  }

  #line(id: string): Line {
    let line = this.lines.get(id)
    if (line === undefined) this.lines.set(id, (line = { shownAt: undefined, maxHop: 0 }))
    return line
  }
}
