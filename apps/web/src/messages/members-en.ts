/** The words of members rooms, in English: who is in, who comes in, and how sure one can be. A catalogue of their own. */
import type { EdgeRule, Membership, Policy, RefusedReason, Verification } from '@kith/peer'
import { en } from './en.ts'

const { plural, number, list } = en.format

/** How long something still lasts, in the largest unit that fits. */
function lasting(ms: number): string {
  const minutes = Math.max(0, Math.ceil(ms / 60_000))
  if (minutes < 90) return plural(minutes, { one: '1 minute', other: '# minutes' })
  const hours = Math.round(minutes / 60)
  return hours < 48
    ? plural(hours, { one: '1 hour', other: '# hours' })
    : plural(Math.round(hours / 24), { one: '1 day', other: '# days' })
}

const verifiedByLevel: Readonly<
  Record<Verification['level'], (names: readonly string[], claim: string | undefined) => string>
> = {
  self: () => 'This is you',
  compared: () => 'Compared by you',
  pin: () => 'You gave them a PIN',
  attested: (_names, claim) => `Attested: ${claim ?? 'an address'}`,
  vouched: (names) => (names.length === 0 ? 'Vouched for' : `Vouched for by ${list(names)}`),
  none: () => 'Not verified',
  changed: () => 'Not the key you compared',
}

const refusedBecause: Readonly<Record<RefusedReason, string>> = {
  expired: 'This invite has run out. Ask whoever sent it for a new one.',
  used: 'Somebody has come in by this invite already. Ask for one of your own.',
  revoked: 'This invite was taken back. Ask whoever sent it what happened.',
  burnt: 'Too many wrong PINs: this invite opens nothing any more. Ask for a new one.',
  declined: 'Somebody in the room said no. Ask whoever invited you.',
  unknown: 'Nobody in the room knows this invite. Look whether the whole link was copied, or ask for a new one.',
}

