/** Searching everything a program left on a device for what must not be there. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright'

/** The same secret as it could lie there: bytes, UTF-16, hexadecimal, both kinds of base64. Characters 0–255. */
export function formsOf(secret: string | Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret)
  const text = typeof secret === 'string' ? [Buffer.from(secret, 'utf16le').toString('latin1')] : []
  const written = (['hex', 'base64', 'base64url'] as const).map((form) => bytes.toString(form).replace(/=+$/u, ''))
  return [bytes.toString('latin1'), ...written, ...text]
}

/** Runs in the page before the app: remembers what it draws at random, which is where every key of it comes from. */
export function rememberDrawn(): void {
  const drawn: string[] = []
  Object.assign(window, { drawn })
  const draw = crypto.getRandomValues.bind(crypto)
  crypto.getRandomValues = (array) => {
    const filled = draw(array)
    if (filled instanceof Uint8Array) drawn.push(Array.from(filled, (byte) => String.fromCharCode(byte)).join(''))
    return filled
  }
}

/** What a page that remembers has drawn since it was loaded, of this length. */
export async function drawnIn(page: Page, length: number): Promise<readonly Uint8Array[]> {
  const drawn = await page.evaluate(() => (window as unknown as { drawn: readonly string[] }).drawn)
  return drawn.filter((bytes) => bytes.length === length).map((bytes) => Buffer.from(bytes, 'latin1'))
}

/** Every byte of every file under a folder but the key file, with the names of the files. Characters 0–255. */
export async function folderContents(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'store.key')
  const contents = files.map(async ({ parentPath, name }) => name + (await readFile(join(parentPath, name), 'latin1')))
  return (await Promise.all(contents)).join('\n')
}

/** Runs in the page: every database, file and item a script of this origin can get at. Characters 0–255. */
async function originContents(): Promise<string> {
  const parts: string[] = []
  const visit = (value: unknown): void => {
    if (value instanceof ArrayBuffer) visit(new Uint8Array(value))
    else if (value instanceof Uint8Array) {
      let text = ''
      for (const byte of value) text += String.fromCharCode(byte)
      parts.push(text)
    } else if (Array.isArray(value)) value.forEach(visit)
    else if (typeof value === 'object' && value !== null) Object.entries(value).flat().forEach(visit)
    else parts.push(String(value))
  }
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.addEventListener('success', () => resolve(opening.result))
      opening.addEventListener('error', () => reject(new Error(`${name} does not open`)))
    })
    for (const store of database.objectStoreNames) {
      const within = database.transaction(store).objectStore(store)
      for (const asking of [within.getAllKeys(), within.getAll()]) {
        visit(
          await new Promise((resolve, reject) => {
            asking.addEventListener('success', () => resolve(asking.result))
            asking.addEventListener('error', () => reject(new Error(`${store} cannot be read`)))
          }),
        )
      }
    }
    database.close()
  }
  const walk = async (folder: FileSystemDirectoryHandle): Promise<void> => {
    for await (const entry of folder.values()) {
      parts.push(entry.name)
      if (entry.kind === 'directory') await walk(entry)
      else visit(await (await entry.getFile()).arrayBuffer())
    }
  }
  await walk(await navigator.storage.getDirectory())
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) parts.push(request.url)
  }
  for (const area of [localStorage, sessionStorage]) parts.push(JSON.stringify({ ...area }))
  return parts.join('\n')
}

export function pageContents(page: Page): Promise<string> {
  return page.evaluate(originContents)
}
