/**
 * What is said about entries: edits, deletions, reactions and pins, and which of them count. Each waits here for what it is
 * about. Only the author of an entry edits or deletes it, whichever of its sessions it uses, and only with an entry that
 * lives at least as long, or the text would come back.
 */
import { formatHex } from '../codec/text.ts'
import type { KeyedPin } from './pins.ts'
import { type Node, NodeIndex, type Said, byKey } from './timeline-nodes.ts'

export type Targeted = Extract<Said, { readonly target: Uint8Array }>

export interface Act {
  readonly act: Node
  readonly content: Targeted
}

export interface ActsFacts {
  authorOf(node: Node): string
  counts(node: Node): boolean
  /** Do the pins of this author count, as things stand? */
  mayPin(author: string): boolean
}

export class Acts {
  readonly #facts: ActsFacts
  /** By the id of what they are about. */
  readonly #byTarget = new NodeIndex()

  constructor(facts: ActsFacts) {
    this.#facts = facts
  }

  add(node: Node, { target }: Targeted): void {
    this.#byTarget.add(formatHex(target), node)
  }

  remove(node: Node, { target }: Targeted): void {
    this.#byTarget.remove(formatHex(target), node)
  }

  /** Acts upon a node that count, oldest first. */
  on(node: Node): Act[] {
    const acts: Act[] = []
    for (const act of this.#byTarget.of(node.id)) {
      const { content } = act
      if (content === undefined || !('target' in content) || !this.#facts.counts(act)) continue
      if (content.type === 'reaction') {
        if (!this.isDeleted(act)) acts.push({ act, content })
        continue
      }
      if (act.entry.expiresAt < node.entry.expiresAt) continue
      if (content.type === 'pin') {
        if (!this.isDeleted(act) && this.#facts.mayPin(this.#facts.authorOf(act))) acts.push({ act, content })
        continue
      }
      if (this.#facts.authorOf(act) !== this.#facts.authorOf(node)) continue
      if (content.type === 'delete' || !this.isDeleted(act)) acts.push({ act, content })
    }
    return acts.sort((a, b) => byKey(a.act, b.act))
  }

  pinOf(node: Node): KeyedPin | undefined {
    if (!this.#byTarget.has(node.id)) return undefined
    const last = this.on(node).findLast(({ content }) => content.type === 'pin')
    if (last?.content.type !== 'pin' || !last.content.on) return undefined
    return { by: this.#facts.authorOf(last.act), at: last.act.entry.time, key: last.act.entry.key }
  }

  isDeleted(node: Node): boolean {
    if (node.content?.type === 'delete' || !this.#byTarget.has(node.id)) return false
    for (const act of this.#byTarget.of(node.id)) {
      if (
        act.content?.type === 'delete' &&
        this.#facts.counts(act) &&
        act.entry.expiresAt >= node.entry.expiresAt &&
        this.#facts.authorOf(act) === this.#facts.authorOf(node)
      ) {
        return true
      }
    }
    return false
  }
}
