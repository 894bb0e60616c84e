/**
 * Carrying frames for two neighbours that cannot link with each other (docs/spec/mesh.md, "Carrying for others").
 *
 * The frames are those of a link between the two, sealed end to end: what is seen here is who talks to whom, when and how
 * much. Every circuit has a budget; whoever overruns it loses the circuit, because a stream that lost one frame is
 * worthless anyway.
 */
import { parseHex } from '../codec/text.ts'
import { encodeCircuit } from '../gossip/carry-wire.ts'
import type { CircuitCode, CircuitFrame } from '../gossip/carry-wire.ts'
import type { Millis } from '../machine.ts'
import { Bucket } from '../relay/limits.ts'
import type { Rate } from '../relay/limits.ts'

export const maxCarried = 8
/** Opened by one neighbour, and between one pair. */
export const maxCarriedPerNeighbour = 4
export const maxCarriedPerPair = 2
/** Bytes of one circuit, both ways together. */
export const carriedRate: Rate = { perS: 64 * 1024, burst: 256 * 1024 }
/** Circuits one neighbour may ask for. */
export const openRate: Rate = { perS: 1, burst: 8 }
/** A circuit on which nothing moved for so long is forgotten. */
export const carriedIdleMs = 90_000
/** Neighbours whose asking is counted. */
const maxAskers = 64

export interface CarryingContext {
  /** Can frames go to this session without being carried again? */
  readonly reaches: (session: string) => boolean
  /** False when it could not be queued. */
  readonly send: (session: string, payload: Uint8Array, now: Millis) => boolean
}

interface Carried {
  readonly number: number
  readonly opener: string
  readonly target: string
  readonly bucket: Bucket
  movedAt: Millis
}

export class Carrying {
  readonly #context: CarryingContext
  readonly #circuits: Carried[] = []
  readonly #asked = new Map<string, Bucket>()

  constructor(context: CarryingContext) {
    this.#context = context
  }

  get size(): number {
    return this.#circuits.length
  }

  carries(neighbour: string, number: number): boolean {
    return this.#find(neighbour, number) !== undefined
  }

  /** `target`: session the neighbour wants to reach. */
  open(from: string, number: number, target: string, now: Millis): void {
    // Who asks faster than this is not even answered.
    if (this.#bucketOf(from, now).take(1, now) > 0) return
    const code = this.#refusal(from, number, target)
    if (code !== undefined) return this.#close(from, number, code, now)
    const opener = parseHex(from)
    if (opener === undefined) return
    const offer = encodeCircuit({ type: 'circuit', number, kind: 'offer', session: opener })
    if (!this.#context.send(target, offer, now)) return this.#close(from, number, 'unreachable', now)
    this.#circuits.push({ number, opener: from, target, bucket: new Bucket(carriedRate, now), movedAt: now })
  }

  /** `data` or `close` from a neighbour; `payload` is how it came. */
  receive(from: string, frame: CircuitFrame, payload: Uint8Array, now: Millis): void {
    const circuit = this.#find(from, frame.number)
    if (circuit === undefined) {
      if (frame.kind === 'data') this.#close(from, frame.number, 'closed', now)
      return
    }
    const other = from === circuit.opener ? circuit.target : circuit.opener
    if (frame.kind === 'close') {
      this.#drop(circuit)
      this.#close(other, circuit.number, frame.code, now)
      return
    }
    circuit.movedAt = now
    const isTooFast = circuit.bucket.take(payload.length, now) > 0
    if (!isTooFast && this.#context.send(other, payload, now)) return
    this.#drop(circuit)
    this.#close(from, circuit.number, 'tooFast', now)
    this.#close(other, circuit.number, 'tooFast', now)
  }

  /** There is no link with this neighbour any more. */
  gone(neighbour: string, now: Millis): void {
    this.#asked.delete(neighbour)
    for (let i = this.#circuits.length - 1; i >= 0; i--) {
      const { opener, target, number } = this.#circuits[i] as Carried
      if (opener !== neighbour && target !== neighbour) continue
      this.#circuits.splice(i, 1)
      this.#close(opener === neighbour ? target : opener, number, 'unreachable', now)
    }
  }

  /** Call at every tick. */
  tick(now: Millis): void {
    for (let i = this.#circuits.length - 1; i >= 0; i--) {
      const { opener, target, number, movedAt } = this.#circuits[i] as Carried
      if (now - movedAt < carriedIdleMs) continue
      this.#circuits.splice(i, 1)
      this.#close(opener, number, 'closed', now)
      this.#close(target, number, 'closed', now)
    }
  }

  #refusal(from: string, number: number, target: string): CircuitCode | undefined {
    if (target === from || !this.#context.reaches(target)) return 'unreachable'
    if (this.carries(from, number) || this.carries(target, number)) return 'clash'
    let ofNeighbour = 0
    let ofPair = 0
    for (const circuit of this.#circuits) {
      if (circuit.opener === from) ofNeighbour++
      const isSame = circuit.opener === from && circuit.target === target
      if (isSame || (circuit.opener === target && circuit.target === from)) ofPair++
    }
    const isFull = this.#circuits.length >= maxCarried || ofNeighbour >= maxCarriedPerNeighbour
    return isFull || ofPair >= maxCarriedPerPair ? 'full' : undefined
  }

  #find(neighbour: string, number: number): Carried | undefined {
    for (const circuit of this.#circuits) {
      if (circuit.number === number && (circuit.opener === neighbour || circuit.target === neighbour)) return circuit
    }
    return undefined
  }

  #drop(circuit: Carried): void {
    const at = this.#circuits.indexOf(circuit)
    if (at >= 0) this.#circuits.splice(at, 1)
  }

  #close(to: string, number: number, code: CircuitCode, now: Millis): void {
    this.#context.send(to, encodeCircuit({ type: 'circuit', number, kind: 'close', code }), now)
  }

  #bucketOf(neighbour: string, now: Millis): Bucket {
    let bucket = this.#asked.get(neighbour)
    if (bucket === undefined) {
      if (this.#asked.size >= maxAskers) this.#asked.delete(this.#asked.keys().next().value as string)
      bucket = new Bucket(openRate, now)
      this.#asked.set(neighbour, bucket)
    }
    return bucket
  }
}
