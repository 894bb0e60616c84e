/**
 * A member's operations as keepers hold them: each under the key of the epoch it was made in, signed with the lobby's write key.
 *
 * What a keeper gives waits here until the key it is under has come: a rekey opens what was sealed under its epoch, and so on.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { KeeperLobby } from '../keepers/lobby-words.ts'
import {
  type SealedOperation,
  openSealedOperation,
  sealOperation,
  sealedNameOf,
  signSealed,
} from '../keepers/sealed-operation.ts'
import type { Millis } from '../machine.ts'
import { knows } from '../members/graph.ts'
import type { Membership } from '../members/membership.ts'
import type { Operation } from '../members/operation.ts'
import type { SealedSource } from './sealed-exchange.ts'

/** Operations whose key is not here yet. */
const maxPending = 1_024
const maxPendingBytes: number = 4 * 1024 * 1024

export interface SealedOperationsContext {
  readonly crypto: Crypto
  /** Own identity, hex. */
  readonly self: string
  readonly membership: Membership
  readonly keyOf: (epoch: string) => Uint8Array | undefined
  /** Where the room was when that was last asked; nothing is sealed for keepers before. */
  readonly lobby: () => KeeperLobby | undefined
  /** Takes operations in, if they are any. */
  readonly take: (operations: readonly Uint8Array[], now: Millis) => void
}

/** What is sealed of an operation, and under which key. */
interface Ours {
  readonly id: Uint8Array
  /** Identity, hex. */
  readonly author: string
  readonly epochId: Uint8Array
  readonly key: Uint8Array
  readonly bytes: Uint8Array
}

export class SealedOperations implements SealedSource {
  readonly #context: SealedOperationsContext
  /** By name (hex): what a keeper would be given. */
  #ours = new Map<string, Ours>()
  #oursVersion = -1
  readonly #pending = new Map<string, SealedOperation>()
  #pendingBytes = 0

  constructor(context: SealedOperationsContext) {
    this.#context = context
  }

  names(): readonly Uint8Array[] {
    return [...this.#known().keys()].map((name) => parseHex(name) as Uint8Array)
  }

  get(name: string): SealedOperation | undefined {
    const ours = this.#known().get(name)
    const here = this.#context.lobby()
    if (ours === undefined || here === undefined) return undefined
    const { crypto } = this.#context
    const about = { name: parseHex(name) as Uint8Array, epochId: ours.epochId }
    const box = sealOperation(crypto, ours.key, about, ours.bytes)
    return signSealed(crypto, here.writer, { ...about, box, lobbyId: here.lobbyId })
  }

  lacks(name: string): boolean {
    return !this.#known().has(name) && !this.#pending.has(name)
  }

  /** What oneself did since this was last asked. */
  newOwn(): readonly SealedOperation[] {
    const before = this.#ours
    const fresh: SealedOperation[] = []
    for (const [name, { author }] of this.#known()) {
      if (author !== this.#context.self || before.has(name)) continue
      const operation = this.get(name)
      if (operation !== undefined) fresh.push(operation)
    }
    return fresh
  }

  /** One that a keeper gives. */
  receive(operation: SealedOperation, now: Millis): void {
    const name = formatHex(operation.name)
    if (!this.lacks(name)) return
    if (this.#pending.size >= maxPending || this.#pendingBytes + operation.box.length > maxPendingBytes) return
    this.#pending.set(name, operation)
    this.#pendingBytes += operation.box.length
    this.openPending(now)
  }

  /** Call when keys have come. */
  openPending(now: Millis): void {
    const { crypto, keyOf, take } = this.#context
    const opened: Uint8Array[] = []
    for (const [name, operation] of this.#pending) {
      const key = keyOf(formatHex(operation.epochId))
      if (key === undefined) continue
      this.#pending.delete(name)
      this.#pendingBytes -= operation.box.length
      const bytes = openSealedOperation(crypto, key, operation)
      if (bytes !== undefined) opened.push(bytes)
    }
    // Taking them in brings keys, and this is called again.
    if (opened.length > 0) take(opened, now)
  }

  #known(): ReadonlyMap<string, Ours> {
    const { membership, crypto, keyOf } = this.#context
    if (this.#oursVersion === membership.version) return this.#ours
    this.#oursVersion = membership.version
    const known = new Map<string, Ours>()
    const rekeys = [...membership.settled.rekeys].sort((a, b) => b.node.depth - a.node.depth)
    for (const op of membership.operations()) {
      const node = membership.node(op.id)
      const rekey = node && rekeys.find((one) => knows(node, one.node))
      const key = rekey && keyOf(rekey.body.epoch)
      if (rekey === undefined || key === undefined) continue
      const ours = oursOf(op, rekey.body.epoch, key)
      known.set(formatHex(sealedNameOf(crypto, key, ours.id)), ours)
    }
    this.#ours = known
    return known
  }
}

function oursOf({ id, author, bytes }: Operation, epoch: string, key: Uint8Array): Ours {
  return { id: parseHex(id) as Uint8Array, author, epochId: parseHex(epoch) as Uint8Array, key, bytes }
}
