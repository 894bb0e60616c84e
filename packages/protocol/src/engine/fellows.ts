/**
 * Who is at the far ends of a members room's links and asides: whose session each is, what may be said there, and with whom
 * the links end when what members hold, or the edge rule, says so.
 */
import { formatHex } from '../codec/text.ts'
import { verifyChain } from '../identity/chain.ts'
import type { Millis } from '../machine.ts'
import type { Membership } from '../members/membership.ts'
import type { OperationBody } from '../members/operation-body.ts'
import type { Operation } from '../members/operation.ts'
import type { Aside } from './asides.ts'
import type { Linking } from './linking.ts'
import type { LiveLink } from './links.ts'
import { encodeOperations, operationTags } from './operation-wire.ts'
import type { EngineOptions } from './options.ts'

/** What a chain shows: identity and device, hex. */
export interface Shown {
  readonly identity: string
  readonly device: string
}

export interface FellowsPorts {
  readonly options: Pick<EngineOptions, 'crypto'>
  readonly corrected: (now: Millis) => Millis
  readonly links: () => readonly LiveLink[]
  readonly send: (session: string, payload: Uint8Array, now: Millis) => void
  readonly sendAside: (session: string, payload: Uint8Array, now: Millis) => void
  readonly close: (link: LiveLink, code: string, now: Millis) => void
  readonly closeAside: (aside: Aside, now: Millis) => void
}

export class Fellows {
  readonly #ports: FellowsPorts
  readonly #membership: Membership
  readonly #linking: Linking
  /** By session: whose it is, as its link has shown. */
  readonly #identities = new Map<string, Shown>()
  /** By name of their conversation. */
  readonly #asides = new Map<string, Aside>()

  constructor(ports: FellowsPorts, membership: Membership, linking: Linking) {
    this.#ports = ports
    this.#membership = membership
    this.#linking = linking
  }

  met({ session }: LiveLink, shown: Shown): void {
    this.#identities.set(session, shown)
  }

  gone(session: string): void {
    this.#identities.delete(session)
  }

  /** Identities one is linked with. */
  here(): ReadonlySet<string> {
    return new Set([...this.#identities.values()].map(({ identity }) => identity))
  }

  /** There is a conversation on this aside; answers its name. */
  beside(aside: Aside): string {
    const name = nameOf(aside)
    this.#asides.set(name, aside)
    return name
  }

  asideGone(aside: Aside): void {
    this.#asides.delete(nameOf(aside))
  }

  /** Whose session it is, by the chain it shows; undefined for nobody's. */
  read(chain: Uint8Array, session: Uint8Array, now: Millis): Shown | undefined {
    const { crypto } = this.#ports.options
    const verified = verifyChain(crypto, chain, { session, time: this.#ports.corrected(now) })
    if (!verified.ok) return undefined
    return { identity: formatHex(verified.value.author), device: formatHex(verified.value.device) }
  }

  /** Ends links with those who are out, who are told what put them out, and with whom the edge rule does not want any more. */
  part(added: readonly Operation[], now: Millis): void {
    const endings = added.filter(({ body }) => endsTenures.has(body.type)).map(({ bytes }) => bytes)
    for (const link of this.#ports.links()) {
      const shown = this.#identities.get(link.session)
      if (shown === undefined) continue
      const { identity, device } = shown
      const isIn = this.#membership.isMember(identity)
      const isOut = !isIn && this.#membership.hasEnded(identity)
      const isRevoked = this.#membership.isRevoked(identity, device)
      if (!isOut && !isRevoked && (!isIn || this.#linking.linksWith(identity))) continue
      if ((isOut || isRevoked) && endings.length > 0) {
        this.#ports.send(link.session, encodeOperations({ type: 'operations', operations: endings, more: false }), now)
      }
      this.#ports.close(link, 'notMember', now)
    }
  }

  /** Operations are for members, and for whom one is letting in; heads tell nothing to anybody else. */
  say(to: string, payload: Uint8Array, now: Millis): void {
    const aside = this.#asides.get(to)
    if (aside !== undefined) return this.#ports.sendAside(aside.link.session, payload, now)
    const identity = this.#identities.get(to)?.identity
    const isOperations = payload[0] === operationTags.from + 2
    if (isOperations && (identity === undefined || !this.#membership.isMember(identity))) return
    this.#ports.send(to, payload, now)
  }

  hangUp(to: string, code: string, now: Millis): void {
    const aside = this.#asides.get(to)
    if (aside !== undefined) return this.#ports.closeAside(aside, now)
    const link = this.#ports.links().find(({ session }) => session === to)
    if (link !== undefined) this.#ports.close(link, code, now)
  }
}

const endsTenures: ReadonlySet<OperationBody['type']> = new Set(['remove', 'leave', 'revocation'])

/** Of the conversation on an aside: the same session may have a link of the room as well. */
export function nameOf({ link }: Aside): string {
  return `aside ${link.id}`
}
