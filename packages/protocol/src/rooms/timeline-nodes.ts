/** Entries as the timeline holds them: each hangs on the line of its session, which knows what the session was called when. */
import type { Entry } from '../log/entry.ts'
import { type Content, cleanName } from './content.ts'

/** What a post can say; names come by `name`, proofs are no messages. */
export type Said = Exclude<Content, { readonly type: 'profile' | 'proof' | 'moved' }>

interface Naming {
  readonly key: string
  readonly name: string
}

export interface Line {
  readonly hex: string
  /** Names by the entries that set them, in order. */
  namings: readonly Naming[]
  /** Told on a link, for as long as nothing in the log says. */
  introduced: string
  /** Its nodes are a chain, newest comer first. */
  first: Node | undefined
}

export interface Node {
  readonly entry: Entry
  readonly id: string
  readonly line: Line
  /** Undefined for husks and for what this version cannot read. */
  content: Said | undefined
  shown: boolean
  gone: boolean
  /** To be told with the next flush. */
  touched: boolean
  /** In the chain of its line. */
  previous: Node | undefined
  next: Node | undefined
}

const noNamings: readonly Naming[] = []

export function createLine(session: string): Line {
  return { hex: session, namings: noNamings, introduced: '', first: undefined }
}

/** Hangs a new node on its line. */
export function createNode(entry: Entry, id: string, line: Line): Node {
  const node: Node = {
    entry,
    id,
    line,
    content: undefined,
    shown: false,
    gone: false,
    touched: false,
    previous: undefined,
    next: line.first,
  }
  if (line.first !== undefined) line.first.previous = node
  line.first = node
  return node
}

/** Takes it off its line. */
export function removeNode(node: Node): void {
  node.gone = true
  if (node.previous === undefined) node.line.first = node.next
  else node.previous.next = node.next
  if (node.next !== undefined) node.next.previous = node.previous
}

/** The session is called `name` from its entry `key` on. False when that entry has named it already. */
export function addNaming(line: Line, key: string, name: string): boolean {
  const at = line.namings.findIndex((naming) => naming.key >= key)
  const naming = { key, name: cleanName(name) }
  if (at >= 0 && line.namings[at]?.key === key) return false
  // Nearly every session has one name, and a list that was spread into has room for sixteen.
  if (line.namings.length === 0) line.namings = [naming]
  else line.namings = at < 0 ? [...line.namings, naming] : line.namings.toSpliced(at, 0, naming)
  return true
}

/** False when that entry has not named it. */
export function removeNaming(line: Line, key: string): boolean {
  const at = line.namings.findIndex((naming) => naming.key === key)
  if (at < 0) return false
  line.namings = line.namings.filter((_, i) => i !== at)
  return true
}

/** What a session was called at its entry `key`. */
export function nameAt(line: Line, key: string): string {
  return line.namings.findLast((naming) => naming.key <= key)?.name ?? line.introduced
}

const noNodes: ReadonlySet<Node> = new Set()

/** Nodes by the id of what they name. */
export class NodeIndex {
  readonly #byId = new Map<string, Set<Node>>()

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  of(id: string): ReadonlySet<Node> {
    return this.#byId.get(id) ?? noNodes
  }

  add(id: string, node: Node): void {
    const found = this.#byId.get(id)
    if (found === undefined) this.#byId.set(id, new Set([node]))
    else found.add(node)
  }

  remove(id: string, node: Node): void {
    const found = this.#byId.get(id)
    found?.delete(node)
    if (found?.size === 0) this.#byId.delete(id)
  }
}

export function byKey(a: Node, b: Node): number {
  return a.entry.key < b.entry.key ? -1 : a.entry.key > b.entry.key ? 1 : 0
}
