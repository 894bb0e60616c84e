/** The words about being told while one looks elsewhere, in English. */
import type { Notifying, Telling } from '@kith/peer'
import { en } from './en.ts'

const { plural } = en.format

export interface NotifyMessages {
  readonly title: string
  readonly on: string
  readonly onHint: string
  readonly blocked: string
  readonly unable: string
  readonly show: string
  readonly shows: Readonly<Record<Notifying['show'], string>>
  readonly showHint: string
  readonly showLocked: string
  readonly sound: string
  readonly soundHint: string
  readonly perRoom: string
  readonly telling: string
  readonly tellings: Readonly<Record<Telling, string>>
  readonly tellingHints: Readonly<Record<Telling, string>>
  readonly off: string
  readonly turnOn: string
  readonly offer: string
  readonly offerAlone: string
  readonly notNow: string
  readonly isOn: string
  readonly room: (room: string, count: number) => string
  readonly line: (name: string, text: string) => string
  readonly something: (count: number) => string
}

export const notifyEn: NotifyMessages = {
  title: 'Notifications',
  on: 'Tell me of new messages',
  onHint:
    'While you look elsewhere, by the notifications of this device. No service takes part in it, so nothing is told while Kith is closed.',
  blocked:
    'This browser does not let this page notify you. Allow notifications in the browser’s settings for this page, then turn this on.',
  unable: 'This browser has no notifications for pages. Where Kith can be installed as an app, it may have them then.',
  show: 'What a notification shows',
  shows: { message: 'Name and message', nothing: 'Only how many' },
  showHint: 'Your device keeps notifications outside of Kith, where they are not encrypted.',
  showLocked:
    'What Kith keeps here has a lock. So that it holds, a notification only says that there is something, without a name or a word.',
  sound: 'With a sound',
  soundHint: 'A short, quiet one.',
  perRoom: 'Of which messages you hear is chosen in the settings of each room.',
  telling: 'What you hear of from this room',
  tellings: { everything: 'Everything', called: 'Mentions', nothing: 'Nothing' },
  tellingHints: {
    everything: 'Every message of people you have not muted.',
    called: 'When somebody calls you by name, answers you, or writes to you alone.',
    nothing: 'New messages are counted in your list of rooms, and that is all.',
  },
  off: 'Notifications are off in this browser.',
  turnOn: 'Turn on',
  offer: 'Messages came while you looked elsewhere. Be told of them next time?',
  offerAlone: 'Tell me when somebody writes',
  notNow: 'Not now',
  isOn: 'You will be told when somebody writes.',
  room: (room, count) => (count > 1 ? `${room} (${plural(count, { one: '# new', other: '# new' })})` : room),
  line: (name, text) => `${name}: ${text}`,
  something: (count) => plural(count, { one: '1 new message', other: '# new messages' }),
}
