/**
 * The link handshake: Noise NNpsk0 bound to the transport, then each side signs what it got.
 *
 *   hint     = first 8 bytes of HMAC(psk, "kith1/hint\0" ‖ slot u48 ‖ responder's binding)
 *   prologue = "kith1/link\0" ‖ kind (1 dtls, 2 relay, 3 socket, 4 circuit) ‖ initiator's binding 32 ‖ responder's binding 32
 *              ‖ SHA-256("kith1/ctx\0" ‖ psk)
 *
 *   1  I→R   0x01 ‖ hint 8 ‖ Noise message 1 (48)
 *   2  R→I   0x02 ‖ Noise message 2 (48)
 *   3  I→R   0x03 ‖ sealed auth
 *   4  R→I   0x04 ‖ sealed auth
 *   auth = session key 32 ‖ KEM key 32 ‖ signature 64 ‖ membership proof 32 ‖ claims (≤ 4 KiB)
 *
 * The signature is over "kith1/auth/I\0" (or R) ‖ h ‖ KEM key ‖ SHA-256("kith1/claims\0" ‖ claims); the
 * proof is HMAC(HKDF(psk, "kith1/member\0"), "kith1/proof/I\0" (or R) ‖ h ‖ session key). h, the Noise handshake hash, covers both ephemeral
 * shares, the psk and both bindings: whoever stands in the middle gets two different h and nothing verifies. The
 * initiator shows itself first, so that a stranger or ex-member learns nothing about whom it reached.
 */
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { equalSecrets } from '../crypto/compare.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { NoiseHandshake, type NoiseOutcome } from '../crypto/noise.ts'
import type { SessionKeys } from '../identity/session.ts'
import { BrokenPromise, type Result, accept, reject } from '../machine.ts'

export type LinkRole = 'initiator' | 'responder'
export type LinkKind = 'dtls' | 'relay' | 'socket' | 'circuit'

export interface HandshakeOptions {
  readonly crypto: Crypto
  readonly role: LinkRole
  readonly kind: LinkKind
  /** 32 bytes each: certificate fingerprints (dtls), connection ids (relay, socket) or ends of a circuit; own and far's. */
  readonly local: Uint8Array
  readonly remote: Uint8Array
  readonly session: SessionKeys
  /** 32 bytes each. The initiator uses the first; the responder picks by the hint. */
  readonly psks: readonly Uint8Array[]
  /** Current 10-minute slot; the responder also accepts its neighbours. */
  readonly slot: number
  /** Name, chain and whatever else is told to an authenticated peer; at most `maxClaimsBytes`. */
  readonly claims: Uint8Array | ((handshakeHash: Uint8Array) => Uint8Array)
  /**
   * May this far side link with us? Asked when everything it showed has verified: by the responder before it shows
   * anything itself, so that whoever is not welcome learns nothing. Everybody who holds the psk when not given.
   */
  readonly welcomes?: ((peer: AuthenticatedPeer, handshakeHash: Uint8Array) => boolean) | undefined
  /** The session key that has to be at the far end. */
  readonly expect?: Uint8Array | undefined
}

export type HandshakeRejection =
  /** Not a frame of the step that was due. */
  | 'malformed'
  /** The hint fits none of our psks. */
  | 'unknownRoom'
  /** Another psk, other bindings, or bytes changed on the way. */
  | 'badHandshake'
  | 'lowOrderShare'
  | 'badSignature'
  | 'badMembership'
  | 'unexpectedPeer'
  /** It is who it says, and `welcomes` does not want it. */
  | 'notWelcome'
  /** The far side is this very session. */
  | 'selfLink'

export interface AuthenticatedPeer {
  readonly session: Uint8Array
  readonly kemKey: Uint8Array
  readonly claims: Uint8Array
}

/** What one received frame led to: an answer to transmit, and the peer once it has authenticated. */
export interface HandshakeStep {
  readonly transmit: Uint8Array | undefined
  readonly peer: AuthenticatedPeer | undefined
}

export const maxClaimsBytes = 4096
export const maxHandshakeFrameBytes: number = 1 + 160 + maxClaimsBytes + 16
/** First byte of the first frame on any transport. */
export const helloCode = 0x01

