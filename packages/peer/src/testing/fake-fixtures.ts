/** Situations of the fake chat: what an interface has to look good in. */
import { fakeKey, type FakeMessage, type FakePerson, type FakeRoomOptions } from './fake-room.ts'
import { FakeChat, type FakeChatOptions } from './fake-chat.ts'
import { lakeWeekend, manyMessages } from './fake-conversation.ts'

const relay = 'https://kith.example'
const minute = 60_000

/** A link that looks real and is the same for the same letter. */
export function fakeLink(letter: string): string {
  return `${relay}/#${`${letter}k3Jv9QmXw2TfLr8ZbNc5YhPd7SgAe4UoViMtKxBq0Cw`.slice(0, 42)}A`
}

/** Their keys are chosen: colours and marks that can be told apart, as people’s are once one knows them. */
const friends: readonly FakePerson[] = [
  { name: 'Mara', id: fakeKey('Mara 103'), path: 'direct', rttMs: 18 },
  { name: 'Jonas', id: fakeKey('Jonas 23'), path: 'direct', rttMs: 31, platform: 'node' },
  { name: 'Aiko', id: fakeKey('Aiko 19'), path: 'relay', rttMs: 64 },
  { name: 'Tomás', id: fakeKey('Tomás 44'), path: 'direct', rttMs: 9 },
  { name: 'Priya', id: fakeKey('Priya 32'), path: 'through', rttMs: 120 },
  { name: 'Wren', id: fakeKey('Wren 26'), online: false },
]

const lake: FakeRoomOptions = { title: 'Lake weekend', link: fakeLink('L'), people: friends, messages: lakeWeekend }

const others: readonly FakeRoomOptions[] = [
  {
    title: 'Band practice',
    link: fakeLink('B'),
    people: [
      { name: 'Noor', id: fakeKey('Noor 58'), path: 'direct' },
      { name: 'Sam', id: fakeKey('Sam 73'), online: false },
    ],
    messages: [
      { by: 'Noor', agoMs: 95 * minute, text: 'Tuesday at eight, bring the other amp' },
      { by: 'Noor', agoMs: 94 * minute, text: 'And the *other* cable' },
      { by: 'Sam', agoMs: 93 * minute, text: 'there is another cable?' },
    ],
    unread: 3,
  },
  {
    title: 'Stair neighbours',
    link: fakeLink('S'),
    people: [
      { name: 'Frau Brandt', online: false },
      { name: 'Eli', online: false },
    ],
    messages: [{ by: 'Frau Brandt', agoMs: 50 * 60 * minute, text: 'The parcel for the third floor is with me.' }],
    sync: { phase: 'alone', have: 1, total: 1, gaps: 0 },
  },
]

export type Situation =
  | 'empty'
  | 'rooms'
  | 'alone'
  | 'full'
  | 'unread'
  | 'loading'
  | 'joining'
  | 'catchingUp'
  | 'relayAway'
  | 'offline'
  | 'failing'
  | 'huge'
  | 'crowd'

const situations: Readonly<Record<Situation, () => FakeChatOptions>> = {
  /** First start: no room yet. */
  empty: (): FakeChatOptions => ({}),
  /** Rooms, none open. */
  rooms: (): FakeChatOptions => ({ rooms: [lake, ...others], storedBytes: 3_400_000 }),
  /** A room nobody else has come to. */
  alone: (): FakeChatOptions => ({
    rooms: [{ title: '', link: fakeLink('N'), sync: { phase: 'alone', have: 0, total: 0, gaps: 0 } }],
  }),
  /** The ordinary good day: six people, one by the relay, one through a member, one away. */
  full: (): FakeChatOptions => ({
    rooms: [{ ...lake, people: friends.map((friend) => ({ ...friend, typing: friend.name === 'Mara' })) }, ...others],
    storedBytes: 3_400_000,
  }),
  /** Four messages were not read yet. */
  unread: (): FakeChatOptions => ({ rooms: [{ ...lake, messages: lakeWeekend.slice(0, -1), unread: 4 }, ...others] }),
  /** Own store still being read. */
  loading: (): FakeChatOptions => ({
    rooms: [
      {
        ...lake,
        people: [],
        messages: [],
        relay: 'connecting',
        sync: { phase: 'loading', have: 0, total: 0, gaps: 0 },
      },
    ],
  }),
  /** Just opened somebody's link: nobody reached yet. */
  joining: (): FakeChatOptions => ({
    rooms: [
      { title: '', link: fakeLink('J'), relay: 'connecting', sync: { phase: 'loading', have: 0, total: 0, gaps: 0 } },
    ],
  }),
  catchingUp: (): FakeChatOptions => ({
    rooms: [
      { ...lake, messages: lakeWeekend.slice(-9), sync: { phase: 'catchingUp', have: 412, total: 1240, gaps: 0 } },
      ...others,
    ],
  }),
  relayAway: (): FakeChatOptions => ({
    rooms: [
      {
        ...lake,
        relay: 'away',
        people: friends.map((friend) =>
          friend.name === 'Aiko' || friend.name === 'Priya' ? { ...friend, path: undefined } : friend,
        ),
      },
      ...others,
    ],
  }),
  /** Neither relay nor anybody: what is written waits. */
  offline: (): FakeChatOptions => ({
    rooms: [
      {
        ...lake,
        relay: 'away',
        people: friends.map((friend) => ({ ...friend, online: false })),
        messages: [
          ...lakeWeekend,
          { agoMs: 40_000, text: 'Somewhere after the tunnel. Does this arrive?', delivery: 'waiting' },
        ] satisfies FakeMessage[],
        sync: { phase: 'alone', have: 24, total: 24, gaps: 0 },
      },
      ...others,
    ],
  }),
  /** Things that went wrong and have to be said kindly. */
  failing: (): FakeChatOptions => ({
    failing: true,
    rooms: [
      {
        ...lake,
        refusing: true,
        sync: { phase: 'synced', have: 22, total: 24, gaps: 2 },
        notices: [
          { id: 1, code: 'storeFull', about: undefined },
          { id: 2, code: 'clockWrong', about: '7 min' },
          { id: 3, code: 'relayKeyChanged', about: 'kith.example' },
        ],
      },
    ],
  }),
  /** 100,000 messages. */
  huge: (): FakeChatOptions => ({
    rooms: [
      {
        ...lake,
        title: 'Ten years of us',
        messages: manyMessages(100_000, ['Mara', 'Jonas', 'Aiko', 'Tomás']),
        sync: { phase: 'synced', have: 100_000, total: 100_000, gaps: 0 },
      },
      ...others,
    ],
  }),
  /** Thirty people, which the ring has to carry too. */
  crowd: (): FakeChatOptions => ({
    rooms: [
      {
        ...lake,
        title: 'Summer school',
        people: Array.from({ length: 30 }, (_, i): FakePerson => ({
          name: `${['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Fin', 'Gia', 'Hal', 'Ida', 'Jan'][i % 10] ?? ''} ${'ABC'.charAt(Math.floor(i / 10))}.`,
          path: i % 5 === 0 ? 'relay' : 'direct',
          online: i % 7 !== 6,
        })),
      },
    ],
  }),
}

export const situationNames: readonly Situation[] = Object.keys(situations) as Situation[]

export function isSituation(name: string): name is Situation {
  return Object.hasOwn(situations, name)
}

/** A fake chat in this situation; `options` win over the fixture's own. */
export function fakeChat(situation: Situation = 'full', options: FakeChatOptions = {}): FakeChat {
  return new FakeChat({ ...situations[situation](), ...options })
}
