/**
 * The blobs of a room on the engine's links: what its messages name is known, messages about blobs go as P2, blocks as P4
 * where a person waits and as P5 otherwise, and a link takes another block when less than one waits in it.
 */
import { formatHex } from '../codec/text.ts'
import { blockBytes } from '../blobs/layout.ts'
import { Blobs } from '../blobs/blobs.ts'
import type { BlobInput, BlobJob } from '../blobs/jobs.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Millis, unreachable } from '../machine.ts'
import type { TimelineChange } from '../rooms/timeline.ts'
import { type LiveLink, priority } from './links.ts'
import type { EngineEvent, Output } from './output.ts'
import type { Reach } from './reach.ts'

export interface BlobTrafficContext {
  readonly crypto: Crypto
  /** The same for every run of this device. */
  readonly self: Uint8Array
  readonly reach: Reach
  readonly nextRequest: () => number
  readonly emit: (output: Output) => void
  readonly tell: (event: EngineEvent) => void
  readonly isKeeper: (session: string) => boolean
  /** Messages carry these now. */
  readonly named: (blobs: readonly NamedBlob[], now: Millis) => void
  /** We are a keeper: everything offered is fetched, at the lowest priority, and uses are told. */
  readonly keeper: { readonly used: (root: string, now: Millis) => void } | undefined
}

export interface NamedBlob {
  /** 32 bytes. */
  readonly root: Uint8Array
  readonly size: number
}

const keeperUrgencies = { message: priority.signal, wanted: priority.keeper, prefetch: priority.keeper } as const
const urgencies = { message: priority.signal, wanted: priority.wanted, prefetch: priority.prefetch } as const

export class BlobTraffic {
  readonly #blobs: Blobs
  /** Roots by the message that carries them. */
  readonly #carried = new Map<string, readonly string[]>()
  /** How many messages carry a root. */
  readonly #carriers = new Map<string, number>()
  readonly #sizes = new Map<string, NamedBlob>()
  readonly #named: BlobTrafficContext['named']

  constructor(context: BlobTrafficContext) {
    const { crypto, self, reach, nextRequest, emit, tell, keeper } = context
    this.#named = context.named
    const classes = keeper === undefined ? urgencies : keeperUrgencies
    this.#blobs = new Blobs({
      crypto,
      self,
      hasRoom: (session) => reach.queuedBulk(session) < blockBytes,
      send: (session, urgency, bytes, now) => void reach.send(session, classes[urgency], bytes, now),
      job: (job: BlobJob) => {
        const request = nextRequest()
        emit({ type: 'blob', request, job })
        return request
      },
      tell,
      fetchesAll: keeper !== undefined,
      isKeeper: context.isKeeper,
      used: (root, now) => keeper?.used(root, now),
      wake: (at) => emit({ type: 'timer', name: 'blobs', at }),
      drop: (session, now) => {
        const link = reach.find(session)
        if (link !== undefined) reach.close(link, 'badBlocks', now)
      },
    })
  }

  /** Messages came, changed or went. */
  shown(changes: readonly TimelineChange[], now: Millis): void {
    for (const change of changes) {
      if (change.type === 'drop') this.#carry(change.id, [], now)
      else if (change.message.attachments !== undefined || this.#carried.has(change.message.id)) {
        const manifests = change.message.attachments ?? []
        if (!this.#carried.has(change.message.id))
          for (const { root, size } of manifests) this.#blobs.know(formatHex(root), size, now)
        const fresh = manifests.filter(({ root }) => !this.#sizes.has(formatHex(root)))
        for (const { root, size } of fresh) this.#sizes.set(formatHex(root), { root, size })
        if (fresh.length > 0) this.#named(fresh, now)
        this.#carry(
          change.message.id,
          manifests.map(({ root }) => formatHex(root)),
          now,
        )
      }
    }
  }

  /** What messages carry. */
  known(): Iterable<NamedBlob> {
    return this.#sizes.values()
  }

  /** A keeper was offered it, or read it back. */
  know(root: string, size: number, now: Millis): void {
    this.#blobs.know(root, size, now)
  }

  forget(root: string, now: Millis): void {
    this.#blobs.forget(root, now)
  }

  linked(link: LiveLink, now: Millis): void {
    this.#blobs.linked(link.session, now)
  }

  unlinked(session: string, now: Millis): void {
    this.#blobs.unlinked(session, now)
  }

  receive(link: LiveLink, bytes: Uint8Array, now: Millis): boolean {
    return this.#blobs.receive(link.session, bytes, now)
  }

  /** Something left the link of this session, or was credited. */
  moved(session: string, now: Millis): void {
    if (this.#blobs.serves(session)) this.#blobs.room(session, now)
  }

  timerFired(now: Millis): void {
    this.#blobs.beat(now)
  }

  handle(input: BlobInput, now: Millis): void {
    switch (input.type) {
      case 'blobDone':
        return this.#blobs.done(input.request, input.result, now)
      case 'blobSealed':
        return this.#blobs.sealed(input.root, input.size, now)
      case 'blobFreed':
        return this.#blobs.freed(input.root, now)
      case 'blobFetch':
        return this.#blobs.fetch(input.root, input.from, now)
      case 'blobPause':
        return this.#blobs.pause(input.root, now)
      case 'blobCancel':
        return this.#blobs.cancel(input.root, now)
      case 'blobRoom':
        return this.#blobs.roomAgain(now)
      case 'setSaving':
        return this.#blobs.setSaving(input.saving, now)
      default:
        return unreachable(input)
    }
  }

  /** What no message carries any more is forgotten, here and in the store. */
  #carry(message: string, roots: readonly string[], now: Millis): void {
    const before = this.#carried.get(message) ?? []
    for (const root of roots) this.#carriers.set(root, (this.#carriers.get(root) ?? 0) + 1)
    for (const root of before) {
      const left = (this.#carriers.get(root) ?? 0) - 1
      if (left > 0) this.#carriers.set(root, left)
      else {
        this.#carriers.delete(root)
        this.#sizes.delete(root)
        this.#blobs.forget(root, now)
      }
    }
    if (roots.length > 0) this.#carried.set(message, roots)
    else this.#carried.delete(message)
  }
}
