import { describe, expect, it, vi } from 'vitest'
import type { Chat, Message, Room, RoomState } from '../chat.ts'
import { ChatClosed, LinkMalformed, MessageRefused, RoomClosed } from '../errors.ts'
import { StorageLocked } from '../storage-errors.ts'
import { MemoryLock } from '../memory/lock.ts'
import { FixtureBrowser } from './tabs-fixture-browser.ts'
import type { FixtureTab } from './tabs-fixture-browser.ts'
import { fixtureMessage, fixtureMessages, FixtureChat, memoryDisk } from './tabs-fixture-chat.ts'
import type { FixtureDisk, Pauses } from './tabs-fixture-chat.ts'
import { silenceMs } from './tabs-election.ts'
import { chunkMessages, chunksUnderWay } from './tabs-leader.ts'
import { CommandInterrupted, retryMs, settleMs, shareChat } from './tabs.ts'
import type { ShareOptions } from './tabs.ts'

// Thousands of turns of the event loop, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 })

interface Opened {
  readonly chat: Chat
  readonly room: Room
  readonly tab: FixtureTab
}

/** A profile: its tabs, its disk, and the real chats that were made, in order. */
class Profile {
  readonly browser = new FixtureBrowser()
  readonly disk: FixtureDisk
  readonly made: FixtureChat[] = []
  readonly stolen: boolean[] = []
  readonly lock = new MemoryLock()
  pauses: Pauses = {}
  failing: Error | undefined

  constructor(messages: readonly Message[] = []) {
    this.disk = memoryDisk({ home: { title: 'home', messages } })
  }

  /** The real chat of the present leader. */
  get real(): FixtureChat {
    return this.made.at(-1) as FixtureChat
  }

  share(tab: FixtureTab, options: Partial<ShareOptions> = {}): Promise<Chat> {
    return shareChat({
      lockName: 'kith',
      environment: tab,
      createChat: async ({ steal }) => {
        this.stolen.push(steal)
        if (this.failing !== undefined) throw this.failing
        const chat = new FixtureChat(this.disk, this.pauses, this.lock)
        this.made.push(chat)
        return chat
      },
      ...options,
    })
  }

  async open(options: Partial<ShareOptions> = {}): Promise<Opened> {
    const tab = this.browser.tab()
    const opening = this.share(tab, options)
    opening.catch(() => undefined)
    await this.browser.settle()
    const chat = await opening
    return { chat, room: chat.room('home') as Room, tab }
  }
}

function textsOf(room: Room): readonly string[] {
  return Array.from({ length: room.timeline.length }, (_, i) => room.timeline.at(i).text)
}

function never(): Promise<void> {
  return new Promise(() => {})
}

/** What became of a promise so far. */
function watch<T>(promise: Promise<T>): { readonly outcome: () => { value?: T; error?: unknown } | undefined } {
  let outcome: { value?: T; error?: unknown } | undefined
  promise.then(
    (value) => {
      outcome = { value }
    },
    (error: unknown) => {
      outcome = { error }
    },
  )
  return { outcome: () => outcome }
}

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

