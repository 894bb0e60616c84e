/** The same facts as the picture, in words: who, whom, how, how quick. */
import type { ReactElement } from 'react'
import { qualityOf, type MapFacts, type MapNode, type MapVouch } from '@kith/peer'
import { useMembersMessages } from '../messages/members.tsx'
import { useMapMessages } from '../messages/map.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'

interface ListProps {
  readonly facts: MapFacts
  readonly selected: string | undefined
  readonly onSelect: (session: string) => void
}

export function PairList({ facts, selected, onSelect }: ListProps): ReactElement {
  const words = useMapMessages()
  const { table, reached, noDirect } = words.map
  const who = (node: MapNode): ReactElement => (
    <button
      type="button"
      className="person pair-who"
      style={hueStyle(node.author)}
      aria-pressed={node.session === selected}
      onClick={() => onSelect(node.session)}
    >
      <Glyph author={node.author} size={18} away={node.hidden} />
      <span>{node.isSelf ? words.you : node.name || words.somebody}</span>
    </button>
  )
  return (
    <table className="pairs">
      <caption className="visually-hidden">{table.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{table.who}</th>
          <th scope="col">{table.whom}</th>
          <th scope="col">{table.how}</th>
          <th scope="col" className="pair-ms">
            {table.ms}
          </th>
        </tr>
      </thead>
      <tbody>
        {facts.pairs.map(({ a, b, how, through, rttMs, isGap, isTree }) => (
          <tr key={`${a.session} ${b.session}`} data-pair={`${a.session} ${b.session}`} className={isGap ? 'gap' : ''}>
            <td>{who(a)}</td>
            <td>{who(b)}</td>
            <td>
              {how === 'gap' ? (
                <span className="pair-gap">{reached.gap}</span>
              ) : (
                <>
                  {how === 'through' ? reached.through(through?.name || words.somebody) : reached[how]}
                  {isGap && <span className="pair-gap"> · {noDirect}</span>}
                  {isTree && <span className="pair-tree"> · {table.tree}</span>}
                </>
              )}
            </td>
            <td className="pair-ms" title={table.quality[qualityOf(rttMs)]}>
              {rttMs === undefined ? '' : Math.round(rttMs)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Who answers for whom. */
export function VouchList({ vouches }: { readonly vouches: readonly MapVouch[] }): ReactElement {
  const words = useMapMessages()
  const { methods } = useMembersMessages().person
  const called = ({ isSelf, name }: MapNode): string => (isSelf ? words.you : name || words.somebody)
  return (
    <table className="pairs vouches">
      <caption>{words.map.vouchTable.caption}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{words.map.vouchTable.by}</th>
          <th scope="col">{words.map.vouchTable.for}</th>
          <th scope="col">{words.map.vouchTable.how}</th>
        </tr>
      </thead>
      <tbody>
        {vouches.map(({ by, for: subject, method }) => (
          <tr key={`${by.session} ${subject.session} ${method}`}>
            <td className="person" style={hueStyle(by.author)}>
              <b className="person-name">{called(by)}</b>
            </td>
            <td className="person" style={hueStyle(subject.author)}>
              <b className="person-name">{called(subject)}</b>
            </td>
            <td>{methods[method]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
