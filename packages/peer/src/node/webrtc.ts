/**
 * WebRTC in Node over node-datachannel's native API: the same two negotiated channels as `web/webrtc.ts`.
 *
 * Three things made this stack reliable and must stay: as offerer, no candidate leaves before the answer is applied; every
 * connect has a time-out and one retry (both in `web/attempts.ts`); and every native object is held by us as long as it
 * lives, because its finaliser takes the channel down. Connections are closed on exit, or the process never ends.
 */
import nodeDataChannel from 'node-datachannel'
import type { DataChannel, IceServer, PeerConnection } from 'node-datachannel'
import { type Channel, readSdpFingerprint } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import { lowWaterBytes, type Dialer } from '../transport.ts'
import { createAttemptDialer, lingerMs, type Attempt, type AttemptEvents } from '../web/attempts.ts'
import type { IceServerLike } from '../web/ice-servers.ts'
import { candidateItem, formatDescription, parseDescription, type Description } from '../web/signals.ts'

export interface NodeDialerOptions {
  readonly clock: Clock
  /** As in the browser; `turns:` and TURN over TCP are not known to this stack and are left out. */
  readonly iceServers?: (() => readonly IceServerLike[]) | undefined
  /** Only this address: `127.0.0.1` for tests without any other interface. */
  readonly bindAddress?: string | undefined
}

export function createNodeDialer(options: NodeDialerOptions): Dialer {
  return createAttemptDialer({
    clock: options.clock,
    holdCandidates: true,
    start: (offerer, events) => new NodeAttempt(options, offerer, events),
  })
}

/** `stun:host:port` and `turn:host:port?transport=udp` in the shape the native API takes without guessing. */
export function nativeIceServers(servers: readonly IceServerLike[]): (string | IceServer)[] {
  const native: (string | IceServer)[] = []
  for (const server of servers) {
    for (const url of typeof server.urls === 'string' ? [server.urls] : server.urls) {
      const match = /^(stun|turn):([^:?]+|\[[^\]]+\])(?::(\d+))?(?:\?transport=(udp|tcp))?$/.exec(url)
      if (match === null || match[4] === 'tcp') continue
      const [, scheme, hostname = '', port = '3478'] = match
      if (scheme === 'stun') native.push(`stun:${hostname}:${port}`)
      else if (server.username !== undefined && server.credential !== undefined) {
        native.push({
          hostname,
          port: Number(port),
          username: server.username,
          password: server.credential,
          relayType: 'TurnUdp',
        })
      }
    }
  }
  return native
}

const channelIds: readonly (readonly [Channel, number])[] = [
  ['control', 0],
  ['bulk', 1],
]

class NodeAttempt implements Attempt {
  readonly #connection: PeerConnection
  readonly #clock: Clock
  readonly #events: AttemptEvents
  readonly #channels = new Map<Channel, DataChannel>()
  #local: Uint8Array | undefined
  #remote: Uint8Array | undefined
  #closed = false
  #opened = false
  /** The far side, or the network, ended it. */
  #lost = false
  #stopLingering: (() => void) | undefined

