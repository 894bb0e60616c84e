/** The words about who somebody is beyond one room, and about contacts, in English. */
import { formats } from './format.ts'

const { list } = formats('en')
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
  restored: 'Done. Rooms you are in keep who you were; new ones know you by these words.',
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

  compare: 'Compare numbers',
  compareNow: 'Six digits, both here',
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
  request: (name: string): string => `${name} would like to keep you as a contact.`,
  accept: 'Accept',
  decline: 'Not now',
  here: 'here now',
  away: 'away',
  blocked: 'blocked',
  verified: 'verified',
  block: (name: string): string => `Block ${name}`,
  unblock: (name: string): string => `Unblock ${name}`,
  remove: (name: string): string => `Remove ${name} and your room`,
  notDone: 'This could not be done right now. Try again in a moment.',
}

export type IdentityMessages = typeof identityEn
