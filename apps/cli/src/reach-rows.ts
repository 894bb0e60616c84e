/** `/why NAME` in a terminal: the path in use, where a better one stopped, what was tried, and what helps. */
import {
  adviceOn,
  blockedAttempt,
  clockNoticeMs,
  readMap,
  verdictOf,
  type Person,
  type ReachAdvice,
  type ReachAttempt,
  type ReachReport,
  type RoomMap,
} from '@kith/peer'
import { nodeName } from './map-rows.ts'
import { carriedBy, pathWord } from './people.ts'
import { printableLine } from './printable.ts'
import { troubleColor } from './screen/colors.ts'
import { span, wrap, type Row, type Style } from './screen/layout.ts'

const dim: Style = { dim: true }

const advice: Readonly<Record<ReachAdvice, string>> = {
  askToOpen: 'Ask them to open the room. What you write until then waits here and with everybody who has it.',
  ownClock: 'Set the clock of this machine (timedatectl set-ntp true, or automatic time in its settings).',
  theirClock: 'Tell them that their clock is off; automatic time in the settings of their device does it.',
  proofFailed:
    'Something answered that could not prove it belongs to this room. Give them the link once more, and see that you both have the newest kith. If it stays, do not trust the network between you.',
  relayAway: 'Look whether this machine is online. As soon as the relay is back, they are found by themselves.',
  noRelay: 'A relay lets people meet who cannot connect directly: kith new --relay URL makes a room with one.',
  directOff: 'Direct connections are switched off on one side.',
  strictNetwork:
    'One of your networks lets no direct connection through: company networks, mobile networks and VPNs often do. Another network, or a relay with a TURN server, helps.',
  signalLost: 'Their program may be asleep: ask them to bring it to the front.',
  wait: 'Give it a few seconds and ask again.',
}

const ways: Readonly<Record<ReachAttempt['way'], string>> = {
  webrtc: 'directly, by WebRTC',
  socket: 'directly, by address',
  relay: 'by relay',
  through: 'through a member',
}

const failed: Readonly<Record<ReachAttempt['step'], string>> = {
  signal: 'their answer never came',
  transport: 'no way through between your networks',
  handshake: 'it opened, but the handshake failed',
  none: 'did not work',
}

const trying: Readonly<Record<ReachAttempt['step'], string>> = {
  signal: 'asked, waiting for their answer',
  transport: 'answered, looking for a way between your networks',
  handshake: 'connected, checking each other’s proof',
  none: 'beginning',
}

const waitingFor: Readonly<Record<string, string | undefined>> = {
  relayAway: 'waiting for the relay to come back',
  notInTopic: 'they are not met at the relay',
}

const marks: Readonly<Record<ReachAttempt['state'], string>> = {
  up: '+',
  trying: '…',
  waiting: '…',
  failed: 'x',
  off: '-',
}

export interface Told {
  readonly report: ReachReport
  readonly map: RoomMap
  readonly person: Person | undefined
  readonly now: number
}

/** Rows of at most `columns` cells. */
export function reachRows({ report, map, person, now }: Told, columns: number): readonly Row[] {
  const facts = readMap(map)
  const name = printableLine(person?.name ?? report.name) || 'somebody'
  const nameOf = (session: string): string => nodeName(facts.nodeBySession.get(session))
  const isHere = isBeyond(person, report)
  const verdict = verdictOf(report, isHere)
  const rows: Row[] = []
  const say = (text: string, style?: Style): void => void rows.push(...wrap([span(text, style)], columns))
  say(verdictText(verdict, name, report.through === undefined ? 'a member' : nameOf(report.through), report.rttMs))
  const blocked = verdict === 'direct' || verdict === 'beyond' ? undefined : blockedAttempt(report)
  if (blocked !== undefined) {
    const text = `${blocked.way === 'webrtc' || blocked.way === 'socket' ? 'The direct way' : upperFirst(ways[blocked.way])}: ${failed[blocked.step]}.`
    say(text, verdict === 'blocked' ? { color: troubleColor } : {})
  }
  for (const code of adviceOn(report, isHere)) say(advice[code])
  if (report.attempts.length > 0) rows.push([])
  for (const attempt of report.attempts) {
    const head = `${marks[attempt.state]} ${ways[attempt.way].padEnd(21)} `
    const [first = [], ...rest] = wrap([span(attemptText(attempt, report, nameOf, now))], columns - head.length)
    rows.push([span(head, attempt.state === 'off' ? dim : { bold: true }), ...first])
    for (const row of rest) rows.push([span(' '.repeat(head.length)), ...row])
  }
  rows.push([], ...wrap([span(factsText(report, name, now), dim)], columns))
  say(`/redacted ${name} has this without names and keys, to give away.`, dim)
  return rows
}

