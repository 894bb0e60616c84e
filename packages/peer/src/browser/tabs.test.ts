import { describe, expect, it, vi } from 'vitest'
import type { Message } from '../chat.ts'
import { ChatClosed, LinkMalformed, MessageRefused, RoomClosed } from '../errors.ts'
import { StorageLocked } from '../storage-errors.ts'
import { FixtureChat, memoryDisk } from './tabs-fixture-chat.ts'
import { fixtureMessage, fixtureMessages } from './tabs-fixture-room.ts'
import { Profile, textsOf, never, watch } from './tabs-fixture-profile.ts'
import type { Opened } from './tabs-fixture-profile.ts'
import { chunkMessages, chunksUnderWay } from './tabs-leader.ts'
import { CommandInterrupted, shareChat } from './tabs.ts'

// Thousands of turns of the event loop, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 })

describe('one leader, many followers', () => {
  it('TAB1 makes one real chat for all tabs and shows the same everywhere', async () => {
    const profile = new Profile(fixtureMessages(3))
    const tabs = [await profile.open(), await profile.open(), await profile.open()]
    expect(profile.made).toHaveLength(1)
    for (const { chat, room } of tabs) {
      expect(chat.state).toEqual(profile.real.state)
      expect(textsOf(room)).toEqual(['message 1', 'message 2', 'message 3'])
      expect(room.timeline.indexOf(fixtureMessage(2).id)).toBe(1)
      expect(room.timeline.indexOf('nothing')).toBe(-1)
      expect(chat.room('elsewhere')).toBeUndefined()
    }
  })

  it('TAB1 works when tabs are opened at the same moment, before the first has its chat', async () => {
    const profile = new Profile(fixtureMessages(1))
    const chats = await Promise.all([1, 2, 3].map(() => profile.share(profile.browser.tab())))
    expect(profile.made).toHaveLength(1)
    for (const chat of chats) expect(chat.state).toEqual(profile.real.state)
  })

  it('TAB2 hands a long history over newest first, in chunks, no more under way than are worked in', async () => {
    const count = 4_321
    const profile = new Profile(fixtureMessages(count))
    await profile.open()
    profile.browser.posted.length = 0
    const { room } = await profile.open()
    await profile.browser.settle()
    expect(room.timeline.length).toBe(count)
    expect(textsOf(room)).toEqual(fixtureMessages(count).map(({ text }) => text))

    let underWay = 0
    let oldestSoFar = '~'
    let chunks = 0
    for (const { frame } of profile.browser.posted) {
      if (frame.type === 'chunkTaken') underWay -= 1
      if (frame.type !== 'timeline') continue
      const { put, chunk } = frame as unknown as { put: readonly Message[]; chunk: boolean }
      expect(chunk).toBe(true)
      underWay += 1
      chunks += 1
      expect(underWay).toBeLessThanOrEqual(chunksUnderWay)
      expect(put.length).toBeLessThanOrEqual(chunkMessages)
      expect((put.at(-1) as Message).id < oldestSoFar).toBe(true)
      oldestSoFar = (put[0] as Message).id
    }
    expect(chunks).toBe(Math.ceil(count / chunkMessages))
  })

  it('TAB2 never undoes a change that happens while the history is handed over', async () => {
    const profile = new Profile(fixtureMessages(3_000))
    await profile.open()
    const opening = profile.share(profile.browser.tab())
    const real = profile.real.room('home')!
    const old = fixtureMessage(5)
    for (let i = 0; i < 40; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      real.put([{ ...old, text: `edit ${i}` }, fixtureMessage(10_000 + i)])
      real.drop(fixtureMessage(100 + i).id, fixtureMessage(2_900 - i).id)
    }
    await profile.browser.settle()
    const room = (await opening).room('home')!
    expect(textsOf(room)).toEqual([...real.view].map(({ text }) => text))
    expect(textsOf(room)).toContain('edit 39')
    expect(room.timeline.length).toBe(3_000 + 40 - 80)
  })

  it('TAB3 passes changes on as small frames: messages, states, expiry, new and forgotten rooms', async () => {
    const profile = new Profile(fixtureMessages(2_000))
    await profile.open()
    const { chat, room } = await profile.open()
    await profile.browser.settle()
    const real = profile.real.room('home')!
    profile.browser.posted.length = 0
    const heard: string[] = []
    room.onMessages((messages) => heard.push(...messages.map(({ text }) => text)))
    const called = vi.fn<() => void>()
    room.subscribe(called)
    real.put([fixtureMessage(3_000, { text: 'fresh' })])
    await profile.browser.settle()
    expect(room.timeline.at(2_000).text).toBe('fresh')
    expect(heard).toEqual(['fresh'])
    expect(called).toHaveBeenCalled()
    real.drop(fixtureMessage(1).id)
    real.set({ unread: 7, relay: 'away' })
    await profile.browser.settle()
    expect(room.timeline.length).toBe(2_000)
    expect(room.state).toMatchObject({ unread: 7, relay: 'away' })
    expect(JSON.stringify(profile.browser.posted).length).toBeLessThan(10_000)

    await profile.real.join('kith:#second')
    await profile.browser.settle()
    expect(chat.state.rooms.map(({ id }) => id)).toEqual(['home', 'second'])
    expect(chat.room('second')?.state.title).toBe('second')
    await profile.real.forget('home')
    await profile.browser.settle()
    expect(chat.state.rooms.map(({ id }) => id)).toEqual(['second'])
    expect(chat.room('home')).toBeUndefined()
  })

  it('TAB3 begins anew with a room that was forgotten and joined again in one turn', async () => {
    const profile = new Profile(fixtureMessages(5))
    await profile.open()
    const { chat } = await profile.open()
    await profile.browser.settle()
    await Promise.all([profile.real.forget('home'), profile.real.join('kith:#home')])
    await profile.browser.settle()
    expect(chat.room('home')?.timeline.length).toBe(0)
    profile.real.room('home')!.put([fixtureMessage(7)])
    await profile.browser.settle()
    expect(textsOf(chat.room('home')!)).toEqual(['message 7'])
  })

  it('TAB3 keeps the identity of everything that did not change, and calls listeners once a turn', async () => {
    const profile = new Profile(fixtureMessages(2))
    await profile.open()
    const { chat, room } = await profile.open()
    await profile.browser.settle()
    const before = { chat: chat.state, room: room.state, timeline: room.timeline, first: room.timeline.at(0) }
    let calls = 0
    chat.subscribe(() => calls++)
    profile.real.room('home')!.set({ people: [] })
    await profile.browser.settle()
    expect(chat.state).toBe(before.chat)
    expect(calls).toBe(0)
    profile.real.room('home')!.set({ unread: 1 })
    await profile.browser.settle()
    expect(calls).toBe(1)
    expect(chat.state).not.toBe(before.chat)
    expect(chat.state.settings).toBe(before.chat.settings)
    expect(chat.state.rooms[0]).toBe(room.state)
    expect(room.state.sync).toBe(before.room.sync)
    expect(room.timeline).toBe(before.timeline)
    profile.real.room('home')!.put([fixtureMessage(9)])
    await profile.browser.settle()
    expect(room.timeline.at(0)).toBe(before.first)
    expect(room.timeline).not.toBe(before.timeline)
    expect(before.timeline.length).toBe(2)
  })

  it('TAB4 carries commands out on the real chat and answers them, in the leader and in a follower', async () => {
    const profile = new Profile(fixtureMessages(1))
    for (const { chat, room } of [await profile.open(), await profile.open()]) {
      const sending = room.send('hello', { replyTo: fixtureMessage(1).id })
      await profile.browser.settle()
      const id = await sending
      expect(room.timeline.at(room.timeline.indexOf(id))).toMatchObject({
        text: 'hello',
        replyTo: fixtureMessage(1).id,
      })
      const doing = Promise.all([
        room.edit(id, 'hello!'),
        room.react(id, '👍', true),
        room.setTitle('den'),
        chat.setName('Kim'),
      ])
      await profile.browser.settle()
      await doing
      expect(room.timeline.at(room.timeline.indexOf(id))).toMatchObject({ text: 'hello!', edited: true })
      expect(room.state.title).toBe('den')
      expect(chat.state.settings.name).toBe('Kim')
      const making = chat.create({ title: `of ${profile.made.length} ${id.slice(-3)}` })
      await profile.browser.settle()
      const made = await making
      expect(chat.room(made.id)).toBe(made)
      expect(chat.state.rooms.some((state) => state.id === made.id)).toBe(true)
      const forgetting = chat.forget(made.id)
      await profile.browser.settle()
      await forgetting
      expect(chat.room(made.id)).toBeUndefined()
      const deleting = room.delete(id)
      await profile.browser.settle()
      await deleting
    }
  })

  it('TAB4 keeps the class, the words and the fields of an error', async () => {
    const profile = new Profile()
    await profile.open()
    const { chat, room } = await profile.open()
    const joining = watch(chat.join('nonsense'))
    const sending = watch(room.send(''))
    const forgotten = watch(room.edit('nothing', 'x'))
    await profile.browser.settle()
    expect(joining.outcome()?.error).toBeInstanceOf(LinkMalformed)
    expect(joining.outcome()?.error).toMatchObject({ message: new LinkMalformed().message })
    expect(sending.outcome()?.error).toBeInstanceOf(MessageRefused)
    expect(sending.outcome()?.error).toMatchObject({ name: 'MessageRefused', code: 'empty' })
    expect(forgotten.outcome()?.error).toMatchObject({ code: 'unknownTarget' })
    await profile.real.forget('home')
    await profile.browser.settle()
    const late = watch(room.send('x'))
    await profile.browser.settle()
    expect(late.outcome()?.error).toBeInstanceOf(RoomClosed)
  })

  it('TAB5 does nothing for followers while there are none, and one frame each while there are', async () => {
    const profile = new Profile(fixtureMessages(10))
    await profile.open()
    const alone = profile.real.watchers
    const followers = [await profile.open(), await profile.open()]
    profile.browser.posted.length = 0
    profile.real.room('home')!.put([fixtureMessage(98)])
    await profile.browser.settle()
    expect(profile.browser.posted.filter(({ frame }) => frame.type === 'timeline')).toHaveLength(2)
    await Promise.all([...followers.map(({ chat }) => chat.close()), profile.browser.settle()])
    expect(profile.real.watchers).toBe(alone)
    profile.browser.posted.length = 0
    profile.real.room('home')!.put([fixtureMessage(99)])
    await profile.browser.settle()
    expect(profile.browser.posted).toEqual([])
  })

  it('TAB9 is visible when any tab is, also when tabs close, die or change their mind', async () => {
    const profile = new Profile()
    const first = await profile.open({ visible: false })
    const { visibility } = profile.real
    expect(visibility).toEqual([false])
    const second = await profile.open({ visible: true })
    expect(visibility).toEqual([false, true])
    const third = await profile.open({ visible: true })
    second.chat.setVisible(false)
    await profile.browser.settle()
    expect(visibility).toEqual([false, true])
    third.tab.kill()
    await profile.browser.settle()
    expect(visibility).toEqual([false, true, false])
    first.chat.setVisible(true)
    expect(visibility).toEqual([false, true, false, true])
  })

  it('TAB12 passes on what is typed and read, and an older echo does not undo a newer draft', async () => {
    const profile = new Profile()
    await profile.open()
    const { room } = await profile.open()
    const drafts: string[] = []
    room.subscribe(() => drafts.push(room.state.draft))
    for (const draft of ['h', 'he', 'hel']) {
      room.setDraft(draft)
      expect(room.state.draft).toBe(draft)
      await new Promise((resolve) => setImmediate(resolve))
    }
    room.setTyping(true)
    room.markRead()
    await profile.browser.settle()
    expect(profile.real.casts).toEqual(['draft h', 'draft he', 'draft hel', 'typing true', 'read'])
    expect(drafts.every((draft, i) => i === 0 || draft.length >= (drafts[i - 1] as string).length)).toBe(true)
    expect(room.state.draft).toBe('hel')
    profile.real.room('home')!.setDraft('from elsewhere')
    await profile.browser.settle()
    expect(room.state.draft).toBe('from elsewhere')
  })
})

