/** Who is a keeper: a linked peer says so on the card it shows, a program by its options. */
import { type KeeperKind, readCard } from '../discovery/card.ts'
import type { LiveLink } from './links.ts'
import type { EngineOptions } from './options.ts'

/** Of a session, what its card says; undefined for everybody who is no keeper. */
export function keeperOf(link: Pick<LiveLink, 'claims'>): KeeperKind | undefined {
  return readCard(link.claims.card)?.keeper
}

export function keeperKindOf(options: Pick<EngineOptions, 'keeper'>): KeeperKind {
  return options.keeper?.ticket === undefined ? 'reader' : 'blind'
}

export function isKeeper(link: Pick<LiveLink, 'claims'> | undefined): boolean {
  return link !== undefined && keeperOf(link) !== undefined
}
