/** What the tests of shared tabs have in common: a browser profile with its tabs, and ways to look at them. */
import type { Chat, Message, Room } from '../chat.ts'
import { MemoryLock } from '../memory/lock.ts'
import { FixtureBrowser } from './tabs-fixture-browser.ts'
import type { FixtureTab } from './tabs-fixture-browser.ts'
import { FixtureChat, memoryDisk } from './tabs-fixture-chat.ts'
import type { FixtureDisk } from './tabs-fixture-chat.ts'
import type { Pauses } from './tabs-fixture-room.ts'
import { shareChat } from './tabs.ts'
import type { ShareOptions } from './tabs.ts'

export interface Opened {
  readonly chat: Chat
  readonly room: Room
  readonly tab: FixtureTab
}

/** A profile: its tabs, its disk, and the real chats that were made, in order. */
export class Profile {
  readonly browser: FixtureBrowser = new FixtureBrowser()
  readonly disk: FixtureDisk
  readonly made: FixtureChat[] = []
  readonly stolen: boolean[] = []
  readonly lock: MemoryLock = new MemoryLock()
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

export function textsOf(room: Room): readonly string[] {
  return Array.from({ length: room.timeline.length }, (_, i) => room.timeline.at(i).text)
}

export function never(): Promise<void> {
  return new Promise(() => {})
}

/** What became of a promise so far. */
export function watch<T>(promise: Promise<T>): { readonly outcome: () => { value?: T; error?: unknown } | undefined } {
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
