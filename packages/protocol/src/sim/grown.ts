/**
 * The links of a room whose people have been there for a while: a random overlay as HyParView leaves it (`gossip/overlay.ts`).
 *
 * Everybody looks for as many neighbours as its kind wants and takes no more than its kind takes; two of them are the nearest of
 * the contacts it knows, as the overlay exchanges neighbours for; Node peers, which never refuse, end up with a quarter of
 * everybody's. Pairs that cannot link directly have no link. Measured against it: rooms of 300 that grew by themselves
 * have 45 links at a Node peer, 7 at a desktop and 6 at a phone, besides one circuit for each five of them.
 */
import { nearNeighbours, passiveSize, viewSize } from '../gossip/overlay-limits.ts'
import type { ViewSize } from '../gossip/overlay-limits.ts'
import type { SeededRandom } from './random.ts'

/** Of what is looked for, the part that is found at Node peers, and how many of those ask for each other. */
const hubPart = 0.25
/** Whoever finds nobody with room after so many tries stays with fewer. */
const maxTries = 64

/** Node peers, browsers, phones, and browser tabs in the background. */
export type MachineKind = 'hub' | 'desktop' | 'mobile' | 'hidden'

export interface GrownMachine {
  readonly kind: MachineKind
}

export function growLinks(
  machines: readonly GrownMachine[],
  isLinkable: (a: number, b: number) => boolean,
  distance: (a: number, b: number) => number,
  random: SeededRandom,
): readonly (readonly [number, number])[] {
  const sizes = machines.map(({ kind }) => sizeOf(kind, machines.length))
  const far = machines.map(() => new Set<number>())
  const hubs = machines.flatMap(({ kind }, index) => (kind === 'hub' ? [index] : []))
  const links: [number, number][] = []
  const hasRoom = (a: number, b: number): boolean => {
    const [ofA, ofB] = [far[a] as Set<number>, far[b] as Set<number>]
    return a !== b && !ofA.has(b) && ofB.size < (sizes[b] as ViewSize).limit && isLinkable(a, b)
  }
  const link = (a: number, b: number): void => {
    far[a]?.add(b)
    far[b]?.add(a)
    links.push([a, b])
  }
  const draw = (): number =>
    hubs.length > 0 && random.chance(hubPart) ? random.pick(hubs) : random.between(0, machines.length - 1)

  for (const index of shuffled(machines.length, random)) {
    const mine = far[index] as Set<number>
    const { want } = sizes[index] as ViewSize
    const known = Array.from({ length: passiveSize }, draw).sort((a, b) => distance(index, a) - distance(index, b))
    for (const other of known) {
      if (mine.size >= Math.min(want, nearNeighbours)) break
      if (hasRoom(index, other)) link(index, other)
    }
    for (let tries = 0; mine.size < want && tries < maxTries; tries++) {
      const other = draw()
      if (hasRoom(index, other)) link(index, other)
    }
  }
  return links
}

function sizeOf(kind: MachineKind, online: number): ViewSize {
  return viewSize(kind === 'hub' ? 'node' : kind === 'mobile' ? 'mobile' : 'desktop', online)
}

function shuffled(length: number, random: SeededRandom): number[] {
  const order = Array.from({ length }, (_, index) => index)
  for (let i = length - 1; i > 0; i--) {
    const j = random.between(0, i)
    const swapped = order[i] as number
    order[i] = order[j] as number
    order[j] = swapped
  }
  return order
}
