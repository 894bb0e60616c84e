/**
 * The host's part of one room's files: seals and opens them, and does the jobs of the engine on the store of blobs.
 *
 * Plaintext and key meet here and nowhere else. AES-256-GCM is WebCrypto's, in browsers and in Node, and runs on other
 * threads; so does hashing where the platform has it so (`hashBlock`).
 */
import { blockBytes, equalBytes, formatHex, nonceOf, plainBytes } from '@kith/protocol'
import type { BlobEvent, BlobInput, BlobJob, BlobResult, Manifest } from '@kith/protocol'
import type { BlobPorts } from './blob-ports.ts'
import { FileFailed, type SlicedBytes } from './files.ts'
import { RunWriter } from './blob-runs.ts'
import { type Sealed, sealBlob } from './blob-sealing.ts'
import { StorageBroken, StorageFull } from './storage-errors.ts'

/** Blocks that are opened at once. */
const batchBlocks = 64
/** What is read on within so many blocks of what was asked for in order comes without being asked for again. */
const orderedBlocks = 256

/** A file that cannot be opened: its blocks are those of the root, but not sealed with this key. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable'

  constructor(options?: ErrorOptions) {
    super('This file cannot be opened: what was sent does not fit its key. Ask for it to be sent again.', options)
  }
}

/** `stopped`: somebody paused it or erased it here. */
type Woken = 'came' | 'failed' | 'stopped'

/** Whoever waits for blocks of one root. */
class Readers {
  readonly #wakes = new Map<number, Set<(wake: Woken) => void>>()
  /** From which block on it was asked for in order. */
  asked: number | undefined

  get lowest(): number | undefined {
    return this.#wakes.size === 0 ? undefined : Math.min(...this.#wakes.keys())
  }

  wait(index: number, wake: (why: Woken) => void): void {
    this.#wakes.set(index, (this.#wakes.get(index) ?? new Set()).add(wake))
  }

  leave(index: number, wake: (why: Woken) => void): void {
    const wakes = this.#wakes.get(index)
    if (wakes?.delete(wake) === true && wakes.size === 0) this.#wakes.delete(index)
  }

  /** Without numbers all of them. */
  wake(why: Woken, indices: Iterable<number> = [...this.#wakes.keys()]): void {
    for (const index of indices) for (const wake of this.#wakes.get(index) ?? []) wake(why)
  }
}

export class RoomBlobs {
  readonly #ports: BlobPorts
  readonly #input: (input: BlobInput) => void
  readonly #readers = new Map<string, Readers>()
  readonly #keys = new Map<string, Promise<CryptoKey>>()
  readonly #writer: RunWriter

  constructor(ports: BlobPorts, input: (input: BlobInput) => void) {
    this.#ports = ports
    this.#input = input
    this.#writer = new RunWriter(ports.store)
  }

  /** What the engine tells of blobs. */
  told(event: BlobEvent): void {
    const readers = this.#readers.get(event.root)
    if (event.type === 'blobBlocks') readers?.wake('came', event.indices)
    else if (event.state === 'failed') readers?.wake('failed')
  }

  /** Seals a source under a fresh key and keeps it. Rejects as the store does, and as the source does. */
  async seal(source: SlicedBytes, onProgress?: (sealedBytes: number) => void): Promise<Sealed> {
    const sealed = await sealBlob(this.#ports, source, onProgress)
    this.#input({ type: 'blobSealed', root: formatHex(sealed.root), size: sealed.size })
    return sealed
  }

  /**
   * Opened bytes; waits for what is missing, which is asked for in order. Rejects with `FileUnreadable`, when it fails, and
   * when something is missing that may not be fetched.
   */
  async read(
    manifest: Manifest,
    from: number,
    length: number,
    mayFetch: () => boolean = () => true,
  ): Promise<Uint8Array> {
    const to = Math.min(manifest.size, from + length)
    const opened = new Uint8Array(Math.max(0, to - from))
    if (opened.length === 0) return opened
    const root = formatHex(manifest.root)
    const key = await this.#keyOf(root, manifest.key)
    const last = Math.floor((to - 1) / plainBytes)
    for (let first = Math.floor(from / plainBytes); first <= last; first += batchBlocks) {
      const count = Math.min(batchBlocks, last - first + 1)
      const run = await this.#ports.store.read(root, 'block', first, count)
      await Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const index = first + i
          const here = run?.subarray(i * blockBytes, (i + 1) * blockBytes)
          const block = here !== undefined && here.length > 0 ? here : await this.#block(root, index, mayFetch)
          const plain = await this.#open(key, manifest, index, block)
          const at = index * plainBytes - from
          opened.set(plain.subarray(Math.max(0, -at), Math.min(plain.length, to - index * plainBytes)), Math.max(0, at))
        }),
      )
    }
    return opened
  }

