/** Links over transports of their own: the calls that make WebRTC's, sockets dialled and accepted, and what they bring. */
import type { SignalType } from '../discovery/signal.ts'
import type { NeighbourPriority } from '../gossip/overlay-wire.ts'
import type { LinkOptions } from '../link/link-io.ts'
import type { Millis } from '../machine.ts'
import type { Circuits } from './circuits.ts'
import type { Platform } from './claims.ts'
import type { Known } from './contacts.ts'
import type { Dials } from './dials.ts'
import type { Input, TransportKind } from './input.ts'
import type { Knocks } from './knocks.ts'
import type { Carrier, Links } from './links.ts'
import type { Output } from './output.ts'
import type { Signals } from './signals.ts'

export interface DirectLinksContext {
  /** Own session key, hex. */
  readonly own: string
  readonly platform: Platform
  /** By WebRTC. */
  readonly mayDial: boolean
  readonly links: Links
  readonly dials: Dials
  readonly knocks: Knocks
  readonly circuits: Circuits
  readonly signals: Signals
  readonly mode: () => 'small' | 'mesh'
  readonly known: (session: string) => Known | undefined
  /** Of a mesh: may this peer link with us? */
  readonly admits: (session: string, urgency: NeighbourPriority, now: Millis) => boolean
  readonly linkOptions: (
    kind: TransportKind,
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
  ) => Omit<LinkOptions, 'name' | 'expect'>
  readonly emit: (output: Output) => void
}

export class DirectLinks {
  readonly #context: DirectLinksContext

  constructor(context: DirectLinksContext) {
    this.#context = context
  }

  /** The platform made a description or candidate for whom we call. */
  signalMade(transport: string, bytes: Uint8Array, now: Millis): void {
    const { dials, signals, known } = this.#context
    const to = dials.addressee(transport)
    const callee = to === undefined ? undefined : known(to.session)
    if (to === undefined || callee === undefined) return
    signals.send(callee, to.opening ? 'call' : 'description', to.name, bytes, now)
  }

  /** Somebody calls, or answers. */
  signalled(sender: string, type: SignalType, name: string, bytes: Uint8Array, now: Millis): void {
    const { mayDial, links, dials, knocks, known, mode, admits } = this.#context
    const from = known(sender)
    if (from === undefined || !mayDial || type === 'hangUp') return
    if (links.best(sender)?.path === 'direct') return
    const isNew = type === 'call' && !dials.isUnderWay(sender, name)
    const isUnasked = isNew && mode() === 'mesh' && !knocks.expects(sender, now)
    if (isUnasked && !admits(sender, 'low', now)) return
    dials.signalled(from, name, type === 'call', bytes, now)
  }

  up(input: Extract<Input, { type: 'transportUp' }>, now: Millis): void {
    const { own, platform, links, dials, known, linkOptions, emit } = this.#context
    const { transport, kind, local, remote } = input
    const session = dials.opened(transport)
    const met = session === undefined ? undefined : known(session)
    // Sockets are only between such programs.
    const ownSockets = platform === 'node' && (kind === 'socket' || met?.platform === 'node')
    const isInitiator = input.initiator ?? (session !== undefined && own > session)
    const carrier: Carrier = {
      kind,
      transmit: (channel, bytes) => emit({ type: 'transmit', transport, channel, bytes }),
      close: () => emit({ type: 'hangUp', transport }),
    }
    const options = { ...linkOptions(kind, isInitiator, local, remote), expect: met?.sessionKey, ownSockets }
    // Whoever is out of a members room has no lobby, and nobody to begin with.
    if (options.psks.length === 0 || !links.open(transport, carrier, options, now)) emit({ type: 'hangUp', transport })
  }

  down(transport: string, now: Millis): void {
    this.#context.links.close(transport, 'transportDown', now)
    this.ended(transport, 'transportDown', now)
  }

  /** A dial, or a link that came of one, ended. */
  ended(transport: string, code: string, now: Millis): void {
    const { links, dials, knocks, circuits } = this.#context
    const session = dials.ended(transport, code, now)
    if (session === undefined || links.best(session) !== undefined) return
    // A member may still carry what cannot be direct.
    if (!circuits.hasCarrier(session)) knocks.dialFailed(session, now)
  }
}
