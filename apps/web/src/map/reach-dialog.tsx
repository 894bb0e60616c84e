/** "Why can't I reach NAME?": the path in use, what was tried and where it stopped, what helps, and a report to give away. */
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { Check, Clock3, Copy, Ellipsis, Minus, RotateCw, X } from 'lucide-react'
import {
  adviceOn,
  blockedAttempt,
  clockNoticeMs,
  redactReport,
  verdictOf,
  type Person,
  type ReachAttempt,
  type ReachReport,
  type Room,
  type RoomMap,
} from '@kith/peer'
import { platformOf, version } from '../app/program.ts'
import { useRoomState } from '../app/stores.ts'
import { useMapMessages, type MapMessages } from '../messages/map.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { usePolled } from './use-polled.ts'
import '../settings/settings.css'
import './reach-dialog.css'

const everyMs = 1_000

interface ReachDialogProps {
  readonly room: Room
  /** A session, or a person. */
  readonly who: string
  /** As far as it is known otherwise. */
  readonly name: string
  readonly onClose: () => void
}

interface Told {
  readonly report: ReachReport
  readonly map: RoomMap
  readonly at: number
}

export default function ReachDialog({ room, who, name: given, onClose }: ReachDialogProps): ReactElement {
  const words = useMapMessages()
  const say = words.reach
  const people = useRoomState(room, (state) => state.people)
  const person = people.find(({ id, presences }) => id === who || presences.some(({ session }) => session === who))
  const [chosen, setChosen] = useState<string>()
  const asked = chosen ?? who
  const ask = useCallback(
    async (): Promise<Told> => ({ report: await room.reachReport(asked), map: await room.map(), at: Date.now() }),
    [room, asked],
  )
  const { value: told, failed, again } = usePolled(ask, everyMs)
  const name = person?.name || given || words.somebody
  const reached = person === undefined || (person.online && !person.reaching)
  return (
    <Dialog title={reached ? say.how(name) : say.why(name)} onClose={onClose}>
      {person !== undefined && person.presences.length > 1 && (
        <div className="choices reach-programs" role="radiogroup" aria-label={say.programs}>
          {person.presences.map(({ session, platform }, i) => (
            <label key={session} className="choice">
              <input
                type="radio"
                name="reach-program"
                checked={(told?.report.session ?? asked) === session}
                onChange={() => setChosen(session)}
              />
              <span>{say.program(i + 1, platform === 'node' ? words.map.terminal : words.map.browser)}</span>
            </label>
          ))}
        </div>
      )}
      {told !== undefined ? (
        <Report told={told} people={people} name={name} words={words} />
      ) : failed ? (
        <div className="reach-note">
          <p role="alert">{say.failed}</p>
          <button type="button" className="button" onClick={again}>
            <RotateCw size={18} aria-hidden />
            {words.map.again}
          </button>
        </div>
      ) : (
        <p className="reach-note" role="status">
          {say.loading}
        </p>
      )}
    </Dialog>
  )
}

interface ReportProps {
  readonly told: Told
  readonly people: readonly Person[]
  readonly name: string
  readonly words: MapMessages
}

