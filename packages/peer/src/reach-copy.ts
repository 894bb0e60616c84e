/**
 * A reach report as text to give away: to whoever runs the relay, or into a bug report.
 *
 * It holds no names, keys, addresses or times of day, by construction: people are letters in the order they are met, every
 * other word is from a list in this file or a code of the specification, and times are relative. The text does not change
 * when everybody has another name and key (proved in the tests). English, because it is read by strangers.
 */
import type { MapNode, Millis, ReachAttempt, ReachReport, RoomMap } from '@kith/protocol'
import { readMap, type MapPair } from './map-facts.ts'

/** The program that makes the report, as it may be told to strangers. */
export interface ReportingProgram {
  /** `0.1.0` */
  readonly version: string
  /** `Node 20 on linux`, `Chromium 140 on Android` */
  readonly platform: string
}

/** Links of others are left out beyond this. */
const maxPairs = 40

/** Codes are words of the specification; whatever else came is not repeated. */
const code = /^[a-z][A-Za-z]{1,31}$/u

export function redactReport(
  report: ReachReport,
  map: RoomMap | undefined,
  program: ReportingProgram,
  now: Millis,
): string {
  const facts = map === undefined ? undefined : readMap(map)
  const letters = new Map<string, string>()
  const carriers = [report, ...report.attempts].flatMap(({ through }) => through ?? [])
  const known = [map?.self ?? '', report.session, ...carriers, ...(map?.nodes ?? []).map(({ session }) => session)]
  for (const session of known) if (!letters.has(session)) letters.set(session, letterAt(letters.size))
  // Whom only somebody else has spoken of.
  const letter = (session: string): string => letters.get(session) ?? '?'

  const lines = [
    'Kith: how A reaches B. Letters stand for people; there are no names, keys or addresses in this.',
    `A: kith ${tame(program.version)}, ${tame(program.platform)}`,
    `B: ${facts?.nodeBySession.get(report.session)?.platform ?? 'platform unknown'}`,
    `path: ${report.path ?? 'none'}${by(report.through, letter)}${ms(report.rttMs)}`,
    `relay of A: ${report.relay}; B is ${report.isInTopic ? '' : 'not '}seen there`,
    `last heard of B: ${report.heardAt === undefined ? 'never' : `${seconds(now - report.heardAt)} ago`}`,
    `clock of B: ${ahead(report.clockAheadMs)}; clock of A: ${ahead(report.ownClockAheadMs)} of the room`,
    'tried:',
    ...(report.attempts.length === 0 ? ['  nothing: no program of B is here'] : []),
    ...report.attempts.map((attempt) => `  ${attemptText(attempt, letter, now)}`),
  ]
  if (map !== undefined && facts !== undefined) {
    lines.push(`room: ${map.online} online, mode ${map.mode}, ${facts.nodes.length} known, gaps: ${facts.gaps}`)
    lines.push(...pairLines(facts.pairs, report.session, letter))
  }
  return `${lines.join('\n')}\n`
}

function attemptText(attempt: ReachAttempt, letter: (session: string) => string, now: Millis): string {
  const parts = [`${attempt.way}: ${attempt.state}${by(attempt.through, letter)}`]
  if (attempt.step !== 'none') parts.push(`step ${attempt.step}`)
  if (attempt.code !== undefined) parts.push(`code ${code.test(attempt.code) ? attempt.code : 'unknown'}`)
  if (attempt.failures > 0) parts.push(`failed ${Math.round(attempt.failures)} times`)
  if (attempt.since !== undefined) parts.push(`for ${seconds(now - attempt.since)}`)
  if (attempt.nextAt !== undefined) parts.push(`next in ${seconds(attempt.nextAt - now)}`)
  return parts.join(', ')
}

/** What A and B are joined to, and the gaps of others. */
function pairLines(pairs: readonly MapPair[], session: string, letter: (session: string) => string): readonly string[] {
  const concerned = ({ a, b, isGap }: MapPair): boolean =>
    isGap || [a, b].some((node: MapNode) => node.isSelf || node.session === session)
  const told = pairs.filter(concerned).map(({ a, b, how, through, rttMs, isGap }) => {
    const [one, other] = [letter(a.session), letter(b.session)].toSorted(byLetter)
    const gap = isGap && how !== 'gap' ? ', no direct link' : ''
    return { one, other, text: `  ${one}-${other} ${how}${by(through?.session, letter)}${ms(rttMs)}${gap}` }
  })
  told.sort(
    (x, y) => byLetter(x.one ?? '', y.one ?? '') || byLetter(x.other ?? '', y.other ?? '') || byLetter(x.text, y.text),
  )
  return told.slice(0, maxPairs).map(({ text }) => text)
}

/** A to Z, then A2 to Z2, and so on. */
function letterAt(index: number): string {
  const round = Math.floor(index / 26)
  return `${String.fromCharCode(65 + (index % 26))}${round === 0 ? '' : round + 1}`
}

function byLetter(a: string, b: string): number {
  return a.length - b.length || (a === b ? 0 : a < b ? -1 : 1)
}

function by(through: string | undefined, letter: (session: string) => string): string {
  return through === undefined ? '' : ` by ${letter(through)}`
}

function ms(rttMs: number | undefined): string {
  return rttMs === undefined ? '' : `, ${Math.round(rttMs)} ms`
}

function seconds(millis: number): string {
  return `${Math.max(0, Math.round(millis / 1000))} s`
}

function ahead(millis: number | undefined): string {
  if (millis === undefined) return 'not measured'
  const rounded = Math.round(Math.abs(millis) / 100) / 10
  return rounded === 0 ? 'right' : `${rounded} s ${millis > 0 ? 'ahead' : 'behind'}`
}

/** From the program itself, but it ends up in other people's hands. */
function tame(text: string): string {
  return text.replaceAll(/[^\w .+-]/gu, '').slice(0, 60)
}