describe('a store locked by a passphrase', () => {
  it('TAB13 any tab sets, changes and removes it; wrong ones are told by class and reason; all show it at once', async () => {
    const profile = new Profile()
    const first = await profile.open()
    const second = await profile.open()
    const given = async (doing: Promise<void>): Promise<unknown> => {
      const { outcome } = watch(doing)
      await profile.browser.settle()
      return outcome()?.error
    }
    const shown = (): readonly string[] => [first, second].map(({ chat }) => chat.state.atRest)
    expect(await given(second.chat.setPassphrase('one'))).toBeUndefined()
    expect(shown()).toEqual(['passphrase', 'passphrase'])
    const refused = await given(second.chat.setPassphrase('two', 'no'))
    expect(refused).toBeInstanceOf(StorageLocked)
    expect(refused).toMatchObject({ reason: 'passphraseWrong' })
    expect(await given(first.chat.removePassphrase('no'))).toBeInstanceOf(StorageLocked)
    expect(await given(first.chat.setPassphrase('two', 'one'))).toBeUndefined()
    expect(await given(second.chat.removePassphrase('two'))).toBeUndefined()
    expect(shown()).toEqual(['key', 'key'])
  })

  it('TAB13 what the first tab opened the store with is handed to the others, so any of them can go on', async () => {
    const profile = new Profile(fixtureMessages(1))
    await profile.lock.setPassphrase('one')
    const openedWith: unknown[] = []
    const openTab = (passphrase?: string): Promise<Opened> => {
      let opener: unknown
      return profile.open({
        createChat: async () => {
          if (opener === undefined) profile.lock.unlock(passphrase)
          openedWith.push(opener ?? passphrase)
          opener = { key: 'of this store' }
          return new FixtureChat(profile.disk, {}, profile.lock)
        },
        opener: () => opener,
        keepOpener: (value) => (opener = value),
      })
    }
    await expect(openTab()).rejects.toThrow(StorageLocked)
    await expect(openTab('wrong')).rejects.toMatchObject({ reason: 'passphraseWrong' })
    const first = await openTab('one')
    const second = await openTab()
    const third = await openTab()
    first.tab.kill()
    await profile.browser.settle()
    second.tab.kill()
    await profile.browser.settle()
    const sending = watch(third.room.send('still here'))
    await profile.browser.settle()
    expect(sending.outcome()?.value).toBeDefined()
    expect(openedWith).toEqual(['one', { key: 'of this store' }, { key: 'of this store' }])
  })

  it('TAB13 TAB7 a change that was cut short is said to be so', async () => {
    const profile = new Profile()
    profile.pauses = { afterKept: never }
    const first = await profile.open()
    const second = await profile.open()
    profile.pauses = {}
    const changing = watch(second.chat.setPassphrase('one'))
    await profile.browser.settle()
    first.tab.kill()
    await profile.browser.settle()
    expect(changing.outcome()?.error).toBeInstanceOf(CommandInterrupted)
    expect(changing.outcome()?.error).toMatchObject({ message: expect.stringMatching(/passphrase/) })
    expect(second.chat.state.atRest).toBe('passphrase')
  })
})

it('TAB1 is the chat itself where the browser has no locks', async () => {
  vi.stubGlobal('navigator', {})
  const chat = new FixtureChat(memoryDisk())
  expect(await shareChat({ lockName: 'kith', createChat: async () => chat })).toBe(chat)
  vi.unstubAllGlobals()
})

it('TAB11 rejects everything after close with ChatClosed, and what was under way too', async () => {
  const profile = new Profile()
  profile.pauses = { beforeKept: never }
  await profile.open()
  const { chat, room } = await profile.open()
  const sending = watch(room.send('x'))
  await profile.browser.settle()
  const closing = chat.close()
  expect(chat.close()).toBe(closing)
  await profile.browser.settle()
  await closing
  expect(sending.outcome()?.error).toBeInstanceOf(ChatClosed)
  await expect(room.send('y')).rejects.toThrow(ChatClosed)
  await expect(chat.join('kith:#x')).rejects.toThrow(ChatClosed)
})
