/** "Why can't I reach NAME?": the path in use, what was tried and where it stopped, what helps, and a report to give away. */
import { useCallback, useState, type ReactElement } from 'react'
import { RotateCw } from 'lucide-react'
import {
  adviceOn,
  blockedAttempt,
  clockNoticeMs,
  verdictOf,
  type Person,
  type ReachReport,
  type Room,
} from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMapMessages, type MapMessages } from '../messages/map.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { Attempt } from './attempt.tsx'
import { CopyReport, type Told } from './copy-report.tsx'
import { PathDrawing } from './path-drawing.tsx'
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
