/** The words of the map and of "Why can't I reach …?", in English. A catalogue of their own: few people open them. */
import { en } from './en.ts'

const { plural, number, list } = en.format

/** How long, in the largest unit that fits. */
function inUnits(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${number(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${number(minutes)} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? plural(hours, { one: '1 hour', other: '# hours' }) : `${number(Math.round(hours / 24))} days`
}

export const mapEn = {
  duration: (ms: number): string => inUnits(ms),
  somebody: 'Somebody',
  you: 'You',

  map: {
    title: 'Map',
    loading: 'Drawing who is linked with whom…',
    failed: 'There is no map right now: this room is being closed or opened. Try again in a moment.',
    again: 'Try again',
    alone: 'Only you are here. The map grows with whoever comes.',
    views: 'How the map is shown',
    picture: 'Picture',
    list: 'List',
    trees: 'Trees',
    vouches: 'Vouches',
    vouchesHint: 'Who answers for whom in this room',
    vouchedBy: (names: readonly string[]): string => `Let in on the word of ${list(names)}`,
    vouchesFor: (names: readonly string[]): string => `Answers for ${list(names)}`,
    vouchTable: { caption: 'Who answers for whom', by: 'Who', for: 'For whom', how: 'How they made sure' },
    treesHint: 'The ways messages take through this room',
    label: (people: number, links: number, gaps: number): string =>
      `Picture of who is linked with whom: ${plural(people, { one: '1 person', other: '# people' })}, ${plural(links, { one: '1 link', other: '# links' })}, ${plural(gaps, { one: '1 pair without a link', other: '# pairs without a link' })}. The list has the same in words.`,
    here: (count: number): string => plural(count, { one: '1 here', other: '# here' }),
    nearDrawn: (count: number): string => `${number(count)} near you drawn`,
    links: (count: number): string => plural(count, { one: '1 link', other: '# links' }),
    gaps: (count: number): string => plural(count, { one: '1 gap', other: '# gaps' }),
    noGaps: 'no gaps',
    small: 'In a small room everybody is linked with everybody.',
    mesh: 'In a large room everybody keeps a few links, and messages go along trees made of them.',
    more: (count: number): string => plural(count, { one: 'and 1 more', other: 'and # more' }),
    noLink: 'no link',
    noDirect: 'no direct link',
    pick: 'Choose somebody to see how they are reached.',
    reached: {
      direct: 'Directly connected',
      relay: 'By way of the relay',
      through: (name: string): string => `Through ${name}`,
      gap: 'No link, and nobody carries',
      beyond: (links: number): string =>
        plural(links, { one: 'Next to you', other: '# links from you, and reached along them' }),
      unknown: 'Reached along others',
    },
    rtt: (ms: number): string => `${number(Math.round(ms))} ms`,
    linkedWith: (count: number): string => plural(count, { one: 'Linked with 1', other: 'Linked with #' }),
    names: (names: readonly string[]): string => list(names),
    browser: 'in a browser',
    terminal: 'in a terminal',
    hidden: 'in the background',
    keeper: { blind: 'keeper, cannot read', reader: 'keeper that can read' },
    keeperShort: { blind: 'keeper', reader: 'keeper, reads' },
    carries: (names: readonly string[]): string => `Carries sealed frames between ${list(names)}`,
    root: (slot: number): string => `Root of tree ${number(slot + 1)}`,
    hot: 'Speaks much right now, and has a tree of their own',
    rootShort: (slot: number): string => `tree ${number(slot + 1)}`,
    hotShort: 'speaks much',
    tree: (slot: number): string => `Tree ${number(slot + 1)}`,
    treeHot: 'Tree of a speaker',
    treeOf: (root: string, hops: number): string =>
      hops === 0 ? 'begins with you' : `from ${root}, ${plural(hops, { one: '1 link away', other: '# links away' })}`,
    treeFrom: (parent: string): string => `comes to you from ${parent}`,
    treeTo: (names: readonly string[]): string =>
      names.length === 0 ? 'ends with you' : `you pass it on to ${list(names)}`,
    legend: {
      direct: 'direct',
      relay: 'by the relay',
      through: 'through a member',
      gap: 'no link',
      vouch: 'vouches for',
      quality: 'The stronger a line, the quicker.',
      hops: 'Circles: how many links from you.',
    },
    table: {
      caption: 'Every pair and how it is joined',
      who: 'Who',
      whom: 'Whom',
      how: 'How',
      ms: 'ms',
      quality: { quick: 'quick', fair: 'fair', slow: 'slow', unknown: '' },
      tree: 'tree',
    },
  },

  reach: {
    how: (name: string): string => `How do I reach ${name}?`,
    why: (name: string): string => `Why can’t I reach ${name}?`,
    loading: 'Looking at what was tried…',
    failed: 'This cannot be told right now: the room is being closed or opened. Try again in a moment.',
    programs: 'Which of their windows',
    program: (index: number, platform: string): string => `${number(index)}: ${platform}`,
    verdict: {
      direct: (name: string): string => `You and ${name} are directly connected.`,
      relay: (name: string): string =>
        `What you and ${name} say goes by way of the relay, sealed. It arrives just as well, only the way is longer.`,
      through: (name: string, carrier: string): string =>
        `${carrier} carries what you and ${name} say, sealed. ${carrier} cannot read it.`,
      beyond: (name: string): string =>
        `You and ${name} have no link of your own, as most in a large room. What you say reaches ${name} along others.`,
      reaching: (name: string): string => `${name} is still being reached.`,
      blocked: (name: string): string => `${name} cannot be reached right now. What you write waits for them.`,
      absent: (name: string): string => `${name} is not here: nowhere is a Kith of theirs open in this room.`,
    },
    there: (ms: number): string => `There and back takes ${number(Math.round(ms))} ms.`,
    stops: {
      signal: 'The direct way stops at the first step: their answer never came.',
      transport: 'The direct way stops in between: no way through between your networks was found.',
      handshake: 'The connection opened, but the handshake on it failed.',
      none: 'It stopped before the first step.',
    },
    stopsRelay: 'The relay was asked to pass the first words on, and no answer came.',
    stopsThrough: 'No member was found who could carry.',
    tried: 'What was tried',
    ways: {
      webrtc: 'Directly (WebRTC)',
      socket: 'Directly, by network address',
      relay: 'By way of the relay',
      through: 'Through another member',
    },
    state: {
      inUse: 'In use',
      up: 'Works, kept in reserve',
      off: {
        webrtc: 'Not tried: direct connections are switched off or not possible here',
        socket: 'Not tried: only terminals can do this, by an address they were given',
        relay: 'Not needed',
        through: 'Not needed',
      },
      relayAway: 'Waiting for the relay to come back',
      notInTopic: 'They are not met at the relay',
      trying: {
        signal: 'Asked, and waiting for their answer',
        transport: 'Answered; looking for a way between your networks',
        handshake: 'Connected; each is checking the other’s proof',
        none: 'Beginning',
      },
      failed: {
        signal: 'Their answer never came',
        transport: 'No way through between your networks',
        handshake: 'The connection opened, but the handshake failed',
        none: 'Did not work',
      },
      waiting: 'Waiting for its turn',
    },
    by: (name: string): string => `by ${name}`,
    since: (text: string): string => `for ${text}`,
    failures: (count: number): string => plural(count, { one: 'failed once', other: 'failed # times' }),
    next: (text: string): string => `next try in ${text}`,
    nextNow: 'next try now',
    code: (code: string): string => `code ${code}`,
    facts: 'Also good to know',
    relay: {
      up: 'Your relay is connected.',
      connecting: 'Your relay is being called.',
      away: 'Your relay is away.',
      none: 'This room has no relay.',
    },
    inTopic: (name: string): string => `${name} is at the relay too.`,
    notInTopic: (name: string): string => `${name} is not seen at the relay.`,
    heard: (name: string, text: string): string => `Last heard of ${name} ${text} ago.`,
    neverHeard: (name: string): string => `Nothing was heard of ${name} by a link yet.`,
    clockRight: 'Your clocks agree.',
    clockAhead: (text: string): string => `Their clock is ${text} ahead.`,
    clockBehind: (text: string): string => `Their clock is ${text} behind.`,
    ownAhead: (text: string): string => `The clock of this device is ${text} ahead of the room’s.`,
    ownBehind: (text: string): string => `The clock of this device is ${text} behind the room’s.`,
    help: 'What you can do',
    advice: {
      askToOpen: 'Ask them to open the room. What you write until then waits here and in everybody who has it.',
      ownClock: 'Set the clock of this device; automatic time in its settings does it.',
      theirClock: 'Tell them that their clock is off; automatic time in the settings of their device does it.',
      proofFailed:
        'Something answered that could not prove it belongs to this room. Give them the link once more, and see that you both have the newest Kith. If it stays, do not trust the network between you.',
      relayAway: 'Look whether you are online at all. As soon as the relay is back, they are found by themselves.',
      noRelay: 'A relay lets people meet who cannot connect directly: make the next room on a page that has one.',
      directOff:
        'Direct connections are switched off on one side (“Hide my address”). If you both want them, look in the settings.',
      strictNetwork:
        'One of your networks lets no direct connection through: company networks, mobile networks and VPNs often do. Another network, or a relay with a TURN server, helps.',
      signalLost:
        'Their page may be asleep: ask them to bring it to the front. Phones put pages in the background to sleep after a while.',
      wait: 'Give it a few seconds. This page shows how far it is.',
    },
    nothingToDo: 'Nothing is to be done.',
    report: 'A report to give away',
    reportLead:
      'For whoever runs the relay, or for a report of a fault. Exactly this is copied: no names, keys or addresses.',
    copy: 'Copy report',
    copied: 'Report copied',
    selectIt: 'Copying is not allowed here. The text is selected: press Ctrl+C.',
  },
}

export type MapMessages = typeof mapEn
