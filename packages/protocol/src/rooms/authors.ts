/**
 * Whose session is whose.
 *
 * A session's opening (entry 0) carries the chain session ← device ← identity. Before it is here, a chain shown by the
 * session itself on a link will do; once it is, only the opening counts, because everybody has the same one. An entry
 * outside the chain's span of time belongs to the bare session.
 */
import { formatHex } from '../codec/text.ts'
import { concatBytes, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { verifyChain } from '../identity/chain.ts'
import type { Millis, SignatureCheck } from '../machine.ts'

export interface Authorship {
  /** Identity key, hex. */
  readonly author: string
  readonly notBefore: Millis
  readonly notAfter: Millis
}

interface Claimed {
  readonly authorship: Authorship | undefined
  readonly final: boolean
}

/** Signatures remembered as good: one device certifies many sessions. */
const maxRemembered = 4096

export class Authors {
  readonly #crypto: Pick<Crypto, 'verify' | 'sha256'>
  readonly #bySession = new Map<string, Claimed>()
  readonly #good = new Set<string>()
  #version = 0

  constructor(crypto: Pick<Crypto, 'verify' | 'sha256'>) {
    this.#crypto = crypto
  }

  /** Goes up whenever an author may have changed. */
  get version(): number {
    return this.#version
  }

  /** Author of a session (hex) at a time; the session itself while unknown. */
  authorOf(session: string, time: Millis): string {
    const authorship = this.#bySession.get(session)?.authorship
    if (authorship === undefined || time < authorship.notBefore || time > authorship.notAfter) return session
    return authorship.author
  }

  /** Whether the opening of a session is here and its chain was verified. */
  holds(session: string): boolean {
    const claimed = this.#bySession.get(session)
    return claimed?.final === true && claimed.authorship !== undefined
  }

  /** The signatures `learn` would check. */
  checksOf(session: Uint8Array, chain: Uint8Array, time: Millis): SignatureCheck[] {
    const checks: SignatureCheck[] = []
    const verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
      const check = { publicKey, message, signature }
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
    const verify = trusted ? () => true : this.#verify
    const verified = verifyChain({ sha256: this.#crypto.sha256, verify }, chain, { session, time })
    if (!verified.ok && !final) return false
    const authorship = verified.ok
      ? {
          author: formatHex(verified.value.author),
          notBefore: verified.value.notBefore,
          notAfter: verified.value.notAfter,
        }
      : undefined
    this.#bySession.set(hex, { authorship, final })
    this.#version++
    return known?.authorship?.author !== authorship?.author
  }

  forget(session: string): void {
    this.#bySession.delete(session)
    this.#version++
  }

  readonly #verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
    const check = { publicKey, message, signature }
    if (this.#good.has(this.#nameOf(check))) return true
    if (!this.#crypto.verify(publicKey, message, signature)) return false
    this.remember(check)
    return true
  }

  #nameOf(check: SignatureCheck): string {
    const bytes = concatBytes(label('kith1/checked'), check.publicKey, check.signature, check.message)
    return formatHex(this.#crypto.sha256(bytes).subarray(0, 16))
  }
}