  /** Whoever reads it waits no longer: reading on would fetch it again. */
  stopReading(root: string): void {
    this.#readers.get(root)?.wake('stopped')
  }

  /** Forgets it here; the engine is told. */
  async free(root: string): Promise<void> {
    this.#keys.delete(root)
    await this.#ports.store.remove(root)
    this.#input({ type: 'blobFreed', root })
  }

  /** Answers a job of the engine; never rejects. */
  async work(job: BlobJob): Promise<BlobResult> {
    const { store } = this.#ports
    switch (job.type) {
      case 'look':
        return store.look(job.root, job.size).then(
          (slots) => ({ type: 'held', ...slots }),
          () => ({ type: 'held', blocks: new Uint8Array(), pages: new Uint8Array() }),
        )
      case 'keepBlock': {
        if (!equalBytes(await this.#ports.hashBlock(job.bytes), job.leaf)) return { type: 'kept', outcome: 'corrupt' }
        return this.#keep(() => this.#writer.write(job.root, job.size, job.index, job.bytes))
      }
      case 'keepPage':
        return this.#keep(() => store.write(job.root, job.size, 'page', job.index, job.bytes))
      case 'read':
        return { type: 'bytes', bytes: await store.read(job.root, job.part, job.index).catch(() => undefined) }
      case 'remove':
        await store.remove(job.root).catch(() => undefined)
        return { type: 'removed' }
    }
  }

  async #keep(write: () => Promise<void>): Promise<BlobResult> {
    try {
      await write()
      return { type: 'kept', outcome: 'kept' }
    } catch (error) {
      return { type: 'kept', outcome: error instanceof StorageFull ? 'full' : 'broken' }
    }
  }

  /** A sealed block, as soon as it is here. */
  async #block(root: string, index: number, mayFetch: () => boolean): Promise<Uint8Array> {
    for (;;) {
      const readers = this.#readers.get(root) ?? new Readers()
      this.#readers.set(root, readers)
      let wake: (why: Woken) => void = () => undefined
      const woken = new Promise<Woken>((resolve) => (wake = resolve))
      readers.wait(index, wake)
      try {
        const block = await this.#ports.store.read(root, 'block', index)
        if (block !== undefined) return block
        if (!mayFetch()) throw new FileFailed('stopped')
        this.#ask(root, readers, index)
        const why = await woken
        if (why === 'stopped') throw new FileFailed('stopped')
        if (why === 'failed') {
          throw new StorageBroken('This file could not be kept here. Free some space, then fetch it again.')
        }
      } finally {
        readers.leave(index, wake)
        const { asked, lowest } = readers
        // Who read elsewhere has what it wanted: whoever waits further in front is next.
        if (lowest === undefined) this.#readers.delete(root)
        else if (asked !== undefined && lowest < asked && mayFetch()) this.#ask(root, readers, lowest)
      }
    }
  }

  /** In order from there, unless it comes in order anyway. Of several blocks that are read at once the first one asks. */
  #ask(root: string, readers: Readers, from: number): void {
    const { asked } = readers
    if (asked !== undefined && from >= asked && from < asked + orderedBlocks) return
    readers.asked = from
    this.#input({ type: 'blobFetch', root, from })
  }

  async #open(key: CryptoKey, { size }: Manifest, index: number, block: Uint8Array): Promise<Uint8Array> {
    try {
      const iv = nonce(size, index)
      const plain = await this.#ports.subtle.decrypt({ name: 'AES-GCM', iv }, key, block as Uint8Array<ArrayBuffer>)
      return new Uint8Array(plain)
    } catch (error) {
      throw new FileUnreadable({ cause: error })
    }
  }

  #keyOf(root: string, bytes: Uint8Array): Promise<CryptoKey> {
    let key = this.#keys.get(root)
    if (key === undefined) this.#keys.set(root, (key = this.#importKey(bytes, 'decrypt')))
    return key
  }

  #importKey(bytes: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
    return this.#ports.subtle.importKey('raw', bytes.slice(), 'AES-GCM', false, [use])
  }
}

function nonce(size: number, index: number): Uint8Array<ArrayBuffer> {
  return nonceOf(size, index) as Uint8Array<ArrayBuffer>
}
