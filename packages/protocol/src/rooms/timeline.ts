/**
 * The timeline people see: a pure function of the set of opened entries (docs/spec/rooms.md).
 *
 * Entries come and go in any order; `flush` tells what that changed. An edit, a deletion, a reaction or a pin waits for what
 * it is about. Only the author of an entry edits or deletes it, whichever of its sessions it uses, and only with an entry
 * that lives at least as long, or the text would come back. A deleted entry leaves a mark; deletions cannot be deleted.
 */
import { formatHex } from '../codec/text.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import { type Content, cleanName } from './content.ts'
import type { Manifest } from './manifest.ts'
import { type KeyedPin, type Pin, Pins } from './pins.ts'

export interface Reaction {
  readonly emoji: string
  /** Author keys, hex, in the order of their reactions. */
  readonly by: readonly string[]
}

/** One message as it stands now: its text after edits, its reactions, or the mark it left when deleted. */
export interface TimelineMessage {
  /** The entry's sorting key, 26 characters of Crockford base32. */
  readonly id: string
  /** The entry's full id, hex: what replies, edits and reactions name. */
  readonly entryId: string
  /** Key of the person who wrote it, hex. */
  readonly author: string
  readonly session: string
  readonly name: string
  readonly time: Millis
  readonly text: string
  /** What its author attached, if anything; an edit changes the text only. */
  readonly attachments?: readonly Manifest[] | undefined
  readonly edited: boolean
  readonly deleted: boolean
  /** Sorting key of the message this one answers; undefined when none, or not (yet) here. */
  readonly replyTo: string | undefined
  readonly reactions: readonly Reaction[]
  /** Who pinned it and when, if it is among the pinned ones. */
  readonly pinned?: Pin | undefined
  /** True once a valid relay receipt is held. */
  readonly receipt: boolean
  /** Own messages: how many other people's peers are known to hold it. */
  readonly storedBy: number
  /** Own messages: how many keepers are known to hold it. */
  readonly keptBy: number
  /** Own messages: it has left this device by at least one path. */
  readonly sent: boolean
}

export type TimelineChange =
  | { readonly type: 'put'; readonly message: TimelineMessage }
  /** Expired: gone without a mark. */
  | { readonly type: 'drop'; readonly id: string }

/** What is known about an entry outside of the log. */
export interface TimelineFacts {
  /** Author of a session (hex) at a time. */
  authorOf(session: string, time: Millis): string
  hasReceipt(entry: Entry): boolean
  isSent(entry: Entry, session: string): boolean
  storedBy(entry: Entry, session: string): number
  keptBy(entry: Entry, session: string): number
  /** Of a members room: what does not count is neither shown nor does it act on anything. All does when not given. */
  readonly counts?: ((entry: Entry, session: string, author: string) => boolean) | undefined
  /** Of a members room: whose pins count, as things stand. Everybody's do when not given. */
  readonly mayPin?: ((author: string) => boolean) | undefined
}

export interface TimelineFlush {
  /** In display order. */
  readonly changes: readonly TimelineChange[]
  /** Entries that are deleted: their bodies have to go. */
  readonly deleted: readonly Entry[]
  /** Husks that nobody deleted: their bodies are missing. */
  readonly bare: readonly Entry[]
}

interface Naming {
  readonly key: string
  readonly name: string
}

interface Line {
  readonly hex: string
  /** Names by the entries that set them, in order. */
  namings: readonly Naming[]
  /** Told on a link, for as long as nothing in the log says. */
  introduced: string
  /** Its nodes are a chain, newest comer first. */
  first: Node | undefined
}

interface Node {
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

/** What a post can say; names come by `name`, proofs are no messages. */
export type Said = Exclude<Content, { readonly type: 'profile' | 'proof' | 'moved' }>
type Targeted = Extract<Content, { readonly target: Uint8Array }>

export class Timeline {
  readonly #facts: TimelineFacts
  readonly #lines = new Map<string, Line>()
  readonly #nodes = new Map<string, Node>()
  /** By target id: edits, deletions and reactions / replies. */
  readonly #acts = new Map<string, Set<Node>>()
  readonly #replies = new Map<string, Set<Node>>()
  /** Once each, as `touched` of a node says; those that are gone do not count. */
  readonly #touched: Node[] = []
  readonly #dropped = new Set<string>()
  readonly #pins = new Pins()
  #ordered: Node[] = []
  #unordered: Node[] = []
  #holes = false

