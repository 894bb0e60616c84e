/** A test bench for links: two of them, a wire between, and somebody who sits on it or lies at one end. */
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { NoiseHandshake } from '../crypto/noise.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { type SessionKeys, createSession } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import type { LinkKind } from './handshake.ts'
import { Link } from './link.ts'
import type { LinkInput, LinkOptions, LinkOutput } from './link-io.ts'

export const crypto: Crypto = createSeededCrypto('link')
export const now: Millis = 1_790_000_000_000
export const psk: Uint8Array = crypto.random(32)
export const alice: SessionKeys = createSession(crypto)
export const bob: SessionKeys = createSession(crypto)
export const mallory: SessionKeys = createSession(crypto)
export const fingerprintA: Uint8Array = crypto.random(32)
export const fingerprintB: Uint8Array = crypto.random(32)
export const fingerprintM: Uint8Array = crypto.random(32)
export const kinds: readonly LinkKind[] = ['dtls', 'relay', 'socket', 'circuit']

export type Overrides = Partial<LinkOptions>

/** Alice initiates. */
export function initiator(overrides: Overrides = {}): Link {
  return new Link({
    crypto,
    role: 'initiator',
    kind: 'dtls',
    local: fingerprintA,
    remote: fingerprintB,
    session: alice,
    psks: [psk],
    slot: 1000,
    claims: formatUtf8('alice, the initiator'),
    name: 'link/a',
    ...overrides,
  })
}

export function responder(overrides: Overrides = {}): Link {
  return initiator({
    role: 'responder',
    local: fingerprintB,
    remote: fingerprintA,
    session: bob,
    claims: formatUtf8('bob, the responder'),
    name: 'link/b',
    ...overrides,
  })
}

export const transmitted = (outputs: readonly LinkOutput[]): Uint8Array[] =>
  outputs.flatMap((output) => (output.type === 'transmit' ? [output.bytes] : []))
export const ofType = <T extends LinkOutput['type']>(
  outputs: readonly LinkOutput[],
  type: T,
): Extract<LinkOutput, { type: T }>[] =>
  outputs.filter((output): output is Extract<LinkOutput, { type: T }> => output.type === type)
export const downCode = (outputs: readonly LinkOutput[]): string | undefined => ofType(outputs, 'down')[0]?.code

/** Two links and a wire between them that somebody can sit on. Pace timers fire at once. */
export class Wire {
  readonly a: Link
  readonly b: Link
  readonly outA: LinkOutput[] = []
  readonly outB: LinkOutput[] = []
  /** What happens to a frame on its way: the frames that arrive instead. */
  tap: (to: 'a' | 'b', bytes: Uint8Array) => readonly Uint8Array[] = (_, bytes) => [bytes]
  readonly seen: { readonly to: 'a' | 'b'; readonly bytes: Uint8Array }[] = []
  readonly #queue: { readonly to: 'a' | 'b'; readonly input: LinkInput }[] = []

  constructor(a: Link, b: Link) {
    this.a = a
    this.b = b
  }

  give(to: 'a' | 'b', input: LinkInput): this {
    this.#queue.push({ to, input })
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next.to, next.input)
    return this
  }

  start(): this {
    return this.give('b', { type: 'start' }).give('a', { type: 'start' })
  }

  #step(to: 'a' | 'b', input: LinkInput): void {
    const outputs = this[to].handle(input, now)
    const far = to === 'a' ? 'b' : 'a'
    ;(to === 'a' ? this.outA : this.outB).push(...outputs)
    for (const output of outputs) {
      if (output.type === 'transmit') {
        this.seen.push({ to: far, bytes: output.bytes })
        for (const bytes of this.tap(far, output.bytes)) this.#queue.push({ to: far, input: { type: 'frame', bytes } })
      } else if (output.type === 'timer' && output.name.endsWith('/pace')) {
        this.#queue.push({ to, input: { type: 'timerFired', name: output.name } })
      }
    }
  }
}

export const connect = (a: Overrides = {}, b: Overrides = {}): Wire => new Wire(initiator(a), responder(b)).start()
export const isUp = (wire: Wire): boolean =>
  ofType(wire.outA, 'up').length === 1 && ofType(wire.outB, 'up').length === 1

export function contains(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let i = 0; i + part.length <= bytes.length; i++) {
    if (equalBytes(bytes.subarray(i, i + part.length), part)) return true
  }
  return false
}

export interface Forgery {
  /** Whose label the signature carries. */
  readonly role: 'initiator' | 'responder'
  readonly session: SessionKeys
  readonly hash?: Uint8Array
  readonly signedClaims?: Uint8Array
  readonly signedKem?: Uint8Array
  readonly proof?: Uint8Array
  readonly proofRole?: 'initiator' | 'responder'
  /** Who is lied to. */
  readonly against?: 'initiator' | 'responder'
}

/** Somebody who holds the PSK and speaks the protocol, written from the specification, and lies in its auth. */
export function forge(lie: Forgery): { readonly outA: LinkOutput[]; readonly outB: LinkOutput[] } {
  const against = lie.against ?? 'initiator'
  const victim = against === 'initiator' ? initiator() : responder()
  const outputs = victim.handle({ type: 'start' }, now)
  const noise = new NoiseHandshake({
    crypto,
    initiator: against === 'responder',
    psk,
    ephemeral: crypto.agreeKeyPair(crypto.random(32)),
    prologue: concatBytes(
      label('kith1/link'),
      Uint8Array.of(1),
      fingerprintA,
      fingerprintB,
      crypto.sha256(label('kith1/ctx'), psk),
    ),
  })
  const feed = (bytes: Uint8Array): Uint8Array | undefined => {
    const answers = victim.handle({ type: 'frame', bytes }, now)
    outputs.push(...answers)
    return transmitted(answers)[0]
  }
  if (against === 'initiator') {
    noise.read((transmitted(outputs)[0] as Uint8Array).subarray(9))
    feed(concatBytes(Uint8Array.of(2), noise.write()))
  } else {
    const slot = Uint8Array.of(0, 0, 0, 0, 1000 >> 8, 1000 & 0xff)
    const hint = crypto.hmacSha256(psk, label('kith1/hint'), slot, fingerprintB).subarray(0, 8)
    const answer = feed(concatBytes(Uint8Array.of(1), hint, noise.write())) as Uint8Array
    noise.read(answer.subarray(1))
  }
  const { hash, send } = noise.finish()
  const letter = (role: 'initiator' | 'responder'): string => (role === 'initiator' ? 'I' : 'R')
  const key = lie.session.sign.publicKey
  const kem = lie.session.agree.publicKey
  const claims = formatUtf8('forged')
  const signed = concatBytes(
    label(`kith1/auth/${letter(lie.role)}`),
    lie.hash ?? hash,
    lie.signedKem ?? kem,
    crypto.sha256(label('kith1/claims'), lie.signedClaims ?? claims),
  )
  const own = against === 'initiator' ? 'responder' : 'initiator'
  const member = crypto.hkdf(psk, new Uint8Array(0), label('kith1/member'), 32)
  const proof = crypto.hmacSha256(member, label(`kith1/proof/${letter(lie.proofRole ?? own)}`), hash, key)
  const signature = crypto.sign(lie.session.sign.secretKey, signed)
  const auth = concatBytes(key, kem, signature, lie.proof ?? proof, claims)
  feed(concatBytes(Uint8Array.of(own === 'initiator' ? 3 : 4), send.seal(auth)))
  return against === 'initiator' ? { outA: outputs, outB: [] } : { outA: [], outB: outputs }
}
