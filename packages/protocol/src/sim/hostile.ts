/**
 * Machines that lie: a real engine that joins, links and passes on like everybody's, and something between it and its
 * transports that alters what it says. One lie each:
 *
 *   blackHole    announces entries and passes none on, nor answers pulls
 *   falseHave    announces entries that nobody ever wrote
 *   beacons      forges beacons (one bit changed) and repeats old ones of others
 *   flapping     passes beacons on for four seconds, and for four seconds not; its own with them
 *   equivocation tells half of its neighbours one beginning of a session, and half another
 *   flood        sends entries with bad signatures and announcements by the hundred
 *
 * It meddles only with WebRTC transports, whose frames are plain here; what is sealed it cannot alter without losing the link.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Input } from '../engine/input.ts'
import type { Output } from '../engine/output.ts'
import { broadcastTags } from '../gossip/broadcast-wire.ts'
import { encodePayload } from '../gossip/wire.ts'
import { encodeChain } from '../identity/chain.ts'
import { certifySession } from '../identity/session.ts'
import { encodeFrame } from '../link/frames.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import { createPersona } from './chaos.ts'
import type { EngineLike } from './peer.ts'
import { Room } from '../rooms/room.ts'
import type { RoomKeys } from '../rooms/keys.ts'
import type { SeededRandom } from './random.ts'

export const lies = ['blackHole', 'falseHave', 'beacons', 'flapping', 'equivocation', 'flood'] as const
export type Lie = (typeof lies)[number]

export interface HostileOptions {
  readonly lie: Lie
  readonly crypto: Crypto
  readonly keys: RoomKeys
  readonly random: SeededRandom
}

/** A frame with a whole payload: code, priority, then the payload. */
const wholeCode = 0x10
const payloadAt = 2
const entryTag = 2
const flapMs = 4_000
/** Every so often it says something by itself. */
const everyMs = 500
const refsPerLie = 8
const floodEntries = 20
const keptBeacons = 32

export class HostileEngine implements EngineLike {
  readonly #engine: EngineLike
  readonly #options: HostileOptions
  /** WebRTC transports over which something was said already. */
  readonly #open = new Set<string>()
  readonly #webrtc = new Set<string>()
  readonly #beacons: Uint8Array[] = []
  #forks: readonly (readonly Entry[])[] | undefined
  #lastEntry: Uint8Array | undefined
  #nextAt: Millis = 0

  constructor(engine: EngineLike, options: HostileOptions) {
    this.#engine = engine
    this.#options = options
  }

  handle(input: Input, now: Millis): readonly Output[] {
    this.#listen(input)
    const outputs: Output[] = []
    for (const output of this.#engine.handle(input, now)) {
      if (output.type !== 'transmit' || !this.#webrtc.has(output.transport)) outputs.push(output)
      else this.#say(output, outputs, now)
    }
    if (now >= this.#nextAt) {
      this.#nextAt = now + everyMs
      this.#lie(outputs, now)
    }
    return outputs
  }

  #listen(input: Input): void {
    if (input.type === 'transportUp' && input.kind === 'dtls') this.#webrtc.add(input.transport)
    else if (input.type === 'transportDown') {
      this.#webrtc.delete(input.transport)
      this.#open.delete(input.transport)
    } else if (input.type === 'transportFrame' && input.bytes[0] === wholeCode) {
      const tag = input.bytes[payloadAt]
      if (tag === broadcastTags.beacon && this.#beacons.length < keptBeacons)
        this.#beacons.push(input.bytes.slice(payloadAt))
      if (tag === entryTag || tag === broadcastTags.treeEntries) this.#lastEntry = input.bytes.slice(payloadAt)
    }
  }

  #say(output: Extract<Output, { type: 'transmit' }>, outputs: Output[], now: Millis): void {
    const { bytes, transport } = output
    if (bytes[0] === wholeCode) this.#open.add(transport)
    const tag = bytes[0] === wholeCode ? bytes[payloadAt] : undefined
    const { lie, random } = this.#options
    if (lie === 'blackHole' && (tag === entryTag || tag === broadcastTags.treeEntries)) return
    if (lie === 'flapping' && tag === broadcastTags.beacon && Math.floor(now / flapMs) % 2 === 1) return
    if (lie === 'beacons' && tag === broadcastTags.beacon && random.chance(0.5)) {
      outputs.push({ ...output, bytes: flip(bytes, random) })
      return
    }
    outputs.push(output)
  }

  #lie(outputs: Output[], now: Millis): void {
    const { lie, random } = this.#options
    let turn = 0
    for (const transport of this.#open) {
      if (lie === 'falseHave') this.#send(outputs, transport, this.#haves())
      else if (lie === 'beacons' && this.#beacons.length > 0) this.#send(outputs, transport, random.pick(this.#beacons))
      else if (lie === 'equivocation') {
        for (const entry of this.#fork(turn++ % 2, now)) {
          this.#send(outputs, transport, encodePayload({ type: 'entry', entry: entry.bytes, receipt: undefined }))
        }
      } else if (lie === 'flood') this.#flood(outputs, transport)
    }
  }

  #flood(outputs: Output[], transport: string): void {
    const { random } = this.#options
    for (let i = 0; i < floodEntries; i++) {
      this.#send(outputs, transport, this.#haves())
      // Somewhere in the signature or the body.
      if (this.#lastEntry !== undefined) this.#send(outputs, transport, flip(this.#lastEntry, random, 160))
    }
  }

  #haves(): Uint8Array {
    const refs = this.#options.random.bytes(1 + refsPerLie * 6)
    refs[0] = broadcastTags.have
    return refs
  }

  /** Two beginnings of one session that contradict each other. */
  #fork(side: number, now: Millis): readonly Entry[] {
    this.#forks ??= this.#makeForks(now)
    return this.#forks[side] ?? []
  }

  #makeForks(now: Millis): readonly (readonly Entry[])[] {
    const { crypto, keys } = this.#options
    const persona = createPersona(crypto, now)
    const session = crypto.signKeyPair(crypto.random(32))
    const certificate = certifySession(crypto, persona.device.sign, session.publicKey, now)
    const chain = encodeChain([...persona.statements, certificate])
    return ['heads', 'tails'].map((text) => {
      const me = { session, chain, author: formatHex(persona.author), name: 'mallory' }
      const posted = new Room({ crypto, keys, me }).post({ type: 'text', text }, now)
      return posted.ok ? posted.value.entries : []
    })
  }

  #send(outputs: Output[], transport: string, payload: Uint8Array): void {
    const bytes = encodeFrame({ type: 'whole', priority: 1, asks: false, total: 0, bytes: payload })
    outputs.push({ type: 'transmit', transport, channel: 'control', bytes })
  }
}

/** One bit changed, not before `from`. */
function flip(bytes: Uint8Array, random: SeededRandom, from = payloadAt + 1): Uint8Array {
  const copy = bytes.slice()
  const at = random.between(Math.min(from, copy.length - 1), copy.length - 1)
  copy[at] = (copy[at] as number) ^ (1 << random.between(0, 7))
  return copy
}
