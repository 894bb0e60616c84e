/**
 * The store of a terminal: LevelDB through `classic-level`, in a folder only its owner can enter.
 *
 * Every write is one synced batch; writes that wait for the disk together share the next one. LevelDB's own lock on the
 * folder makes a second opening `StorageHeld` and goes with the process, however it ends. Damage is looked for before
 * LevelDB opens the files (`storage-check.ts`), because LevelDB would drop what it cannot read without a word.
 */
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BrokenPromise } from '@kith/protocol'
import type { StoreChange, StoredRecord, StoreRange } from '@kith/protocol'
import { ClassicLevel } from 'classic-level'
import { sealStorage } from '../at-rest.ts'
import type { SealedStorage, SealOptions } from '../at-rest.ts'
import { StorageBroken, StorageFull, StorageHeld } from '../storage-errors.ts'
import { prefixBounds, rangeBounds, settleChanges } from '../storage-keys.ts'
import type { KeyBounds } from '../storage-keys.ts'
import type { Storage } from '../storage.ts'
import { findDamage } from './storage-check.ts'
import { keepKeyInFile } from './storage-key.ts'

type Level = ClassicLevel<string, Uint8Array>
type Batch = ReadonlyMap<string, Uint8Array | undefined>

/** Makes the folder when there is none. Rejects with `StorageHeld`, `StorageFull` or `StorageBroken`. */
export async function openNodeStorage(directory: string): Promise<Storage> {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw storageError(directory, error)
  })
  return new NodeStorage(directory, await openLevel(directory))
}

/**
 * Saves what can still be read of a damaged store. The damaged files are moved aside first and kept; answers where they
 * are now. What could not be read is gone from the repaired store, and a value may come back with its damage, which the
 * seal around the store (`at-rest.ts`) tells; other members send their messages again.
 */
export async function repairNodeStorage(directory: string, now: number): Promise<string> {
  await refuseHeld(directory)
  const aside = `${directory}.broken-${now}`
  const mending = `${directory}.mending-${now}`
  await rename(directory, aside)
  await cp(aside, mending, { recursive: true })
  await ClassicLevel.repair(mending)
  const from = newLevel(mending)
  await from.open()
  // LevelDB's repair compresses what it writes, so what it saved is carried over into files of our own kind.
  const to = await openLevel(directory)
  for await (const [key, value] of from.iterator()) await to.put(key, value)
  await to.batch([{ type: 'del', key: '!' }], { sync: true })
  await Promise.all([from.close(), to.close()])
  await rm(mending, { recursive: true })
  return aside
}

/**
 * What a terminal program keeps in `directory`: the store in `store/`, the wrapping key in `store.key`, everything
 * sealed. Rejects as `openNodeStorage` and `sealStorage` do.
 */
