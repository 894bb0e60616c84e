import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Room } from '../chat.ts'
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
  const dataDir = await mkdtemp(join(tmpdir(), 'kith-identity-'))
  directories.push(dataDir)
  const chat = await createNodeChat({ dataDir, relay: null, iceServers: [], ...options })
  chats.push(chat)
  return chat
}

function other(room: Room) {
  const found = room.state.people.find(({ me, online }) => !me && online)
  if (found === undefined) throw new Error('nobody else is here')
  return found
}

async function pair(): Promise<{ ada: OpenChat; bob: OpenChat; hers: Room; his: Room }> {
  const ada = await start({ name: 'Ada', listen: { port: 0, host: '127.0.0.1' } })
  const bob = await start({ name: 'Bob', addresses: [{ host: '127.0.0.1', port: ada.listening?.port ?? 0 }] })
  const hers = await ada.create({ title: 'Kitchen' })
  const his = await bob.join(hers.state.link)
  for (const room of [hers, his])
    await until(room, 'the other', () => room.state.people.some(({ me, path }) => !me && path === 'direct'))
  return { ada, bob, hers, his }
}

describe('who somebody is, between two terminals', () => {
  it('VER1 both see the same numbers; comparing one makes the other known, here and under their passport', async () => {
    const { bob, hers, his } = await pair()
    expect(other(hers).verification.level).toBe('none')
    const number = await hers.verify({ type: 'safetyNumber', who: other(hers).id })
    expect(number).toMatch(/^\d{60}$/)
    expect(await his.verify({ type: 'safetyNumber', who: other(his).id })).toBe(number)

    await hers.verify({ type: 'startSas', who: other(hers).id })
    const digits = (room: Room): string | undefined => room.state.comparing[0]?.digits
    await until(his, 'the digits', () => digits(his) !== undefined)
    await until(hers, 'the digits', () => digits(hers) !== undefined)
    expect(digits(hers)).toBe(digits(his))
    await hers.verify({ type: 'answerSas', who: other(hers).id, matches: true })
    expect(other(hers).verification.level).toBe('compared')
    expect(hers.state.comparing).toEqual([])
    await until(his, 'her word', () => his.state.comparing[0]?.theySay === true)
    await his.verify({ type: 'answerSas', who: other(his).id, matches: false })
    expect(other(his).verification.level).toBe('none')
    expect(his.state.comparing[0]?.phase).toBe('different')

    // What he shows is about the author she compared.
    expect(his.state.shown).toBe(false)
    await bob.identify({ type: 'show', room: his.id, on: true })
    await until(his, 'what he shows', () => his.state.shown)
    await bob.identify({ type: 'show', room: his.id, on: false })
    await until(his, 'what he took back', () => !his.state.shown)
  }, 90_000)

  it('CON6 VER5 a request, accepted, makes a room of the two where each shows who they are, and whom one compared is known there', async () => {
    const { ada, bob, hers, his } = await pair()
    await hers.verify({ type: 'compared', who: other(hers).id, matches: true })
    await ada.contact({ type: 'request', room: hers.id, who: other(hers).id })
    expect(ada.state.contacts.asked).toMatchObject([{ name: 'Bob', declined: false }])
    await until(bob, 'the request', () => bob.state.contacts.requests.length === 1)
    expect(bob.state.contacts.requests).toMatchObject([{ name: 'Ada', room: his.id }])
    expect(bob.state.contacts.list).toEqual([])
    await bob.contact({ type: 'answer', room: his.id, who: other(his).id, accepts: true })
    for (const chat of [ada, bob]) await until(chat, 'the contact', () => chat.state.contacts.list.length === 1)
    for (const chat of [ada, bob])
      await until(chat, 'the room of the two', () => chat.state.contacts.list[0]?.room !== '')
    const [hisContact, herContact] = [ada.state.contacts.list[0]!, bob.state.contacts.list[0]!]
    expect(hisContact).toMatchObject({ name: 'Bob', id: bob.state.identity.id, blocked: false })
    expect(herContact).toMatchObject({ name: 'Ada', id: ada.state.identity.id, room: hisContact.room })
    expect(ada.state.contacts).toMatchObject({ asked: [], requests: [] })
    // Where they are now.
    await until(ada, 'where Bob is', () => ada.state.contacts.list[0]?.here !== undefined)
    const room = ada.room(hisContact.room)!
    // Without a relay nobody comes to a door: then it is an open room of the two.
    expect(room.state).toMatchObject({ title: 'Bob', kind: 'open', contact: hisContact.id })
    await room.send('just us')
    const bobs = bob.room(hisContact.room)!
    await until(bobs, 'her message', () => bobs.timeline.length === 1)
    // She compared before they were contacts, he afterwards and in the room where they met.
    expect(ada.state.contacts.list[0]?.verification.level).toBe('compared')
    await until(room, 'who he is', () => other(room).verification.level === 'compared')
    expect(bob.state.contacts.list[0]?.verification.level).toBe('none')
    await his.verify({ type: 'compared', who: other(his).id, matches: true })
    expect(bob.state.contacts.list[0]?.verification.level).toBe('compared')
    await until(bobs, 'who she is', () => other(bobs).verification.level === 'compared')

    await ada.contact({ type: 'block', contact: hisContact.id, on: true })
    await until(room, 'him hidden', () => other(room).quiet === 'hidden')
    await ada.contact({ type: 'remove', contact: hisContact.id })
    expect(ada.state.contacts.list).toEqual([])
    expect(ada.room(hisContact.room)).toBeUndefined()
  }, 90_000)

  it('IDN15 the twelve words make another machine the same person', async () => {
    const ada = await start({ name: 'Ada' })
    const phrase = await ada.identify({ type: 'phrase' })
    expect(phrase?.split(' ')).toHaveLength(12)
    const laptop = await start({ name: 'Ada' })
    expect(laptop.state.identity.id).not.toBe(ada.state.identity.id)
    await expect(laptop.identify({ type: 'restore', phrase: `${phrase} extra` })).rejects.toMatchObject({
      code: 'phraseMalformed',
    })
    await laptop.identify({ type: 'restore', phrase: `  ${phrase?.toUpperCase()} ` })
    expect(laptop.state.identity).toMatchObject({ id: ada.state.identity.id })
    const room = await ada.create()
    expect((await laptop.join(room.state.link)).state.me).toBe(room.state.me)
  }, 60_000)
})
