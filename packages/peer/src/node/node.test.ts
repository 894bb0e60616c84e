import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Room, RoomState } from '../chat.ts'
import type { OpenChat } from '../open-chat.ts'
import { createNodeChat, type NodeChatOptions } from './node.ts'
import { openNodeStorage } from './storage.ts'

const chats: OpenChat[] = []
const directories: string[] = []

afterEach(async () => {
  await Promise.all(chats.splice(0).map((chat) => chat.close()))
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true })
})

async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'kith-node-'))
  directories.push(made)
  return made
}

async function start(options: Partial<NodeChatOptions> = {}): Promise<OpenChat> {
  const chat = await createNodeChat({ dataDir: await directory(), relay: null, iceServers: [], ...options })
  chats.push(chat)
  return chat
}

/** Resolves when the room is as asked. */
function until(room: Room, what: string, condition: (room: Room) => boolean, withinMs = 15_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (!condition(room)) return
      clearTimeout(timer)
      stop()
      resolve()
    }
    const stop = room.subscribe(check)
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`waited for ${what}: ${JSON.stringify(summary(room.state))}, ${texts(room).join(' | ')}`))
    }, withinMs)
    check()
  })
}

function summary(state: RoomState): object {
  return { people: state.people, sync: state.sync, relay: state.relay, notices: state.notices }
}

function texts(room: Room): string[] {
  return Array.from({ length: room.timeline.length }, (_, index) => room.timeline.at(index).text)
}

describe('two terminals without a relay', () => {
  it('FAC1 FAC8 meet by address, talk, and know each other again after a restart', async () => {
    const adaDir = await directory()
    const ada = await start({ dataDir: adaDir, name: 'Ada', listen: { port: 0, host: '127.0.0.1' } })
    const port = ada.listening?.port ?? 0
    const bob = await start({ name: 'Bob', addresses: [{ host: '127.0.0.1', port }] })
    const hers = await ada.create({ title: 'Kitchen' })
    const his = await bob.join(hers.state.link)
    await until(his, 'a direct path', (room) => room.state.people.some(({ me, path }) => !me && path === 'direct'))

    const id = await hers.send('hello Bob')
    await until(his, 'her message', (room) => room.timeline.length === 1)
    expect(his.timeline.at(0)).toMatchObject({ id, text: 'hello Bob', name: 'Ada', mine: false })
    await his.send('hello Ada', { replyTo: id })
    await his.react(id, '👋', true)
    await until(hers, 'his answer', (room) => room.timeline.length === 2 && room.timeline.at(0).reactions.length === 1)
    expect(hers.timeline.at(1)).toMatchObject({ text: 'hello Ada', name: 'Bob', replyTo: id })
    await until(hers, 'stored by him', (room) => room.timeline.at(0).delivery === 'stored')
    expect(hers.timeline.at(0)).toMatchObject({ storedBy: 1, mine: true })
    const bobId = his.state.me

    await ada.close()
    await until(his, 'her leaving', (room) => !room.state.people.some(({ me, online }) => !me && online))
    await his.send('are you there?')

    const again = await start({ dataDir: adaDir, listen: { port, host: '127.0.0.1' } })
    expect(again.state.settings.name).toBe('Ada')
    const reopened = again.room(hers.id)
    if (reopened === undefined) throw new Error('the room is gone')
    await until(reopened, 'everything', (room) => room.timeline.length === 3, 30_000)
    expect(texts(reopened)).toEqual(['hello Bob', 'hello Ada', 'are you there?'])
    expect(reopened.timeline.at(0)).toMatchObject({ mine: true, author: reopened.state.me })
    expect(reopened.timeline.at(2).author).toBe(bobId)
    expect(reopened.state.me).toBe(hers.state.me)
    expect(reopened.state).toMatchObject({ title: 'Kitchen', unread: 2 })
  }, 60_000)

  it('FAC1 keeps no word and no secret readable on the disk', async () => {
    const dataDir = await directory()
    const chat = await start({ dataDir, name: 'Ada' })
    const room = await chat.create({ title: 'Hidden garden' })
    await room.send('the quick brown fox')
    const secret = room.state.link.split('#')[1] ?? ''
    await chat.close()
    for (const file of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const bytes = await readFile(join(file.parentPath, file.name))
      for (const word of ['quick brown', 'Hidden garden', secret]) expect(bytes.includes(word)).toBe(false)
    }
  })

  it('FAC12 HOS2 one damaged record costs only itself: the history around it is there, and the room says so', async () => {
    const dataDir = await directory()
    const before = await start({ dataDir, name: 'Ada' })
    const { id } = await before.create()
    for (let number = 1; number <= 5; number++) await before.room(id)?.send(`message ${number}`)
    await before.close()

    const inside = await openNodeStorage(join(dataDir, 'store'))
    const records = await inside.read({ prefix: `r/room/${id}/e/`, limit: 100 })
    expect(records.length).toBeGreaterThanOrEqual(5)
    const { key, value } = records[2]!
    await inside.write([{ key, value: value.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) }])
    await inside.close()

    const room = (await start({ dataDir })).room(id)
    if (room === undefined) throw new Error('the room is gone')
    await until(room, 'the notice', ({ state }) => state.notices.some(({ code }) => code === 'storeBroken'))
    await until(room, 'what is not damaged', ({ timeline }) => timeline.length >= 4)
    expect(texts(room)).toContain('message 1')
    expect(texts(room)).toContain('message 5')
    await room.send('and on')
    expect(texts(room).at(-1)).toBe('and on')
  })

  it('FAC9 says which port is taken, and leaves the store free', async () => {
    const first = await start({ listen: { port: 0, host: '127.0.0.1' } })
    const dataDir = await directory()
    const port = first.listening?.port ?? 0
    await expect(start({ dataDir, listen: { port, host: '127.0.0.1' } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(start({ dataDir })).resolves.toBeDefined()
  })
})
