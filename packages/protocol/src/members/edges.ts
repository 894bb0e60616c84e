/**
 * The edge rule: whom one's own program links with in a members room (docs/spec/admission.md, EDG1 to EDG8).
 *
 *     trusted   the least set that holds me, the founder, whoever challenged me, whomever I vouched for, and everybody
 *               for whom k of the set vouch. k is what the room asked for when they came
 *     own       only whom I challenged, or who challenged me, by PIN or by comparing numbers
 *
 * `own` is the seed's rule to the letter: a conspirator can bring an attacker only to itself, and everybody else shows
 * on the map as a gap beside it. With `trusted` an attacker needs k conspirators. The founder is trusted because the
 * room's id, which every invite carries, commits to that identity, and because nobody vouches for a founder.
 *
 * Whoever *says* it vouched for me has not challenged me: its word alone would let any member make itself my neighbour.
 * So that half comes from what one's own program has seen. A rule is each client's own choice, so it is no rule of the
 * room and cannot split what members hold: entries pass on through whoever links with both.
 */

export type EdgeRule = 'trusted' | 'own'

/** How a voucher made sure: by a PIN, by comparing numbers, or only by having given somebody a link. */
export type VouchMethod = 'pin' | 'sas' | 'link'

/** One member's word for another, both as identity keys in hex. */
export interface Voucher {
  readonly by: string
  readonly for: string
  readonly method: VouchMethod
}

export interface EdgeSources {
  /** Own identity and the founder's, hex. */
  readonly self: string
  readonly founder: string
  readonly rule: EdgeRule
  /** Members that count now. */
  readonly members: ReadonlySet<string>
  /** Of members, for members; what others say or heard is left out before. */
  readonly vouches: readonly Voucher[]
  /** With whom one's own program went through a challenge when it came, identities in hex. */
  readonly challengers: ReadonlySet<string>
  /** k for one member: at least 1. */
  readonly vouchesNeeded: (subject: string) => number
}

/** Identities one's own program links with, without oneself. Depends on nothing but the sets. */
export function edgesOf(sources: EdgeSources): ReadonlySet<string> {
  const edges = sources.rule === 'own' ? challenged(sources) : trusted(sources)
  edges.delete(sources.self)
  return edges
}

function challenged({ self, members, vouches, challengers }: EdgeSources): Set<string> {
  const edges = new Set([...challengers].filter((one) => members.has(one)))
  for (const { by, for: subject, method } of vouches) {
    if (by === self && method !== 'link' && members.has(subject)) edges.add(subject)
  }
  return edges
}

function trusted({ self, founder, members, vouches, challengers, vouchesNeeded }: EdgeSources): Set<string> {
  const set = new Set<string>()
  const queue: string[] = []
  const join = (one: string): void => {
    if (set.has(one) || !members.has(one)) return
    set.add(one)
    queue.push(one)
  }
  for (const one of [self, founder, ...challengers]) join(one)
  const wordsBy = new Map<string, Set<string>>()
  for (const { by, for: subject } of vouches) {
    if (by === self) join(subject)
    const words = wordsBy.get(by)
    if (words === undefined) wordsBy.set(by, new Set([subject]))
    else words.add(subject)
  }
  const count = new Map<string, number>()
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const subject of wordsBy.get(next) ?? []) {
      const words = (count.get(subject) ?? 0) + (subject === next ? 0 : 1)
      count.set(subject, words)
      if (words >= vouchesNeeded(subject)) join(subject)
    }
  }
  return set
}
