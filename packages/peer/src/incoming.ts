/** What a listener for plain sockets shows before anybody owns the socket. */
import type { Transport, TransportEvents } from './transport.ts'

/** 32 bytes each: the two connection ids. */
export interface SocketBinding {
  readonly local: Uint8Array
  readonly remote: Uint8Array
}

/**
 * An inbound socket whose first frame is here, which tells an engine whether it is for its room. It is accepted before
 * `route` returns, or closed.
 */
export interface IncomingSocket {
  readonly binding: SocketBinding
  /** Not consumed: whoever accepts gets it again as its first `frame`. */
  readonly first: Uint8Array
  /** Reports `up`, then the first frame, in a later turn. */
  accept(events: TransportEvents): Transport
}

export type RouteIncoming = (incoming: IncomingSocket) => void
