/** Nodes in the order they are displayed in. They come and go in any order, and are sorted when somebody asks. */
import { type Node, byKey } from './timeline-nodes.ts'

export class DisplayOrder {
  #ordered: Node[] = []
  #unordered: Node[] = []
  #hasHoles = false

  add(node: Node): void {
    this.#unordered.push(node)
  }

  /** Nodes that are gone are left out the next time. */
  removed(): void {
    this.#hasHoles = true
  }

  /** Oldest first. */
  all(): readonly Node[] {
    if (!this.#hasHoles && this.#unordered.length === 0) return this.#ordered
    this.#hasHoles = false
    const kept = this.#ordered.filter((node) => !node.gone)
    const fresh = this.#unordered.filter((node) => !node.gone).sort(byKey)
    this.#unordered = []
    const merged: Node[] = []
    let i = 0
    for (const node of fresh) {
      while (i < kept.length && byKey(kept[i] as Node, node) < 0) merged.push(kept[i++] as Node)
      merged.push(node)
    }
    while (i < kept.length) merged.push(kept[i++] as Node)
    this.#ordered = merged
    return merged
  }
}
