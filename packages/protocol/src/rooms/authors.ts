/**
 * Whose session is whose.
 *
 * A session's opening (entry 0) carries the chain session ← device ← identity. Before it is here, a chain shown by the
 * session itself on a link will do; once it is, only the opening counts, because everybody has the same one. An entry
 * outside the chain's span of time belongs to the bare session.
 */
import type { ReadOnce } from '../codec/read-once.ts'
import { formatHex } from '../codec/text.ts'
import { concatBytes, equalBytes, keepSmall, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { verifyChain } from '../identity/chain.ts'
import type { Millis, SignatureCheck } from '../machine.ts'
import type { KnownDevice } from './moved-boxes.ts'

interface Claimed {
  /** Undefined when the chain is not good. */
  readonly author: string | undefined
  readonly device: string | undefined
  readonly agree: Uint8Array | undefined
  readonly notBefore: Millis
  readonly notAfter: Millis
  readonly final: boolean
  /** That was verified on a link: the opening mostly carries the same one. */
  readonly shown: Uint8Array | undefined
}

/** Signatures a host found good, until the chains they are in are learned; one device certifies many sessions. */
const maxRemembered = 4096
const noTime = { notBefore: 0, notAfter: 0 } as const

export class Authors {
  readonly #crypto: Pick<Crypto, 'verify' | 'sha256'>
  readonly #bySession = new Map<string, Claimed>()
  readonly #readOnce: ReadOnce | undefined
  readonly #good = new Set<string>()
  #version = 0

  constructor(crypto: Pick<Crypto, 'verify' | 'sha256'>, readOnce?: ReadOnce) {
    this.#crypto = crypto
    this.#readOnce = readOnce
  }

  /** Goes up whenever an author may have changed. */
  get version(): number {
    return this.#version
  }

  /** Author of a session (hex) at a time; the session itself while unknown. */
  authorOf(session: string, time: Millis): string {
    const claimed = this.#bySession.get(session)
    if (claimed?.author === undefined || time < claimed.notBefore || time > claimed.notAfter) return session
    return claimed.author
  }

  /** The device (hex) that speaks in a session; undefined while its chain is unknown, or not good. */
  deviceOf(session: string): string | undefined {
    return this.#bySession.get(session)?.device
  }

  /** Each device of these authors once. */
  devicesOf(authors: ReadonlySet<string>): readonly KnownDevice[] {
    const devices = new Map<string, Uint8Array>()
    for (const { author, device, agree } of this.#bySession.values()) {
      if (author === undefined || device === undefined || agree === undefined) continue
      if (authors.has(author)) devices.set(device, agree)
    }
    return [...devices].map(([device, agree]) => ({ device, agree }))
  }

  /** Whether the opening of a session is here and its chain was verified. */
  holds(session: string): boolean {
    const claimed = this.#bySession.get(session)
    return claimed?.final === true && claimed.author !== undefined
  }

  /** The signatures `learn` would check. */
  checksOf(session: Uint8Array, chain: Uint8Array, time: Millis): SignatureCheck[] {
    const checks: SignatureCheck[] = []
    const verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
      // A copy: what is passed to `verify` is only lent.
      const check = { publicKey, message: message.slice(), signature }
      if (!this.#good.has(this.#nameOf(check))) checks.push(check)
      return true
    }
    verifyChain({ sha256: this.#crypto.sha256, verify }, chain, { session, time })
    return checks
  }

  /** A host verified this one: it need not be verified again. */
  remember(check: SignatureCheck): void {
    if (this.#good.size >= maxRemembered) this.#good.delete(this.#good.values().next().value as string)
    this.#good.add(this.#nameOf(check))
  }

  /**
   * Takes a chain; `final` for an opening's. True when the answer of `authorOf` changed. `trusted` skips the signatures
   * of what was verified before it was stored.
   */
  learn(session: Uint8Array, chain: Uint8Array, time: Millis, final: boolean, trusted = false): boolean {
    const hex = formatHex(session)
    const known = this.#bySession.get(hex)
    if (known?.final === true) return false
    const isVerified = trusted || (known?.shown !== undefined && equalBytes(known.shown, chain))
    const claimed = final
      ? this.#openingClaim(hex, session, chain, time, isVerified)
      : this.#claim(session, chain, time, false, isVerified)
    if (claimed.author === undefined && !final) return false
    this.#bySession.set(hex, claimed)
    this.#version++
    return known?.author !== claimed.author
  }

  /** All who have an opening judge its chain at the same time, and alike. */
  #openingClaim(hex: string, session: Uint8Array, chain: Uint8Array, time: Millis, isVerified: boolean): Claimed {
    const read = (): Claimed => this.#claim(session, chain, time, true, isVerified)
    if (this.#readOnce === undefined) return read()
    const first = this.#readOnce.bytes('claim', chain, () => ({ hex, time, claimed: read() }))
    return first.hex === hex && first.time === time ? first.claimed : read()
  }

  #claim(session: Uint8Array, chain: Uint8Array, time: Millis, final: boolean, isVerified: boolean): Claimed {
    const verify = isVerified ? () => true : this.#verify
    const verified = verifyChain({ sha256: this.#crypto.sha256, verify }, chain, { session, time })
    const author = verified.ok ? formatHex(verified.value.author) : undefined
    const device = verified.ok ? formatHex(verified.value.device) : undefined
    const { notBefore, notAfter } = verified.ok ? verified.value : noTime
    const agree = verified.ok ? keepSmall(verified.value.deviceAgree) : undefined
    return { author, device, agree, notBefore, notAfter, final, shown: final ? undefined : chain }
  }

  forget(session: string): void {
    this.#bySession.delete(session)
    this.#version++
  }

  readonly #verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
    // Live openings come one by one, and mostly once each: remembering them would cost more than it saves.
    if (this.#good.size > 0 && this.#good.has(this.#nameOf({ publicKey, message, signature }))) return true
    return this.#crypto.verify(publicKey, message, signature)
  }

  #nameOf(check: SignatureCheck): string {
    const bytes = concatBytes(label('kith1/checked'), check.publicKey, check.signature, check.message)
    return formatHex(this.#crypto.sha256(bytes).subarray(0, 16))
  }
}
