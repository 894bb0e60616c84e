/**
 * One end of a pair that talks and sends bulk over real data channels, for `link.ts`: over a link of ours, or the naive
 * ways beside it. The same code runs in Node and, bundled, in Chromium.
 */
import { createSession, type Crypto } from '@kith/protocol'
import type { Clock } from '../packages/peer/src/clock.ts'
import { LinkEnd } from '../packages/peer/src/testing/link-end.ts'
import type { Dialer } from '../packages/peer/src/transport.ts'

/** `kith`: our link. `oneChannel`: texts and bulk in one data channel. `twoChannels`: one each. Both as fast as it goes. */
export type Way = 'kith' | 'oneChannel' | 'twoChannels'

/** Who makes the offer, and whether both ends read their sockets themselves. */
export interface Opening {
  readonly offerer: boolean
  readonly ownSockets: boolean
}

export interface Party {
  /** What the other end's `onSignal` gave. */
  signal(text: string): void
  /** Sends a text that the other end sends back. */
  ping(stamp: number): void
  bulk(on: boolean): void
  /** Bulk bytes that came. */
  received(): number
  close(): void
}

/** Round trips of texts, every 10 ms for so long; those still under way at its end are waited for. */
export class Talk {
  readonly #roundTrips: number[] = []

  readonly onPong = (stamp: number): void => void this.#roundTrips.push(performance.now() - stamp)

  async with(party: Pick<Party, 'ping'>, forMs: number): Promise<number[]> {
    this.#roundTrips.length = 0
    let sent = 0
    const timer = setInterval(() => {
      sent++
      party.ping(performance.now())
    }, pingEveryMs)
    await sleep(forMs)
    clearInterval(timer)
    for (let i = 0; i < 100 && this.#roundTrips.length < sent; i++) await sleep(100)
    const lost = sent - this.#roundTrips.length
    // A link drops texts for a far side that takes none for two seconds (LNK24), and the engines reconcile what it dropped;
    // here there are none. A machine that stands still for so long measures nothing.
    if (lost > 0) throw new Error(`${lost} of ${sent} texts did not come back: the machine was too busy; try again`)
    return this.#roundTrips.toSorted((a, b) => a - b)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => void setTimeout(done, ms))
}

export interface PartyEvents {
  /** Of the link, as the engines of such a pair set it. */
  readonly ownSockets?: boolean | undefined
  readonly onSignal: (text: string) => void
  readonly onUp: () => void
  readonly onPong: (stamp: number) => void
}

export interface RawEvents {
  readonly signal: (text: string) => void
  readonly open: () => void
  readonly message: (bytes: Uint8Array) => void
  /** A channel has less than `rawLowBytes` buffered. */
  readonly low: () => void
}

/** Two ordered, reliable data channels of one connection, as bare as the platform gives them. */
export interface RawChannels {
  signal(text: string): void
  send(channel: 0 | 1, bytes: Uint8Array): void
  buffered(channel: 0 | 1): number
  close(): void
}

export interface Platform {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly dial: Dialer
  readonly openRaw: (offerer: boolean, events: RawEvents) => RawChannels
}

export const textBytes = 300
export const pingEveryMs = 10
export const bulkPayloadBytes: number = 64 * 1024
/** What a careful pump does: frames every stack takes, stops at 1 MiB, goes on below 256 KiB. */
export const rawFrameBytes: number = 16 * 1024
export const rawHighBytes: number = 1024 * 1024
export const rawLowBytes: number = 256 * 1024

const [ping, pong, bulk] = [0, 1, 2]
const textPriority = 1

function text(kind: number, stamp: number): Uint8Array {
  const bytes = new Uint8Array(textBytes)
  bytes[0] = kind
  new DataView(bytes.buffer).setFloat64(1, stamp)
  return bytes
}

function stampOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(1)
}

export function openParty(platform: Platform, way: Way, offerer: boolean, events: PartyEvents): Party {
  return way === 'kith' ? openLink(platform, offerer, events) : openNaive(platform, way, offerer, events)
}

function openLink({ clock, crypto, dial }: Platform, offerer: boolean, events: PartyEvents): Party {
  let received = 0
  const end: LinkEnd = new LinkEnd({
    clock,
    crypto,
    dial,
    offerer,
    ownSockets: events.ownSockets,
    psk: new Uint8Array(32).fill(7),
    session: createSession(crypto),
    onSignal: (bytes) => events.onSignal(btoa(String.fromCharCode(...bytes))),
    onUp: events.onUp,
    onPayload: (_, bytes) => {
      if (bytes[0] === ping) end.send(textPriority, text(pong, stampOf(bytes)))
      else if (bytes[0] === pong) events.onPong(stampOf(bytes))
      else received += bytes.length
    },
  })
  return {
    signal: (signal) => end.signal(Uint8Array.from(atob(signal), (letter) => letter.charCodeAt(0))),
    ping: (stamp) => end.send(textPriority, text(ping, stamp)),
    bulk: (on) => end.keepBulk(on ? bulkPayloadBytes : undefined),
    received: () => received,
    close: () => void end.close(),
  }
}

function openNaive({ openRaw }: Platform, way: Way, offerer: boolean, events: PartyEvents): Party {
  const bulkChannel = way === 'oneChannel' ? 0 : 1
  const frame = new Uint8Array(rawFrameBytes).fill(bulk)
  let received = 0
  let on = false
  const pump = (): void => {
    while (on && channels.buffered(bulkChannel) < rawHighBytes) channels.send(bulkChannel, frame)
  }
  const channels: RawChannels = openRaw(offerer, {
    signal: events.onSignal,
    open: events.onUp,
    low: pump,
    message: (bytes) => {
      if (bytes[0] === ping) channels.send(0, text(pong, stampOf(bytes)))
      else if (bytes[0] === pong) events.onPong(stampOf(bytes))
      else received += bytes.length
    },
  })
  return {
    signal: (signal) => channels.signal(signal),
    ping: (stamp) => channels.send(0, text(ping, stamp)),
    bulk: (wanted) => {
      on = wanted
      pump()
    },
    received: () => received,
    close: () => channels.close(),
  }
}
