/**
 * WebRTC through the web-standard API, its constructor injected: two negotiated data channels, `control` (id 0) and `bulk`
 * (id 1), both ordered and reliable, binary.
 *
 * Negotiated channels exist on both sides before anything connects, so `onmessage` is always set before the first frame
 * can come; there is no `ondatachannel` to be late for.
 */
import type { Channel } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import { lowWaterBytes, type Dialer } from '../transport.ts'
import { createAttemptDialer, lingerMs, type Attempt, type AttemptEvents } from './attempts.ts'
import type { IceServerLike } from './ice-servers.ts'
import { candidateItem, formatDescription, parseDescription, type Description } from './signals.ts'

export interface WebDialerOptions {
  readonly RTCPeerConnection: new (configuration?: RTCConfiguration) => RTCPeerConnection
  readonly clock: Clock
  /** Asked at every attempt: the relay may not have answered at the first, and what it gives out does not last. */
  readonly iceServers?: (() => readonly IceServerLike[]) | undefined
  /** `relay`: only through TURN, so that the far side does not learn this machine's address. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined
}

export function createWebDialer(options: WebDialerOptions): Dialer {
  return createAttemptDialer({
    clock: options.clock,
    holdCandidates: false,
    start: (offerer, events) => new WebAttempt(options, offerer, events),
  })
}

const channelIds: readonly (readonly [Channel, number])[] = [
  ['control', 0],
  ['bulk', 1],
]

class WebAttempt implements Attempt {
  readonly #connection: RTCPeerConnection
  readonly #clock: Clock
  readonly #events: AttemptEvents
  readonly #channels: ReadonlyMap<Channel, RTCDataChannel>
  /** Descriptions and candidates are applied one after another; the stack rejects what overlaps. */
  #steps: Promise<void> = Promise.resolve()
  #closed = false
  #opened = false

  constructor(options: WebDialerOptions, offerer: boolean, events: AttemptEvents) {
    this.#clock = options.clock
    this.#events = events
    const connection = new options.RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      iceServers: (options.iceServers?.() ?? []).map(({ urls, username, credential }) => ({
        urls: typeof urls === 'string' ? urls : [...urls],
        ...(username === undefined || credential === undefined ? {} : { username, credential }),
      })),
      iceTransportPolicy: options.iceTransportPolicy ?? 'all',
    })
    this.#connection = connection
    this.#channels = new Map(channelIds.map(([channel, id]) => [channel, this.#open(channel, id)]))
    connection.onicecandidate = (event): void => {
      const item = candidateItem(event.candidate?.candidate ?? '')
      if (item !== undefined && !this.#closed) events.signal(item)
    }
    connection.onconnectionstatechange = (): void => {
      // `disconnected` may recover; the link's own heartbeat decides when to give up.
      if (connection.connectionState === 'disconnected' && !this.#closed) events.doubted()
      if (connection.connectionState === 'failed' || connection.connectionState === 'closed') this.#fail()
    }
    if (offerer) this.#then(async () => this.#describeMyself('offer', await connection.createOffer()))
  }

  describe(description: Description): void {
    this.#then(async () => {
      const connection = this.#connection
      await connection.setRemoteDescription({ type: description.type, sdp: formatDescription(description) })
      if (description.type === 'offer') await this.#describeMyself('answer', await connection.createAnswer())
    })
  }

  candidate(candidate: string): void {
    this.#then(async () => {
      // One candidate the stack cannot read, or that comes too late, must not cost the others.
      await this.#connection.addIceCandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0 }).catch(() => {})
    })
  }

  send(channel: Channel, bytes: Uint8Array): boolean {
    try {
      this.#channels.get(channel)?.send(bytes as Uint8Array<ArrayBuffer>)
      return true
    } catch {
      return false
    }
  }

  buffered(): number {
    let sum = 0
    for (const channel of this.#channels.values()) sum += channel.bufferedAmount
    return sum
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    const end = (): void => this.#connection.close()
    // Closing at once would throw away a goodbye that is still buffered; closed channels first send what they hold.
    if (!this.#opened || this.buffered() === 0) {
      end()
      return
    }
    let open = this.#channels.size
    const stop = this.#clock.after(lingerMs, end)
    for (const channel of this.#channels.values()) {
      channel.onclose = (): void => {
        open--
        if (open > 0) return
        stop()
        end()
      }
      channel.close()
    }
  }

  #open(label: Channel, id: number): RTCDataChannel {
    const channel = this.#connection.createDataChannel(label, { negotiated: true, id, ordered: true })
    channel.binaryType = 'arraybuffer'
    channel.bufferedAmountLowThreshold = lowWaterBytes / channelIds.length
    channel.onopen = (): void => this.#channelOpened()
    channel.onclose = (): void => this.#fail()
    channel.onbufferedamountlow = (): void => {
      if (!this.#closed) this.#events.drained()
    }
    channel.onmessage = (event: MessageEvent): void => {
      if (this.#closed) return
      if (event.data instanceof ArrayBuffer) this.#events.frame(new Uint8Array(event.data))
      else this.#fail()
    }
    return channel
  }

  #channelOpened(): void {
    const allOpen = [...this.#channels.values()].every((channel) => channel.readyState === 'open')
    if (!allOpen || this.#opened || this.#closed) return
    const local = parseDescription('offer', this.#connection.localDescription?.sdp ?? '')
    const remote = parseDescription('offer', this.#connection.remoteDescription?.sdp ?? '')
    if (local === undefined || remote === undefined) {
      this.#fail()
      return
    }
    this.#opened = true
    this.#events.open({ local: local.fingerprint, remote: remote.fingerprint })
  }

  async #describeMyself(type: 'offer' | 'answer', made: RTCSessionDescriptionInit): Promise<void> {
    await this.#connection.setLocalDescription(made)
    const description = parseDescription(type, this.#connection.localDescription?.sdp ?? made.sdp ?? '')
    if (description === undefined) this.#fail()
    else if (!this.#closed) this.#events.signal(description)
  }

  #then(step: () => Promise<void>): void {
    this.#steps = this.#steps.then(async () => {
      if (this.#closed) return
      try {
        await step()
      } catch {
        this.#fail()
      }
    })
  }

  #fail(): void {
    if (!this.#closed) this.#events.failed()
  }
}
