/** Shared tabs when the one that leads closes, dies, hangs, or cannot begin. */
import { describe, expect, it, vi } from 'vitest'
import type { Chat, RoomState } from '../chat.ts'
import { StorageLocked } from '../storage-errors.ts'
import { FixtureChat } from './tabs-fixture-chat.ts'
import { fixtureMessage, fixtureMessages } from './tabs-fixture-room.ts'
import type { Pauses } from './tabs-fixture-room.ts'
import { Profile, textsOf, never, watch } from './tabs-fixture-profile.ts'
import type { Opened } from './tabs-fixture-profile.ts'
import { silenceMs } from './tabs-election.ts'
import { CommandInterrupted, retryMs, settleMs } from './tabs.ts'

// Thousands of turns of the event loop, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 })

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