  constructor(options: NodeDialerOptions, offerer: boolean, events: AttemptEvents) {
    this.#clock = options.clock
    this.#events = events
    this.#connection = new nodeDataChannel.PeerConnection('kith', {
      iceServers: nativeIceServers(options.iceServers?.() ?? []),
      disableAutoNegotiation: true,
      ...(options.bindAddress === undefined ? {} : { bindAddress: options.bindAddress }),
    })
    const connection = this.#connection
    connection.onLocalDescription((sdp, type) => {
      if (this.#closed || (type !== 'offer' && type !== 'answer')) return
      const description = parseDescription(type, sdp)
      this.#local = description?.fingerprint
      if (description === undefined) this.#fail()
      else events.signal(description)
    })
    connection.onLocalCandidate((candidate) => {
      const item = candidateItem(candidate)
      if (item !== undefined && !this.#closed) events.signal(item)
    })
    connection.onStateChange((state) => {
      if (state === 'disconnected' && !this.#closed) events.doubted()
      if (state === 'failed' || state === 'closed' || (state === 'disconnected' && this.#closed)) this.#lose()
    })
    if (!offerer) return
    this.#openChannels()
    connection.setLocalDescription('offer')
  }

  describe(description: Description): void {
    this.#try(() => {
      this.#remote = description.fingerprint
      this.#connection.setRemoteDescription(formatDescription(description), description.type)
      if (description.type === 'answer') return
      this.#openChannels()
      this.#connection.setLocalDescription('answer')
    })
  }

  candidate(candidate: string): void {
    try {
      if (!this.#closed) this.#connection.addRemoteCandidate(candidate, '0')
    } catch {
      // One candidate the stack cannot read (a `.local` name, a strange type) must not cost the others.
    }
  }

  send(channel: Channel, bytes: Uint8Array): boolean {
    try {
      // False only says that it was queued.
      this.#channels.get(channel)?.sendMessageBinary(bytes)
      return true
    } catch {
      return false
    }
  }

  buffered(): number {
    let sum = 0
    for (const channel of this.#channels.values()) sum += channel.bufferedAmount()
    return sum
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (!this.#opened || this.#lost) {
      this.#connection.close()
      return
    }
    // Closing the connection at once would throw away a goodbye that SCTP has not sent yet, and the stack does not tell:
    // what SCTP has taken no longer counts as buffered. Closing the channels first sends what they hold; the far side
    // then ends the connection, or our patience does.
    for (const channel of this.#channels.values()) channel.close()
    this.#stopLingering = this.#clock.after(lingerMs, () => this.#connection.close())
  }

  #openChannels(): void {
    for (const [label, id] of channelIds) {
      const channel = this.#connection.createDataChannel(label, { negotiated: true, id })
      channel.setBufferedAmountLowThreshold(lowWaterBytes / channelIds.length)
      channel.onMessage((data) => {
        if (this.#closed) return
        if (typeof data === 'string') this.#fail()
        else this.#events.frame(viewOf(data))
      })
      channel.onBufferedAmountLow(() => {
        if (!this.#closed) this.#events.drained()
      })
      channel.onClosed(() => this.#lose())
      channel.onError(() => this.#lose())
      channel.onOpen(() => this.#channelOpened())
      this.#channels.set(label, channel)
    }
  }

  #channelOpened(): void {
    if (this.#closed || this.#opened) return
    if (![...this.#channels.values()].every((channel) => channel.isOpen())) return
    const seen = this.#connection.remoteFingerprint()
    const remote = readSdpFingerprint(`a=fingerprint:${seen.algorithm} ${seen.value}`)
    const local = this.#local
    // What DTLS really saw must be what was signalled; the stack checks it too, and we do not rely on that.
    const same = remote !== undefined && this.#remote !== undefined && Buffer.compare(remote, this.#remote) === 0
    if (local === undefined || !same) {
      this.#fail()
      return
    }
    this.#opened = true
    this.#events.open({ local, remote })
  }

  #try(step: () => void): void {
    if (this.#closed) return
    try {
      step()
    } catch {
      // From inside a call of the owner: reported in the next turn.
      this.#clock.after(0, () => this.#fail())
    }
  }

  /** The stack reports on several threads: frames that came before the end may be told after it. */
  #lose(): void {
    if (this.#closed) {
      if (this.#stopLingering === undefined || this.#connection.state() === 'connected') return
      this.#stopLingering()
      this.#connection.close()
      return
    }
    this.#lost = true
    this.#clock.after(lastFramesMs, () => this.#fail())
  }

  #fail(): void {
    if (!this.#closed) this.#events.failed()
  }
}

const lastFramesMs = 20

/** The stack hands over a copy of its own: another one would cost as much again. */
function viewOf(data: Buffer | ArrayBuffer): Uint8Array {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.length)
}