const answerCode = 0x02
const authCodes = { initiator: 0x03, responder: 0x04 } as const
const kindCodes = { dtls: 1, relay: 2, socket: 3, circuit: 4 } as const
const hintBytes = 8
const noiseBytes = 48
const authHeadBytes = 160
const tagBytes = 16

const authLabels = { initiator: label('kith1/auth/I'), responder: label('kith1/auth/R') } as const
const claimsLabel = label('kith1/claims')
const proofLabels = { initiator: label('kith1/proof/I'), responder: label('kith1/proof/R') } as const

export class Handshake {
  readonly #options: HandshakeOptions
  #noise: NoiseHandshake | undefined
  #psk: Uint8Array | undefined
  #outcome: NoiseOutcome | undefined
  #next: 'start' | 'hello' | 'answer' | 'auth' | 'nothing'

  constructor(options: HandshakeOptions) {
    if (options.local.length !== 32 || options.remote.length !== 32) throw new BrokenPromise('a binding is 32 bytes')
    if (options.psks.some((psk) => psk.length !== 32)) throw new BrokenPromise('a psk is 32 bytes')
    if (typeof options.claims !== 'function') boundClaims(options.claims)
    this.#options = options
    this.#next = options.role === 'initiator' ? 'start' : 'hello'
  }

