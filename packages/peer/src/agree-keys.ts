/**
 * The X25519 half of a device in a members room, for which its lockboxes are sealed: new every week, and the old ones erased.
 *
 * A lockbox can be opened as long as its half is somewhere. Where a room keeps `days:N`, the keys of older epochs are erased
 * everywhere, and so must be the halves that open older lockboxes: a half is used for at most N/2 days and erased N/2 days
 * later. Whoever steals the device then opens nothing that is older than N days. An old half is erased only by a device that
 * has caught up, or it would lock itself out of what was sealed for it meanwhile.
 */
import { type Crypto, type Millis, type Policy, dayMs } from '@kith/protocol'
import type { PersonaSecrets } from './persona.ts'

/** How often it is looked whether one is due: as late may each be. */
export const agreeLookMs: Millis = dayMs / 4
/** A half is used so long, and kept so long after, where history does not say less. */
export const agreeLifeMs: Millis = 7 * dayMs
export const agreeKeptMs: Millis = 30 * dayMs

export function agreeLives(history: Policy['history']): { readonly usedMs: Millis; readonly keptMs: Millis } {
  if (typeof history === 'string') return { usedMs: agreeLifeMs, keptMs: agreeKeptMs }
  const all = history.days * dayMs
  const usedMs = Math.min(agreeLifeMs, all / 2)
  return { usedMs, keptMs: Math.min(agreeKeptMs, all - usedMs) }
}

/** What has to be kept from now on; the same object when nothing is due. `caughtUp`: everything others know is here. */
export function turnAgree(
  crypto: Pick<Crypto, 'random'>,
  secrets: PersonaSecrets,
  history: Policy['history'],
  now: Millis,
  caughtUp: boolean,
): PersonaSecrets {
  const { usedMs, keptMs } = agreeLives(history)
  const { agreeSince = secrets.certifiedAt, retired = [] } = secrets
  // A clock that was ahead for a while made it from the future.
  const isDue = now - agreeSince >= usedMs || agreeSince > now
  const turned = isDue ? [...retired, { secret: secrets.agree, at: now }] : retired
  const left = caughtUp ? turned.filter(({ at }) => now - at < keptMs) : turned
  if (!isDue && left.length === retired.length) return secrets
  return {
    ...secrets,
    agree: isDue ? crypto.random(32) : secrets.agree,
    agreeSince: isDue ? now : agreeSince,
    retired: left,
  }
}
