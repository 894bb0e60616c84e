/** Situations of the fake chat: what an interface has to look good in. */
import { fakeKey } from './fake-keys.ts'
import type { FakePerson } from './fake-people.ts'
import type { FakeMessage, FakeRoomOptions } from './fake-room.ts'
import type { Entering } from '../members-state.ts'
import { FakeChat, type FakeChatOptions } from './fake-chat.ts'
import type { FakeMember, FakeMembers, FakeVerification } from './fake-members.ts'
import { lakeWeekend, manyMessages } from './fake-conversation.ts'
import { comingFiles, failingFiles, lakePictures } from './fake-files.ts'
import { fakePicture } from './fake-pictures.ts'
import { meshMap, smallMap } from './fake-map.ts'

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

const keepers: readonly FakePerson[] = [
  { name: 'Keeper 1', id: fakeKey('Keeper 1'), path: 'direct', rttMs: 22, platform: 'node', keeper: 'blind' },
  { name: 'Keeper 2', id: fakeKey('Keeper 2'), path: 'direct', rttMs: 24, platform: 'node', keeper: 'blind' },
  { name: 'Attic', id: fakeKey('Attic'), path: 'relay', rttMs: 71, platform: 'node', keeper: 'reader' },
]

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
  | 'files'
  | 'filesComing'
  | 'filesFailing'
  | 'filesDraft'
  | MapSituation
  | MembersSituation

/** What a members room can be in. */
export type MembersSituation =
  | 'keepers'
  | 'keepersAlone'
  | 'members'
  | 'membersKeepers'
  | 'membersDoor'
  | 'membersChanged'
  | 'membersHeld'
  | 'membersUnanswered'
  | 'membersRemoved'
  | 'membersSilent'
  | 'membersAlone'
  | 'enteringMeeting'
  | 'enteringPin'
  | 'enteringWrong'
  | 'enteringVouches'
  | 'enteringRefused'

/** What the map has to draw. */
export type MapSituation =
  | 'map2'
  | 'map3'
  | 'map8'
  | 'map16'
  | 'map40'
  | 'map2000'
  | 'mapLoading'
  | 'mapFailing'
  | 'mapBlocked'

const names =
  'Mara Jonas Aiko Tomás Priya Noor Sam Wren Eli Ines Malik Freya Otto Lucía Hana Bo Zuri Emil Yara Kofi Lena Rui Sana Piet Dunja Arlo Mei Nils Olu Tess Ivo Amara Finn Selin Raul Juno Anouk Tariq Vera Milo Ada Ravi Elif Hugo Nia Jun Lotte Samir Ida Leo Asha Theo Maja Idris Cleo Bashir Ronja Dev Salma Kaj'.split(
    ' ',
  )

/** So many people who are directly connected, told apart by their keys. */
function many(count: number): readonly FakePerson[] {
  return Array.from({ length: count }, (_, i): FakePerson => {
    const name = names[i % names.length] ?? ''
    const known = friends.find((friend) => friend.name === name)
    const platform = i % 5 === 3 ? 'node' : 'browser'
    return { name, id: known?.id ?? fakeKey(`${name} 7`), path: 'direct', platform, rttMs: 8 + ((i * 37) % 90) }
  })
}

/** Of so many others in a large room seven are linked with me: one by the relay, one through a member. */
function meshOf(count: number): readonly FakePerson[] {
  return many(count)
    .toSorted((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))
    .map((person, i) => {
      if (i > 6) return { ...person, path: undefined, here: true }
      return i === 4 ? { ...person, path: 'through' } : i === 5 ? { ...person, path: 'relay' } : person
    })
}

/** The lake again, as a room whose members decide: I founded it, Mara is an admin, Wren came in through Priya only. */
const lakeMembers: readonly FakePerson[] = [
  withRecord('Mara', { role: 'admin', vouches: { '': 'sas' } }, { level: 'compared' }),
  withRecord('Jonas', { vouches: { '': 'pin', Mara: 'sas' } }, { level: 'pin' }),
  withRecord('Aiko', { vouches: { Mara: 'pin' }, addedBy: 'Mara' }, { level: 'vouched', by: ['Mara'] }),
  withRecord('Tomás', { vouches: { '': 'link' } }, { level: 'attested', claim: 'tomas@lake.example' }),
  withRecord('Priya', { vouches: { Mara: 'pin', Jonas: 'sas' } }, { level: 'vouched', by: ['Mara', 'Jonas'] }),
  withRecord('Wren', { vouches: { Priya: 'link' }, addedBy: 'Priya' }, { level: 'none' }),
]

