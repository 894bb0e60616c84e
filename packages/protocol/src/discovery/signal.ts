/**
 * Sealed signals (docs/spec/rendezvous.md): offers, answers and candidates that only the session they are for can open.
 *
 *     sealed    = version 1 ‖ HPKE-PSK(target's KEM key, lobby PSK, info = "kith1/signal\0" ‖ target session, plaintext)
 *     plaintext = sender 32 ‖ nonce 16 ‖ created u48 ‖ expires u48 ‖ type 1 ‖ transport text ‖ bytes ‖ signature 64 ‖ zeros
 *     signature = Ed25519(sender, "kith1/signal\0" ‖ target session 32 ‖ target KEM key 32 ‖ plaintext up to here)
 *
 * Zeros pad `sealed` to exactly 1, 2, 4, 8 or 16 KiB. The relay sees who calls whom (throw-away keys), when, and which of
 * five sizes; a relay that wants to swap an offer for its own would have to know the lobby PSK *and* sign as the sender.
 * HPKE: RFC 9180, `crypto/hpke.ts`.
 */
import { concatBytes, emptyBytes, equalBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { hpkeOpen, hpkeOverheadBytes, hpkeSeal } from '../crypto/hpke.ts'
import { BrokenPromise, type Millis, type Result, accept, reject } from '../machine.ts'

export const signalLifeMs: Millis = 60_000
/** Both clocks were measured against the same relay; this is what may be left between them. */
export const signalSkewMs: Millis = 15_000
export const signalSizes: readonly number[] = [1024, 2048, 4096, 8192, 16_384]
/** Of the transport's name. */
export const maxTransportNameBytes = 64
/** Signals one session remembers having seen; each for its life and the skew. */
export const maxSignalsRemembered = 4096

const nonceBytes = 16
const overheadBytes = 1 + hpkeOverheadBytes + 32 + nonceBytes + 6 + 6 + 1 + 1 + maxTransportNameBytes + 3 + 64
export const maxSignalPayloadBytes: number = 16_384 - overheadBytes

/**
 * `call`: please dial me. `description`: bytes the transport made (an offer, an answer, candidates). `hangUp`: give up on
 * this transport. `knock`: may we link? Its bytes are urgency u8 and the sender's card; answered under the same name by
 * `welcome`, after which one of the two calls, or `busy`.
 */
export type SignalType = 'call' | 'description' | 'hangUp' | 'knock' | 'welcome' | 'busy'

export interface Signal {
  /** Session key of the sender; its signature was verified. */
  readonly sender: Uint8Array
  readonly created: Millis
  readonly expires: Millis
  readonly type: SignalType
  /** Name of the transport both sides mean, at most 64 bytes of UTF-8. */
  readonly transport: string
  readonly bytes: Uint8Array
}

export type SignalRefusal = 'unsealed' | 'malformed' | 'forged' | 'expired' | 'replayed' | 'busy'

/** Whom a signal is for: both keys are in its announcement. */
export interface SignalTarget {
  readonly session: Uint8Array
  readonly kem: Uint8Array
}

const version = 1
const signalLabel = label('kith1/signal')
const types: readonly SignalType[] = ['call', 'description', 'hangUp', 'knock', 'welcome', 'busy']

/**
 * Created at `now`, expires `signalLifeMs` later. Undefined when the target's KEM key is no usable key. `bytes` above
 * `maxSignalPayloadBytes` are a broken promise.
 */
export function sealSignal(
  crypto: Crypto,
  signal: {
    readonly sender: KeyPair
    readonly target: SignalTarget
    /** The room's lobby PSK, 32 bytes. */
    readonly psk: Uint8Array
    readonly type: SignalType
    readonly transport: string
    readonly bytes: Uint8Array
  },
  now: Millis,
): Uint8Array | undefined {
  if (signal.bytes.length > maxSignalPayloadBytes) throw new BrokenPromise(`signal of ${signal.bytes.length} bytes`)
  const said = new Writer(1024)
    .raw(signal.sender.publicKey)
    .raw(crypto.random(nonceBytes))
    .u48(now)
    .u48(now + signalLifeMs)
    .u8(types.indexOf(signal.type))
    .text(signal.transport)
    .bytes(signal.bytes)
    .finish()
  const signature = crypto.sign(signal.sender.secretKey, concatBytes(transcriptHead(signal.target), said))
  const plain = said.length + signature.length
  const size = signalSizes.find((step) => step >= plain + hpkeOverheadBytes + 1)
  if (size === undefined) throw new BrokenPromise('transport name too long')
  const sealed = hpkeSeal(crypto, {
    recipient: signal.target.kem,
    info: concatBytes(signalLabel, signal.target.session),
    aad: emptyBytes,
    plaintext: concatBytes(said, signature, new Uint8Array(size - hpkeOverheadBytes - 1 - plain)),
    psk: { key: signal.psk, id: signalLabel },
  })
  return sealed && concatBytes(Uint8Array.of(version), sealed)
}

/** Opens what was sealed to one session, and remembers what it has opened, so that a signal counts once. */
export class SignalOpener {
  readonly #crypto: Crypto
  readonly #target: SignalTarget
  readonly #kem: KeyPair
  readonly #psk: Uint8Array
  readonly #maxRemembered: number
  /** Sender and nonce, hex → when it may be forgotten. */
  readonly #seen = new Map<string, Millis>()

  constructor(options: {
    readonly crypto: Crypto
    /** Own session key. */
    readonly session: Uint8Array
    readonly kem: KeyPair
    readonly psk: Uint8Array
    readonly maxRemembered?: number | undefined
  }) {
    this.#crypto = options.crypto
    this.#target = { session: options.session, kem: options.kem.publicKey }
    this.#kem = options.kem
    this.#psk = options.psk
    this.#maxRemembered = options.maxRemembered ?? maxSignalsRemembered
  }

  get remembered(): number {
    return this.#seen.size
  }

  open(sealed: Uint8Array, now: Millis): Result<Signal, SignalRefusal> {
    if (!signalSizes.includes(sealed.length) || sealed[0] !== version) return reject('malformed')
    const plaintext = hpkeOpen(this.#crypto, {
      keyPair: this.#kem,
      info: concatBytes(signalLabel, this.#target.session),
      aad: emptyBytes,
      sealed: sealed.subarray(1),
      psk: { key: this.#psk, id: signalLabel },
    })
    if (plaintext === undefined) return reject('unsealed')
    const read = readSignal(plaintext)
    if (read === undefined) return reject('malformed')
    const { signal, nonce, said, signature } = read
    if (!this.#crypto.verify(signal.sender, concatBytes(transcriptHead(this.#target), said), signature)) {
      return reject('forged')
    }
    const isLive =
      signal.created <= now + signalSkewMs &&
      signal.expires > now - signalSkewMs &&
      signal.expires > signal.created &&
      signal.expires - signal.created <= signalLifeMs
    if (!isLive) return reject('expired')
    return this.#remember(formatHex(concatBytes(signal.sender, nonce)), signal, now)
  }

  #remember(key: string, signal: Signal, now: Millis): Result<Signal, SignalRefusal> {
    if (this.#seen.has(key)) return reject('replayed')
    if (this.#seen.size >= this.#maxRemembered) {
      for (const [old, until] of this.#seen) if (until <= now) this.#seen.delete(old)
      // Only members can fill this; forgetting early would let their signals be played again.
      if (this.#seen.size >= this.#maxRemembered) return reject('busy')
    }
    this.#seen.set(key, signal.expires + signalSkewMs)
    return accept(signal)
  }
}

function transcriptHead(target: SignalTarget): Uint8Array {
  return concatBytes(signalLabel, target.session, target.kem)
}

interface ReadSignal {
  readonly signal: Signal
  readonly nonce: Uint8Array
  readonly said: Uint8Array
  readonly signature: Uint8Array
}

function readSignal(plaintext: Uint8Array): ReadSignal | undefined {
  const reader = new Reader(plaintext)
  const sender = reader.raw(32)
  const nonce = reader.raw(nonceBytes)
  const created = reader.u48()
  const expires = reader.u48()
  const type = types[reader.u8()]
  const transport = reader.text(maxTransportNameBytes)
  const bytes = reader.bytes(maxSignalPayloadBytes)
  const said = plaintext.subarray(0, reader.offset)
  const signature = reader.raw(64)
  const padding = reader.rest()
  if (!reader.done() || type === undefined || !equalBytes(padding, new Uint8Array(padding.length))) return undefined
  return { signal: { sender, created, expires, type, transport, bytes }, nonce, said, signature }
}