export async function openSealedNodeStorage(
  directory: string,
  options: Omit<SealOptions, 'keys'>,
): Promise<SealedStorage> {
  const storage = await openNodeStorage(join(directory, 'store'))
  try {
    return await sealStorage(storage, { ...options, keys: keepKeyInFile(join(directory, 'store.key')) })
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function openLevel(directory: string): Promise<Level> {
  const damage = await findDamage(directory)
  if (damage.length > 0) {
    await refuseHeld(directory)
    throw brokenStore(directory, damage.join('; '))
  }
  const level = newLevel(directory)
  try {
    // Values are ciphertext: nothing to compress. Tables without compression are also what `storage-check.ts` reads.
    await level.open({ compression: false })
  } catch (error) {
    throw storageError(directory, error)
  }
  return level
}

function newLevel(directory: string): Level {
  return new ClassicLevel<string, Uint8Array>(directory, { keyEncoding: 'utf8', valueEncoding: 'view' })
}

/** `errorIfExists` makes LevelDB take its lock and then refuse, before it touches anything. */
async function refuseHeld(directory: string): Promise<void> {
  try {
    const level = newLevel(directory)
    await level.open({ errorIfExists: true, createIfMissing: false })
    await level.close()
  } catch (error) {
    if (codeOf(error) === 'LEVEL_LOCKED') throw new StorageHeld(directory, { cause: error })
  }
}

class NodeStorage implements Storage {
  readonly #directory: string
  #level: Level
  /** A write failed half-way: LevelDB's log may end in the middle of a record, so it is opened anew before the next. */
  #torn = false
  #waiting: { readonly batch: Batch; readonly done: () => void; readonly failed: (error: Error) => void }[] = []
  /** The end of the line of everything that changes the store. */
  #tail: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  constructor(directory: string, level: Level) {
    this.#directory = directory
    this.#level = level
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.#checkOpen()
    const batch = settleChanges(changes)
    await new Promise<void>((done, failed) => {
      this.#waiting.push({ batch, done, failed })
      // Only the first that waits asks for a turn; the others ride along.
      if (this.#waiting.length === 1) void this.#inTurn(() => this.#writeWaiting())
    })
  }

  async read(range: StoreRange): Promise<readonly StoredRecord[]> {
    this.#checkOpen()
    const bounds = rangeBounds(range)
    if (bounds === undefined) return []
    try {
      const reverse = range.reverse === true
      const records = await this.#level.iterator({ ...levelRange(bounds), reverse, limit: range.limit }).all()
      // Not the Buffer it is: the port promises plain bytes.
      return records.map(([key, { buffer, byteOffset, length }]) => ({
        key,
        value: new Uint8Array(buffer, byteOffset, length),
      }))
    } catch (error) {
      throw storageError(this.#directory, error)
    }
  }

  async clear(prefix: string): Promise<void> {
    this.#checkOpen()
    const bounds = prefixBounds(prefix)
    // What waits was written before this clear and has to go first.
    await this.#inTurn(async () => {
      const keys = await this.#level.keys(levelRange(bounds)).all()
      if (keys.length === 0) return
      await this.#commit(new Map(keys.map((key) => [key, undefined])))
      await this.#purge(keys, bounds)
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#inTurn(() => this.#level.close())
    return this.#closed
  }

  async #writeWaiting(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    const merged = new Map<string, Uint8Array | undefined>()
    for (const { batch } of waiting) for (const [key, value] of batch) merged.set(key, value)
    try {
      await this.#commit(merged)
      for (const { done } of waiting) done()
    } catch (error) {
      for (const { failed } of waiting) failed(error as Error)
    }
  }

  async #commit(batch: Batch): Promise<void> {
    try {
      if (this.#torn) await this.#openAnew()
      if (batch.size === 0) return
      await this.#level.batch(
        [...batch].map(([key, value]) => (value === undefined ? { type: 'del', key } : { type: 'put', key, value })),
        { sync: true },
      )
    } catch (error) {
      this.#torn = true
      throw storageError(this.#directory, error)
    }
  }

  async #openAnew(): Promise<void> {
    await this.#level.close()
    this.#level = await openLevel(this.#directory)
    this.#torn = false
  }

  /**
   * Deleted records stay in the files until LevelDB merges them, and a merge leaves the deepest level alone. The second
   * pair of deletions makes a file above everything that is left of the range, so that the second merge rewrites it.
   */
  async #purge(keys: readonly string[], bounds: KeyBounds): Promise<void> {
    await this.#level.compactRange(bounds.from, bounds.to)
    await this.#commit(new Map([keys.at(0), keys.at(-1)].map((key) => [key as string, undefined])))
    await this.#level.compactRange(bounds.from, bounds.to)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work)
    this.#tail = turn.catch(() => undefined)
    return turn
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new BrokenPromise('the store is closed')
  }
}

function levelRange({ from, fromOpen, to }: KeyBounds): { gt: string; lt: string } | { gte: string; lt: string } {
  return fromOpen ? { gt: from, lt: to } : { gte: from, lt: to }
}

function brokenStore(directory: string, detail: string, cause?: unknown): StorageBroken {
  return new StorageBroken(
    `The store in ${directory} is damaged: ${detail}. Nothing was changed. Make a copy of the folder first; then repair it, or restore it from a backup.`,
    { cause },
  )
}

function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { readonly code?: string; readonly cause?: unknown }
  return cause === undefined ? code : codeOf(cause)
}

/** LevelDB names errors of the system only in words. */
const fullWords = /no space left|file too large|quota exceeded/i

function storageError(directory: string, error: unknown): Error {
  if (error instanceof StorageBroken || error instanceof StorageHeld || error instanceof StorageFull) return error
  const { message } = innermost(error)
  switch (codeOf(error)) {
    case 'LEVEL_LOCKED':
      return new StorageHeld(directory, { cause: error })
    case 'LEVEL_CORRUPTION':
      return brokenStore(directory, message, error)
    case 'ENOSPC':
    case 'EDQUOT':
      return new StorageFull(directory, { cause: error })
    default:
      if (fullWords.test(message)) return new StorageFull(directory, { cause: error })
      return new StorageBroken(
        `The store in ${directory} cannot be used: ${message}. Check that the folder is there and is yours to write.`,
        { cause: error },
      )
  }
}

function innermost(error: unknown): Error {
  let inner = error as Error
  while (inner.cause instanceof Error) inner = inner.cause
  return inner
}