describe.each(['closes', 'dies'] as const)('the leader %s', (how) => {
  async function end({ chat, tab }: Opened, profile: Profile): Promise<void> {
    if (how === 'dies') tab.kill()
    else await Promise.all([chat.close(), profile.browser.settle()])
    await profile.browser.settle()
  }

  it('TAB6 another tab takes over: same objects, same subscriptions, nothing missing', async () => {
    const profile = new Profile(fixtureMessages(1_200))
    const first = await profile.open()
    const second = await profile.open()
    const third = await profile.open()
    await profile.browser.settle()
    const seen: number[] = []
    const states: RoomState['sync']['phase'][] = []
    const { room } = second
    room.subscribe(() => {
      seen.push(room.timeline.length)
      states.push(room.state.sync.phase)
    })
    await end(first, profile)
    expect(profile.made).toHaveLength(2)
    if (how === 'closes') expect(profile.made[0]?.closed).toBe(true)
    expect(profile.stolen).toEqual([false, false])
    expect(second.chat.room('home')).toBe(room)
    // Never an empty or shorter picture on the way.
    expect(Math.min(...seen, 1_200)).toBe(1_200)
    expect(states).not.toContain('loading')

    profile.real.room('home')!.put([fixtureMessage(5_000, { text: 'after' })])
    await profile.browser.settle()
    for (const tab of [second, third]) expect(textsOf(tab.room).at(-1)).toBe('after')
    expect(seen.at(-1)).toBe(1_201)
    const sending = third.room.send('still here')
    await profile.browser.settle()
    await sending
    expect(textsOf(second.room).at(-1)).toBe('still here')

    await end(second, profile)
    expect(profile.made).toHaveLength(3)
    expect(textsOf(third.room)).toHaveLength(1_202)
  })

  it('TAB7 gives commands that were not begun to the next leader', async () => {
    const profile = new Profile()
    const first = await profile.open()
    const { room, chat } = await profile.open()
    const ending = end(first, profile)
    const sending = watch(room.send('in between'))
    const making = watch(chat.create({ title: 'new' }))
    await ending
    await profile.browser.settle()
    expect(sending.outcome()?.value).toBeDefined()
    expect(making.outcome()?.value?.id).toBe('new')
    expect(textsOf(room)).toEqual(['in between'])
  })

  it('TAB12 keeps a draft that was typed while nobody led', async () => {
    const profile = new Profile()
    const first = await profile.open()
    const { room } = await profile.open()
    const ending = end(first, profile)
    room.setDraft('half a sente')
    await ending
    await profile.browser.settle()
    expect(profile.real.casts).toContain('draft half a sente')
    expect(room.state.draft).toBe('half a sente')
  })
})

