import { randomBytes } from 'node:crypto'
import { copyFile, mkdtemp, readFile, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Room } from '../chat.ts'
import type { Attachment } from '../files.ts'
import type { OpenChat } from '../open-chat.ts'
import { type NodeChatOptions, createNodeChat } from './node.ts'
import { until } from '../testing/until.ts'

const directories: string[] = []
const chats: OpenChat[] = []

async function start(options: Partial<NodeChatOptions>): Promise<OpenChat> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kith-files-')))
  directories.push(dataDir)
  const chat = await createNodeChat({ relay: null, ...options, dataDir })
  chats.push(chat)
  return chat
}

afterEach(async () => {
  await Promise.all(chats.splice(0).map((chat) => chat.close()))
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true })
})

function fileOf(room: Room): Attachment | undefined {
  return room.timeline.length === 0 ? undefined : room.timeline.at(0).attachments[0]
}

async function pair(): Promise<{ readonly hers: Room; readonly his: Room; readonly bobDir: string }> {
  const ada = await start({ name: 'Ada', listen: { port: 0, host: '127.0.0.1' } })
  const bob = await start({
    name: 'Bob',
    addresses: [{ host: '127.0.0.1', port: ada.listening?.port ?? 0 }],
  })
  const hers = await ada.create({ title: 'Kitchen' })
  const his = await bob.join(hers.state.link)
  await until(his, 'a path', () => his.state.people.some(({ me, path }) => !me && path === 'direct'))
  return { hers, his, bobDir: directories.at(-1) ?? '' }
}