export const membersEn = {
  lasting: (ms: number): string => lasting(ms),

  person: {
    verified: (level: Verification['level'], names: readonly string[], claim: string | undefined): string =>
      verifiedByLevel[level](names, claim),
    roles: { founder: 'Founder', admin: 'Admin', member: 'Member' } as Readonly<Record<Membership['role'], string>>,
    muted: 'Muted by you',
    hidden: 'Hidden by you',
    about: (name: string): string => `About ${name}`,
    inSince: (date: string): string => `In since ${date}`,
    addedBy: (name: string): string => `Let in by ${name}`,
    founded: 'Made this room',
    vouches: 'Who vouches',
    methods: { pin: 'by a PIN', sas: 'by comparing numbers', link: 'by sending the invite' },
    vouch: (name: string, method: string): string => `${name}, ${method}`,
    noVouches: 'Nobody has vouched.',
    notMember: 'Not a member of this room.',
    verifiedTitle: 'How sure is it?',
    explain: {
      self: 'Others see your mark and colour beside your name.',
      compared: 'You compared numbers with them: nobody is in between.',
      pin: 'They knew the PIN you told them by another road, so it is who you told it to.',
      attested: 'A service you trust says this key belongs to that address.',
      vouched: 'People you trust met them. You have not yet.',
      none: 'Anybody can take any name. Compare numbers with them to be sure.',
      changed:
        'You compared numbers with somebody of this name before, and this is another key. It may be a new device, or somebody else. Compare again before you trust it.',
    } as Readonly<Record<Verification['level'], string>>,
    vouchFor: 'Vouch for them',
    vouchHint: 'Your word that you know them. Everybody in the room sees it.',
    mute: 'Mute',
    unmute: 'Stop muting',
    hide: 'Hide what they write',
    show: 'Show what they write',
    quietHint: 'Only here, only for you. They are not told.',
    makeAdmin: 'Make admin',
    makeMember: 'Make an ordinary member',
    remove: 'Remove from the room…',
    reach: 'How they are reached',
  },

  remove: {
    title: (name: string): string => `Remove ${name}?`,
    body: 'They keep what they have read. They can read nothing that is said from now on, and nobody shows what they write after this.',
    fallsTitle: (count: number): string =>
      plural(count, {
        one: '1 person is here only because of them:',
        other: '# people are here only because of them:',
      }),
    vouchedBy: (names: readonly string[]): string =>
      names.length === 0 ? 'nobody vouches for them' : `vouched for by ${list(names)}`,
    without: 'Unticked, they stay: you then answer for them.',
    confirm: 'Remove',
    confirmMany: (count: number): string => `Remove ${number(count)} people`,
    failed: 'Nobody was removed: the rules of this room leave that to somebody else, or they are gone already.',
  },

  invite: {
    title: 'Invite somebody',
    lead: 'Each invite lets in whoever holds it, as often as you say. With a PIN only whoever you tell the number.',
    uses: 'How many people',
    usesOf: (count: number): string => plural(count, { one: '1 person', other: '# people' }),
    lasts: 'How long it lasts',
    lastsFor: (ms: number): string => lasting(ms),
    pin: 'Ask for a PIN',
    pinHint: 'When they open the link you see six digits here. Tell them by phone or in person.',
    noPinHint: 'Whoever gets hold of the link is in. Fit for a group you reach safely anyway.',
    make: 'Make the invite',
    open: 'Open invites',
    state: (uses: number, ms: number): string =>
      `${plural(uses, { one: 'for 1 more person', other: 'for # more people' })}, ${lasting(ms)} left`,
    asksPin: 'with a PIN',
    byLink: 'without a PIN',
    by: (name: string): string => `Made by ${name}`,
    show: 'Show',
    revoke: 'Take back',
    another: 'Make another',
    mayNot: 'In this room only admins invite. Ask one of them.',
    failed: 'No invite was made. Try again in a moment.',
    keepOpen: 'Stay here until they are in: somebody has to open the door.',
  },

  door: {
    title: 'At the door',
    wants: (name: string): string => `${name} wants to come in`,
    lacks: (name: string, have: number, need: number): string =>
      `${name} needs ${plural(need - have, { one: '1 more voucher', other: '# more vouchers' })} to come in`,
    vouchedBy: (names: readonly string[]): string => `${list(names)} ${names.length === 1 ? 'vouches' : 'vouch'}`,
    showPin: 'Show a PIN',
    vouch: 'Vouch without a PIN',
    decline: 'Send away',
    pin: 'Tell them this PIN, by phone or in person. Not in a chat.',
    pinLeft: (seconds: number): string => `counts for ${plural(seconds, { one: '1 second', other: '# seconds' })}`,
    pinOver: 'This PIN is over. Show another when they are ready.',
    tries: (left: number): string => plural(left, { one: '1 try left', other: '# tries left' }),
    wrong: (count: number): string =>
      plural(count, { one: 'A wrong PIN was entered.', other: '# wrong PINs were entered.' }),
    away: 'They are not connected right now.',
    spoken: (digits: string): string => `PIN ${digits.split('').join(' ')}`,
  },

  entering: {
    meeting: 'Knocking…',
    meetingLead: 'Looking for somebody in the room who can open. Somebody has to be online; keep this page open.',
    pin: 'Enter the PIN',
    pinLead: (by: string): string =>
      `${by === '' ? 'Whoever invited you' : by} sees six digits. Ask for them by phone or in person, and type them here.`,
    pinLabel: 'PIN, six digits',
    enter: 'Come in',
    checking: 'Checking…',
    wrong: (left: number): string =>
      `That was not the PIN. ${plural(left, { one: 'One try is left: ask for the number again before you use it.', other: '# tries are left.' })}`,
    malformed: 'A PIN is six digits.',
    vouches: 'Almost in',
    vouchesLead: (have: number, need: number): string =>
      `${number(have)} of ${number(need)} members have vouched for you. This room asks for ${number(need)}: another one has to meet you. Keep this page open.`,
    refused: 'Not let in',
    refusedWhy: (reason: RefusedReason): string => refusedBecause[reason],
    forget: 'Forget this invite',
    invited: 'You are invited',
    invitedLead: 'To a members room: those in it decide who comes. They see the name you give yourself here.',
    yourName: 'Your name',
    go: 'Knock',
    goHint: 'Nobody but the people in the room learns that you came.',
  },

  moved: {
    title: 'This room goes on elsewhere',
    by: (name: string): string => `${name || 'Somebody'} made a members room for the people here.`,
    byMe: 'You made a members room for the people here.',
    bySome: (name: string): string => `${name || 'Somebody'} made a members room for some of the people here.`,
    hint: 'They let you in there by a PIN. What was said here stays here.',
    hintChosen: 'You are expected there: no PIN is asked for. What was said here stays here.',
    hintSome: 'If you belong there, ask them for an invite.',
    hintMe: 'Whoever follows knocks at its door.',
    go: 'Go there',
    failed: 'This did not work right now. Try again in a moment.',
    settings: 'Move to a members room',
    settingsHint:
      'Whoever has the link of this room reads it for ever. In a members room its members decide who comes in, and who goes.',
    settingsDo: 'Move…',
    alongTitle: 'Who comes along?',
    alongHint:
      'They are let in without a PIN. Whoever you leave out is told that you went, and not where. Leave nobody out, and people who come here later are shown the way, too, and asked for a PIN.',
    alongNobody: 'Nobody else was here so far. Whoever comes is shown the way, and asked for a PIN.',
    settingsSure: 'Make it and tell the people here',
    cancel: 'Cancel',
  },
  slow: (seconds: number): string =>
    seconds < 90
      ? `Slow mode: you can write again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`
      : `Slow mode: you can write again in ${Math.ceil(seconds / 60)} minutes.`,
  standing: {
    revoked: 'Your main device removed this one. What was said until then can be read; no more comes.',
    removed: (by: string): string =>
      `${by === '' ? 'Somebody' : by} removed you from this room. What you have read stays here; no more comes.`,
    left: 'You left this room. What you have read stays here; no more comes.',
    mayNotPost: 'In this room only admins write.',
    slow: (seconds: number): string =>
      `Slow mode: you can write again in ${plural(seconds, { one: '1 second', other: '# seconds' })}.`,
  },

  held: {
    title: 'Waiting to go out',
    files: (count: number): string => plural(count, { one: '1 file', other: '# files' }),
    why: 'The room is getting a new key. This goes out by itself in a moment.',
  },

  changed: {
    one: (name: string): string => `This ${name} has another key than the ${name} you compared numbers with.`,
    hint: 'It may be a new device, or somebody who took the name. Do not tell them anything secret before you have compared again.',
    compare: 'Compare now',
  },

  policy: {
    title: 'Rules of the room',
    readOnly: 'Founder and admins set them.',
    whoMayAdd: 'Who may invite',
    whoMayPost: 'Who may write',
    whom: { members: 'Everybody', admins: 'Admins' } as Readonly<Record<Policy['whoMayAdd'], string>>,
    vouches: 'Vouchers for a newcomer',
    vouchesHint: 'So many members have to meet somebody before they are in.',
    history: 'What newcomers can read',
    histories: {
      all: 'Everything',
      days: (days: number): string => plural(days, { one: 'The last day', other: 'The last # days' }),
      sinceJoin: 'Only what comes after them',
    },
    historyHint: 'With days, older keys and messages are erased on every device.',
    slow: 'Slow mode',
    slowOff: 'Off',
    slowEvery: (seconds: number): string =>
      seconds < 60 ? `One message in ${number(seconds)} s` : `One message in ${number(seconds / 60)} min`,
    slowHint: 'For everybody but admins. What comes faster is shown to nobody.',
    failed: 'The rule was not changed. Try again in a moment.',
    own: 'Only for you',
    edgeRule: 'Whom your device connects with',
    edgeRules: { trusted: 'Vouched for', own: 'Checked by you' } as Readonly<Record<EdgeRule, string>>,
    edgeHints: {
      trusted: 'Everybody whom enough people you trust have vouched for.',
      own: 'Only people with whom you used a PIN or compared numbers. What the others write still reaches you, through them; the map shows the gaps.',
    } as Readonly<Record<EdgeRule, string>>,
    removed: 'Removed from this room',
    removedBy: (name: string, by: string, date: string): string => `${name}, by ${by}, ${date}`,
    leftOn: (name: string, date: string): string => `${name} left, ${date}`,
    leave: 'Leave the room',
    leaveHint: 'The others see that you left. You need a new invite to come back.',
    leaveTitle: (room: string): string => `Leave ${room}?`,
    leaveBody: 'You can read nothing that is said from then on. What is here stays until you erase it.',
    who: (count: number, verifiedCount: number): string =>
      `Members room: ${plural(count, { one: '1 person', other: '# people' })}, ${number(verifiedCount)} verified by you. They decide who comes in.`,
  },
}

export type MembersMessages = typeof membersEn