describe('the leader dies in the middle of a command', () => {
  async function interrupted(pauses: Pauses): Promise<{ profile: Profile; first: Opened; second: Opened }> {
    const profile = new Profile(fixtureMessages(2))
    profile.pauses = pauses
    const first = await profile.open()
    const second = await profile.open()
    profile.pauses = {}
    return { profile, first, second }
  }

  it('TAB7 sends again what was not kept, once', async () => {
    const { profile, first, second } = await interrupted({ beforeKept: never })
    const sending = watch(second.room.send('once'))
    await profile.browser.settle()
    first.tab.kill()
    await profile.browser.settle()
    expect(sending.outcome()?.value).toBe(fixtureMessage(3).id)
    expect(textsOf(second.room)).toEqual(['message 1', 'message 2', 'once'])
  })

  it('TAB14 asks the tab that leads for the map and how somebody is reached, and the next one when it dies over it', async () => {
    const { profile, first, second } = await interrupted({ beforeKept: never })
    const asking = [watch(second.room.map()), watch(second.room.reachReport('ada'))]
    await profile.browser.settle()
    expect(asking.map(({ outcome }) => outcome())).toEqual([undefined, undefined])
    first.tab.kill()
    await profile.browser.settle()
    const { room } = second
    expect(asking.map(({ outcome }) => outcome()?.value)).toEqual([await room.map(), await room.reachReport('ada')])
    expect(await room.map()).toMatchObject({ self: 'home', online: 2, gaps: [['home', 'home']] })
    const third = await profile.open()
    const told = watch(third.room.reachReport('bob'))
    await profile.browser.settle()
    expect(told.outcome()?.value).toMatchObject({ session: 'bob', attempts: [] })
  })

  it('TAB7 does not send again what was kept but not answered', async () => {
    const { profile, first, second } = await interrupted({ afterKept: never })
    const sending = [watch(second.room.send('once')), watch(second.room.send('once')), watch(second.room.send('other'))]
    await profile.browser.settle()
    first.tab.kill()
    await profile.browser.settle()
    expect(textsOf(second.room)).toEqual(['message 1', 'message 2', 'once', 'once', 'other'])
    expect(new Set(sending.map(({ outcome }) => outcome()?.value))).toEqual(
      new Set([3, 4, 5].map((number) => fixtureMessage(number).id)),
    )
  })

  it('TAB7 does not mistake an older message of the same words for the one that was lost', async () => {
    const { profile, first, second } = await interrupted({})
    const before = watch(second.room.send('ok'))
    await profile.browser.settle()
    expect(before.outcome()?.value).toBe(fixtureMessage(3).id)
    profile.real.pauses.beforeKept = never
    const sending = watch(second.room.send('ok'))
    await profile.browser.settle()
    first.tab.kill()
    await profile.browser.settle()
    expect(sending.outcome()?.value).toBe(fixtureMessage(4).id)
    expect(textsOf(second.room)).toEqual(['message 1', 'message 2', 'ok', 'ok'])
  })

  it('TAB7 looks for it only after the new leader has read what is stored', async () => {
    const { profile, first, second } = await interrupted({ afterKept: never })
    let loaded: () => void = () => {}
    profile.pauses = {
      loading: () =>
        new Promise((resolve) => {
          loaded = resolve
        }),
    }
    const sending = watch(second.room.send('once'))
    await profile.browser.settle()
    first.tab.kill()
    await profile.browser.settle()
    expect(sending.outcome()).toBeUndefined()
    expect(textsOf(second.room)).toContain('once')
    loaded()
    await profile.browser.settle()
    expect(sending.outcome()?.value).toBe(fixtureMessage(3).id)
    expect(textsOf(second.room)).toEqual(['message 1', 'message 2', 'once'])
  })

  it('TAB7 repeats what can be repeated, and says so of what cannot', async () => {
    const { profile, first, second } = await interrupted({ beforeKept: never })
    const editing = watch(second.room.edit(fixtureMessage(1).id, 'edited'))
    const joining = watch(second.chat.join('kith:#other'))
    const making = watch(second.chat.create({ title: 'mine' }))
    await profile.browser.settle()
    first.tab.kill()
    await profile.browser.settle()
    expect(editing.outcome()).toEqual({ value: undefined })
    expect(joining.outcome()?.value?.id).toBe('other')
    expect(making.outcome()?.error).toBeInstanceOf(CommandInterrupted)
    expect(textsOf(second.room)[0]).toBe('edited')
  })

  it('TAB7 works the same when the tab that gave the command is the one that takes over, or not', async () => {
    const { profile, first, second } = await interrupted({ beforeKept: never })
    const third = await profile.open()
    const sending = [watch(second.room.send('from second')), watch(third.room.send('from third'))]
    await profile.browser.settle()
    first.tab.kill()
    await profile.browser.settle()
    for (const { outcome } of sending) expect(outcome()?.value).toBeDefined()
    expect(textsOf(third.room).toSorted()).toEqual(['from second', 'from third', 'message 1', 'message 2'])
    expect(textsOf(third.room)).toEqual(textsOf(second.room))
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

describe('a leader that hangs', () => {
  it('TAB8 is robbed by a visible tab, steps down when it wakes, and follows', async () => {
    const profile = new Profile(fixtureMessages(3))
    const first = await profile.open()
    const second = await profile.open()
    const sending = watch(first.room.send('unfinished'))
    first.tab.freeze()
    await profile.browser.advance(20_000)
    expect(profile.made).toHaveLength(2)
    expect(profile.stolen).toEqual([false, true])
    const more = second.room.send('from the new leader')
    await profile.browser.settle()
    await more
    first.tab.wake()
    await profile.browser.settle()
    expect(profile.made[0]?.closed).toBe(true)
    expect(sending.outcome()?.value).toBeDefined()
    expect(textsOf(first.room).at(-1)).toBe('from the new leader')
    expect(first.chat.state).toEqual(second.chat.state)
    const back = watch(first.room.send('as a follower'))
    await profile.browser.settle()
    expect(back.outcome()?.value).toBeDefined()
    expect(textsOf(second.room).at(-1)).toBe('as a follower')
    second.tab.kill()
    await profile.browser.settle()
    expect(profile.made).toHaveLength(3)
    expect(textsOf(first.room).at(-1)).toBe('as a follower')
  })

  it('TAB8 is left alone while it answers, however slow its chat is', async () => {
    const profile = new Profile()
    let ready: (chat: Chat) => void = () => {}
    const slow = profile.share(profile.browser.tab(), {
      createChat: () =>
        new Promise((resolve) => {
          ready = resolve
        }),
    })
    const second = profile.share(profile.browser.tab())
    await profile.browser.advance(120_000)
    expect(profile.made).toHaveLength(0)
    ready(new FixtureChat(profile.disk))
    await profile.browser.settle()
    await slow
    const follower = await second
    follower.setVisible(false)
    await profile.browser.advance(120_000)
    expect(profile.made).toHaveLength(0)
  })

  it('TAB8 is left alone by tabs nobody looks at, until somebody does', async () => {
    const profile = new Profile()
    const first = await profile.open()
    const second = await profile.open({ visible: false })
    first.tab.freeze()
    await profile.browser.advance(120_000)
    expect(profile.made).toHaveLength(1)
    second.chat.setVisible(true)
    await profile.browser.advance(silenceMs)
    expect(profile.made).toHaveLength(2)
  })

  it('TAB8 a tab that waits for an answer takes over even when nobody looks at it', async () => {
    const profile = new Profile()
    const first = await profile.open()
    const second = await profile.open({ visible: false })
    first.tab.freeze()
    const sending = watch(second.room.send('hello?'))
    await profile.browser.advance(20_000)
    expect(sending.outcome()?.value).toBeDefined()
    expect(profile.stolen.at(-1)).toBe(true)
  })
})

describe('a chat that cannot be made', () => {
  it('TAB10 rejects the first tab with what createChat said, and leaves the lead to the next', async () => {
    const profile = new Profile()
    profile.failing = new StorageLocked('passphraseNeeded')
    const opening = watch(profile.share(profile.browser.tab()))
    await profile.browser.settle()
    expect(opening.outcome()?.error).toBe(profile.failing)
    profile.failing = undefined
    const second = await profile.open()
    expect(second.chat.state.ready).toBe(true)
    expect(profile.made).toHaveLength(1)
  })

  it('TAB10 reports a failed take-over, rejects what waits, keeps showing what it had, and tries again', async () => {
    const profile = new Profile(fixtureMessages(2))
    const first = await profile.open()
    const reported: unknown[] = []
    const second = await profile.open({ onTakeoverFailed: (error) => reported.push(error) })
    profile.failing = new StorageLocked('passphraseNeeded')
    const sending = watch(second.room.send('x'))
    first.tab.kill()
    await profile.browser.settle()
    expect(reported).toEqual([profile.failing])
    expect(sending.outcome()?.error).toBe(profile.failing)
    expect(textsOf(second.room)).toEqual(['message 1', 'message 2'])
    profile.failing = undefined
    await profile.browser.advance(retryMs[0])
    expect(profile.made).toHaveLength(2)
    const again = watch(second.room.send('y'))
    await profile.browser.settle()
    expect(again.outcome()?.value).toBeDefined()
  })
})

it('TAB6 shows a new leader that does not finish loading after a while all the same', async () => {
  const profile = new Profile(fixtureMessages(2))
  const first = await profile.open()
  const second = await profile.open()
  profile.pauses = { loading: never }
  first.tab.kill()
  await profile.browser.settle()
  expect(textsOf(second.room)).toHaveLength(2)
  expect(second.room.state.sync.phase).toBe('synced')
  await profile.browser.advance(settleMs)
  expect(second.room.state.sync.phase).toBe('loading')
})

it('TAB1 is the chat itself where the browser has no locks', async () => {
  vi.stubGlobal('navigator', {})
  const chat = new FixtureChat(memoryDisk())
  expect(await shareChat({ lockName: 'kith', createChat: async () => chat })).toBe(chat)
  vi.unstubAllGlobals()
})

it('TAB11 closes a chat that is ready only after its tab was closed', async () => {
  const profile = new Profile()
  const first = await profile.open()
  let ready: (chat: Chat) => void = () => {}
  const createChat = (): Promise<Chat> =>
    new Promise((resolve) => {
      ready = resolve
    })
  const second = await profile.open({ createChat })
  first.tab.kill()
  await profile.browser.settle()
  // Said while nobody leads; there is nobody left to say it to.
  second.room.markRead()
  await second.chat.close()
  const late = new FixtureChat(profile.disk)
  ready(late)
  await profile.browser.settle()
  expect(late.closed).toBe(true)
  expect(late.casts).toEqual([])
})

it('TAB12 passes on what was said while the next leader was getting ready', async () => {
  const profile = new Profile()
  const first = await profile.open()
  let ready: (chat: Chat) => void = () => {}
  const createChat = (): Promise<Chat> =>
    new Promise((resolve) => {
      ready = resolve
    })
  const second = await profile.open({ createChat })
  first.tab.kill()
  await profile.browser.settle()
  second.room.setTyping(true)
  second.room.markRead()
  second.room.setTyping(false)
  const next = new FixtureChat(profile.disk)
  ready(next)
  await profile.browser.settle()
  expect(next.casts).toEqual(['typing false', 'read'])
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