describe('files of a terminal', () => {
  it('BLB1 a file arrives as it was, by itself when it is small, and its place on disk tells nothing', async () => {
    const { hers, his, bobDir } = await pair()
    const bytes = new Uint8Array(randomBytes(200_000))
    await hers.attach([{ name: 'soup.bin', type: 'application/octet-stream', bytes: new Blob([bytes]) }])
    await until(his, 'the file', () => fileOf(his)?.state === 'here')
    const { root } = fileOf(his) as Attachment
    expect(new Uint8Array(await his.readFile(root, 0, bytes.length))).toEqual(bytes)
    expect(new Uint8Array(await his.readFile(root, 16_360, 20))).toEqual(bytes.subarray(16_360, 16_380))
    for (const file of await readdir(join(bobDir, 'blobs'))) {
      const kept = await readFile(join(bobDir, 'blobs', file))
      expect(kept.includes(Buffer.from(bytes.subarray(1_000, 1_032)))).toBe(false)
      expect(kept.includes('soup')).toBe(false)
    }
  }, 60_000)

  it('BLB16 FIL10 what was paused stays so over a restart, keeps what came, and goes on when somebody wants it', async () => {
    const { hers, his, bobDir } = await pair()
    await hers.attach([{ name: 'film', type: '', bytes: new Blob([new Uint8Array(32 * 1024 * 1024)]) }])
    await until(his, 'the message', () => fileOf(his) !== undefined)
    const { root, size } = fileOf(his) as Attachment
    await his.fetchFile(root)
    await his.readFile(root, 0, 100)
    await until(his, 'some of it', () => (fileOf(his)?.have ?? 0) > 0)
    // Whoever reads on would fetch it again.
    const reading = his.readFile(root, size - 100, 100).then(
      () => 'read',
      (error: Error) => error.message,
    )
    await his.pauseFile(root)
    expect(await reading).toContain('stopped')
    await until(his, 'a pause', () => fileOf(his)?.state === 'paused')
    // A player asks again at once; what is here it may have.
    await expect(his.readFile(root, size - 100, 100)).rejects.toMatchObject({ why: 'stopped' })
    expect((await his.readFile(root, 0, 100)).length).toBe(100)
    expect(fileOf(his)?.state).toBe('paused')
    await chats.at(-1)?.close()
    const bob = await start({
      dataDir: bobDir,
      addresses: [{ host: '127.0.0.1', port: chats[0]?.listening?.port ?? 0 }],
    })
    const again = bob.room(his.id) as Room
    await until(again, 'the message', () => fileOf(again)?.state === 'paused')
    const have = fileOf(again)?.have ?? 0
    expect(have).toBeGreaterThan(0)
    expect(have).toBeLessThan(size)
    await until(again, 'a path', () => again.state.people.some(({ me, path }) => !me && path === 'direct'))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(fileOf(again)).toMatchObject({ state: 'paused', have })
    await again.fetchFile(root)
    await until(again, 'all of it', () => fileOf(again)?.state === 'here')
  }, 60_000)

  it('BLB2 what is read is fetched first, and the rest follows', async () => {
    const { hers, his } = await pair()
    const bytes = new Uint8Array(9 * 1024 * 1024)
    for (let i = 0; i < bytes.length; i += 4096) bytes[i] = i / 4096 + 1
    await hers.attach([{ name: 'film', type: '', bytes: new Blob([bytes]) }])
    await until(his, 'the message', () => fileOf(his) !== undefined)
    const { root } = fileOf(his) as Attachment
    const from = 7 * 1024 * 1024
    expect(new Uint8Array(await his.readFile(root, from, 100_000))).toEqual(bytes.subarray(from, from + 100_000))
    await until(his, 'all of it', () => fileOf(his)?.state === 'here')
    expect(Buffer.compare(Buffer.from(await his.readFile(root, 0, bytes.length)), Buffer.from(bytes))).toBe(0)
  }, 120_000)

  it('FIL12 that no message carries any more leave the disk: at the next start, and at once when theirs is deleted', async () => {
    const first = await start({ name: 'Ada' })
    const dataDir = directories.at(-1) ?? ''
    const room = await first.create({ title: 'Kitchen' })
    const message = await room.attach([{ name: 'bread.txt', type: 'text/plain', bytes: new Blob(['bread']) }])
    const draft = await room.addToDraft({ name: 'jam.txt', type: 'text/plain', bytes: new Blob(['jam']) })
    const { root } = fileOf(room) as Attachment
    await first.close()
    chats.splice(0)
    const blobs = join(dataDir, 'blobs')
    // Of a message that expired meanwhile, say.
    const orphan = 'ef'.repeat(32)
    for (const ending of ['held', 'blob', 'pages']) {
      const path = join(blobs, `${orphan}.${ending}`)
      await copyFile(join(blobs, `${root}.${ending}`), path)
      await utimes(path, 1, 1)
    }
    const roots = async (): Promise<ReadonlySet<string>> =>
      new Set((await readdir(blobs)).map((name) => name.slice(0, name.indexOf('.'))))
    const again = await start({ dataDir, name: 'Ada' })
    const same = again.room(room.id) as Room
    await expect.poll(roots, { timeout: 20_000 }).toEqual(new Set([root, draft.root]))
    expect(await same.readFile(root, 0, 5)).toEqual(new TextEncoder().encode('bread'))
    await same.delete(message)
    await expect.poll(roots, { timeout: 20_000 }).toEqual(new Set([draft.root]))
  }, 60_000)

  it('FIL7 of a draft are kept sealed, come back after a restart, leave with the message, and go with the room', async () => {
    const first = await start({ name: 'Ada' })
    const dataDir = directories.at(-1) ?? ''
    const room = await first.create({ title: 'Kitchen' })
    const file = (text: string): { name: string; type: string; bytes: Blob } => ({
      name: `${text}.txt`,
      type: 'text/plain',
      bytes: new Blob([text]),
    })
    const kept = await room.addToDraft(file('bread'))
    const dropped = await room.addToDraft(file('charcoal'))
    await room.removeFromDraft(dropped.root)
    expect(room.state.draftFiles).toMatchObject([{ name: 'bread.txt', size: 5, root: kept.root }])
    await first.close()
    chats.splice(0)

    const second = await start({ dataDir })
    const again = second.room(room.id) as Room
    expect(again.state.draftFiles).toMatchObject([{ name: 'bread.txt', root: kept.root }])
    expect(Buffer.from(await again.readFile(kept.root, 0, 99)).toString()).toBe('bread')
    expect((await readdir(join(dataDir, 'blobs'))).join()).not.toContain(dropped.root)
    await again.send('', { files: [kept.root] })
    expect(again.state.draftFiles).toEqual([])
    await until(again, 'the file in its message', () => fileOf(again)?.state === 'here')
    await expect(again.send('', { files: [kept.root] })).rejects.toMatchObject({ name: 'FileFailed' })
    await second.forget(room.id)
    expect((await readdir(join(dataDir, 'blobs'))).join()).not.toContain(kept.root)
  }, 60_000)
})
