/** The path to somebody as a small drawing; the words beside it say the same. */
import type { ReactElement } from 'react'
import type { ReachReport, RoomMap } from '@kith/peer'
import type { MapMessages } from '../messages/map.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'

/** Me, what is between, and the other, with the line that joins us or the place where it ends. */
export function PathDrawing(props: {
  readonly report: ReachReport
  readonly map: RoomMap
  readonly words: MapMessages
  readonly name: string
}): ReactElement {
  const { report, map, words, name } = props
  const nodeOf = (session: string | undefined): { author: string; name: string } | undefined => {
    const node = map.nodes.find((other) => other.session === session)
    return node === undefined ? undefined : { author: node.author, name: node.name }
  }
  const self = nodeOf(map.self) ?? { author: map.self, name: words.you }
  const other = nodeOf(report.session) ?? { author: report.session, name }
  const carrier = report.path === 'through' ? nodeOf(report.through) : undefined
  const kind = report.path ?? 'none'
  const point = (who: { author: string; name: string }, label: string): ReactElement => (
    <span className="reach-point">
      <Glyph author={who.author} size={36} />
      <span className="person reach-point-name" style={hueStyle(who.author)}>
        {label}
      </span>
    </span>
  )
  const line = (
    <svg className={`reach-line ${kind}`} viewBox="0 0 100 12" preserveAspectRatio="none">
      {kind === 'none' ? <path d="M0 6h36M64 6h36" /> : <path d="M0 6h100" />}
    </svg>
  )
  return (
    <div className="reach-path" aria-hidden="true">
      {point(self, words.you)}
      {line}
      {kind === 'relay' && (
        <>
          <span className="reach-point">
            <span className="reach-relay" />
            <span className="reach-point-name">{words.map.legend.relay}</span>
          </span>
          {line}
        </>
      )}
      {carrier !== undefined && (
        <>
          {point(carrier, carrier.name || words.somebody)}
          {line}
        </>
      )}
      {point(other, name)}
    </div>
  )
}
