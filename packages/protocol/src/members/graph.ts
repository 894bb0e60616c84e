/**
 * The operations of one room as a graph: who knew what when it spoke.
 *
 * An operation is in the graph once all it names is; until then it waits. Nodes are numbered as they come, so an
 * ancestor has a smaller number, and each keeps its ancestors as one bit a number: "did A know of B" is one look. The
 * numbers differ from peer to peer and decide nothing.
 *
 * Bounded: `maxOperations` in all, `maxByAuthor` behind one another by one author, which is read from the operation's own
 * past and so the same everywhere; `maxWaiting` that wait.
 */
import { formatHex } from '../codec/text.ts'
import type { Operation } from './operation.ts'

export const maxOperations = 16_384
export const maxByAuthor = 4_096
export const maxWaiting = 1_024

export interface Node {
  readonly op: Operation
  readonly index: number
  /** Longest way back to `create`. */
  readonly depth: number
  /** Bit i: node i is an ancestor. */
  readonly past: Uint32Array
  /** So many of the same author stand behind one another up to here. */
  readonly nth: number
}

export type Placed = 'added' | 'known' | 'waiting' | 'refused'

export class Graph {
  readonly #roomId: string
  readonly nodes: Node[] = []
  readonly #byId = new Map<string, Node>()
  readonly #byAuthor = new Map<string, Node[]>()
  readonly #heads = new Map<string, Node>()
  /** By id: not all of their parents are here. */
  readonly #waiting = new Map<string, Operation>()

  constructor(roomId: string) {
    this.#roomId = roomId
  }

  get(id: string): Node | undefined {
    return this.#byId.get(id)
  }

  isKnown(id: string): boolean {
    return this.#byId.has(id) || this.#waiting.has(id)
  }

  /** Nodes nobody has built on; in order of their ids. */
  heads(): readonly Node[] {
    return [...this.#heads.values()].sort((a, b) => (a.op.id < b.op.id ? -1 : 1))
  }

  /** In the order they came. */
  by(author: string): readonly Node[] {
    return this.#byAuthor.get(author) ?? nobody
  }

  /** Named by what waits, and not here. */
  missing(): readonly string[] {
    const missing = new Set<string>()
    for (const op of this.#waiting.values()) {
      for (const parent of op.parents) if (!this.isKnown(parent)) missing.add(parent)
    }
    return [...missing]
  }

  /** Takes an operation whose signature was checked, and tells `placed` of each that is in the graph by it, parents first. */
  add(op: Operation, placed: (node: Node) => void): Placed {
    if (this.isKnown(op.id)) return 'known'
    if (op.body.type === 'create' ? op.id !== this.#roomId : formatHex(op.room) !== this.#roomId) return 'refused'
    if (op.parents.some((parent) => !this.#byId.has(parent))) return this.#wait(op)
    if (!this.#place(op, placed)) return 'refused'
    this.#release(placed)
    return 'added'
  }

  #wait(op: Operation): Placed {
    if (this.#waiting.size >= maxWaiting) this.#waiting.delete(this.#waiting.keys().next().value as string)
    this.#waiting.set(op.id, op)
    return 'waiting'
  }

  #release(placed: (node: Node) => void): void {
    for (let again = true; again;) {
      again = false
      for (const op of [...this.#waiting.values()]) {
        if (op.parents.some((parent) => !this.#byId.has(parent))) continue
        this.#waiting.delete(op.id)
        if (this.#place(op, placed)) again = true
      }
    }
  }

  #place(op: Operation, placed: (node: Node) => void): boolean {
    const index = this.nodes.length
    if (index >= maxOperations) return false
    const past = new Uint32Array((index + 31) >>> 5)
    let depth = 0
    for (const id of op.parents) {
      const parent = this.#byId.get(id) as Node
      for (let i = 0; i < parent.past.length; i++) past[i] = (past[i] as number) | (parent.past[i] as number)
      past[parent.index >>> 5] = (past[parent.index >>> 5] as number) | (1 << (parent.index & 31))
      depth = Math.max(depth, parent.depth + 1)
    }
    const own = this.#byAuthor.get(op.author) ?? []
    const before = own.findLast((node) => isBit(past, node.index))
    const nth = (before?.nth ?? 0) + 1
    if (nth > maxByAuthor) return false
    const node: Node = { op, index, depth, past, nth }
    this.nodes.push(node)
    this.#byId.set(op.id, node)
    own.push(node)
    this.#byAuthor.set(op.author, own)
    for (const parent of op.parents) this.#heads.delete(parent)
    this.#heads.set(op.id, node)
    placed(node)
    return true
  }
}

const nobody: readonly Node[] = []

function isBit(bits: Uint32Array, index: number): boolean {
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1
}

/** Did `later` know of `earlier` when it was made? */
export function knows(later: Node, earlier: Node): boolean {
  return isBit(later.past, earlier.index)
}

export function knowsOrIs(later: Node, earlier: Node): boolean {
  return later === earlier || knows(later, earlier)
}

/** Neither knew of the other. */
export function isBeside(a: Node, b: Node): boolean {
  return a !== b && !knows(a, b) && !knows(b, a)
}

/** An order everybody sees alike, later operations behind what they know. */
export function isLater(a: Node, b: Node): boolean {
  return a.depth === b.depth ? a.op.id > b.op.id : a.depth > b.depth
}