function Report({ told, people, name, words }: ReportProps): ReactElement {
  const { report, map, at } = told
  const say = words.reach
  const findPerson = (session: string): Person | undefined =>
    people.find(({ presences }) => presences.some((presence) => presence.session === session))
  const nameOf = (session: string): string =>
    findPerson(session)?.name || map.nodes.find((node) => node.session === session)?.name || words.somebody
  const isHere = findPerson(report.session)?.presences.some(
    ({ session, state }) => session === report.session && state === 'here',
  )
  const verdict = verdictOf(report, isHere)
  const advice = adviceOn(report, isHere)
  const blocked = verdict === 'direct' || verdict === 'beyond' ? undefined : blockedAttempt(report)
  const carrier = report.through === undefined ? words.somebody : nameOf(report.through)
  return (
    <div className="reach">
      <PathDrawing report={report} map={map} words={words} name={name} />
      <p className="reach-verdict">
        {verdict === 'through' ? say.verdict.through(name, carrier) : say.verdict[verdict](name)}
        {report.rttMs !== undefined && ` ${say.there(report.rttMs)}`}
      </p>
      {blocked !== undefined && (
        <p className={verdict === 'blocked' ? 'reach-blocked' : 'reach-soft'}>
          {blocked.way === 'relay'
            ? say.stopsRelay
            : blocked.way === 'through'
              ? say.stopsThrough
              : say.stops[blocked.step]}
        </p>
      )}

      {(advice.length > 0 || verdict !== 'direct') && (
        <section>
          <h3 className="reach-heading">{say.help}</h3>
          {advice.length === 0 ? (
            <p className="reach-soft">{say.nothingToDo}</p>
          ) : (
            <ul className="reach-advice">
              {advice.map((code) => (
                <li key={code}>{say.advice[code]}</li>
              ))}
            </ul>
          )}
        </section>
      )}

      {report.attempts.length > 0 && (
        <section>
          <h3 className="reach-heading">{say.tried}</h3>
          <ol className="reach-ways">
            {report.attempts.map((attempt, i) => (
              <Attempt key={i} attempt={attempt} report={report} at={at} nameOf={nameOf} words={words} />
            ))}
          </ol>
        </section>
      )}

      <section>
        <h3 className="reach-heading">{say.facts}</h3>
        <ul className="reach-facts">
          {factsOf(report, at, name, words).map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      </section>
      <CopyReport told={told} words={words} />
    </div>
  )
}

function factsOf(report: ReachReport, at: number, name: string, words: MapMessages): readonly string[] {
  const say = words.reach
  const facts: string[] = [
    report.heardAt === undefined ? say.neverHeard(name) : say.heard(name, words.duration(at - report.heardAt)),
  ]
  const isFar = (ms: number): boolean => Math.abs(ms) >= clockNoticeMs
  const { clockAheadMs: theirs, ownClockAheadMs: own } = report
  if (isFar(own)) facts.push((own > 0 ? say.ownAhead : say.ownBehind)(words.duration(Math.abs(own))))
  if (theirs !== undefined)
    facts.push(
      isFar(theirs)
        ? (theirs > 0 ? say.clockAhead : say.clockBehind)(words.duration(Math.abs(theirs)))
        : say.clockRight,
    )
  facts.push(say.relay[report.relay])
  if (report.relay === 'up') facts.push(report.isInTopic ? say.inTopic(name) : say.notInTopic(name))
  return facts
}

interface AttemptProps {
  readonly attempt: ReachAttempt
  readonly report: ReachReport
  readonly at: number
  readonly nameOf: (session: string) => string
  readonly words: MapMessages
}

const icons = { up: Check, trying: Ellipsis, waiting: Clock3, failed: X, off: Minus }

function Attempt({ attempt, report, at, nameOf, words }: AttemptProps): ReactElement {
  const say = words.reach
  const { way, state, failures, code, since, nextAt, through } = attempt
  const Icon = icons[state]
  const details: string[] = []
  if (through !== undefined) details.push(say.by(nameOf(through)))
  if (since !== undefined && state !== 'off') details.push(say.since(words.duration(at - since)))
  if (failures > 0) details.push(say.failures(failures))
  if (nextAt !== undefined) details.push(nextAt - at < 1000 ? say.nextNow : say.next(words.duration(nextAt - at)))
  if (code !== undefined && state !== 'up') details.push(say.code(code))
  return (
    <li className={`reach-way ${state}`}>
      <span className="reach-mark">
        <Icon size={15} strokeWidth={2.4} aria-hidden />
      </span>
      <div>
        <p className="reach-way-name">{say.ways[way]}</p>
        <p className="reach-soft">{stateWords(attempt, report, say)}</p>
        {details.length > 0 && <p className="reach-fine">{details.join(' · ')}</p>}
      </div>
    </li>
  )
}

function stateWords(
  { way, state, step, failures }: ReachAttempt,
  report: ReachReport,
  say: MapMessages['reach'],
): string {
  switch (state) {
    case 'up': {
      const inUse = report.path === 'direct' ? way === 'webrtc' || way === 'socket' : report.path === way
      return inUse ? say.state.inUse : say.state.up
    }
    case 'off':
      return say.state.off[way]
    case 'trying':
      return say.state.trying[step]
    case 'failed':
      return say.state.failed[step]
    case 'waiting':
      return failures > 0 ? say.state.failed[step] : say.state.waiting
  }
}

/** Me, what is between, and the other, with the line that joins us or the place where it ends. */
function PathDrawing(props: { report: ReachReport; map: RoomMap; words: MapMessages; name: string }): ReactElement {
  const { report, map, words, name } = props
  const nodeOf = (session: string | undefined): { author: string; name: string } | undefined => {
    const node = map.nodes.find((other) => other.session === session)
    return node === undefined ? undefined : { author: node.author, name: node.name }
  }
  const self = nodeOf(map.self) ?? { author: map.self, name: words.you }
  const other = nodeOf(report.session) ?? { author: report.session, name }
  const carrier = report.path === 'through' ? nodeOf(report.through) : undefined
  const kind = report.path ?? 'none'
  const point = (who: { author: string; name: string }, label: string): ReactElement => (
    <span className="reach-point">
      <Glyph author={who.author} size={36} />
      <span className="person reach-point-name" style={hueStyle(who.author)}>
        {label}
      </span>
    </span>
  )
  const line = (
    <svg className={`reach-line ${kind}`} viewBox="0 0 100 12" preserveAspectRatio="none">
      {kind === 'none' ? <path d="M0 6h36M64 6h36" /> : <path d="M0 6h100" />}
    </svg>
  )
  return (
    <div className="reach-path" aria-hidden="true">
      {point(self, words.you)}
      {line}
      {kind === 'relay' && (
        <>
          <span className="reach-point">
            <span className="reach-relay" />
            <span className="reach-point-name">{words.map.legend.relay}</span>
          </span>
          {line}
        </>
      )}
      {carrier !== undefined && (
        <>
          {point(carrier, carrier.name || words.somebody)}
          {line}
        </>
      )}
      {point(other, name)}
    </div>
  )
}

function CopyReport({ told, words }: { readonly told: Told; readonly words: MapMessages }): ReactElement {
  const say = words.reach
  const text = useMemo(
    () =>
      redactReport(told.report, told.map, { version, platform: platformOf(globalThis.navigator.userAgent) }, told.at),
    [told],
  )
  const shown = useRef<HTMLTextAreaElement>(null)
  // What is shown stands still while it is read or selected.
  const [kept, setKept] = useState<string>()
  const [said, setSaid] = useState<'copied' | 'select'>()
  useEffect(() => {
    if (said !== 'copied') return undefined
    const timer = window.setTimeout(() => setSaid(undefined), 2500)
    return () => window.clearTimeout(timer)
  }, [said])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(kept ?? text)
      setSaid('copied')
    } catch {
      shown.current?.select()
      setSaid('select')
    }
  }
  return (
    <details className="reach-report" onToggle={(event) => setKept(event.currentTarget.open ? text : undefined)}>
      <summary>{say.report}</summary>
      <p className="reach-soft">{say.reportLead}</p>
      <textarea
        ref={shown}
        className="reach-text"
        readOnly
        aria-label={say.report}
        rows={Math.min(18, (kept ?? text).split('\n').length)}
        value={kept ?? text}
      />
      <button type="button" className="button" onClick={() => void copy()}>
        {said === 'copied' ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
        {said === 'copied' ? say.copied : say.copy}
      </button>
      <p className="reach-soft" role="status">
        {said === 'select' ? say.selectIt : ''}
      </p>
    </details>
  )
}
