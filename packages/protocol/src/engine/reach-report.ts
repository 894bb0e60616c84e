/** "Why can't I reach NAME?": every way to one session and how far it got, from what `Reach` remembers. */
import type { DialStory } from './dials.ts'
import type { LiveLink } from './links.ts'
import type { ReachAttempt, ReachReport } from './map.ts'

export interface ReachSources {
  readonly session: string
  readonly name: string
  readonly link: LiveLink | undefined
  readonly webrtc: DialStory | undefined
  readonly socket: DialStory | undefined
  /** Undefined while none was looked for. */
  readonly circuit: Omit<ReachAttempt, 'way'> | undefined
  /** Neither side may use WebRTC, or only the relay is to be used. */
  readonly isWebrtcOff: boolean
  readonly relay: ReachReport['relay']
  readonly isInTopic: boolean
  readonly ownClockAheadMs: number
}

const untried: DialStory = {
  state: 'waiting',
  step: 'none',
  code: undefined,
  failures: 0,
  since: undefined,
  nextAt: undefined,
}

export function reportReach(sources: ReachSources): ReachReport {
  const { session, name, link, webrtc, socket, circuit, isWebrtcOff, relay, isInTopic, ownClockAheadMs } = sources
  const isDirect = link?.path === 'direct'
  const attempts: ReachAttempt[] = []
  const story = isWebrtcOff ? { ...untried, state: 'off' as const } : (webrtc ?? untried)
  const bySocket = socket !== undefined
  if (bySocket) attempts.push({ way: 'socket', ...socket, through: undefined })
  if (!(bySocket && isDirect)) {
    const state = story.state === 'up' && !isDirect ? 'waiting' : story.state
    attempts.push({ way: 'webrtc', ...story, state, through: undefined })
  }
  if (relay !== 'none') {
    const isUp = link?.path === 'relay'
    const state = isUp ? 'up' : isDirect ? 'off' : relay === 'up' && isInTopic ? 'trying' : 'waiting'
    const step = isUp || isDirect ? 'none' : relay === 'up' ? 'handshake' : 'transport'
    const code = relay === 'away' ? 'relayAway' : !isInTopic && relay === 'up' ? 'notInTopic' : undefined
    attempts.push({
      ...untried,
      way: 'relay',
      state,
      step,
      code,
      since: isUp ? link.upAt : undefined,
      through: undefined,
    })
  }
  if (link?.path === 'through') {
    const { failures = 0, code } = circuit ?? {}
    const up = { ...untried, failures, code, state: 'up', since: link.upAt, through: link.through } as const
    attempts.push({ way: 'through', ...up })
  } else if (circuit !== undefined && link === undefined) {
    attempts.push({ way: 'through', ...circuit })
  }
  return {
    session,
    name,
    path: link?.path,
    through: link?.through,
    rttMs: link?.heartbeat.rttMs,
    attempts,
    relay,
    isInTopic,
    clockAheadMs: link?.heartbeat.offsetMs,
    ownClockAheadMs,
    heardAt: link?.heartbeat.heardAt,
  }
}
