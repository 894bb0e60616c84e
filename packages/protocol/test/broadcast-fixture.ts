/** For tests of broadcasts: signatures that cost next to nothing, and one broadcast whose every word is kept. */
import { formatHex } from '../src/codec/text.ts'
import type { Millis } from '../src/machine.ts'
import { createSeededRandom } from '../src/sim/random.ts'
import { Broadcast } from '../src/gossip/broadcast.ts'
import { encodeBeacon, relayedBeacon } from '../src/gossip/broadcast-wire.ts'
import type { BeaconFields, Ref, TreeId } from '../src/gossip/broadcast-wire.ts'

/** No hash at all, but bytes that depend on all of their input. */
export function cheapHash(...parts: readonly Uint8Array[]): Uint8Array {
  let a = 0x811c_9dc5
  let b = 0x9e37_79b9
  for (const part of parts) {
    for (const byte of part) {
      a = Math.imul(a ^ byte, 0x0100_0193)
      b = Math.imul(b ^ a ^ (a >>> 15), 0x85eb_ca6b)
    }
  }
  const hash = new Uint8Array(32)
  for (let i = 0; i < 32; i += 4) {
    a = Math.imul(a ^ (b >>> 13), 0xc2b2_ae35)
    b = Math.imul(b ^ (a >>> 16), 0x27d4_eb2f)
    hash[i] = a
    hash[i + 1] = a >>> 8
    hash[i + 2] = b >>> 16
    hash[i + 3] = b >>> 24
  }
  return hash
}

export function cheapSignature(key: Uint8Array, message: Uint8Array): Uint8Array {
  const half = cheapHash(key, message)
  const signature = new Uint8Array(64)
  signature.set(half)
  signature.set(half, 32)
  return signature
}

export function cheapVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return cheapSignature(publicKey, message).every((byte, i) => byte === signature[i])
}

export interface Sent {
  readonly to: string
  readonly payload: Uint8Array
}

export interface Forwarded {
  readonly ref: Ref
  readonly to: readonly string[]
  readonly tree: TreeId
  readonly hop: number
  readonly pulled: boolean
  readonly late: boolean
}

export const roomTag: Uint8Array = new Uint8Array(8).fill(7)

/** A session key that begins with this byte, and its name. */
export function keyOf(first: number): Uint8Array {
  return new Uint8Array(32).fill(first)
}

export function nameOf(first: number): string {
  return formatHex(keyOf(first))
}

/** A beacon of the session whose key begins with `root`, as a neighbour would hand it on. */
export function beaconOf(
  root: number,
  fields: Partial<BeaconFields> & { hop?: number; heldMs?: number; distanceMs?: number; tag?: Uint8Array } = {},
): Uint8Array {
  const { hop = 0, heldMs = 0, distanceMs = 0, tag = roomTag, ...rest } = fields
  const key = keyOf(root)
  const whole = { root: key, slot: 0, claimed: 0, age: 0, online: 30, digest: new Uint8Array(8), ...rest }
  const beacon = encodeBeacon(whole, tag, (message) => cheapSignature(key, message))
  return relayedBeacon(beacon, hop, heldMs, distanceMs)
}

/** One broadcast, session key 0x80…, and what it said since it was last asked. */
export class Stage {
  now: Millis = 1_000_000
  readonly broadcast: Broadcast
  readonly misbehaved: string[] = []
  readonly heard: string[] = []
  verified = 0
  #sent: Sent[] = []
  #forwarded: Forwarded[] = []
  #timerAt: Millis | undefined

  constructor(seed = 1) {
    const ownKey = keyOf(0x80)
    this.broadcast = new Broadcast({
      own: nameOf(0x80),
      ownKey,
      roomTag,
      random: createSeededRandom(seed).bytes,
      sign: (message) => cheapSignature(ownKey, message),
      verify: (publicKey, message, signature) => {
        this.verified++
        return cheapVerify(publicKey, message, signature)
      },
      sha256: cheapHash,
      roomTime: (now) => now,
      digest: () => new Uint8Array(8),
      port: {
        send: (to, payload) => this.#sent.push({ to, payload }),
        forward: (ref, to, tree, hop, pulled, late) =>
          this.#forwarded.push({ ref, to: [...to], tree, hop, pulled, late }),
        timer: (at) => (this.#timerAt = at),
        beacon: (root) => this.heard.push(root),
        misbehaved: (session, code) => this.misbehaved.push(`${session.slice(0, 2)} ${code}`),
      },
    })
  }

  /** Neighbours whose session keys begin with these bytes. */
  link(...firsts: readonly number[]): this {
    for (const first of firsts) this.broadcast.neighbourUp(nameOf(first), { rttMs: 40, leaf: false }, this.now)
    return this
  }

  receive(from: number, payload: Uint8Array): void {
    this.broadcast.receive(nameOf(from), payload, this.now)
  }

  /** Lets time pass, with every timer on the way. */
  pass(ms: Millis): void {
    const until = this.now + ms
    while (this.#timerAt !== undefined && this.#timerAt <= until) {
      this.now = Math.max(this.now, this.#timerAt)
      this.#timerAt = undefined
      this.broadcast.timerFired(this.now)
    }
    this.now = until
  }

  /** What was sent with this tag, or with any, since the last call. */
  sent(tag?: number): Sent[] {
    const sent = this.#sent.filter(({ payload }) => tag === undefined || payload[0] === tag)
    this.#sent = []
    return sent
  }

  forwarded(): Forwarded[] {
    const forwarded = this.#forwarded
    this.#forwarded = []
    return forwarded
  }
}
