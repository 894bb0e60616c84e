/** The page of `storage-pages.test.ts`. */
import type { Storage } from '../storage.ts'
import { openBrowserStorage, openSealedBrowserStorage } from './storage.ts'

function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

let storage: Storage | undefined

function nameOf(error: unknown): string {
  return (error as Error).name
}

export interface StoragePage {
  openSealed(name: string): Promise<string>
  open(name: string): Promise<string>
  put(key: string, text: string): Promise<string>
  /** Random bytes under `key/0`, `key/1` … in one write. */
  putRandom(key: string, bytes: number, count: number): Promise<string>
  /** `key=text` of everything under the prefix, newest key first. */
  read(prefix: string): Promise<readonly string[]>
  keys(): Promise<readonly string[]>
  clear(prefix: string): Promise<void>
}

const fixture: StoragePage = {
  async openSealed(name) {
    try {
      storage = await openSealedBrowserStorage(name, { crypto: { random } })
      return 'open'
    } catch (error) {
      return nameOf(error)
    }
  },
  async open(name) {
    try {
      storage = await openBrowserStorage(name, { patienceMs: 500 })
      return 'open'
    } catch (error) {
      return nameOf(error)
    }
  },
  async put(key, text) {
    await storage?.write([{ key, value: new TextEncoder().encode(text) }])
    return 'ok'
  },
  async putRandom(key, bytes, count) {
    try {
      await storage?.write(Array.from({ length: count }, (_, i) => ({ key: `${key}/${i}`, value: random(bytes) })))
      return 'ok'
    } catch (error) {
      return nameOf(error)
    }
  },
  async read(prefix) {
    const records = (await storage?.read({ prefix, reverse: true, limit: 1000 })) ?? []
    return records.map(({ key, value }) => `${key}=${new TextDecoder().decode(value)}`)
  },
  async keys() {
    return ((await storage?.read({ prefix: '', limit: 1000 })) ?? []).map(({ key }) => key)
  },
  async clear(prefix) {
    await storage?.clear(prefix)
  },
}

Object.assign(globalThis, { fixture })
