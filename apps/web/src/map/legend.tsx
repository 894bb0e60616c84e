/** What the lines mean; only those that are in the picture. */
import type { ReactElement } from 'react'
import type { MapFacts, MapPair } from '@kith/peer'
import { useMapMessages } from '../messages/map.tsx'
import { maxRingNodes } from './layout.ts'

const kinds: readonly MapPair['how'][] = ['direct', 'relay', 'through', 'gap']

interface LegendProps {
  readonly facts: MapFacts
  readonly vouches: boolean
}

export function Legend({ facts, vouches }: LegendProps): ReactElement | null {
  const { legend } = useMapMessages().map
  const present = kinds.filter((kind) => facts.pairs.some(({ how, isGap }) => (kind === 'gap' ? isGap : how === kind)))
  if (present.length === 0) return null
  return (
    <div className="map-legend">
      <ul>
        {present.map((kind) => (
          <li key={kind}>
            <svg width="30" height="10" viewBox="0 0 30 10" aria-hidden="true" className={`map-key ${kind}`}>
              {kind === 'through' ? (
                <path d="M1 8Q8 0 15 5Q22 0 29 8" />
              ) : kind === 'gap' ? (
                <path d="M1 5h9M20 5h9" />
              ) : (
                <path d="M1 5h28" />
              )}
            </svg>
            {legend[kind]}
          </li>
        ))}
        {vouches && (
          <li>
            <svg width="30" height="10" viewBox="0 0 30 10" aria-hidden="true" className="map-key vouch">
              <path d="M1 5h21M20 1.5 27 5l-7 3.5" />
            </svg>
            {legend.vouch}
          </li>
        )}
      </ul>
      <p>
        {legend.quality}
        {facts.nodes.length > maxRingNodes && ` ${legend.hops}`}
      </p>
    </div>
  )
}
