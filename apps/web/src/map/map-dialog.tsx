/** The map of a room: opens from the ring, as a picture and as a list of the same facts. */
import { lazy, Suspense, useCallback, useMemo, useState, type ReactElement } from 'react'
import { Handshake, ListTree, RotateCw, type LucideIcon } from 'lucide-react'
import { readMap, vouchesOn, type MapFacts, type MapVouch, type Room, type RoomMap } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMapMessages } from '../messages/map.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { countDrawn } from './layout.ts'
import { Legend } from './legend.tsx'
import { PairList, VouchList } from './list.tsx'
import { PersonCard, TreeList } from './person-card.tsx'
import { Picture } from './picture.tsx'
import { usePolled } from './use-polled.ts'
import '../settings/settings.css'
import './map-dialog.css'

const ReachDialog = lazy(() => import('./reach-dialog.tsx'))

const everyMs = 2_000
const noVouches: readonly MapVouch[] = []

interface MapDialogProps {
  readonly room: Room
  readonly onClose: () => void
}

export default function MapDialog({ room, onClose }: MapDialogProps): ReactElement {
  const words = useMapMessages()
  const ask = useCallback(() => room.map(), [room])
  const { value: map, failed, again } = usePolled(ask, everyMs)
  const facts = useMemo(() => (map === undefined ? undefined : readMap(map)), [map])
  const people = useRoomState(room, (state) => state.people)
  const vouches = useMemo(() => (facts === undefined ? noVouches : vouchesOn(facts.nodes, people)), [facts, people])
  const [reaching, setReaching] = useState<string>()
  return (
    <Dialog title={words.map.title} onClose={onClose} wide>
      {map === undefined || facts === undefined ? (
        failed ? (
          <div className="map-note">
            <p role="alert">{words.map.failed}</p>
            <button type="button" className="button" onClick={again}>
              <RotateCw size={18} aria-hidden />
              {words.map.again}
            </button>
          </div>
        ) : (
          <Outline text={words.map.loading} />
        )
      ) : (
        <MapView map={map} facts={facts} vouches={vouches} onReach={setReaching} />
      )}
      {reaching !== undefined && (
        <Suspense fallback={null}>
          <ReachDialog
            room={room}
            who={reaching}
            name={facts?.nodeBySession.get(reaching)?.name ?? ''}
            onClose={() => setReaching(undefined)}
          />
        </Suspense>
      )}
    </Dialog>
  )
}

/** The outline of what comes, without anybody on it yet. */
function Outline({ text }: { readonly text: string }): ReactElement {
  return (
    <div className="map-note">
      <svg className="map-outline" width="240" height="240" viewBox="-120 -120 240 240" aria-hidden="true">
        <circle r="100" />
        {Array.from({ length: 7 }, (_, i) => {
          const angle = Math.PI / 2 + (2 * Math.PI * i) / 7
          return <circle key={i} className="dot" cx={100 * Math.cos(angle)} cy={100 * Math.sin(angle)} r="14" />
        })}
      </svg>
      <p role="status">{text}</p>
    </div>
  )
}

interface ToggleProps {
  readonly icon: LucideIcon
  readonly text: string
  readonly hint: string
  readonly pressed: boolean
  readonly onPress: (pressed: boolean) => void
}

/** Draws something more on the picture, or no longer. */
function Toggle({ icon: Icon, text, hint, pressed, onPress }: ToggleProps): ReactElement {
  return (
    <button
      type="button"
      className="button map-toggle"
      aria-pressed={pressed}
      title={hint}
      onClick={() => onPress(!pressed)}
    >
      <Icon size={16} aria-hidden />
      {text}
    </button>
  )
}

interface MapViewProps {
  readonly map: RoomMap
  readonly facts: MapFacts
  readonly vouches: readonly MapVouch[]
  readonly onReach: (session: string) => void
}

function MapView({ map, facts, vouches, onReach }: MapViewProps): ReactElement {
  const words = useMapMessages()
  const say = words.map
  const [view, setView] = useState<'picture' | 'list'>('picture')
  const [trees, setTrees] = useState(false)
  const [vouching, setVouching] = useState(false)
  const [selected, setSelected] = useState<string>()
  const node = selected === undefined ? undefined : facts.nodeBySession.get(selected)
  const links = facts.pairs.length - facts.gaps
  const hops = useMemo(() => hopsOf(facts), [facts])
  const parts = [say.here(map.online)]
  const drawn = countDrawn(facts)
  if (map.online > drawn) parts.push(say.nearDrawn(drawn))
  else parts.push(say.links(links))
  if (map.mode === 'small' && facts.nodes.length > 1) parts.push(facts.gaps === 0 ? say.noGaps : say.gaps(facts.gaps))
  return (
    <div className="map">
      <div className="map-bar">
        <p className="map-summary">{parts.join(' · ')}</p>
        {map.trees.length > 0 && view === 'picture' && (
          <Toggle icon={ListTree} text={say.trees} hint={say.treesHint} pressed={trees} onPress={setTrees} />
        )}
        {vouches.length > 0 && view === 'picture' && (
          <Toggle icon={Handshake} text={say.vouches} hint={say.vouchesHint} pressed={vouching} onPress={setVouching} />
        )}
        <div className="choices map-views" role="radiogroup" aria-label={say.views}>
          {(['picture', 'list'] as const).map((choice) => (
            <label key={choice} className="choice">
              <input type="radio" name="map-view" checked={view === choice} onChange={() => setView(choice)} />
              <span>{say[choice]}</span>
            </label>
          ))}
        </div>
      </div>
      <div className="map-body">
        {view === 'picture' ? (
          <Picture
            map={map}
            facts={facts}
            trees={trees}
            vouches={vouching ? vouches : noVouches}
            selected={selected}
            onSelect={setSelected}
          />
        ) : (
          <div className="map-list">
            <PairList facts={facts} selected={selected} onSelect={setSelected} />
            {vouches.length > 0 && <VouchList vouches={vouches} />}
          </div>
        )}
        <div className={`map-side${view === 'list' && node === undefined ? ' idle' : ''}`}>
          {node !== undefined ? (
            <PersonCard node={node} facts={facts} vouches={vouches} hops={hops.get(node.session)} onReach={onReach} />
          ) : (
            <>
              {trees && <TreeList map={map} facts={facts} />}
              <p className="map-card-note">
                {facts.nodes.length < 2 ? say.alone : `${map.mode === 'small' ? say.small : say.mesh} ${say.pick}`}
              </p>
            </>
          )}
          <Legend facts={facts} vouches={vouching && view === 'picture'} />
        </div>
      </div>
    </div>
  )
}

/** Links between me and everybody known. */
function hopsOf({ self, pairs }: MapFacts): ReadonlyMap<string, number> {
  const hops = new Map([[self.session, 0]])
  for (let at = 0, grown = true; grown; at++) {
    grown = false
    for (const { a, b, how } of pairs) {
      if (how === 'gap') continue
      for (const [near, far] of [
        [a, b],
        [b, a],
      ] as const) {
        if (hops.get(near.session) !== at || hops.has(far.session)) continue
        hops.set(far.session, at + 1)
        grown = true
      }
    }
  }
  return hops
}
