/**
 * What a peer has gathered for its parent, and what each neighbour may still send: bounded, whatever arrives. Empty for
 * most peers at most times, so it costs nothing then.
 */
import type { Millis } from '../machine.ts'
import { prefixOf } from './registry-copy.ts'
import { maxItemsPerMessage, maxRegistryEntries } from './registry-wire.ts'
import type { RegistryEntry, RegistryMessage } from './registry-wire.ts'

/** Gathered reports of lost sessions. */
export const maxGatheredLost = 64
/** Items from one neighbour: a bucket of so many, filled at so many a second. */
export const itemBurst: number = maxRegistryEntries * 1.5
export const itemsPerSecond = 64
/** Neighbours whose buckets are kept. */
export const maxSenders = 128

interface Sender {
  budget: number
  budgetAt: Millis
  copiedAt: Millis
}

export class Inbox {
  #entries: Map<string, RegistryEntry> | undefined
  #here: Set<string> | undefined
  #lost: Set<string> | undefined
  #senders: Map<string, Sender> | undefined

  get isEmpty(): boolean {
    return (this.#entries?.size ?? 0) + (this.#here?.size ?? 0) + (this.#lost?.size ?? 0) === 0
  }

  entry(entry: RegistryEntry): void {
    const entries = (this.#entries ??= new Map())
    const prefix = prefixOf(entry.session)
    if (entries.size < maxRegistryEntries || entries.has(prefix)) entries.set(prefix, entry)
    this.#here?.delete(prefix)
  }

  here(prefix: string): void {
    const here = (this.#here ??= new Set())
    if (here.size < maxRegistryEntries && this.#entries?.has(prefix) !== true) here.add(prefix)
  }

  lost(prefix: string): void {
    const lost = (this.#lost ??= new Set())
    if (lost.size < maxGatheredLost) lost.add(prefix)
  }

  /** Empties it. Undefined when nothing was gathered. */
  take(): RegistryMessage[] | undefined {
    if (this.isEmpty) return undefined
    const messages: RegistryMessage[] = []
    const entries = [...(this.#entries?.values() ?? [])]
    const here = [...(this.#here ?? [])]
    const lost = [...(this.#lost ?? [])]
    for (let at = 0; at < Math.max(entries.length, here.length); at += maxItemsPerMessage) {
      const end = at + maxItemsPerMessage
      messages.push({ type: 'checkIn', entries: entries.slice(at, end), here: here.slice(at, end) })
    }
    if (lost.length > 0) messages.push({ type: 'checkOut', lost })
    this.#entries = undefined
    this.#here = undefined
    this.#lost = undefined
    return messages
  }

  /** May it send so much more? */
  spend(from: string, cost: number, now: Millis): boolean {
    const sender = this.#sender(from, now)
    const earned = ((now - sender.budgetAt) / 1_000) * itemsPerSecond
    sender.budget = Math.min(itemBurst, sender.budget + Math.max(0, earned))
    sender.budgetAt = now
    if (sender.budget < cost) return false
    sender.budget -= cost
    return true
  }

  /** May it have a copy again? */
  mayCopy(to: string, everyMs: number, now: Millis): boolean {
    const sender = this.#sender(to, now)
    if (now - sender.copiedAt < everyMs) return false
    sender.copiedAt = now
    return true
  }

  /** Buckets that are full again need not be remembered; those of strangers are not. */
  keepOnly(children: readonly string[]): void {
    if (this.#senders === undefined) return
    for (const [session, { budget }] of this.#senders) {
      if (budget >= itemBurst / 2 && !children.includes(session)) this.#senders.delete(session)
    }
  }

  #sender(session: string, now: Millis): Sender {
    const senders = (this.#senders ??= new Map())
    const known = senders.get(session)
    if (known !== undefined) return known
    if (senders.size >= maxSenders) for (const oldest of senders.keys()) if (senders.delete(oldest)) break
    const sender = { budget: itemBurst, budgetAt: now, copiedAt: 0 }
    senders.set(session, sender)
    return sender
  }
}