  constructor(facts: TimelineFacts) {
    this.#facts = facts
  }

  /** Adds an entry of a session (hex), or what it says once its body has come. */
  add(entry: Entry, session: string, content: Said | undefined): void {
    const id = formatHex(entry.id)
    const known = this.#nodes.get(id)
    if (known !== undefined) {
      if (known.content === undefined && content !== undefined) this.#say(known, content)
      this.#touch(known)
      return
    }
    const line = this.#line(session)
    const node: Node = {
      entry,
      id,
      line,
      content: undefined,
      shown: false,
      gone: false,
      touched: false,
      previous: undefined,
      next: undefined,
    }
    this.#nodes.set(id, node)
    link(line, node)
    this.#unordered.push(node)
    if (content !== undefined) this.#say(node, content)
    this.#touch(node)
    this.#touchAll(this.#replies.get(id))
  }

  /** The entry is here no more. */
  remove(entry: Entry): void {
    const id = formatHex(entry.id)
    const node = this.#nodes.get(id)
    if (node === undefined) return
    this.#touch(node)
    this.#unsay(node)
    node.touched = false
    this.#nodes.delete(id)
    unlink(node)
    node.gone = true
    this.#holes = true
    if (node.shown) this.#dropped.add(entry.key)
    this.#pins.note(id, undefined)
    this.#touchAll(this.#replies.get(id))
  }

  /** A session is called `name` from its entry `key` on. */
  name(session: string, key: string, name: string): void {
    const line = this.#line(session)
    const at = line.namings.findIndex((naming) => naming.key >= key)
    const naming = { key, name: cleanName(name) }
    if (at >= 0 && line.namings[at]?.key === key) return
    // Nearly every session has one name, and a list that was spread into has room for sixteen.
    if (line.namings.length === 0) line.namings = [naming]
    else line.namings = at < 0 ? [...line.namings, naming] : line.namings.toSpliced(at, 0, naming)
    this.#touchLine(line, key)
  }

  unname(session: string, key: string): void {
    const line = this.#lines.get(session)
    const at = line?.namings.findIndex((naming) => naming.key === key) ?? -1
    if (line === undefined || at < 0) return
    line.namings = line.namings.filter((_, i) => i !== at)
    this.#touchLine(line, key)
  }

  introduce(session: string, name: string): void {
    const line = this.#line(session)
    const clean = cleanName(name)
    if (line.introduced === clean) return
    line.introduced = clean
    if (line.namings.length === 0) this.#touchLine(line, '')
  }

  /** Newest name of a session; empty while unknown. */
  nameOf(session: string): string {
    const line = this.#lines.get(session)
    return line?.namings.at(-1)?.name ?? line?.introduced ?? ''
  }

  /** A fact about this entry changed: receipt, sent, held by others. */
  touch(entry: Entry): void {
    const node = this.#nodes.get(formatHex(entry.id))
    if (node !== undefined) this.#mark(node)
  }

  /** The author of a session changed. */
  touchSession(session: string): void {
    const line = this.#lines.get(session)
    if (line !== undefined) this.#touchLine(line, '')
  }

