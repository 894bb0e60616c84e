/** Two programs of one person, and a friend's, over real sockets: linked by a code, and taken back. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Chat, Room } from '../chat.ts'
import type { OpenChat } from '../open-chat.ts'
import { createNodeChat, type NodeChatOptions } from './node.ts'
import { until } from '../testing/until.ts'

const chats: OpenChat[] = []
const directories: string[] = []

afterEach(async () => {
  await Promise.all(chats.splice(0).map((chat) => chat.close()))
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true })
})

async function start(options: Partial<NodeChatOptions>): Promise<OpenChat> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kith-devices-')))
  if (options.dataDir === undefined) directories.push(dataDir)
  const chat = await createNodeChat({ relay: null, iceServers: [], ...options, dataDir })
  chats.push(chat)
  return chat
}

function texts(room: Room): readonly string[] {
  return Array.from({ length: room.timeline.length }, (_, at) => room.timeline.at(at).text)
}

const local = { port: 0, host: '127.0.0.1' }
const notes = 'Notes to myself'

async function comparing(chat: Chat): Promise<string> {
  await until(chat, 'the digits', () => chat.state.identity.devices.linking?.phase === 'compare')
  const { linking } = chat.state.identity.devices
  if (linking?.phase !== 'compare') throw new Error('no digits')
  return linking.digits
}

async function link(main: OpenChat, fresh: OpenChat): Promise<void> {
  const code = (await main.identify({ type: 'offerDevice', relay: undefined, notes })) ?? ''
  await fresh.identify({ type: 'becomeDevice', code, relay: undefined, name: 'Kitchen tablet' })
  expect(await comparing(fresh)).toBe(await comparing(main))
  await main.identify({ type: 'confirmDevice', matches: true })
  for (const chat of [main, fresh])
    await until(chat, 'the end', () => chat.state.identity.devices.linking?.phase === 'done')
}

describe('devices of one person', () => {
  it('DEV8 a linked device has the rooms, the name and the identity, and not the words; what it says is said by the same person', async () => {
    const ada = await start({ name: 'Ada', listen: local })
    const addresses = [{ host: '127.0.0.1', port: ada.listening?.port ?? 0 }]
    const open = await ada.create({ title: 'Kitchen' })
    await open.send('before it was linked')
    const members = await ada.create({ kind: 'members', title: 'Garden' })
    await until(members, 'being in', () => members.state.members?.standing === 'in')
    await members.send('among members')
    const tablet = await start({ addresses })
    await link(ada, tablet)

    expect(ada.state.identity.devices.list).toMatchObject([{ name: 'Kitchen tablet', platform: 'node', rooms: 3 }])
    expect(tablet.state.identity).toMatchObject({ id: ada.state.identity.id, devices: { role: 'linked' } })
    expect(tablet.state.settings.name).toBe('Ada')
    expect(tablet.state.rooms.map(({ title }) => title).toSorted()).toEqual(['Garden', 'Kitchen', notes])
    await expect(tablet.identify({ type: 'phrase' })).rejects.toThrow('main device')
    const [kitchen, garden] = [open, members].map(({ id }) => tablet.room(id) as Room) as [Room, Room]
    await until(kitchen, 'what was said', () => texts(kitchen).includes('before it was linked'))
    await until(garden, 'what was said among members', () => texts(garden).includes('among members'))
    expect(garden.state.me).toBe(members.state.me)
    await until(garden, 'being in', () => garden.state.members?.standing === 'in')
    await garden.send('from the tablet')
    await until(members, 'its word', () => texts(members).includes('from the tablet'))
    expect(members.timeline.at(1)).toMatchObject({ mine: true, author: members.state.me })
    expect(ada.state.identity.devices.list).toMatchObject([{ here: true }])
  }, 90_000)

  it('DEV9 a room that is entered later comes to a linked device by the rooms both are in', async () => {
    const ada = await start({ name: 'Ada', listen: local })
    const addresses = [{ host: '127.0.0.1', port: ada.listening?.port ?? 0 }]
    const dataDir = await mkdtemp(join(tmpdir(), 'kith-devices-'))
    directories.push(dataDir)
    const tablet = await start({ addresses, dataDir })
    await link(ada, tablet)
    await tablet.close()
    const later = await ada.create({ title: 'Later' })
    const again = await start({ addresses, dataDir })
    await until(again, 'the later room', () => again.state.rooms.some(({ id }) => id === later.id))
    expect(again.room(later.id)?.state.me).toBe(later.state.me)
  }, 90_000)

  it('DEV10 a device that is taken back knows it, and is given nothing more', async () => {
    const ada = await start({ name: 'Ada', listen: local })
    const addresses = [{ host: '127.0.0.1', port: ada.listening?.port ?? 0 }]
    const tablet = await start({ addresses })
    await link(ada, tablet)
    const [hers] = ada.state.rooms
    const room = tablet.room(hers?.id ?? '') as Room
    await until(room, 'being in', () => room.state.members?.standing === 'in')
    const [device] = ada.state.identity.devices.list
    await ada.identify({ type: 'revokeDevice', device: device?.id ?? '' })
    expect(ada.state.identity.devices.list).toEqual([])
    await until(tablet, 'being told', () => tablet.state.identity.devices.revoked)
    expect(room.state.members?.standing).toBe('revoked')
    await expect(room.send('still me?')).rejects.toThrow()
    const secret = await ada.create({ title: 'Secret' })
    await ada.room(hers?.id ?? '')?.send('without it')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(tablet.room(secret.id)).toBeUndefined()
    expect(texts(room)).not.toContain('without it')
  }, 90_000)

  it('DEV11 nothing is given when the numbers differ, nor to who has another code', async () => {
    const ada = await start({ name: 'Ada', listen: local })
    const addresses = [{ host: '127.0.0.1', port: ada.listening?.port ?? 0 }]
    const stranger = await start({ addresses })
    const code = (await ada.identify({ type: 'offerDevice', relay: undefined, notes })) ?? ''
    await expect(
      stranger.identify({ type: 'becomeDevice', code: 'nothing', relay: undefined, name: 'x' }),
    ).rejects.toMatchObject({ code: 'codeUnreadable' })
    await stranger.identify({ type: 'becomeDevice', code, relay: undefined, name: 'x' })
    await comparing(ada)
    await ada.identify({ type: 'confirmDevice', matches: false })
    for (const chat of [ada, stranger]) {
      await until(chat, 'the end', () => chat.state.identity.devices.linking?.phase === 'failed')
      expect(chat.state.identity.devices.linking).toMatchObject({ reason: 'different' })
    }
    expect(stranger.state.rooms).toEqual([])
    expect(stranger.state.identity.devices.role).toBe('main')
    expect(ada.state.identity.devices.list).toEqual([])
  }, 90_000)
})
