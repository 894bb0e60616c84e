/** What a relay remembers of one socket. */
import { emptyBytes } from '../codec/bytes.ts'
import type { Millis } from '../machine.ts'
import { Bucket, type RelayLimits } from './limits.ts'
import type { Topic } from './topic.ts'

export class Connection {
  readonly socket: number
  /** Bound into every proof made on this connection. */
  readonly nonce: Uint8Array
  readonly id: Uint8Array
  readonly frames: Bucket
  readonly bytes: Bucket
  readonly enters: Bucket
  readonly publishes: Bucket
  /** When the session must be proved. */
  readonly deadline: Millis
  /** By topic key. */
  readonly topics: Map<string, Topic> = new Map<string, Topic>()
  /** The name the socket was opened with; once the session is proved, the name it was proved for. */
  host: string
  /** The very bytes we said; undefined once the session is proved. */
  hello: Uint8Array | undefined
  session: Uint8Array = emptyBytes
  /** Hex of the session key; empty until proved. */
  sessionKey = ''
  /** Much is waiting for it that it has not read. */
  isCongested = false

  constructor(
    socket: number,
    host: string,
    names: { readonly nonce: Uint8Array; readonly id: Uint8Array },
    limits: RelayLimits,
    now: Millis,
  ) {
    this.socket = socket
    this.host = host
    this.nonce = names.nonce
    this.id = names.id
    this.frames = new Bucket(limits.framesPerConnection, now)
    this.bytes = new Bucket(limits.bytesPerConnection, now)
    this.enters = new Bucket(limits.entersPerConnection, now)
    this.publishes = new Bucket(limits.publishesPerConnection, now)
    this.deadline = now + limits.authenticateWithinMs
  }
}
