/**
 * Mailed codes, kept in memory and nowhere else: who may ask for one, how long one counts, and how often one may try.
 *
 * A code belongs to an address and an identity together. Only requests that this identity signed count as tries, so
 * nobody burns another's code; and an address gets few mails an hour whoever asks, so nobody is flooded by us.
 */
import { randomInt, timingSafeEqual } from 'node:crypto'
import type { Millis } from '@kith/protocol'

const hourMs: Millis = 3_600_000

export interface CodeLimits {
  readonly lifeMs: Millis
  readonly tries: number
  /** Mails to one address within an hour. */
  readonly perAddress: number
  /** Mails that one network address (IPv4, or IPv6 /64) may cause within an hour. */
  readonly perNetwork: number
  /** Codes that count at one time, and addresses and networks that are remembered; beyond it nobody gets one. */
  readonly pending: number
}

export const codeLimits: CodeLimits = {
  lifeMs: 10 * 60_000,
  tries: 5,
  perAddress: 3,
  perNetwork: 20,
  pending: 10_000,
}

interface Pending {
  readonly code: string
  readonly until: Millis
  tries: number
}

export type AskRefusal = 'tooMany' | 'busy'
export type TryRefusal = 'wrongCode' | 'noCode'

export class Codes {
  readonly #limits: CodeLimits
  readonly #draw: () => string
  readonly #pending = new Map<string, Pending>()
  readonly #addresses: Recent
  readonly #networks: Recent

  constructor(limits: Partial<CodeLimits> = {}, draw: () => string = drawCode) {
    this.#limits = { ...codeLimits, ...limits }
    this.#draw = draw
    this.#addresses = new Recent(this.#limits.perAddress, this.#limits.pending)
    this.#networks = new Recent(this.#limits.perNetwork, this.#limits.pending)
  }

  get size(): number {
    return this.#pending.size
  }

  /** A code to be mailed. It replaces the one this identity asked for before. */
  ask(email: string, identity: string, network: string, now: Millis): { readonly code: string } | AskRefusal {
    this.#forgetOld(now)
    const key = nameOf(email, identity)
    // Letters' case in front of the @ is the mail server's business, and must not be a way to more mails.
    const address = email.toLowerCase()
    if (!this.#networks.allows(network, now) || !this.#addresses.allows(address, now)) return 'tooMany'
    if (this.#pending.size >= this.#limits.pending && !this.#pending.has(key)) return 'busy'
    if (!this.#networks.count(network, now) || !this.#addresses.count(address, now)) return 'busy'
    const code = this.#draw()
    this.#pending.delete(key)
    this.#pending.set(key, { code, until: now + this.#limits.lifeMs, tries: 0 })
    return { code }
  }

  /** The mail could not be sent: the code is worth nothing. */
  drop(email: string, identity: string): void {
    this.#pending.delete(nameOf(email, identity))
  }

  /** Undefined: right, and used up. A try counts before it is judged. */
  enter(email: string, identity: string, code: string, now: Millis): TryRefusal | undefined {
    this.#forgetOld(now)
    const key = nameOf(email, identity)
    const pending = this.#pending.get(key)
    if (pending === undefined) return 'noCode'
    pending.tries++
    const isRight = code.length === pending.code.length && timingSafeEqual(Buffer.from(code), Buffer.from(pending.code))
    if (isRight || pending.tries >= this.#limits.tries) this.#pending.delete(key)
    return isRight ? undefined : 'wrongCode'
  }

  #forgetOld(now: Millis): void {
    // In the order they were asked for, so the first that still counts ends it.
    for (const [key, { until }] of this.#pending) {
      if (until > now) return
      this.#pending.delete(key)
    }
  }
}

/** How often something happened within an hour, by name. */
class Recent {
  readonly #most: number
  readonly #names: number
  readonly #times = new Map<string, Millis[]>()

  constructor(most: number, names: number) {
    this.#most = most
    this.#names = names
  }

  allows(name: string, now: Millis): boolean {
    return this.#of(name, now).length < this.#most
  }

  /** False when no more names can be remembered. */
  count(name: string, now: Millis): boolean {
    const times = this.#of(name, now)
    this.#times.delete(name)
    if (this.#times.size >= this.#names) this.#forgetOld(now)
    if (this.#times.size >= this.#names) return false
    this.#times.set(name, [...times, now])
    return true
  }

  #of(name: string, now: Millis): Millis[] {
    return (this.#times.get(name) ?? []).filter((time) => time > now - hourMs)
  }

  #forgetOld(now: Millis): void {
    for (const [name, times] of this.#times) {
      if ((times.at(-1) ?? 0) > now - hourMs) return
      this.#times.delete(name)
    }
  }
}

function nameOf(email: string, identity: string): string {
  return `${identity} ${email}`
}

function drawCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}