  /** The entry with this id, and whether its author is `author`. */
  find(id: Uint8Array): { readonly entry: Entry; readonly author: string; readonly deleted: boolean } | undefined {
    const node = this.#nodes.get(formatHex(id))
    if (node === undefined || !this.#counts(node)) return undefined
    return { entry: node.entry, author: this.#authorOf(node), deleted: this.#isDeleted(node) }
  }

  flush(): TimelineFlush {
    if (this.#touched.length === 0 && this.#dropped.size === 0) return nothingChanged
    let puts: Node[] = noNodes
    let deleted: Entry[] | undefined
    let bare: Entry[] | undefined
    for (const node of this.#touched) {
      if (node.gone) continue
      const counts = this.#counts(node)
      const gone = counts && this.#isDeleted(node)
      if (gone) {
        this.#unsay(node)
        ;(deleted ??= []).push(node.entry)
      } else if (node.entry.husk) (bare ??= []).push(node.entry)
      this.#pins.note(node.id, counts && node.content?.type === 'text' ? this.#pinOf(node) : undefined)
      if (counts && (gone || node.content?.type === 'text')) {
        if (puts === noNodes) puts = [node]
        else puts.push(node)
      } else if (node.shown) {
        node.shown = false
        this.#dropped.add(node.entry.key)
      }
    }
    for (const id of this.#pins.settle()) {
      const node = this.#nodes.get(id)
      // One that was touched is told of anyway.
      if (node?.shown === true && !node.touched) puts = [...puts, node]
    }
    // One by one, so that the list keeps its room for the next ones.
    for (let node; (node = this.#touched.pop()) !== undefined;) node.touched = false
    if (puts.length > 1) puts.sort(byKey)
    const changes: TimelineChange[] = []
    if (this.#dropped.size > 0) {
      for (const id of [...this.#dropped].sort()) changes.push({ type: 'drop', id })
      this.#dropped.clear()
    }
    for (const node of puts) {
      node.shown = true
      changes.push({ type: 'put', message: this.#render(node) })
    }
    return { changes, deleted: deleted ?? noEntries, bare: bare ?? noEntries }
  }

  /** Messages on the timeline, oldest first: the newest `limit` of those before `before`. */
  messages(limit: number = Infinity, before?: string): TimelineMessage[] {
    this.#order()
    const found: TimelineMessage[] = []
    for (let i = this.#ordered.length - 1; i >= 0 && found.length < limit; i--) {
      const node = this.#ordered[i] as Node
      if (node.shown && (before === undefined || node.entry.key < before)) found.push(this.#render(node))
    }
    return found.reverse()
  }

  message(id: string): TimelineMessage | undefined {
    const node = this.#nodes.get(id)
    return node?.shown === true ? this.#render(node) : undefined
  }

  #order(): void {
    if (!this.#holes && this.#unordered.length === 0) return
    this.#holes = false
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
  }

  #say(node: Node, content: Said): void {
    node.content = content
    if (content.type !== 'text') indexed(this.#acts, formatHex(content.target)).add(node)
    else if (content.replyTo !== undefined) indexed(this.#replies, formatHex(content.replyTo)).add(node)
  }

  #unsay(node: Node): void {
    const { content } = node
    if (content === undefined) return
    node.content = undefined
    if (content.type !== 'text') unindex(this.#acts, formatHex(content.target), node)
    else if (content.replyTo !== undefined) unindex(this.#replies, formatHex(content.replyTo), node)
  }

  /** Marks a node, and what it acts upon, as changed. */
  #touch(node: Node): void {
    this.#mark(node)
    const { content } = node
    if (content === undefined || !('target' in content)) return
    const target = this.#nodes.get(formatHex(content.target))
    if (target === undefined || target.touched) return
    // An act can be deleted itself, which changes what it acted upon; deletions cannot, so this ends.
    this.#touch(target)
  }

  #mark(node: Node): void {
    if (node.touched) return
    node.touched = true
    this.#touched.push(node)
  }

  #touchAll(nodes: Iterable<Node> | undefined): void {
    for (const node of nodes ?? []) this.#touch(node)
  }

  #touchLine(line: Line, after: string): void {
    for (let node = line.first; node !== undefined; node = node.next) if (node.entry.key > after) this.#touch(node)
  }

  #line(session: string): Line {
    let line = this.#lines.get(session)
    if (line === undefined) {
      line = { hex: session, namings: noNamings, introduced: '', first: undefined }
      this.#lines.set(session, line)
    }
    return line
  }

  #counts(node: Node): boolean {
    return this.#facts.counts?.(node.entry, node.line.hex, this.#authorOf(node)) ?? true
  }

  #authorOf(node: Node): string {
    return this.#facts.authorOf(node.line.hex, node.entry.time)
  }

  /** Acts upon a node that count, oldest first. */
  #actsOn(node: Node): { readonly act: Node; readonly content: Targeted }[] {
    const acts: { act: Node; content: Targeted }[] = []
    for (const act of this.#acts.get(node.id) ?? []) {
      const { content } = act
      if (content === undefined || !('target' in content) || !this.#counts(act)) continue
      if (content.type === 'reaction') {
        if (!this.#isDeleted(act)) acts.push({ act, content })
        continue
      }
      if (act.entry.expiresAt < node.entry.expiresAt) continue
      if (content.type === 'pin') {
        if (!this.#isDeleted(act) && this.#facts.mayPin?.(this.#authorOf(act)) !== false) acts.push({ act, content })
        continue
      }
      if (this.#authorOf(act) !== this.#authorOf(node)) continue
      if (content.type === 'delete' || !this.#isDeleted(act)) acts.push({ act, content })
    }
    return acts.sort((a, b) => byKey(a.act, b.act))
  }

  #pinOf(node: Node): KeyedPin | undefined {
    if (!this.#acts.has(node.id)) return undefined
    const last = this.#actsOn(node).findLast(({ content }) => content.type === 'pin')
    if (last?.content.type !== 'pin' || !last.content.on) return undefined
    return { by: this.#authorOf(last.act), at: last.act.entry.time, key: last.act.entry.key }
  }

  #isDeleted(node: Node): boolean {
    if (node.content?.type === 'delete' || !this.#acts.has(node.id)) return false
    for (const act of this.#acts.get(node.id) ?? []) {
      if (
        act.content?.type === 'delete' &&
        this.#counts(act) &&
        act.entry.expiresAt >= node.entry.expiresAt &&
        this.#authorOf(act) === this.#authorOf(node)
      ) {
        return true
      }
    }
    return false
  }

  #render(node: Node): TimelineMessage {
    const { entry, line, content } = node
    const text = content?.type === 'text' ? content : undefined
    const deleted = text === undefined
    const acts = deleted ? [] : this.#actsOn(node)
    const edit = acts.findLast((act) => act.content.type === 'edit')?.content
    const replyTo = text?.replyTo && this.#nodes.get(formatHex(text.replyTo))?.entry.key
    const message = {
      id: entry.key,
      entryId: node.id,
      author: this.#authorOf(node),
      session: line.hex,
      name: nameAt(line, entry.key),
      time: entry.time,
      text: edit?.type === 'edit' ? edit.text : (text?.text ?? ''),
      edited: edit !== undefined,
      deleted,
      replyTo,
      reactions: acts.length === 0 ? noReactions : this.#reactions(acts),
      ...(acts.length === 0 ? undefined : pinnedAs(this.#pins.of(node.id))),
      receipt: this.#facts.hasReceipt(entry),
      storedBy: this.#facts.storedBy(entry, line.hex),
      keptBy: this.#facts.keptBy(entry, line.hex),
      sent: this.#facts.isSent(entry, line.hex),
    }
    return text?.attachments === undefined ? message : { ...message, attachments: text.attachments }
  }

  #reactions(acts: readonly { readonly act: Node; readonly content: Targeted }[]): Reaction[] {
    const byEmoji = new Map<string, Set<string>>()
    for (const { act, content } of acts) {
      if (content.type !== 'reaction') continue
      const by = byEmoji.get(content.emoji) ?? new Set()
      // The place is that of the reaction that counts now, so switching off and on again goes to the end.
      if (content.on) by.add(this.#authorOf(act))
      else by.delete(this.#authorOf(act))
      byEmoji.set(content.emoji, by)
    }
    const reactions: Reaction[] = []
    for (const [emoji, by] of byEmoji) if (by.size > 0) reactions.push({ emoji, by: [...by] })
    return reactions
  }
}

const noReactions: readonly Reaction[] = []
const noNamings: readonly Naming[] = []
const noEntries: readonly Entry[] = []
const noNodes: Node[] = []
const noChanges: readonly TimelineChange[] = []
const nothingChanged: TimelineFlush = { changes: noChanges, deleted: noEntries, bare: noEntries }

function pinnedAs(pinned: Pin | undefined): { readonly pinned?: Pin } | undefined {
  return pinned && { pinned }
}

function link(line: Line, node: Node): void {
  node.next = line.first
  if (line.first !== undefined) line.first.previous = node
  line.first = node
}

function unlink(node: Node): void {
  if (node.previous === undefined) node.line.first = node.next
  else node.previous.next = node.next
  if (node.next !== undefined) node.next.previous = node.previous
}

function nameAt(line: Line, key: string): string {
  return line.namings.findLast((naming) => naming.key <= key)?.name ?? line.introduced
}

function byKey(a: Node, b: Node): number {
  return a.entry.key < b.entry.key ? -1 : a.entry.key > b.entry.key ? 1 : 0
}

function indexed<T>(index: Map<string, Set<T>>, key: string): Set<T> {
  let found = index.get(key)
  if (found === undefined) index.set(key, (found = new Set()))
  return found
}

function unindex<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const found = index.get(key)
  found?.delete(value)
  if (found?.size === 0) index.delete(key)
}
