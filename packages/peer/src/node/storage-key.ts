/**
 * The wrapping key of a terminal without passphrase: 32 random bytes in a file only its owner can read (0600).
 *
 * It protects a copy of the store that is taken without the file, such as a backup of the store's folder or a disk that
 * is thrown away after the file was erased. It does not protect from who can read the owner's files.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { KeyKeeper } from '../at-rest-lock.ts'
import { StorageBroken } from '../storage-errors.ts'

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

export function keepKeyInFile(path: string): KeyKeeper {
  return new FileKey(path)
}

class FileKey implements KeyKeeper {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async wrap(plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    const key = (await this.#read()) ?? (await this.#make())
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  }

  async unwrap(sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array | undefined> {
    const key = await this.#read()
    if (key === undefined || sealed.length < nonceBytes + tagBytes) return undefined
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(aad).setAuthTag(sealed.subarray(-tagBytes))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
    } catch {
      return undefined
    }
  }

  /** Written over before it is removed, though a flash disk may keep the old bytes until it needs the place. */
  async erase(): Promise<void> {
    const file = await open(this.#path, 'r+').catch(ignoreMissing)
    if (file === undefined) return
    try {
      await file.write(new Uint8Array(keyBytes), 0, keyBytes, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await rm(this.#path, { force: true })
  }

  async #read(): Promise<Buffer | undefined> {
    const key = await readFile(this.#path).catch(ignoreMissing)
    if (key === undefined) return undefined
    if (key.length !== keyBytes) {
      throw new StorageBroken(
        `The key file ${this.#path} is damaged: it has ${key.length} bytes instead of ${keyBytes}. Put it back from a backup, or erase what is stored and join your rooms again.`,
      )
    }
    // A restored backup or a careless copy may have made it readable to others.
    await chmod(this.#path, 0o600)
    return key
  }

  /** Whole or not at all, and on the disk before anything is locked with it. Whoever calls holds the store. */
  async #make(): Promise<Buffer> {
    const key = randomBytes(keyBytes)
    const draft = `${this.#path}.new`
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await rm(draft, { force: true })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.write(key)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, this.#path)
    await syncFolder(dirname(this.#path))
    return key
  }
}

/** Makes a new name last. Some systems cannot sync a folder and make names last by themselves. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  throw error
}