/** A member of a large room we are not meant to be linked with. */
export function isBeyond(person: Person | undefined, report: ReachReport): boolean {
  return person?.presences.some(({ session, state }) => session === report.session && state === 'here') === true
}

function verdictText(
  verdict: ReturnType<typeof verdictOf>,
  name: string,
  carrier: string,
  rttMs: number | undefined,
): string {
  const there = rttMs === undefined ? '' : ` There and back takes ${Math.round(rttMs)} ms.`
  switch (verdict) {
    case 'direct':
      return `You and ${name} are directly connected.${there}`
    case 'relay':
      return `What you and ${name} say goes by relay, sealed.${there}`
    case 'through':
      return `${upperFirst(carrier)} carries what you and ${name} say, sealed, and cannot read it.${there}`
    case 'beyond':
      return `You and ${name} have no link of your own, as most in a large room. What you say reaches ${name} along others.`
    case 'reaching':
      return `${name} is still being reached.`
    case 'blocked':
      return `${name} cannot be reached right now. What you write waits for them.`
    case 'absent':
      return `${name} is not here: nowhere is a kith of theirs open in this room.`
  }
}

function attemptText(
  { way, state, step, code, failures, since, nextAt, through }: ReachAttempt,
  report: ReachReport,
  nameOf: (session: string) => string,
  now: number,
): string {
  const inUse = report.path === 'direct' ? way === 'webrtc' || way === 'socket' : report.path === way
  const states: Readonly<Record<ReachAttempt['state'], string>> = {
    up: inUse ? 'in use' : 'works, kept in reserve',
    trying: trying[step],
    waiting: waitingFor[code ?? ''] ?? (failures > 0 ? failed[step] : 'waiting for its turn'),
    failed: failed[step],
    off: way === 'webrtc' || way === 'socket' ? 'switched off, or not possible here' : 'not needed',
  }
  const parts = [states[state]]
  if (through !== undefined) parts.push(`by ${nameOf(through)}`)
  if (since !== undefined && state !== 'off') parts.push(`for ${duration(now - since)}`)
  if (failures > 0) parts.push(failures === 1 ? 'failed once' : `failed ${failures} times`)
  if (nextAt !== undefined) parts.push(nextAt - now < 1000 ? 'next try now' : `next try in ${duration(nextAt - now)}`)
  if (code !== undefined && state !== 'up' && failures > 0) parts.push(`code ${printableLine(code)}`)
  return parts.join(', ')
}

function factsText(report: ReachReport, name: string, now: number): string {
  const parts: string[] = []
  const { clockAheadMs: theirs, ownClockAheadMs: own, heardAt, relay, isInTopic } = report
  parts.push(heardAt === undefined ? 'nothing heard by a link yet' : `last heard ${duration(now - heardAt)} ago`)
  if (Math.abs(own) >= clockNoticeMs) parts.push(`your clock is ${clockText(own)}`)
  if (theirs !== undefined)
    parts.push(Math.abs(theirs) >= clockNoticeMs ? `their clock is ${clockText(theirs)}` : 'your clocks agree')
  parts.push({ up: 'relay connected', connecting: 'relay being called', away: 'relay away', none: 'no relay' }[relay])
  if (relay === 'up') parts.push(isInTopic ? `${name} is there too` : `${name} is not seen there`)
  return parts.join(' · ')
}

function clockText(ms: number): string {
  return `${duration(Math.abs(ms))} ${ms > 0 ? 'ahead' : 'behind'}`
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** For `/who`: how one presence is reached. */
export function presenceWord(path: ReachReport['path'], state: string, carrier: string | undefined): string {
  if (path === 'through' && carrier !== undefined) return carriedBy(carrier)
  return path === undefined && state === 'here' ? 'reached along others' : pathWord(path)
}
