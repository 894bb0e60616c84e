/** Writes a file of a room to the disk: never over what is there, and never half under its name. */
import { open, link, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { readWhole, safeFileName, type Attachment, type Room } from '@kith/peer'

/** So many copies of one name are numbered. */
const maxCopies = 999

/**
 * Where it went. `to` is a folder or a name; without it the folder one is in. Waits for what is not here yet. Rejects with
 * `FileFailed`, and with Node's own error when it cannot be written.
 */
export async function saveFile(
  room: Room,
  file: Attachment,
  to: string | undefined,
  onProgress?: (bytes: number) => void,
): Promise<string> {
  // Also what was paused: whoever saves it wants it.
  if (file.state !== 'here') await room.fetchFile(file.root)
  const wanted = await target(to, file.name)
  // Beside its place, so that it can be moved there at once.
  const coming = join(dirname(wanted), `.${safeFileName(file.name).slice(0, 60)}.${file.root.slice(0, 8)}.part`)
  return writeToFree(coming, wanted, counted(readWhole(room, file), onProgress))
}

async function* counted(
  parts: AsyncIterable<Uint8Array>,
  onProgress: ((written: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let written = 0
  for await (const bytes of parts) {
    yield bytes
    written += bytes.length
    onProgress?.(written)
  }
}

/** Writes all of it to `coming`, then moves it to where there is room for it; answers where. Nothing half is left. */
export async function writeToFree(
  coming: string,
  wanted: string,
  parts: AsyncIterable<Uint8Array> | Iterable<string>,
): Promise<string> {
  const handle = await open(coming, 'w', 0o600)
  try {
    for await (const part of parts) await handle.writeFile(part)
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(coming, { force: true })
    throw error
  }
  await handle.close()
  return moveToFree(coming, wanted)
}

/** A path as people write it, with `~` for their home. */
export function atHome(path: string): string {
  return path.replace(/^~(?=\/|$)/u, homedir())
}

async function target(to: string | undefined, name: string): Promise<string> {
  if (to === undefined) return resolve(safeFileName(name))
  const path = resolve(atHome(to))
  const isFolder = to.endsWith('/') || (await stat(path).catch(() => undefined))?.isDirectory() === true
  return isFolder ? join(path, safeFileName(name)) : path
}

/** `photo.jpg`, or the first of `photo (2).jpg`, `photo (3).jpg` … that is free. */
async function moveToFree(from: string, wanted: string): Promise<string> {
  const ending = extname(wanted)
  const front = wanted.slice(0, wanted.length - ending.length)
  for (let copy = 1; copy <= maxCopies; copy++) {
    const path = copy === 1 ? wanted : `${front} (${copy})${ending}`
    try {
      // Unlike renaming, linking fails when something is there.
      await link(from, path)
      await rm(from)
      return path
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') continue
      // Some file systems have no links; there the name is looked at first.
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
      if ((await stat(path).catch(() => undefined)) !== undefined) continue
      await rename(from, path)
      return path
    }
  }
  throw new Error(`There are ${maxCopies} files of this name already. Save it under another name.`)
}
