/** One person of the map: how they are reached, with whom they are linked, what they do for the room. */
import type { ReactElement } from 'react'
import type { MapFacts, MapNode, MapVouch, RoomMap } from '@kith/peer'
import { useMapMessages, type MapMessages } from '../messages/map.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { howWords } from './how-words.ts'

interface PersonCardProps {
  readonly node: MapNode
  readonly facts: MapFacts
  readonly vouches: readonly MapVouch[]
  readonly hops: number | undefined
  readonly onReach: (session: string) => void
}

export function PersonCard({ node, facts, vouches, hops, onReach }: PersonCardProps): ReactElement {
  const words = useMapMessages()
  const say = words.map
  const nameOf = (other: MapNode): string => (other.isSelf ? words.you : other.name || words.somebody)
  const name = nameOf(node)
  const own = node.isSelf ? undefined : facts.pairs.find(({ a, b, isOwn }) => isOwn && (a === node || b === node))
  const linked = facts.pairs
    .filter(({ a, b, how }) => how !== 'gap' && (a === node || b === node))
    .map(({ a, b }) => nameOf(a === node ? b : a))
  const carried = facts.pairs.filter(({ through }) => through === node).flatMap(({ a, b }) => [nameOf(a), nameOf(b)])
  const vouchedBy = vouches.flatMap((vouch) => (vouch.for.author === node.author ? [nameOf(vouch.by)] : []))
  const vouchedFor = vouches.flatMap((vouch) => (vouch.by.author === node.author ? [nameOf(vouch.for)] : []))
  const notes = [
    node.keeper === undefined ? undefined : say.keeper[node.keeper],
    node.keeper !== undefined
      ? undefined
      : node.platform === 'node'
        ? say.terminal
        : node.platform === 'browser'
          ? say.browser
          : undefined,
    node.hidden ? say.hidden : undefined,
  ].filter((note) => note !== undefined)
  const unreached = own?.how === 'gap'
  return (
    <section className="map-card" aria-label={name}>
      <header className="map-card-head">
        <Glyph author={node.author} size={40} away={node.hidden} />
        <div>
          <h3 className="person person-name" style={hueStyle(node.author)}>
            {name}
          </h3>
          {notes.length > 0 && <p className="map-card-note">{notes.join(' · ')}</p>}
        </div>
      </header>
      {!node.isSelf && (
        <p className={unreached ? 'pair-gap' : ''}>
          {own === undefined
            ? hops === undefined
              ? say.reached.unknown
              : say.reached.beyond(hops)
            : howWords(own, words)}
        </p>
      )}
      {linked.length > 0 && (
        <p className="map-card-note">
          {say.linkedWith(linked.length)}: {say.names(linked)}
        </p>
      )}
      {vouchedBy.length > 0 && <p className="map-card-note">{say.vouchedBy(vouchedBy)}</p>}
      {vouchedFor.length > 0 && <p className="map-card-note">{say.vouchesFor(vouchedFor)}</p>}
      {carried.length > 0 && <p className="map-card-note">{say.carries(carried)}</p>}
      {node.root !== undefined && (
        <p className="map-card-note">{node.root === 'hot' ? say.hot : say.root(node.root)}</p>
      )}
      {!node.isSelf && (
        <button type="button" className="button map-card-reach" onClick={() => onReach(node.session)}>
          {unreached ? words.reach.why(name) : words.reach.how(name)}
        </button>
      )}
    </section>
  )
}

/** What the trees of the room look like from here. */
export function TreeList({ map, facts }: { readonly map: RoomMap; readonly facts: MapFacts }): ReactElement {
  const words = useMapMessages()
  const nameOf = (session: string): string => nameIn(facts, session, words)
  return (
    <ul className="map-trees">
      {map.trees.map(({ root, slot, hops, parent, children }) => {
        const parts = [words.map.treeOf(nameOf(root), hops)]
        if (parent !== undefined && hops > 1) parts.push(words.map.treeFrom(nameOf(parent)))
        parts.push(words.map.treeTo(children.map(nameOf)))
        return (
          <li key={`${slot} ${root}`}>
            <span className="map-tree-name">{slot === 'hot' ? words.map.treeHot : words.map.tree(slot)}</span>{' '}
            {parts.join(', ')}.
          </li>
        )
      })}
    </ul>
  )
}

function nameIn(facts: MapFacts, session: string, words: MapMessages): string {
  const node = facts.nodeBySession.get(session)
  return node === undefined ? words.somebody : node.isSelf ? words.you : node.name || words.somebody
}
