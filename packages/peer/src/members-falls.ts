/** Who would be left without enough vouchers if somebody were removed: the cascade a person is asked about. */
import type { Person } from './chat.ts'

/**
 * Those who are in the room only through `who`: whom it added, or for whom too few vouch once it and those who fall with
 * it are gone. The founder, oneself and whoever does not stand below one never fall. In the order of `people`.
 */
export function fallsWith(people: readonly Person[], who: string, vouches: number): readonly Person[] {
  const gone = new Set([who])
  for (let before = 0; before < gone.size;) {
    before = gone.size
    for (const { id, me, membership } of people) {
      if (gone.has(id) || me || membership === undefined || membership.role === 'founder' || !membership.below) continue
      const left = membership.vouches.filter(({ by }) => !gone.has(by))
      const wasVouched = membership.vouches.length > 0
      const isHeld = wasVouched
        ? left.length >= Math.min(vouches, membership.vouches.length)
        : !gone.has(membership.addedBy ?? '')
      if (!isHeld) gone.add(id)
    }
  }
  return people.filter(({ id }) => id !== who && gone.has(id))
}
