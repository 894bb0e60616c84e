/**
 * Every word of the web app, in English. Other catalogues have the same shape.
 *
 * Tone: plain, short, kind. Never "error": what happened, and what to do.
 */
import { formats, type Formats } from './format.ts'

const intl: Formats = formats('en')
const { plural, number, list } = intl

export const en = {
  locale: 'en',
  get format(): Formats {
    return intl
  },

  app: {
    name: 'Kith',
    claim: 'Chat that belongs to the people in it.',
    title: (room: string | undefined, news: number): string =>
      `${news > 0 ? `(${number(news)}) ` : ''}${room === undefined ? '' : `${room} · `}Kith`,
    oneBack: 'Back',
    back: 'Back to your rooms',
    close: 'Close',
    cancel: 'Cancel',
    save: 'Save',
    opening: 'Opening…',
    broken: 'Something in this page stopped working. What you wrote is safe; loading the page again helps.',
    missing: 'Not on this device yet',
    partAway:
      'This part of Kith is still with the relay, which does not answer. It is loaded as soon as the relay is back; messages go on meanwhile.',
    renewed: 'A new version of Kith is here. Loading it; what you were writing is kept.',
    reload: 'Load again',
    notLoaded: 'Kith could not be loaded whole.',
    notLoadedHelp: 'The connection broke off, or the relay does not answer.',
    tryAgain: 'Try again',
    cannotStart: 'Kith could not open its store in this browser.',
    cannotStartHelp:
      'Private windows and full disks are the usual reasons. Make some room, or use another window, and load again.',
  },

  start: {
    nameLabel: 'Your name',
    nameHint: 'Others see it. Change it whenever you like.',
    newRoom: 'New room',
    kind: 'Who can come in',
    kinds: { open: 'Open room', members: 'Members room' },
    kindHints: { open: 'Anyone with the link can read.', members: 'You decide who comes in.' },
    makeOrJoin: 'New room or link',
    joinLabel: 'Have a link?',
    joinPlaceholder: 'Paste a link or an invite',
    join: 'Join',
    notALink: 'That is not the link of a room. A whole link ends with # and 43 letters and numbers.',
    couldNotMake: 'The room could not be made: this browser has no space left for it. Free some space and try again.',
    couldNotJoin: 'The room could not be opened: this browser has no space left for it. Free some space and try again.',
    notHere: 'This members room is not on this device. To come in, ask somebody in it for an invite.',
    rooms: 'Your rooms',
    anotherName: 'Suggest another name',
    settings: 'Settings',
    help: 'Keyboard and help',
    protection: 'Only people in a room can read what is said in it.',
    protectionMore: 'How that works',
    installed: 'A newer version of Kith is ready.',
    update: 'Use it',
  },

  names: {
    qualities:
      'Amber Brave Bright Calm Clever Coastal Curious Early Easy Fern Gentle Golden Happy Hazel Honest Kind Late Lucky Mellow Merry Misty Mossy Patient Quick Quiet Silver Sunny Velvet Warm Wild Winter Witty',
    creatures:
      'Badger Beaver Bison Crane Curlew Dormouse Dove Falcon Finch Fox Gecko Hare Hedgehog Heron Ibex Kestrel Lark Lynx Marten Newt Otter Owl Panda Plover Puffin Robin Seal Stork Swift Tern Walrus Wren',
  },

  room: {
    moreNotices: (count: number): string => plural(count, { one: '1 more', other: '# more' }),
    unnamed: 'New room',
    withNames: (names: readonly string[], more: number): string =>
      list(more > 0 ? [...names, plural(more, { one: '1 other', other: '# others' })] : names),
    people: 'People and paths',
    map: 'Map of the room',
    invite: 'Invite',
    search: 'Search',
    settings: 'Room settings',
    yourRooms: 'Your rooms',
    noMessages: 'Nothing said yet',
    deletedBrief: 'Message deleted',
    you: 'You',
    mentioned: 'you are mentioned',
    unread: (count: number): string => plural(count, { one: '1 unread message', other: '# unread messages' }),
  },

  status: {
    keepers: (count: number): string => plural(count, { one: '1 keeper', other: '# keepers' }),
    loading: 'Opening what is stored here…',
    joining: 'Looking for the others…',
    alone: 'Only you so far',
    nobody: 'Nobody else is here right now',
    people: (count: number): string => plural(count, { one: '1 person here', other: '# people here' }),
    reaching: (count: number): string => plural(count, { one: 'still reaching 1', other: 'still reaching #' }),
    catchingUp: (have: number, total: number): string => `Catching up: ${number(have)} of ${number(total)}`,
    offline: 'Offline. What you write waits here.',
    relayAwayDirect: (direct: number, total: number): string =>
      direct === total
        ? 'The relay is away. All directly connected.'
        : `The relay is away. Direct links: ${number(direct)} of ${number(total)}.`,
    gaps: (count: number): string => plural(count, { one: '1 message is missing', other: '# messages are missing' }),
    members: (count: number, verified: number): string =>
      `Members: ${plural(count, { one: '1 person', other: '# people' })}, ${number(verified)} verified by you`,
    hereNow: (count: number): string => plural(count, { one: '1 here', other: '# here' }),
    entering: 'On the way in',
    removed: 'You are not in this room any more',
    unanswered: 'Members are here and do not answer you',
  },

  path: {
    me: 'you',
    direct: 'Directly connected',
    relay: 'By way of the relay',
    through: 'Through another member',
    throughName: (name: string): string => `Through ${name}`,
    here: 'Reached along others',
    reaching: 'Still being reached',
    whyAway: 'Why?',
    how: (name: string): string => `: how do I reach ${name}?`,
    why: (name: string): string => `: why can’t I reach ${name}?`,
    rtt: (ms: number): string => `${number(Math.round(ms))} ms`,
    programs: (count: number): string => plural(count, { one: '1 window', other: '# windows' }),
    terminal: 'in a terminal',
  },

  people: {
    title: 'People',
    ring: (count: number, direct: number): string =>
      `Drawing of the room: ${plural(count, { one: '1 person', other: '# people' })}, ${number(direct)} directly connected`,
    legend:
      'A solid line is a direct connection, a dashed one goes by way of the relay, a thin one through another member. No line: not reached.',
    here: 'Here now',
    keeper: { blind: 'keeper, cannot read', reader: 'keeper that can read' },
    away: 'Not here',
    typing: 'is writing',
    key: 'Their mark and colour come from their key. A stranger with the same name looks different.',
    invite: 'Invite somebody',
  },

  timeline: {
    label: (room: string): string => `Messages in ${room}`,
    beginning: (room: string): string => `This is where ${room} begins`,
    beginningWith: (names: string): string => `Your room with ${names} begins here`,
    beginningTwo: (name: string): string => `${name} and you, and nobody else`,
    protection: 'Encrypted between the people in it. The relay passes sealed envelopes on and keeps none.',
    older: 'Older messages are on their way',
    missing: (count: number): string =>
      plural(count, {
        one: '1 message is missing: nobody here has it. It comes back when somebody who does opens the room.',
        other: '# messages are missing: nobody here has them. They come back when somebody who does opens the room.',
      }),
    newMessages: 'New',
    jump: 'Jump to the newest message',
    jumpUnread: (count: number): string => plural(count, { one: '1 new message', other: '# new messages' }),
    edited: 'edited',
    deleted: 'This message was deleted',
    deletedMine: 'You deleted this message',
    answeredMissing: 'A message that is not here yet',
    answeredDeleted: 'A deleted message',
    jumpToAnswered: (name: string): string => `Go to the message of ${name} that this answers`,
    message: (name: string, time: string): string => `${name}, ${time}`,
    announce: (name: string, text: string): string => `${name}: ${text}`,
    announceMany: (count: number): string => plural(count, { one: '1 new message', other: '# new messages' }),
    actions: 'Message actions',
    react: 'React',
    reply: 'Reply',
    edit: 'Edit',
    remove: 'Delete',
    copy: 'Copy text',
    selectText: 'Select text',
    more: 'More',
    moreEmoji: 'More emoji',
    copyCode: 'Copy code',
    copied: 'Copied',
    code: 'Code',
    imageLink: (alt: string): string => (alt === '' ? 'Picture' : `Picture: ${alt}`),
  },

  pins: {
    title: 'Pinned messages',
    pin: 'Pin for everybody',
    unpin: 'Unpin',
    pinned: 'Pinned',
    goTo: (name: string, text: string): string => `Go to what is pinned. ${name}: ${text}`,
    all: (count: number): string => (count === 1 ? 'Show' : `All ${number(count)}`),
    allLabel: (count: number): string =>
      plural(count, { one: 'Show the pinned message', other: 'Show all # pinned messages' }),
    by: (name: string): string => `Pinned by ${name}`,
    byMe: 'Pinned by you',
    none: 'Nothing is pinned any more.',
  },

  /** What a message without words says of its files. */
  sent: {
    kinds: {
      picture: 'a picture',
      film: 'a film',
      voice: 'a voice message',
      sound: 'a sound',
      other: 'a file',
    },
    named: (name: string): string => `a file, ${name}`,
    many: (count: number): string => plural(count, { one: '1 file', other: '# files' }),
  },

  remove: {
    title: 'Delete this message?',
    body: 'It disappears for everybody whose Kith hears of it. Somebody who has already read it may remember.',
    confirm: 'Delete',
  },

  delivery: {
    label: 'How far this message has come',
    waiting: 'Waiting',
    sent: 'Sent',
    stored: 'Stored by others',
    waitingLong: 'It waits on this device and leaves as soon as somebody can be reached.',
    sentLong: 'It has left this device. Nobody has said yet that they hold it.',
    storedLong: (people: number, keepers: number): string => {
      const kept = plural(keepers, { one: 'kept by 1 keeper', other: 'kept by # keepers' })
      if (people === 0) return `Nobody else has it yet, but it is ${kept} for whoever comes.`
      const held = plural(people, { one: '1 other person holds it', other: '# other people hold it' })
      return keepers === 0 ? `${held}.` : `${held}, and it is ${kept}.`
    },
    receipt: 'The relay signed a receipt: it saw this sealed message, and when.',
    noReceipt: 'There is no receipt of a relay; it does not need one.',
  },

  composer: {
    label: (room: string): string => `Message to ${room}`,
    placeholder: (room: string): string => `Message ${room}`,
    placeholderShort: 'Message',
    send: 'Send',
    saveEdit: 'Save the change',
    emoji: 'Emoji',
    replyingTo: (name: string): string => `Replying to ${name}`,
    editing: 'Editing your message',
    stopReply: 'Stop replying',
    stopEdit: 'Stop editing',
    typing: (names: readonly string[]): string => {
      if (names.length > 3) return 'Several people are writing'
      return `${list(names)} ${names.length === 1 ? 'is' : 'are'} writing`
    },
    youAre: (name: string): string => `You are ${name} here.`,
    changeName: 'Change name',
    refused: 'This was not sent; it is still in the field. Try again in a moment.',
    refusedFull: 'This was not sent: the store of this browser is full. Free some space and try again.',
    refusedLong: 'This was not sent: it is too long for one message. Split it in two.',
  },

  invite: {
    title: 'Invite',
    lead: 'Whoever has this link can come in, and read what was said before.',
    aloneTitle: 'You are the first one here',
    aloneTwo: (name: string): string => `${name} gets what you write here as soon as they come.`,
    aloneLead: 'Send this link to whoever should come. It is the only key.',
    aloneMembers: 'Nobody comes in unless you say so. Make an invite for whoever should.',
    link: 'Link of this room',
    copy: 'Copy link',
    copied: 'Link copied',
    share: 'Share',
    qr: 'QR code of the link',
    care: 'Send it where only they can read it.',
    shareText: 'Come and talk',
    selectIt: 'Copying is not allowed here. The link is selected: press Ctrl+C.',
  },

  roomSettings: {
    title: 'Room settings',
    sections: {
      names: 'Names',
      access: 'Who comes in',
      keeping: 'Relay and keepers',
      leaving: 'Export and leave',
    },
    name: 'What you call this room',
    nameHint: 'Only you see this.',
    yourName: 'Your name in this room',
    yourNameHint: 'The others see it from your next message on.',
    open: 'Open room: anyone with the link can read and write.',
    relay: 'Relay',
    relayNone: 'None. This room works only between directly connected people.',
    relayAt: (host: string): string => `Meets at ${host}`,
    relayStates: {
      connecting: 'being called',
      up: 'connected',
      away: 'away; the people already connected go on talking',
      none: 'none',
    },
    stored: 'On this device',
    storedKey: 'Encrypted with a key that this browser keeps and does not give out.',
    storedPassphrase: 'Encrypted with your passphrase.',
    storedPasskey: 'Encrypted with your passkey.',
    history: (have: number, gaps: number): string =>
      `${plural(have, { one: '1 entry', other: '# entries' })}, ${plural(gaps, { one: '1 gap', other: '# gaps' })}`,
    forget: 'Leave and forget',
    forgetHint: 'Erases this room from this device. The others keep it; with the link you can come back.',
    forgetTitle: (room: string): string => `Leave ${room}?`,
    forgetBody: 'Its messages and your drafts are erased from this device. Without the link there is no way back in.',
    forgetMembersHint:
      'Erases this room from this device. The others still count you in; to come back here you need a new invite.',
    forgetMembersBody:
      'Its messages, your drafts and your key in this room are erased from this device. Without a new invite there is no way back in.',
    forgetConfirm: 'Leave and erase',
  },

  exporting: {
    title: 'Export messages',
    formats: { markdown: 'As text (Markdown)', json: 'As data (JSON)' },
    hint: 'A file of what is shown here, for you to keep. It is not encrypted: whoever gets hold of it can read it.',
    done: 'Done. The file is among your downloads, and is not encrypted.',
  },

  settings: {
    title: 'Settings',
    sections: {
      you: 'You',
      look: 'Look and language',
      files: 'Files and storage',
      devices: 'Devices',
      privacy: 'Privacy and lock',
      about: 'About Kith',
    },
    isOn: 'On',
    isOff: 'Off',
    isLocked: 'Locked',
    freeSpace: 'Free some space',
    name: 'Your name',
    nameHint: 'For rooms you make or join from now on.',
    theme: 'Appearance',
    themes: { auto: 'System', light: 'Light', dark: 'Dark' },
    relayOnly: 'Hide my address from other members',
    relayOnlyHint:
      'Everything goes by way of the relay, never directly. Slower, and nothing works while the relay is away.',
    stored: 'On this device',
    storedKey:
      'What is stored here is encrypted with a key that this browser keeps and does not give out. It protects a copied disk, not an unlocked computer.',
    storedPassphrase: 'What is stored here is encrypted with your passphrase.',
    storedPasskey: 'What is stored here is encrypted with your passkey.',
    storedBytes: (bytes: number): string => `${intl.bytes(bytes)} in use`,
    kept: 'The browser has promised to keep it.',
    mayBeCleared: 'The browser may clear it when space runs short.',
    language: 'Language',
    languageAuto: 'As in the browser',
  },

  about: {
    version: 'Version',
    relay: 'Served by',
    relayAt: (host: string): string =>
      `The relay at ${host}. It hands this page out and helps people meet; it keeps nothing.`,
    licence: 'Licence',
    licenceIs: 'MIT. Free to use, to change and to host.',
  },

  unlock: {
    title: 'Kith is locked',
    lead: 'A passphrase locks what is stored in this browser.',
    leadPasskey: 'A passkey locks what is stored in this browser.',
    usePasskey: 'Use the passkey',
    askingPasskey: 'Waiting for the passkey…',
    passkeyWrong: 'This passkey does not open it. Use the one it was locked with.',
    passkeyFailed: 'The passkey did not answer. Try again, and confirm when this device asks.',
    forgottenPasskey:
      'Nothing opens it without the passkey. If it is lost, clear what this site has stored in the browser and come back by the links of your rooms: the others still have the messages.',
    label: 'Passphrase',
    open: 'Open',
    opening: 'Opening, takes a second…',
    wrong: 'This passphrase does not open it. Look at capitals and spaces, and try again.',
    forgotten:
      'Nothing opens it without the passphrase. If it is lost, clear what this site has stored in the browser and come back by the links of your rooms: the others still have the messages.',
  },

  lock: {
    title: 'Lock what is stored here',
    byPassphrase: 'Locked by a passphrase.',
    byPasskey: 'Locked by a passkey.',
    setPasskey: 'Use a passkey',
    passkeySet: 'Done. The next time Kith is opened here, it asks for the passkey.',
    passkeyFailed:
      'No passkey was made: this browser or device has none that can lock, or the question was closed. A passphrase does the same.',
    after: 'Lock by itself',
    afterMinutes: (minutes: number): string =>
      minutes === 0
        ? 'Never'
        : minutes < 60
          ? plural(minutes, { one: 'After 1 minute', other: 'After # minutes' })
          : plural(minutes / 60, { one: 'After 1 hour', other: 'After # hours' }),
    afterHint: 'When nobody has touched Kith for so long, in any of its tabs.',
    now: 'Lock now',
    hint: 'With a passphrase or a passkey, somebody who takes this device while Kith is closed finds nothing to read. It does not help while Kith is open, against a weak passphrase or a spied-on computer, and nothing brings a lost one back.',
    set: 'Set a passphrase',
    change: 'Change it',
    remove: 'Remove it',
    current: 'Present passphrase',
    next: 'New passphrase, four words or more',
    again: 'The new one once more',
    differs: 'The two new ones are not the same. Type it twice, just as you want it.',
    wrong: 'That is not the present passphrase. Look at capitals and spaces, and try again.',
    notDone: 'The lock could not be changed. Try again; if it stays, load the page anew.',
    working: 'Takes a second…',
    isSet: 'Done. The next time Kith is opened here, it asks for the passphrase.',
    removed: 'Done. It opens without a passphrase from now on.',
  },

  protection: {
    title: 'How Kith protects a room',
    child: 'What you write is put in an envelope that only people with the room’s link can open.',
    points: [
      'The secret of a room is the part of its link after the #. Browsers do not send that part to any server.',
      'Every message is encrypted with a key made from that secret, and signed by the person who wrote it. Nobody can change it unnoticed, also not somebody in the room.',
      'The relay introduces people and passes sealed messages on. It sees network addresses, sizes and times. It cannot read messages or names, and keeps nothing.',
      'Directly connected people learn each other’s network address. There is a switch against that in the settings.',
      'Whoever serves this page could serve a changed one. Kith therefore asks before it updates itself.',
      'In an open room there is no taking back: whoever had the link keeps what they have read.',
    ] as readonly string[],
  },

  help: {
    title: 'Keyboard',
    groups: {
      write: 'Writing',
      read: 'Reading',
      move: 'Getting around',
    },
    send: 'Send',
    newline: 'New line',
    editLast: 'Edit your last message, in an empty field',
    cancel: 'Stop replying or editing',
    bold: 'Bold, italic, code',
    mention: 'Call somebody by name',
    emoji: 'Emoji',
    toMessages: 'From the field to the messages',
    walk: 'Walk through messages',
    ends: 'Oldest, newest',
    reply: 'Reply',
    react: 'React',
    edit: 'Edit your own',
    copy: 'Copy its text',
    remove: 'Delete your own',
    toField: 'Back to the field',
    rooms: 'Room above, room below',
    people: 'People',
    map: 'Map',
    invite: 'Invite',
    files: 'Files',
    search: 'Search',
    help: 'This list',
    markdownTitle: 'Setting text',
    markdown: '**bold**, *italic*, `code`, > quote, - list, ``` for a block of code',
    keys: {
      enter: 'Enter',
      shift: 'Shift',
      alt: 'Alt',
      ctrl: 'Ctrl',
      esc: 'Esc',
      del: 'Del',
      home: 'Home',
      end: 'End',
    },
  },

  emoji: {
    label: 'Emoji',
    search: 'Find an emoji',
    loading: 'Fetching emoji…',
    none: (search: string): string => `Nothing found for “${search}”`,
    groups: {
      0: 'Smileys and feelings',
      1: 'People',
      3: 'Animals and nature',
      4: 'Food and drink',
      5: 'Travel and places',
      6: 'Activities',
      7: 'Things',
      8: 'Signs',
      9: 'Flags',
    },
    quick: 'Reactions',
  },

  notice: {
    deviceAdded: (name?: string): string =>
      `${name || 'Somebody'} has another device now, which reads and writes as ${name || 'them'}. If you did not expect it, ask by another road.`,
    deviceRemoved: (name?: string): string =>
      `${name || 'Somebody'} removed one of their devices. What it says from now on is not shown.`,
    unanswered: (): string =>
      'Members of this room are here and do not answer you. Perhaps you are no longer a member: ask one of them by another road.',
    dismiss: 'Understood',
    unknown: 'Something unusual happened in this room. It goes on working.',
    clockWrong: (about: string | undefined): string =>
      about === undefined
        ? 'The clock of this device seems to be wrong. Messages may sort oddly until it is set.'
        : `The clock of this device is about ${about} off. Messages may sort oddly until it is set.`,
    relayKeyChanged: (about: string | undefined): string =>
      `${about === undefined ? 'The relay' : `The relay ${about}`} has a new key. If its keeper did not announce that, somebody else may be answering for it. Your messages stay sealed either way.`,
    relayRefused: (): string =>
      'The relay does not let this room in right now. Directly connected people go on talking.',
    storeFull: (): string => 'This browser has no space left. New messages can be read but are not kept.',
    storeBroken: (): string =>
      'Something that was stored here is damaged and was left out. What the others have of it comes again by itself.',
    forkFound: (about: string | undefined): string =>
      `${about ?? 'Somebody'} sent two different histories to different people. Both are kept as proof, and what followed is hidden.`,
    linkRefused: (about: string | undefined): string =>
      `A connection to ${about ?? 'somebody'} was refused because its proof did not match. Nothing was lost.`,
    floodLimited: (about: string | undefined): string =>
      `${about ?? 'Somebody'} sends more than a room can carry. Their messages are slowed down.`,
  },
}

export type EnglishMessages = typeof en
