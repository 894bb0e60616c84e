/** What people's programs do with each other by way of a relay: contacts and their room, devices and their code. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Chat, Room } from '@kith/peer'
import { createNodeChat } from '@kith/peer/node'
import { until } from '@kith/peer/testing/until'
import { afterEach, describe, expect, it } from 'vitest'
import { createRelay } from './relay.ts'

const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'kith-people-'))
  closing.push(async () => rmSync(made, { recursive: true, force: true }))
  return made
}

async function startRelay(): Promise<string> {
  const relay = createRelay({ seed: new Uint8Array(32).fill(9), port: 0, host: '127.0.0.1', webRoot: folder() })
  const { url } = await relay.listen()
  closing.push(() => relay.close())
  return url
}

async function start(relay: string, name?: string): Promise<Chat> {
  const chat = await createNodeChat({
    dataDir: folder(),
    relay,
    iceServers: [],
    ...(name === undefined ? {} : { name }),
  })
  closing.push(() => chat.close())
  return chat
}

function other(room: Room) {
  const found = room.state.people.find(({ me, online, reaching }) => !me && online && !reaching)
  if (found === undefined) throw new Error('nobody else is here')
  return found
}

function isBlockedIn(room: Room): boolean {
  return room.state.people.some(({ me, quiet }) => !me && quiet === 'hidden')
}

describe('people who meet at a relay', () => {
  it('DEV14 a founder who lost everything but the twelve words comes by an invite and is the founder again, once', async () => {
    const relay = await startRelay()
    const [ada, bob] = [await start(relay, 'Ada'), await start(relay, 'Bob')]
    const phrase = (await ada.identify({ type: 'phrase' })) ?? ''
    const garden = await ada.create({ kind: 'members', title: 'Garden' })
    const inviteBy = async (room: Room): Promise<string> => {
      await until(room, 'being in', () => room.state.members?.standing === 'in')
      const id = await room.govern({ type: 'invite', uses: 1, lastsMs: 3_600_000, asksPin: false })
      return room.state.members?.invites.find((invite) => invite.id === id)?.link ?? ''
    }
    const bobs = await bob.join(await inviteBy(garden))
    await until(bobs, 'being in', () => bobs.state.members?.standing === 'in')
    await garden.send('before it was lost')
    await until(bobs, 'what she said', () => bobs.timeline.length === 1)
    const founder = garden.state.me
    await ada.close()

    const laptop = await start(relay, 'Ada')
    await laptop.identify({ type: 'restore', phrase })
    const { id } = await laptop.join(await inviteBy(bobs))
    await until(laptop, 'her place', () => laptop.room(id)?.state.members?.role === 'founder')
    const again = laptop.room(id)!
    expect(again.state.me).toBe(founder)
    await until(again, 'what was said', () => again.timeline.length === 1)
    expect(again.timeline.at(0)).toMatchObject({ text: 'before it was lost', mine: true })
    await until(bobs, 'two members', () => bobs.state.people.filter(({ membership }) => membership).length === 2)
    await again.send('here again')
    await until(bobs, 'her', () => bobs.timeline.length === 2)
    expect(bobs.timeline.at(1).author).toBe(founder)
    // Whoever was already there as somebody else stays that.
    await bob.identify({ type: 'restore', phrase })
    expect(bobs.state.me).not.toBe(founder)
  }, 90_000)

  it('CON6 CON7 contacts have a members room of the two, where nobody else comes in; who is blocked is hidden, also where they show who they are later', async () => {
    const relay = await startRelay()
    const [ada, bob] = [await start(relay, 'Ada'), await start(relay, 'Bob')]
    const hers = await ada.create({ title: 'Kitchen' })
    const his = await bob.join(hers.state.link)
    for (const room of [hers, his])
      await until(room, 'the other', () =>
        room.state.people.some(({ me, online, reaching }) => !me && online && !reaching),
      )
    await ada.contact({ type: 'request', room: hers.id, who: other(hers).id })
    await until(bob, 'the request', () => bob.state.contacts.requests.length === 1)
    await bob.contact({ type: 'answer', room: his.id, who: other(his).id, accepts: true })
    for (const chat of [ada, bob])
      await until(chat, 'the room of the two', () => (chat.state.contacts.list[0]?.room ?? '') !== '')
    const [contact] = ada.state.contacts.list
    const [direct, bobs] = [ada, bob].map((chat) => chat.room(contact?.room ?? '')) as [Room, Room]
    for (const room of [direct, bobs]) {
      const inside = (): number => room.state.people.filter(({ membership }) => membership !== undefined).length
      await until(room, 'both of them in it', () => inside() === 2)
    }
    expect(direct.state).toMatchObject({ title: 'Bob', kind: 'members', contact: contact?.id })
    expect(bobs.state).toMatchObject({ title: 'Ada', kind: 'members', contact: ada.state.identity.id })
    // One of the two founded it; whoever did not lets nobody in, and nobody waits at the door.
    expect([direct, bobs].filter(({ state }) => state.members?.mayAdd === true)).toHaveLength(1)
    for (const room of [direct, bobs]) expect(room.state.members?.newcomers).toEqual([])
    await direct.send('just us')
    await until(bobs, 'her message', () => bobs.timeline.length === 1)
    await until(ada, 'where Bob is', () => ada.state.contacts.list[0]?.here !== undefined)

    await ada.contact({ type: 'block', contact: contact?.id ?? '', on: true })
    await until(direct, 'him hidden', () => isBlockedIn(direct))
    expect(isBlockedIn(hers)).toBe(false)
    await bob.identify({ type: 'show', room: his.id, on: true })
    await until(hers, 'him hidden here, too', () => isBlockedIn(hers))
    await his.send('can you hear me?')
    await until(his, 'it being sent', () => his.timeline.at(0).storedBy > 0)
    expect(hers.timeline.length).toBe(0)
    // He asks once more: nobody is asked anything.
    await bob.contact({ type: 'request', room: his.id, who: other(his).id })
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(ada.state.contacts.requests).toEqual([])
    await ada.contact({ type: 'block', contact: contact?.id ?? '', on: false })
    await until(hers, 'what he said', () => hers.timeline.length === 1)
  }, 90_000)

  it('DEV8 a device is linked by its code at a relay', async () => {
    const relay = await startRelay()
    const [ada, tablet] = [await start(relay, 'Ada'), await start(relay)]
    const room = await ada.create({ title: 'Kitchen' })
    const code = (await ada.identify({ type: 'offerDevice', relay, notes: 'Notes' })) ?? ''
    expect(code.startsWith(`${relay}/#d-`)).toBe(true)
    // As typed: without the address, with gaps.
    const typed = (/#d-(.*)$/u.exec(code)?.[1] ?? '').toLowerCase().replace(/(.{4})/gu, '$1 ')
    await tablet.identify({ type: 'becomeDevice', code: typed, relay, name: 'Tablet' })
    const phase = (chat: Chat) => chat.state.identity.devices.linking
    for (const chat of [ada, tablet]) await until(chat, 'the digits', () => phase(chat)?.phase === 'compare')
    expect(phase(tablet)).toMatchObject({ digits: (phase(ada) as { digits: string }).digits, asks: false })
    await ada.identify({ type: 'confirmDevice', matches: true })
    await until(tablet, 'the end', () => phase(tablet)?.phase === 'done')
    expect(tablet.room(room.id)?.state.me).toBe(room.state.me)
  }, 90_000)

  it('FAC24 the people of an open room are told where it goes on, also who opens the old link later, and come in by a PIN', async () => {
    const relay = await startRelay()
    const [ada, bob] = [await start(relay, 'Ada'), await start(relay, 'Bob')]
    const old = await ada.create({ title: 'Kitchen' })
    await old.send('before')
    const made = await ada.create({ kind: 'members', title: 'Kitchen', relay, from: old.id })
    await until(old, 'the notice', () => old.state.moved !== undefined)
    expect(old.state.moved).toMatchObject({ by: old.state.me })
    const atBobs = await bob.join(old.state.link)
    await until(atBobs, 'the notice', () => atBobs.state.moved?.name === 'Ada')
    expect(atBobs.timeline.length).toBe(1)
    const there = await bob.join(atBobs.state.moved?.invite ?? '')
    expect(there.id).toBe(made.id)
    await until(made, 'somebody at the door', () => made.state.members?.newcomers.length === 1)
    const [newcomer] = made.state.members?.newcomers ?? []
    await made.govern({ type: 'vouch', who: newcomer?.id ?? '', method: 'pin' })
    await until(made, 'the PIN', () => made.state.members?.newcomers[0]?.pin !== undefined)
    await until(there, 'the question', () => there.state.entering?.phase === 'pinWanted')
    await there.govern({ type: 'enterPin', pin: made.state.members?.newcomers[0]?.pin?.digits ?? '' })
    await until(there, 'being in', () => there.state.members?.standing === 'in')
  }, 90_000)

  it('FAC24 ROM26 those who are taken along come in without a PIN; whoever is left out learns that there is a room, and no way', async () => {
    const relay = await startRelay()
    const [ada, bob, eve] = [await start(relay, 'Ada'), await start(relay, 'Bob'), await start(relay, 'Eve')]
    const old = await ada.create({ title: 'Kitchen' })
    const [bobs, eves] = [await bob.join(old.state.link), await eve.join(old.state.link)]
    const names = (): readonly string[] =>
      old.state.people.filter(({ me, path }) => !me && path).map(({ name }) => name)
    await until(old, 'the two', () => names().length === 2)
    const along = old.state.people.filter(({ name }) => name === 'Bob').map(({ id }) => id)
    const made = await ada.create({ kind: 'members', title: 'Kitchen', relay, from: old.id, along })
    for (const room of [bobs, eves]) await until(room, 'the notice', () => room.state.moved?.name === 'Ada')
    expect(bobs.state.moved).toMatchObject({ chosen: true })
    expect(eves.state.moved).toMatchObject({ chosen: false, invite: undefined })
    const there = await bob.join(bobs.state.moved?.invite ?? '')
    expect(there.id).toBe(made.id)
    await until(there, 'being in', () => there.state.members?.standing === 'in')
  }, 90_000)
})
