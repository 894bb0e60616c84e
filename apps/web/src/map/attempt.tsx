/** One way to somebody: how far it got, how often it failed, when it is tried again. */
import type { ReactElement } from 'react'
import { Check, Clock3, Ellipsis, Minus, X } from 'lucide-react'
import type { ReachAttempt, ReachReport } from '@kith/peer'
import type { MapMessages } from '../messages/map.tsx'

interface AttemptProps {
  readonly attempt: ReachAttempt
  readonly report: ReachReport
  readonly at: number
  readonly nameOf: (session: string) => string
  readonly words: MapMessages
}

const icons = { up: Check, trying: Ellipsis, waiting: Clock3, failed: X, off: Minus }

export function Attempt({ attempt, report, at, nameOf, words }: AttemptProps): ReactElement {
  const say = words.reach
  const { way, state, failures, code, since, nextAt, through } = attempt
  const Icon = icons[state]
  const details: string[] = []
  if (through !== undefined) details.push(say.by(nameOf(through)))
  if (since !== undefined && state !== 'off') details.push(say.since(words.duration(at - since)))
  if (failures > 0) details.push(say.failures(failures))
  if (nextAt !== undefined) details.push(nextAt - at < 1000 ? say.nextNow : say.next(words.duration(nextAt - at)))
  if (code !== undefined && state !== 'up' && failures > 0) details.push(say.code(code))
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
  { way, state, step, failures, code }: ReachAttempt,
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
      if (code === 'relayAway' || code === 'notInTopic') return say.state[code]
      return failures > 0 ? say.state.failed[step] : say.state.waiting
  }
}
