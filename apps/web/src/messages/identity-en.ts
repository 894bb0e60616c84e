/** The words about who somebody is beyond one room, and about contacts, in English. */
import { formats } from './format.ts'

const { list } = formats('en')
const moments = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })

export const identityEn = {
  title: 'Who you are',
  hint: 'You are somebody else in every room, until you choose to show who you are.',
  fingerprint: 'Your fingerprint',
  words: 'Show the twelve words',
  hideWords: 'Hide them',
  wordsHint: 'Write them down on paper. On another device they make you the same person; whoever has them is you.',
  restore: 'Enter twelve words',
  restoreLabel: 'Your twelve words',
  restoreDo: 'Become this person here',
  restored:
    'Done. Rooms you are in keep who you were; new ones know you by these words. To come back into a members room of yours, ask somebody there for an invite: you are who you were in it, its founder too.',
  email: 'Show that an address is yours',
  emailHint: (host: string): string =>
    `The service at ${host} mails a code and signs that it reached you. It keeps neither address nor code.`,
  emailLabel: 'E-mail address',
  sendCode: 'Mail me a code',
  codeLabel: (email: string): string => `The code that was mailed to ${email}`,
  enterCode: 'Enter',
  again: 'Use another address',
  attested: (host: string, until: number): string => `Attested by ${host} until ${days.format(until)}`,
  drop: (claim: string): string => `Forget that ${claim} is yours`,
  services: 'Services whose word you take',
  servicesHint: 'What they attest about others is shown to you as true. Nothing is believed unasked.',
  noService: 'None yet.',
  lookUp: (host: string): string => `Look up the service of ${host}`,
  believe: (host: string): string => `Take the word of ${host}`,
  serviceKey: (key: string): string => `Its key begins with ${key}. Ask whoever runs it whether that is right.`,
  doubt: (host: string): string => `No longer take the word of ${host}`,
  cancel: 'Cancel',
  show: 'Show the people here who you are',
  showHint: (claims: readonly string[]): string =>
    claims.length === 0
      ? 'They see that you are the same person as in other rooms where you show it.'
      : `They see your ${list(claims)}, and that you are the same person as in other rooms where you show it.`,

  devices: 'Your devices',
  devicesHint: 'This device has your twelve words. Others can be linked to it, and removed again when they are lost.',
  deviceLinked: 'This is a linked device. Your main device has your twelve words, and can remove this one.',
  deviceRevoked:
    'Your main device removed this one. It speaks for nobody any more; what was read here stays until you forget it.',
  addDevice: 'Link another device',
  isNewDevice: 'This one is new',
  notesToMyself: 'Notes to myself',
  seen: (at: number): string => `last seen ${moments.format(at)}`,
  inRooms: (count: number): string => (count === 1 ? 'in one room' : `in ${count} rooms`),
  removeDevice: (name: string): string => `Remove ${name}`,
  removeDeviceHint: (name: string): string =>
    `${name} will read and write nothing more in members rooms. It still has the links of open rooms: make new rooms if it was stolen.`,
  removeDeviceDo: 'Remove it',
  offered: 'Scan this with the other device, or open the link there.',
  offeredCare: 'For your own device only. Nothing is given before you have compared six digits.',
  offeredTyped: 'Or enter these letters there: in a terminal after kith device, in a browser under Settings.',
  codeLasts: (minutes: number): string =>
    minutes === 1 ? 'Good for one more minute.' : `Good for ${minutes} more minutes.`,
  compareDevice: (name: string): string => `“${name}” wants to be your device. Does it show these digits?`,
  compareHere: 'Does your other device show the same digits? Say so there.',
  sameDevice: 'Yes, it is mine',
  lookingDevice: 'Looking for your other device…',
  givingTo: (name: string): string => `Giving your rooms to ${name}…`,
  getting: (rooms: number): string =>
    rooms === 0 ? 'It is the right one. Your rooms are coming…' : `${rooms} rooms so far…`,
  got: (rooms: number): string => `Done. This is your device now, with ${rooms === 1 ? 'one room' : `${rooms} rooms`}.`,
  linked: (name: string, rooms: number): string =>
    `${name === '' ? 'This device' : name} is linked, with ${rooms === 1 ? 'one room' : `${rooms} rooms`}.`,
  linkFailed: {
    expired: 'Ten minutes are over and nobody came. Make a new code.',
    different: 'The digits were different, so nothing was given. Somebody else may have had the code: make a new one.',
    gone: 'The other device went away. Make a new code and try again.',
  },
  understood: 'Good',
  becomeTitle: 'Make this your device',
  becomeHint:
    'Your other device shows a code, under Settings. This one gets your rooms and your name, but not your twelve words.',
  codeOfDevice: 'The code, or its link',
  nameOfDevice: 'What this device is called',
  thisBrowser: (system: string): string => (system === '' ? 'Browser' : `${system} browser`),
  become: 'Find my other device',

  compare: 'Compare numbers',
  compareNow: 'Six digits, both here',
  compareWith: (name: string): string => `${name} and you have six digits to compare.`,
  comparing: 'Waiting for their program…',
  different:
    'The numbers were different. Somebody may stand between you: meet by another link, and say nothing secret here.',
  digitsHint: (name: string): string => `${name} sees six digits, too. Read them to each other, by voice or in person.`,
  theySay: (name: string): string => `${name} says they are the same.`,
  same: 'They are the same',
  notSame: 'They differ',
  safetyHint: (name: string): string =>
    `${name} finds the same sixty digits under your name. Compare them by another road, whenever you like.`,
  addContact: 'Add to contacts',
  asked: (name: string): string => `${name} was asked. They learn who you are only when they accept.`,
  declined: (name: string): string => `${name} does not want to, for now.`,

  contacts: 'Contacts',
  requests: 'Requests',
  requestHint: 'Only if you accept do they learn who you are beyond this room.',
  request: (name: string): string => `${name} would like to keep you as a contact.`,
  accept: 'Accept',
  decline: 'Not now',
  message: (name: string): string => `Message ${name}`,
  notTogether: 'your room is made when you next meet',
  here: 'here now',
  away: 'away',
  blocked: 'blocked',
  verified: 'verified',
  block: (name: string): string => `Block ${name}`,
  unblock: (name: string): string => `Unblock ${name}`,
  remove: (name: string): string => `Remove ${name} and your room`,
  removeTitle: (name: string): string => `Remove ${name}?`,
  removeBody: 'They leave your contacts, and the room of you two is erased from this device. They keep what they have.',
  removeDo: 'Remove and erase',
  blockedHere: (name: string): string => `You blocked ${name}. What they write is not shown, and they are not told.`,
  unblockDo: 'Unblock',
  notDone: 'This could not be done right now. Try again in a moment.',
}

export type IdentityMessages = typeof identityEn
