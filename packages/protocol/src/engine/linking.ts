/**
 * With whom this program links in a members room: the edge rule (`members/edges.ts`) over what members say of each other.
 *
 * The word of somebody who is out passes to whom they stood on, up to the founder: a removal that does not name those
 * who came through whom it removes leaves them in the room, and in it nobody may be cut off from the keys. Of each member as many
 * words are asked as the room asked for when they came.
 */
import { concatBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { type EdgeRule, type Voucher, edgesOf } from '../members/edges.ts'
import type { Membership } from '../members/membership.ts'
import type { Tenure } from '../members/tenure.ts'

/** Challenges that are remembered; the oldest is forgotten. */
export const maxChallengers = 256

export class Linking {
  readonly #membership: Membership
  /** Own identity, hex. */
  readonly #self: string
  #rule: EdgeRule
  /** Identities (hex) of those with whom we passed a challenge when we came. */
  readonly #challengers: Set<string>
  #edges: { readonly version: string; readonly with: ReadonlySet<string> } | undefined

  /** `challengers`: what `encode` gave before. */
  constructor(membership: Membership, self: string, rule: EdgeRule, challengers: Uint8Array | undefined) {
    this.#membership = membership
    this.#self = self
    this.#rule = rule
    this.#challengers = new Set(decode(challengers))
  }

  /** Which rule counts from now on. */
  follow(rule: EdgeRule): void {
    this.#rule = rule
  }

  /** False when that is nothing new. */
  challenged(identity: string): boolean {
    if (this.#challengers.has(identity)) return false
    if (this.#challengers.size >= maxChallengers) {
      this.#challengers.delete(this.#challengers.values().next().value as string)
    }
    this.#challengers.add(identity)
    return true
  }

  encode(): Uint8Array {
    return concatBytes(...[...this.#challengers].map((identity) => parseHex(identity) as Uint8Array))
  }

  linksWith(identity: string): boolean {
    return identity === this.#self || this.#drawn().has(identity)
  }

  #drawn(): ReadonlySet<string> {
    const membership = this.#membership
    const version = `${membership.version} ${this.#challengers.size} ${this.#rule}`
    if (this.#edges?.version === version) return this.#edges.with
    const members = [...membership.members()]
    const edges = edgesOf({
      self: this.#self,
      founder: membership.settled.founder,
      rule: this.#rule,
      members: new Set(members.map(({ identity }) => identity)),
      vouches: members.flatMap(({ identity }) => this.#wordsFor(identity)),
      challengers: this.#challengers,
      vouchesNeeded: (identity) => this.#neededFor(identity),
    })
    this.#edges = { version, with: edges }
    return edges
  }

  #wordsFor(identity: string): readonly Voucher[] {
    return this.#membership.wordsFor(identity).flatMap(({ by, method }) => {
      let voucher: Tenure | undefined = by
      while (voucher !== undefined && !this.#membership.isMember(voucher.identity)) voucher = voucher.on
      if (voucher === undefined) return []
      // Whom somebody else challenged was not challenged by who inherits the word.
      return [{ by: voucher.identity, for: identity, method: voucher === by ? method : ('link' as const) }]
    })
  }

  #neededFor(identity: string): number {
    const add = this.#membership.settled.current(identity)?.add.op.id ?? ''
    const needed = this.#membership.settled.candidates.get(add)?.needed ?? 1
    // Words that were inherited by one and the same count once.
    return Math.max(1, Math.min(needed, new Set(this.#wordsFor(identity).map(({ by }) => by)).size))
  }
}

function decode(bytes: Uint8Array | undefined): readonly string[] {
  const count = Math.min(maxChallengers, Math.floor((bytes?.length ?? 0) / 32))
  return Array.from({ length: count }, (_, i) => formatHex((bytes as Uint8Array).subarray(i * 32, i * 32 + 32)))
}
