/** Every number of the overlay. From the HyParView paper where it names one, otherwise measured in `sim/overlay-lab.ts`. */
import type { PeerKind } from './overlay-wire.ts'

export const passiveSize = 32
/** Hops of a walk that finds a place for a newcomer, and where on the way it is remembered (ARWL, PRWL). */
export const joinWalkHops = 6
export const joinWalkRememberedAt = 3
/** Hops of a shuffle: shorter than a join, because each carries cards; and as few as lead out of the own surroundings. */
export const shuffleHops = 3
export function shuffleHopsFor(online: number): number {
  return online <= 64 ? 1 : online <= 512 ? 2 : shuffleHops
}
/** Neighbours and passive contacts told in a shuffle (Ka, Kp); our own comes first. */
export const shuffledNeighbours = 3
export const shuffledContacts = 4

/** While the passive view has neither all it can hold nor half of the room, in the first minute or with too few neighbours. */
export const fastShuffleMs = 10_000
export const shuffleMs = 45_000
export const shuffleSpreadMs = 15_000
/** While something is missing in an emergency and nobody is left to try. */
export const emergencyShuffleMs = 1_000
export const youngMs = 60_000

/** How long a neighbour may take to answer. */
export const askMs = 4_000
export const emergencyAskMs = 1_500
/** Connects at once. One that takes longer than `freshMs` does not hold up the next. */
export const maxConnects = 2
export const freshMs = 4_000
/** Who was never anybody's neighbour knows nobody to be gone: it tries less, and waits longer for an answer. */
export const maxNewcomerConnects = 4
export const newcomerFreshMs = 1_500
/** Who was welcomed counts as a neighbour for so long, so that no more links are made than are wanted. */
export const hopeMs = 4_000
export const emergencyHopeMs = 1_500
export const maxEmergencyConnects = 8
export const emergencyFreshMs = 500
/** Connects that have not been answered, fresh or not, and when they are given up. */
export const maxPendingConnects = 24
export const pendingMs = 12_000
export const emergencyPendingMs = 1_500
/** After the first minute: one connect in so long; sooner after an answer "busy", which cost nothing. */
export const connectPaceMs = 5_000
export const busyPaceMs = 1_000

/** Neighbours lost or suspected within `lossWindowMs` that make an emergency, which lasts `emergencyMs`. */
export const lossesOfEmergency = 2
export const lossWindowMs = 5_000
export const emergencyMs = 10_000
/** So few neighbours that are left in one hold no network together. */
export const shatteredLinks = 2
/** Without a neighbour for so long: the relay is asked; doubled each time up to the maximum. */
export const lonelyMs = 1_000
export const maxLonelyMs = 30_000
/** With less than half a view and nobody left to try: as if alone. */
export const starvedMs = 2_000

/** Neighbours named to somebody who finds no place here. */
export const referredContacts = 3
/** A link that is not a neighbour's is released after this time. */
export const idleMs = 10_000
/** The relay carries it: it ends sooner. */
export const relayIdleMs = 2_000
/** A place kept for somebody whose knock was answered with yes. */
export const promiseMs = 10_000
export const maxPromises = 16
/** Places that others cannot take: however many ask for us, we choose some neighbours ourselves. */
export const ownChoices = 2
export const maxKeeperNeighbours = 2
export const maxIndirectNeighbours = 3
/** Of lowest round trip: not given up for others. */
export const nearNeighbours = 2

/** How long a contact is not tried again. */
export const busyCoolMs = 20_000
export const refusedCoolMs = 30_000
export const deadCoolMs = 60_000
export const unlinkableCoolMs = 300_000
export const wrongCardCoolMs = 600_000
export const maxCooling = 64
/** Refusals in a row after which a contact is forgotten. */
export const maxRefusals = 3

/** One neighbour may be changed for a new one, to find near ones and to mix, this often. */
export const exploreMs = 180_000
/** After the room grew by half: two halves may have met by few links. */
export const exploreGrownMs = 60_000
export const grownExplorations = 4
/** After strangers were heard of by somebody who knows so few others. */
export const fewContacts = 8
export const exploreStrangerMs = 5_000
/** Neighbours given up while there are too many, one at a time. */
export const partMs = 2_000
/** Nobody is asked to part sooner than so long after it became a neighbour. */
export const partAgeMs = 5_000
/** After somebody found no place here. */
export const demandMs = 30_000

/** Lost neighbours that are tried again: they may be on the other side of a partition. */
export const maxLost = 8
export const lostRetryMs = 10_000
export const maxLostTries = 8

/** Walks whose way back is remembered. */
export const maxWalks = 64
export const walkMs = 30_000
/** Contacts whose way is remembered. */
export const maxVias = 256
/** Messages one neighbour may send: a bucket of so many, filled at so many a second; a join costs more. */
export const messageBurst = 40
export const messagesPerSecond = 4
export const joinCost = 8
/** Walks a join starts, and joins in a row. */
export const joinWalks = 8
export const joinBurst = 8
export const joinsPerSecond = 2
/** Shuffles whose contacts are taken from one neighbour. */
export const takenShuffleMs = 5_000

export interface ViewSize {
  /** Neighbours we look for. */
  readonly want: number
  /** Neighbours we accept from whoever asks. */
  readonly limit: number
  /** Neighbours we accept from somebody in need; never more. */
  readonly most: number
}

const small: ViewSize = { want: 8, limit: 12, most: 16 }
const desktop: ViewSize = { want: 8, limit: 10, most: 14 }
const mobile: ViewSize = { want: 5, limit: 6, most: 8 }
const node: ViewSize = { want: 8, limit: 64, most: 64 }
const keeper: ViewSize = { want: 4, limit: 24, most: 24 }
/** Up to here a desktop takes a few more than it looks for: each link costs its beacons. */
export const smallRoom = 64

export function viewSize(kind: PeerKind, online: number): ViewSize {
  switch (kind) {
    case 'desktop':
      return online <= smallRoom ? small : desktop
    case 'mobile':
      return mobile
    case 'node':
      return node
    case 'keeper':
      return keeper
    default:
      return desktop
  }
}
