/** How a pair is joined, in a few words. */
import type { MapPair } from '@kith/peer'
import type { MapMessages } from '../messages/map.tsx'

export function howWords({ how, through, rttMs }: MapPair, words: MapMessages): string {
  const { reached, rtt } = words.map
  const way = how === 'through' ? reached.through(through?.name || words.somebody) : reached[how]
  return rttMs === undefined ? way : `${way} · ${rtt(rttMs)}`
}
