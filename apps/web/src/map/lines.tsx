/** The lines of the map: links in the colours of their two ends, gaps with their middle missing, trees over them. */
import { memo, useId, type ReactElement } from 'react'
import { qualityOf, type MapFacts, type MapPair, type MapVouch, type RoomMap } from '@kith/peer'
import type { MapMessages } from '../messages/map.tsx'
import { hueStyle } from '../person/glyph.tsx'
import { cloudPath, curveOf, gapOf } from './curves.ts'
import type { Layout } from './layout.ts'

/** Words at gaps only as long as they do not cover the picture. */
const maxGapWords = 6
/** Between two marks; with less the word would lie under them. */
const leastForWordPx = 84
const maxCloudDots = 260

interface LinesProps {
  readonly layout: Layout
  readonly facts: MapFacts
  readonly map: RoomMap
  readonly shown: string | undefined
  readonly trees: boolean
  readonly vouches: readonly MapVouch[]
  readonly words: MapMessages
}

export const Lines: React.NamedExoticComponent<LinesProps> = memo(function Lines({
  layout,
  facts,
  map,
  shown,
  trees,
  vouches,
  words,
}: LinesProps): ReactElement {
  const id = useId()
  const { width, height } = layout.size
  const gaps = facts.pairs.filter(({ isGap }) => isGap)
  const concerns = ({ a, b, through }: MapPair): boolean =>
    shown === undefined || a.session === shown || b.session === shown || through?.session === shown
  const more = map.online - layout.placeBySession.size
  const treeEdges = trees ? edgesOf(map) : []
  return (
    <svg className="map-lines" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {layout.radii.map(([rx, ry], i) => (
        <ellipse key={i} className="map-circle" cx={layout.centre.x} cy={layout.centre.y} rx={rx} ry={ry} />
      ))}
      {more > 0 && <path className="map-cloud" d={cloudPath(layout, Math.min(maxCloudDots, more))} />}
      <g className="map-links">
        {facts.pairs.map((pair, i) => {
          if (pair.how === 'gap') return null
          const curve = curveOf(layout, pair)
          const from = layout.placeBySession.get(pair.a.session)
          const to = layout.placeBySession.get(pair.b.session)
          if (curve === undefined || from === undefined || to === undefined) return null
          const state = concerns(pair) ? (shown === undefined ? '' : ' strong') : ' faint'
          return (
            <g
              key={`${pair.a.session} ${pair.b.session}`}
              data-pair={`${pair.a.session} ${pair.b.session}`}
              className={`map-link ${pair.how} ${qualityOf(pair.rttMs)}${pair.isOwn ? ' own' : ''}${state}`}
            >
              <linearGradient
                id={`${id}${i}`}
                gradientUnits="userSpaceOnUse"
                x1={from.x}
                y1={from.y}
                // A gradient without length is not drawn.
                x2={to.x + 0.01}
                y2={to.y + 0.01}
              >
                <stop offset="0.1" className="person map-stop" style={hueStyle(pair.a.author)} />
                <stop offset="0.9" className="person map-stop" style={hueStyle(pair.b.author)} />
              </linearGradient>
              <path d={curve.d} stroke={`url(#${id}${i})`} />
            </g>
          )
        })}
      </g>
      {gaps.map((pair) => {
        const curve = gapOf(layout, pair)
        if (curve === undefined) return null
        return (
          <g
            key={`${pair.a.session} ${pair.b.session} gap`}
            className={`map-gap${concerns(pair) ? '' : ' faint'}`}
            data-gap={`${pair.a.session} ${pair.b.session}`}
          >
            <path className="map-gap-paper" d={curve.d} />
            <path className="map-gap-line" d={curve.d} />
            {hasRoomForWord(layout, pair) &&
              (gaps.length <= maxGapWords || (shown !== undefined && concerns(pair))) && (
                <text x={curve.middle.x} y={curve.middle.y} className="map-gap-word">
                  {words.map.noLink}
                </text>
              )}
          </g>
        )
      })}
      {treeEdges.map(({ from, to, slots }) => {
        const pair = facts.pairs.find(
          ({ a, b }) => (a.session === from && b.session === to) || (a.session === to && b.session === from),
        )
        const [a, b] = [facts.nodeBySession.get(from), facts.nodeBySession.get(to)]
        if (a === undefined || b === undefined) return null
        const curve = curveOf(layout, { a, b, through: pair?.through })
        if (curve === undefined) return null
        return (
          <g key={`${from} ${to}`} className={`map-tree${slots.includes('hot') ? ' hot' : ''}`}>
            <path d={curve.d} />
            <path
              className="map-arrow"
              d="M-5-4.5 5 0-5 4.5z"
              transform={`translate(${curve.ahead.x} ${curve.ahead.y}) rotate(${curve.ahead.angle}) scale(${Math.max(0.6, layout.dot / 21).toFixed(2)})`}
            />
          </g>
        )
      })}
      {vouches.map((vouch) => {
        const { by, for: subject, method } = vouch
        const curve = curveOf(layout, { a: by, b: subject, through: undefined })
        if (curve === undefined) return null
        const isFaint = shown !== undefined && by.session !== shown && subject.session !== shown
        return (
          <g
            key={`${by.session} ${subject.session} ${method}`}
            className={`map-vouch ${method}${isFaint ? ' faint' : ''}`}
            data-vouch={`${by.author} ${subject.author} ${method}`}
          >
            <path d={curve.d} />
            <path
              className="map-arrow"
              d="M-5-4.5 5 0-5 4.5z"
              transform={`translate(${curve.ahead.x} ${curve.ahead.y}) rotate(${curve.ahead.angle})`}
            />
          </g>
        )
      })}
    </svg>
  )
})

function hasRoomForWord({ placeBySession, dot }: Layout, pair: MapPair): boolean {
  const a = placeBySession.get(pair.a.session)
  const b = placeBySession.get(pair.b.session)
  return a !== undefined && b !== undefined && Math.hypot(a.x - b.x, a.y - b.y) - 2 * dot >= leastForWordPx
}

interface TreeEdge {
  readonly from: string
  readonly to: string
  readonly slots: readonly (number | 'hot')[]
}

/** Each own link that trees use, in the direction messages take on it. */
function edgesOf({ self, trees }: RoomMap): readonly TreeEdge[] {
  const edges = new Map<string, { from: string; to: string; slots: (number | 'hot')[] }>()
  const add = (from: string, to: string, slot: number | 'hot'): void => {
    const key = `${from} ${to}`
    const edge = edges.get(key)
    if (edge === undefined) edges.set(key, { from, to, slots: [slot] })
    else edge.slots.push(slot)
  }
  for (const { slot, parent, children } of trees) {
    if (parent !== undefined) add(parent, self, slot)
    for (const child of children) add(self, child, slot)
  }
  return [...edges.values()]
}
