import { describe, expect, it } from 'vitest'
import { FakeChat, LinkMalformed } from './fake-chat.ts'
import { fakeChat, fakeLink, situationNames } from './fake-fixtures.ts'
import { MessageRefused } from './fake-room.ts'

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

describe('the fake chat keeps the facade’s promises', () => {
  it('keeps a snapshot until something in it changes', async () => {
    const chat = fakeChat('full')
    const before = chat.state
    expect(chat.state).toBe(before)
    await chat.first.send('hello')
    expect(chat.state).not.toBe(before)
  })

  it('calls a listener once for many changes in one turn', async () => {
    const { first } = fakeChat('full')
    await turn()
    let calls = 0
    first.subscribe(() => calls++)
    first.say('Mara', 'one')
    first.say('Mara', 'two')
    await turn()
    expect(calls).toBe(1)
  })

  it('orders by id, finds by id, and takes older history in front', () => {
    const { first } = fakeChat('full')
    const oldest = first.timeline.at(0)
    first.prepend([{ by: 'Mara', text: 'long ago', agoMs: 9e9 }])
    expect(first.timeline.indexOf(oldest.id)).toBe(1)
    const ids = Array.from({ length: first.timeline.length }, (_, i) => first.timeline.at(i).id)
    expect(ids).toEqual([...ids].sort())
    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true)
  })

  it('delivers when somebody is there, and waits when nobody is', async () => {
    const there = fakeChat('full').first
    const delivered = await there.send('hello')
    expect(there.timeline.at(there.timeline.indexOf(delivered))).toMatchObject({ delivery: 'stored', receipt: true })
    const away = fakeChat('offline').first
    const waiting = await away.send('hello')
    expect(away.timeline.at(away.timeline.indexOf(waiting))).toMatchObject({ delivery: 'waiting', receipt: false })
  })

  it('counts unread from the first message of others', () => {
    const { first } = fakeChat('full')
    first.markRead()
    const id = first.say('Jonas', 'psst')
    first.say('Jonas', 'psst!')
    expect(first.state).toMatchObject({ unread: 2, firstUnread: id })
    first.markRead()
    expect(first.state.unread).toBe(0)
  })

  it('joins a room twice as one, and refuses what is no link', async () => {
    const chat = new FakeChat()
    const room = await chat.join(fakeLink('Z'))
    expect(await chat.join(fakeLink('Z'))).toBe(room)
    await expect(chat.join('https://kith.example/')).rejects.toBeInstanceOf(LinkMalformed)
    const made = await chat.create({ relay: 'https://kith.example' })
    expect((await new FakeChat().join(made.state.link)).id).toBe(made.id)
  })

  it('refuses a message when told to', async () => {
    const { first } = fakeChat('failing')
    await expect(first.send('hello')).rejects.toBeInstanceOf(MessageRefused)
  })

  it('is locked and unlocked as a real one is', async () => {
    const chat = new FakeChat({ passphrase: 'one' })
    expect(chat.state.atRest).toBe('passphrase')
    await expect(chat.setPassphrase('two', 'no')).rejects.toMatchObject({ name: 'StorageLocked' })
    await chat.removePassphrase('one')
    expect(chat.state.atRest).toBe('key')
    await chat.setPassphrase('two')
    expect(chat.state.atRest).toBe('passphrase')
  })

  it('makes every situation', () => {
    for (const name of situationNames) expect(fakeChat(name).state.settings.name).toBe('Robin')
    expect(fakeChat('huge').first.timeline.length).toBe(100_000)
  })
})