  /** Of the finished Noise handshake; only to be used once both sides have authenticated. */
  get outcome(): NoiseOutcome {
    if (this.#outcome === undefined) throw new BrokenPromise('handshake not finished')
    return this.#outcome
  }

  /** The initiator's first frame; undefined for the responder. */
  start(): Uint8Array | undefined {
    if (this.#next !== 'start') return undefined
    const { crypto, psks, slot, remote } = this.#options
    const psk = psks[0]
    if (psk === undefined) throw new BrokenPromise('an initiator needs a psk')
    this.#next = 'answer'
    const message = this.#begin(psk).write()
    return concatBytes(Uint8Array.of(helloCode), hintOf(crypto, psk, slot, remote), message)
  }

  receive(frame: Uint8Array): Result<HandshakeStep, HandshakeRejection> {
    const code = frame[0]
    switch (this.#next) {
      case 'hello':
        return code === helloCode ? this.#hello(frame) : reject('malformed')
      case 'answer':
        return code === answerCode ? this.#answer(frame) : reject('malformed')
      case 'auth':
        return code === authCodes[farRole(this.#options.role)] ? this.#auth(frame) : reject('malformed')
      default:
        return reject('malformed')
    }
  }

  #hello(frame: Uint8Array): Result<HandshakeStep, HandshakeRejection> {
    const { crypto, psks, slot, local } = this.#options
    const psk = psks.find((one) => matchesHint(crypto, one, slot, local, frame))
    if (psk === undefined) return reject(isHello(frame) ? 'unknownRoom' : 'malformed')
    const noise = this.#begin(psk)
    const read = noise.read(frame.subarray(1 + hintBytes))
    if (!read.ok) return reject(read.code === 'badTag' ? 'badHandshake' : read.code)
    const transmit = concatBytes(Uint8Array.of(answerCode), noise.write())
    this.#outcome = noise.finish()
    this.#next = 'auth'
    return accept({ transmit, peer: undefined })
  }

  #answer(frame: Uint8Array): Result<HandshakeStep, HandshakeRejection> {
    if (frame.length !== 1 + noiseBytes) return reject('malformed')
    const noise = this.#noise as NoiseHandshake
    const read = noise.read(frame.subarray(1))
    if (!read.ok) return reject(read.code === 'badTag' ? 'badHandshake' : read.code)
    this.#outcome = noise.finish()
    this.#next = 'auth'
    return accept({ transmit: this.#ownAuth(), peer: undefined })
  }

  #auth(frame: Uint8Array): Result<HandshakeStep, HandshakeRejection> {
    const { crypto, role, session, expect, welcomes } = this.#options
    const far = farRole(role)
    if (frame.length < 1 + authHeadBytes + tagBytes || frame.length > maxHandshakeFrameBytes) return reject('malformed')
    const auth = this.outcome.receive.open(frame.subarray(1))
    if (auth === undefined) return reject('badHandshake')
    const reader = new Reader(auth)
    const sessionKey = reader.raw(32)
    const kemKey = reader.raw(32)
    const signature = reader.raw(64)
    const proof = reader.raw(32)
    const claims = reader.rest()
    if (!equalSecrets(proof, this.#proof(far, sessionKey))) return reject('badMembership')
    if (equalBytes(sessionKey, session.sign.publicKey)) return reject('selfLink')
    if (expect !== undefined && !equalBytes(sessionKey, expect)) return reject('unexpectedPeer')
    if (!crypto.verify(sessionKey, this.#signed(far, kemKey, claims), signature)) return reject('badSignature')
    const peer = { session: sessionKey, kemKey, claims }
    if (welcomes?.(peer, this.outcome.hash) === false) return reject('notWelcome')
    this.#next = 'nothing'
    return accept({ transmit: role === 'responder' ? this.#ownAuth() : undefined, peer })
  }

  #begin(psk: Uint8Array): NoiseHandshake {
    const { crypto, role, kind, local, remote } = this.#options
    const initiator = role === 'initiator'
    this.#psk = psk
    this.#noise = new NoiseHandshake({
      crypto,
      initiator,
      psk,
      ephemeral: crypto.agreeKeyPair(crypto.random(32)),
      prologue: concatBytes(
        label('kith1/link'),
        Uint8Array.of(kindCodes[kind]),
        initiator ? local : remote,
        initiator ? remote : local,
        crypto.sha256(label('kith1/ctx'), psk),
      ),
    })
    return this.#noise
  }

  #ownAuth(): Uint8Array {
    const { crypto, role, session } = this.#options
    const claims = this.#claims()
    const kemKey = session.agree.publicKey
    const auth = new Writer(authHeadBytes + claims.length)
      .raw(session.sign.publicKey)
      .raw(kemKey)
      .raw(crypto.sign(session.sign.secretKey, this.#signed(role, kemKey, claims)))
      .raw(this.#proof(role, session.sign.publicKey))
      .raw(claims)
      .finish()
    return concatBytes(Uint8Array.of(authCodes[role]), this.outcome.send.seal(auth))
  }

  #claims(): Uint8Array {
    const { claims } = this.#options
    return typeof claims === 'function' ? boundClaims(claims(this.outcome.hash)) : claims
  }

  #signed(role: LinkRole, kemKey: Uint8Array, claims: Uint8Array): Uint8Array {
    return concatBytes(authLabels[role], this.outcome.hash, kemKey, this.#options.crypto.sha256(claimsLabel, claims))
  }

  #proof(role: LinkRole, session: Uint8Array): Uint8Array {
    const { crypto } = this.#options
    const key = crypto.hkdf(this.#psk as Uint8Array, new Uint8Array(0), label('kith1/member'), 32)
    return crypto.hmacSha256(key, proofLabels[role], this.outcome.hash, session)
  }
}

/** Whether `firstFrame` of an inbound transport is meant for the holder of `psk`: routes a socket to one of many rooms. */
export function matchesHint(
  crypto: Pick<Crypto, 'hmacSha256'>,
  psk: Uint8Array,
  slot: number,
  responderBinding: Uint8Array,
  firstFrame: Uint8Array,
): boolean {
  if (!isHello(firstFrame)) return false
  const hint = firstFrame.subarray(1, 1 + hintBytes)
  return [slot, slot - 1, slot + 1].some(
    (one) => one >= 0 && equalSecrets(hint, hintOf(crypto, psk, one, responderBinding)),
  )
}

function isHello(frame: Uint8Array): boolean {
  return frame[0] === helloCode && frame.length === 1 + hintBytes + noiseBytes
}

function hintOf(
  crypto: Pick<Crypto, 'hmacSha256'>,
  psk: Uint8Array,
  slot: number,
  responderBinding: Uint8Array,
): Uint8Array {
  const at = new Writer(6).u48(slot).finish()
  return crypto.hmacSha256(psk, label('kith1/hint'), at, responderBinding).subarray(0, hintBytes)
}

function boundClaims(claims: Uint8Array): Uint8Array {
  if (claims.length > maxClaimsBytes) throw new BrokenPromise(`claims of ${claims.length} bytes`)
  return claims
}

function farRole(role: LinkRole): LinkRole {
  return role === 'initiator' ? 'responder' : 'initiator'
}
