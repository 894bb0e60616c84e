/**
 * The map as a picture: lines in an SVG, people as buttons over it, so that keyboard and screen reader meet buttons and
 * not a drawing. Arrow keys go to the nearest in their direction; Tab enters and leaves.
 */
import {
  memo,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
} from 'react'
import { Megaphone } from 'lucide-react'
import type { MapFacts, MapNode, MapVouch, RoomMap } from '@kith/peer'
import { useMapMessages, type MapMessages } from '../messages/map.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { howWords } from './how-words.ts'
import { layOut, maxDrawn, maxRingNodes, nearestTowards, type Circles, type Layout, type Place } from './layout.ts'
import { Lines } from './lines.tsx'
import './picture.css'

/** With more lines than this each is drawn lighter. */
const denseFrom = 40

interface PictureProps {
  readonly map: RoomMap
  readonly facts: MapFacts
  readonly trees: boolean
  /** Drawn over the links; empty while they are not asked for. */
  readonly vouches: readonly MapVouch[]
  readonly selected: string | undefined
  readonly onSelect: (session: string | undefined) => void
}

export function Picture({ map, facts, trees, vouches, selected, onSelect }: PictureProps): ReactElement {
  const words = useMapMessages()
  const stage = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState<Layout['size']>()
  const [hovered, setHovered] = useState<string>()
  const circles = useRef<Circles>([])
  useLayoutEffect(() => {
    const element = stage.current
    if (element === null) return undefined
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element
      setSize((before) => (before?.width === width && before.height === height ? before : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  // Beside a ring stand names, as long as they are.
  const longest = Math.max(...facts.nodes.map(({ name, isSelf }) => (isSelf ? words.you : name).length))
  const hasCloud = map.online > Math.min(facts.nodes.length, maxDrawn)
  const layout = useMemo(() => {
    if (size === undefined) return undefined
    const wide = size.width >= 560
    const margin =
      facts.nodes.length <= maxRingNodes
        ? { x: Math.min(wide ? 150 : 88, 44 + 6.8 * longest), y: wide ? 60 : 54 }
        : { x: (wide ? 76 : 36) + (hasCloud ? 22 : 0), y: 40 + (hasCloud ? 38 : 0) }
    const made = layOut(facts, { size, margin, before: circles.current })
    circles.current = made.circles
    return made
  }, [facts, size, longest, hasCloud, circles])

  const shown = hovered ?? selected
  return (
    <div
      ref={stage}
      className={`map-stage${facts.pairs.length > denseFrom ? ' dense' : ''}${trees || vouches.length > 0 ? ' trees' : ''}`}
      role="group"
      aria-label={words.map.label(facts.nodes.length, facts.pairs.length - facts.gaps, facts.gaps)}
      onPointerDown={(event) => {
        // Beside everybody: nobody is chosen any more.
        if (event.target instanceof Element && event.target.closest('button') === null) onSelect(undefined)
      }}
    >
      {layout !== undefined && (
        <>
          <Lines layout={layout} facts={facts} map={map} shown={shown} trees={trees} vouches={vouches} words={words} />
          <People
            layout={layout}
            facts={facts}
            shown={shown}
            selected={selected}
            onSelect={onSelect}
            onHover={setHovered}
          />
          {map.online > layout.placeBySession.size && (
            <p className="map-more">{words.map.more(map.online - layout.placeBySession.size)}</p>
          )}
        </>
      )}
    </div>
  )
}

interface PeopleProps {
  readonly layout: Layout
  readonly facts: MapFacts
  readonly shown: string | undefined
  readonly selected: string | undefined
  readonly onSelect: (session: string | undefined) => void
  readonly onHover: (session: string | undefined) => void
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

const People = memo(function People(props: PeopleProps): ReactElement {
  const { layout, facts, shown, selected, onSelect, onHover } = props
  const words = useMapMessages()
  const box = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState(facts.self.session)
  const stop = layout.placeBySession.has(focused) ? focused : facts.self.session
  const near = useMemo(() => {
    const sessions = new Set<string>()
    for (const { a, b, how } of facts.pairs) {
      if (how === 'gap') continue
      if (a.session === shown) sessions.add(b.session)
      if (b.session === shown) sessions.add(a.session)
    }
    return sessions
  }, [facts, shown])
  const walk = (event: KeyboardEvent): void => {
    const arrow = arrows[event.key]
    if (arrow === undefined) return
    event.preventDefault()
    const next = nearestTowards(layout, stop, ...arrow)
    if (next === undefined) return
    setFocused(next)
    box.current?.querySelector<HTMLElement>(`[data-session="${next}"]`)?.focus()
  }
  return (
    <div ref={box} className="map-people" onKeyDown={walk}>
      {[...layout.placeBySession.values()].map((place) => {
        const { node } = place
        const { session } = node
        const isFaint = shown !== undefined && session !== shown && !near.has(session)
        return (
          <button
            key={session}
            type="button"
            data-session={session}
            className={`person map-person ${sideOf(place, layout)}${node.isSelf ? ' self' : ''}${node.hidden ? ' hidden' : ''}${isFaint ? ' faint' : ''}${namesAlways(place, layout) ? ' named' : ''}`}
            style={personStyle(place, layout)}
            tabIndex={session === stop ? 0 : -1}
            aria-pressed={session === selected}
            aria-label={spoken(node, facts, words)}
            onClick={() => {
              setFocused(session)
              onSelect(session === selected ? undefined : session)
            }}
            onPointerEnter={(event) => event.pointerType === 'mouse' && onHover(session)}
            onPointerLeave={() => onHover(undefined)}
            onFocus={(event) => {
              setFocused(session)
              if (event.currentTarget.matches(':focus-visible')) onHover(session)
            }}
            onBlur={() => onHover(undefined)}
          >
            <Glyph author={node.author} size={layout.dot * 2} />
            {node.root !== undefined && (
              // The number is drawn, not written: the label says it in its place.
              <span
                className={`map-root${node.root === 'hot' ? ' hot' : ''}`}
                data-root={node.root === 'hot' ? '' : node.root + 1}
              >
                {node.root === 'hot' && <Megaphone size={11} aria-hidden />}
              </span>
            )}
            <span className="map-name">
              {node.isSelf ? words.you : node.name || words.somebody}
              {node.keeper !== undefined && <span className="map-keeper">{words.map.keeperShort[node.keeper]}</span>}
            </span>
          </button>
        )
      })}
    </div>
  )
})

/** Names that always stand; the others come with the pointer. */
function namesAlways({ hops, node }: Place, { shape, placeBySession }: Layout): boolean {
  return shape === 'ring' || hops === 0 || node.root !== undefined || (hops === 1 && placeBySession.size <= 70)
}

/** On which side of the disc the name stands, so that it lies outside the ring. */
function sideOf({ angle, hops }: Place, { shape }: Layout): string {
  if (hops === 0 && shape === 'hops') return 'below'
  if (shape === 'hops' && Math.abs(Math.cos(angle)) < 0.8) return Math.sin(angle) < 0 ? 'above' : 'below'
  const [x, y] = [Math.cos(angle), Math.sin(angle)]
  if (Math.abs(x) < 0.34) return y < 0 ? 'above' : 'below'
  return x < 0 ? 'left' : 'right'
}

function personStyle(place: Place, { dot, size, shape }: Layout): CSSProperties {
  const { x, y, node } = place
  const room =
    shape === 'hops' ? 88 : Math.abs(Math.cos(place.angle)) < 0.34 ? 120 : Math.min(x, size.width - x) - dot - 10
  return {
    ...hueStyle(node.author),
    left: x,
    top: y,
    '--dot': `${dot}px`,
    '--name-room': `${Math.max(40, Math.round(room))}px`,
  } as CSSProperties
}

function spoken(node: MapNode, facts: MapFacts, words: MapMessages): string {
  const parts = [node.isSelf ? words.you : node.name || words.somebody]
  const own = facts.pairs.find(
    ({ a, b, isOwn }) => isOwn && (a.session === node.session || b.session === node.session) && !node.isSelf,
  )
  if (node.keeper !== undefined) parts.push(words.map.keeper[node.keeper])
  if (own !== undefined) parts.push(howWords(own, words))
  if (node.root !== undefined) parts.push(node.root === 'hot' ? words.map.hotShort : words.map.rootShort(node.root))
  if (node.hidden) parts.push(words.map.hidden)
  return parts.join(', ')
}