function withRecord(name: string, member: FakeMember, verified: FakeVerification): FakePerson {
  const friend = friends.find((other) => other.name === name)
  if (friend === undefined) throw new Error(`nobody is called ${name}`)
  return { ...friend, member, verified }
}

function membersOf(members: FakeMembers, people: readonly FakePerson[] = lakeMembers): FakeChatOptions {
  return { rooms: [{ ...lake, people, members }, ...others] }
}

function enteringAs(entering: Entering): FakeChatOptions {
  const sync = { phase: 'alone', have: 0, total: 0, gaps: 0 } as const
  return { rooms: [{ title: '', link: fakeLink('E'), sync, members: { myRole: 'member', entering } }, ...others] }
}

function mapOf(title: string, people: readonly FakePerson[], map?: FakeRoomOptions['map']): FakeChatOptions {
  return { rooms: [{ ...lake, title, people, map }, ...others] }
}

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
  /** Pictures, a voice message, a film and a plain file, all here. */
  files: (): FakeChatOptions => ({
    rooms: [{ ...lake, messages: lakePictures() }, ...others],
    storedBytes: 62_000_000,
    files: { bytes: 58_600_000, freeable: 41_200_000, limit: 48_000_000_000 },
  }),
  /** The same on their way: fetching, paused, waiting to be asked for. */
  filesComing: (): FakeChatOptions => ({ rooms: [{ ...lake, messages: comingFiles() }, ...others] }),
  /** What can stand in the way of a file. */
  filesFailing: (): FakeChatOptions => ({ rooms: [{ ...lake, messages: failingFiles() }, ...others] }),
  /** Files in a message that is being written. */
  filesDraft: (): FakeChatOptions => ({
    rooms: [
      {
        ...lake,
        draft: 'From the boat this morning',
        draftFiles: [
          fakePicture('morning', 'IMG_2041.bmp', [320, 240]),
          fakePicture('autumn', 'IMG_2042.bmp', [240, 320]),
          { name: 'Packing list.pdf', type: 'application/pdf', size: 182_000 },
        ],
      },
      ...others,
    ],
  }),
  map2: (): FakeChatOptions => mapOf('Two of us', many(1)),
  /** A pair that has no link talks through the third. */
  map3: (): FakeChatOptions =>
    mapOf('Three of us', [
      { name: 'Mara', id: fakeKey('Mara 103'), path: 'direct', rttMs: 18 },
      { name: 'Priya', id: fakeKey('Priya 32'), path: 'through', rttMs: 120 },
    ]),
  /** Every kind of path, somebody in the background, and a pair of others without a link. */
  map8: (): FakeChatOptions =>
    mapOf(
      'Lake weekend',
      many(7).map((person): FakePerson => {
        if (person.name === 'Aiko') return { ...person, path: 'relay', rttMs: 64 }
        if (person.name === 'Priya') return { ...person, path: 'through', through: 'Mara', rttMs: 120 }
        return person
      }),
      (people) => smallMap(people, { gaps: [['Jonas', 'Noor']], hidden: ['Sam'] }),
    ),
  map16: (): FakeChatOptions =>
    mapOf('Choir', many(15), (people) =>
      smallMap(people, {
        gaps: [
          ['Jonas', 'Freya'],
          ['Aiko', 'Otto'],
        ],
        hidden: ['Wren'],
      }),
    ),
  map40: (): FakeChatOptions => mapOf('Summer school', meshOf(39), (people) => meshMap(people)),
  map2000: (): FakeChatOptions => mapOf('Festival', meshOf(59), (people) => meshMap(people, { online: 2000 })),
  mapLoading: (): FakeChatOptions => ({ rooms: [{ ...lake, mapState: 'loading' }, ...others] }),
  mapFailing: (): FakeChatOptions => ({ rooms: [{ ...lake, mapState: 'failing' }, ...others] }),
  /** Somebody cannot be reached at all, and somebody’s clock is wrong. */
  mapBlocked: (): FakeChatOptions =>
    mapOf('Lake weekend', [
      ...friends.slice(0, 2),
      {
        name: 'Aiko',
        id: fakeKey('Aiko 19'),
        path: 'relay',
        rttMs: 64,
        reach: () => ({ clockAheadMs: 187_000 }),
      },
      { name: 'Tomás', id: fakeKey('Tomás 44') },
    ]),
  /** Three keepers among friends, one of which was given the link. */
  keepers: () => mapOf('Lake weekend', [...friends.slice(0, 4), ...keepers]),
  /** Everybody has gone; keepers are at home. */
  keepersAlone: () => ({
    rooms: [
      {
        ...lake,
        people: [...friends.map((friend) => ({ ...friend, online: false })), ...keepers.slice(0, 2)],
        sync: { phase: 'synced', have: 214, total: 214, gaps: 0 },
      },
      ...others,
    ],
  }),
  membersKeepers: () => membersOf({ keeperTickets: ['', 'Mara'] }, [...lakeMembers, ...keepers.slice(0, 2)]),
  /** A members room on an ordinary day, with an invite of mine open. */
  members: () => membersOf({ invites: [{ usesLeft: 1, asksPin: true }] }),
  /** Two at the door: one to whom I tell a PIN, one who needs a second voucher. */
  membersDoor: () =>
    membersOf({
      policy: { vouches: 2 },
      newcomers: [
        { name: 'Noor', pin: { digits: '204816', until: Date.now() + 95_000, triesLeft: 2 }, wrongPins: 1 },
        { name: 'Sam', vouches: [{ by: fakeKey('Mara 103'), method: 'pin', at: 0 }] },
      ],
    }),
  /** Somebody took Mara's name, or Mara has a new device. */
  membersChanged: () =>
    membersOf({}, [
      ...lakeMembers,
      {
        name: 'Mara',
        id: fakeKey('Mara 7'),
        path: 'relay',
        member: { vouches: { Wren: 'link' }, addedBy: 'Wren' },
        verified: { level: 'changed' },
      },
    ]),
  /** Somebody was removed a moment ago, and the new key is not here yet. */
  membersHeld: () => membersOf({ myRole: 'member', held: ['Who has the key to the shed?'] }),
  /** Back after a while, and members are there who say nothing. */
  membersUnanswered: () => ({
    rooms: (membersOf({ myRole: 'member', unanswered: true }).rooms ?? []).map((room) => ({
      ...room,
      notices: [{ id: 1, code: 'unanswered' as const, about: undefined }],
    })),
  }),
  membersRemoved: () => membersOf({ myRole: 'member', standing: 'removed' }),
  /** Only admins write, one in ten seconds, and I am none. */
  membersSilent: () =>
    membersOf({
      myRole: 'member',
      policy: { whoMayPost: 'admins', whoMayAdd: 'admins', slowSeconds: 10, history: { days: 30 } },
      removed: [{ name: 'Spam', byName: 'Mara', agoMs: 26 * 60 * minute }],
    }),
  membersAlone: () => ({
    rooms: [{ title: '', link: fakeLink('N'), sync: { phase: 'alone', have: 0, total: 0, gaps: 0 }, members: {} }],
  }),
  enteringMeeting: () => enteringAs({ phase: 'meeting' }),
  enteringPin: () => enteringAs({ phase: 'pinWanted', by: 'Mara', triesLeft: 3, wrong: 0 }),
  enteringWrong: () => enteringAs({ phase: 'pinWanted', by: 'Mara', triesLeft: 1, wrong: 2 }),
  enteringVouches: () => enteringAs({ phase: 'vouchesWanted', have: 1, need: 2 }),
  enteringRefused: () => enteringAs({ phase: 'refused', reason: 'burnt' }),
}

export const mapSituations: readonly MapSituation[] = ['map2', 'map3', 'map8', 'map16', 'map40', 'map2000']

export const situationNames: readonly Situation[] = Object.keys(situations) as Situation[]

export function isSituation(name: string): name is Situation {
  return Object.hasOwn(situations, name)
}

/** A fake chat in this situation; `options` win over the fixture's own. */
export function fakeChat(situation: Situation = 'full', options: FakeChatOptions = {}): FakeChat {
  return new FakeChat({ ...situations[situation](), ...options })
}
