/**
 * The timeline people see: a pure function of the set of opened entries (docs/spec/rooms.md).
 *
 * Entries come and go in any order; `flush` tells what that changed. What edits, deletes, pins or reacts to others, and what
 * of that counts, is in `acts.ts`. A deleted entry leaves a mark; deletions cannot be deleted.
 */
import { formatHex } from '../codec/text.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import { type Act, Acts } from './acts.ts'
import { cleanName } from './content.ts'
import { DisplayOrder } from './display-order.ts'
import type { Manifest } from './manifest.ts'
import { type Pin, Pins } from './pins.ts'
import {
  type Line,
  type Node,
  NodeIndex,
  type Said,
  addNaming,
  byKey,
  createLine,
  createNode,
  nameAt,
  removeNaming,
  removeNode,
} from './timeline-nodes.ts'

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

export class Timeline {
  readonly #facts: TimelineFacts
  readonly #lines = new Map<string, Line>()
  readonly #nodes = new Map<string, Node>()
  readonly #acts: Acts
  /** By what they answer. */
  readonly #replies = new NodeIndex()
  /** Once each, as `touched` of a node says; those that are gone do not count. */
  readonly #touched: Node[] = []
  readonly #dropped = new Set<string>()
  readonly #pins = new Pins()
  readonly #order = new DisplayOrder()

  constructor(facts: TimelineFacts) {
    this.#facts = facts
    this.#acts = new Acts({
      authorOf: (node) => this.#authorOf(node),
      counts: (node) => this.#counts(node),
      mayPin: (author) => facts.mayPin?.(author) !== false,
    })
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
    const node = createNode(entry, id, this.#line(session))
    this.#nodes.set(id, node)
    this.#order.add(node)
    if (content !== undefined) this.#say(node, content)
    this.#touch(node)
    for (const reply of this.#replies.of(id)) this.#touch(reply)
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
    removeNode(node)
    this.#order.removed()
    if (node.shown) this.#dropped.add(entry.key)
    this.#pins.note(id, undefined)
    for (const reply of this.#replies.of(id)) this.#touch(reply)
  }

  /** A session is called `name` from its entry `key` on. */
  name(session: string, key: string, name: string): void {
    const line = this.#line(session)
    if (addNaming(line, key, name)) this.#touchLine(line, key)
  }

  unname(session: string, key: string): void {
    const line = this.#lines.get(session)
    if (line !== undefined && removeNaming(line, key)) this.#touchLine(line, key)
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
    return { entry: node.entry, author: this.#authorOf(node), deleted: this.#acts.isDeleted(node) }
  }

  flush(): TimelineFlush {
    if (this.#touched.length === 0 && this.#dropped.size === 0) return nothingChanged
    let puts: Node[] = noNodes
    let deleted: Entry[] | undefined
    let bare: Entry[] | undefined
    for (const node of this.#touched) {
      if (node.gone) continue
      const counts = this.#counts(node)
      const gone = counts && this.#acts.isDeleted(node)
      if (gone) {
        this.#unsay(node)
        ;(deleted ??= []).push(node.entry)
      } else if (node.entry.husk) (bare ??= []).push(node.entry)
      this.#pins.note(node.id, counts && node.content?.type === 'text' ? this.#acts.pinOf(node) : undefined)
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
    const ordered = this.#order.all()
    const found: TimelineMessage[] = []
    for (let i = ordered.length - 1; i >= 0 && found.length < limit; i--) {
      const node = ordered[i] as Node
      if (node.shown && (before === undefined || node.entry.key < before)) found.push(this.#render(node))
    }
    return found.reverse()
  }

  message(id: string): TimelineMessage | undefined {
    const node = this.#nodes.get(id)
    return node?.shown === true ? this.#render(node) : undefined
  }

  #say(node: Node, content: Said): void {
    node.content = content
    if (content.type !== 'text') this.#acts.add(node, content)
    else if (content.replyTo !== undefined) this.#replies.add(formatHex(content.replyTo), node)
  }

  #unsay(node: Node): void {
    const { content } = node
    if (content === undefined) return
    node.content = undefined
    if (content.type !== 'text') this.#acts.remove(node, content)
    else if (content.replyTo !== undefined) this.#replies.remove(formatHex(content.replyTo), node)
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

  #touchLine(line: Line, after: string): void {
    for (let node = line.first; node !== undefined; node = node.next) if (node.entry.key > after) this.#touch(node)
  }

  #line(session: string): Line {
    let line = this.#lines.get(session)
    if (line === undefined) {
      line = createLine(session)
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

  #render(node: Node): TimelineMessage {
    const { entry, line, content } = node
    const text = content?.type === 'text' ? content : undefined
    const deleted = text === undefined
    const acts = deleted ? [] : this.#acts.on(node)
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

  #reactions(acts: readonly Act[]): Reaction[] {
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
const noEntries: readonly Entry[] = []
const noNodes: Node[] = []
const noChanges: readonly TimelineChange[] = []
const nothingChanged: TimelineFlush = { changes: noChanges, deleted: noEntries, bare: noEntries }

function pinnedAs(pinned: Pin | undefined): { readonly pinned?: Pin } | undefined {
  return pinned && { pinned }
}
