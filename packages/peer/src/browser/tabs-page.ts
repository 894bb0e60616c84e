/** The page of `tabs-pages.test.ts`: a shared chat over a disk in localStorage, which all pages of a profile see. */
import type { Chat, Room } from '../chat.ts'
import { FixtureChat, memoryDisk } from './tabs-fixture-chat.ts'
import { fixtureMessages } from './tabs-fixture-room.ts'
import type { FixtureDisk, SavedRoom } from './tabs-fixture-chat.ts'
import { shareChat } from './tabs.ts'

const diskKey = 'disk'

function sharedDisk(): FixtureDisk {
  return {
    load: () =>
      JSON.parse(localStorage.getItem(diskKey) ?? '{"home":{"title":"home","messages":[]}}') as Record<
        string,
        SavedRoom
      >,
    save: (rooms) => localStorage.setItem(diskKey, JSON.stringify(rooms)),
  }
}

let real: FixtureChat | undefined
let chat: Chat | undefined
let room: Room | undefined

export interface TabsPage {
  /** `messages` > 0: the leader's chat has so many, in memory only. `storing`: what happens to a send after it is kept. */
  share(options?: { readonly messages?: number; readonly stuckAfterKept?: boolean }): Promise<void>
  leads(): boolean
  visibility(): readonly boolean[]
  setVisible(visible: boolean): void
  texts(): readonly string[]
  length(): number
  /** Resolves when so many messages are there. */
  waitForLength(length: number): Promise<void>
  send(text: string): Promise<string>
  join(link: string): Promise<string>
  /** Everything the room's subscribers saw: how long the timeline was each time. */
  readonly seen: number[]
}

const fixture: TabsPage = {
  seen: [],
  async share({ messages = 0, stuckAfterKept = false } = {}) {
    const createChat = async (): Promise<Chat> => {
      const disk =
        messages > 0 ? memoryDisk({ home: { title: 'home', messages: fixtureMessages(messages) } }) : sharedDisk()
      real = new FixtureChat(disk, stuckAfterKept ? { afterKept: () => new Promise(() => {}) } : {})
      return real
    }
    chat = await shareChat({ lockName: 'kith', createChat })
    room = chat.room('home')
    room?.subscribe(() => fixture.seen.push(room?.timeline.length ?? 0))
  },
  leads: () => real !== undefined,
  visibility: () => real?.visibility ?? [],
  setVisible: (visible) => chat?.setVisible(visible),
  texts: () => Array.from({ length: room?.timeline.length ?? 0 }, (_, i) => (room as Room).timeline.at(i).text),
  length: () => room?.timeline.length ?? 0,
  async waitForLength(length) {
    while ((room?.timeline.length ?? 0) < length) await new Promise((resolve) => setTimeout(resolve, 5))
  },
  send: (text) => (room as Room).send(text),
  join: (link) =>
    (chat as Chat).join(link).then(
      ({ id }) => id,
      (error: unknown) => `${(error as Error).constructor.name === 'Error' ? '' : 'class '}${(error as Error).name}`,
    ),
}

Object.assign(globalThis, { fixture })
