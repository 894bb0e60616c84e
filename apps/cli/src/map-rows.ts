/**
 * `/map` in a terminal: for up to 16 programs a picture (every pair as a block, the darker the quicker), beside it or
 * below it one's own links in words; for larger rooms the words alone.
 */
import {
  qualityOf,
  quickMs,
  readMap,
  slowMs,
  vouchesOn,
  type MapFacts,
  type MapNode,
  type MapPair,
  type MapVouch,
  type Person,
  type RoomMap,
} from '@kith/peer'
import { carriedBy, pathWord } from './people.ts'
import { printableLine } from './printable.ts'
import { ownColor, personColor, troubleColor } from './screen/colors.ts'
import {
  rowWidth,
  span,
  textWidth,
  truncateRow,
  truncateText,
  wrap,
  type Row,
  type Span,
  type Style,
} from './screen/layout.ts'

/** More than this many are a table: their pairs fill no screen any more. */
export const maxPicturePeople = 16
const maxNameCells = 14
const columnGap = 3

const dim: Style = { dim: true }
const gapStyle: Style = { bold: true, color: troubleColor }

/** Rows of at most `columns` cells. */
export function mapRows(map: RoomMap, columns: number, people: readonly Person[] = []): readonly Row[] {
  const facts = readMap(map)
  const rows: Row[] = [[span(summary(map, facts))], []]
  const links = linkRows(facts)
  if (facts.nodes.length < 2) rows.push([span('Only you are here. The map grows with whoever comes.', dim)])
  else if (facts.nodes.length > maxPicturePeople) rows.push(...links)
  else {
    const linkCells = Math.max(...links.map(rowWidth))
    const pictures = [' ', ''].map((space) => pictureRows(facts, space))
    const [spaced = [], narrow = []] = pictures
    const widthOf = (picture: readonly Row[]): number => Math.max(...picture.map(rowWidth))
    const picture = widthOf(spaced) + columnGap + linkCells <= columns ? spaced : narrow
    const width = widthOf(picture)
    const beside = width + columnGap + linkCells <= columns
    rows.push(...(beside ? sideBySide(picture, links, width + columnGap) : [...picture, [], ...links]))
    rows.push([], ...legendRows(facts, columns))
  }
  const trees = treeRows(map, facts, columns)
  if (trees.length > 0) rows.push([], ...trees)
  const vouches = vouchRows(vouchesOn(facts.nodes, people), columns)
  if (vouches.length > 0) rows.push([], ...vouches)
  return rows.map((row) => truncateRow(row, columns))
}

function summary(map: RoomMap, { nodes, pairs, gaps }: MapFacts): string {
  const count = (n: number): string => n.toLocaleString('en')
  const parts = [`${count(map.online)} here`]
  if (map.online > nodes.length) parts.push(`${count(nodes.length)} near you known`)
  parts.push(pairs.length - gaps === 1 ? '1 link' : `${count(pairs.length - gaps)} links`)
  if (map.mode === 'small') parts.push(gaps === 0 ? 'no gaps' : gaps === 1 ? '1 gap' : `${count(gaps)} gaps`)
  else parts.push('everybody keeps a few links; messages go along trees')
  return parts.join(' · ')
}

export function nodeName(node: MapNode | undefined): string {
  return node?.isSelf === true ? 'you' : printableLine(node?.name ?? '') || 'somebody'
}

function nameSpan(node: MapNode, cells: number = maxNameCells): Span {
  const color = node.isSelf ? ownColor : personColor(node.author)
  return span(truncateText(nodeName(node), cells), { color, bold: node.isSelf, dim: node.hidden })
}

function padded(part: Span, cells: number): readonly Span[] {
  return [part, span(' '.repeat(Math.max(0, cells - textWidth(part.text))))]
}

/** A triangle: each pair where its row meets its column. */
function pictureRows({ nodes, pairs }: MapFacts, space: string): readonly Row[] {
  const pairOf = new Map(pairs.map((pair) => [keyOf(pair.a, pair.b), pair]))
  const nameCells = Math.max(...nodes.map((node) => Math.min(maxNameCells, textWidth(nodeName(node)))))
  const number = (i: number): string => String(i + 1).padStart(2)
  const head: Row = [
    span(' '.repeat(nameCells + 4)),
    span(
      nodes
        .slice(0, -1)
        .map((_, i) => (space === '' ? ` ${(i + 1) % 10}` : number(i)))
        .join(space),
      dim,
    ),
  ]
  const rows = nodes.map((node, i): Row => {
    const cells = nodes.slice(0, i).flatMap((other) => [cell(pairOf.get(keyOf(node, other))), span(space)])
    return [span(`${number(i)} `, dim), ...padded(nameSpan(node), nameCells + 1), ...cells]
  })
  return [head, ...rows]
}

function keyOf(a: MapNode, b: MapNode): string {
  return a.session < b.session ? a.session + b.session : b.session + a.session
}

const blocks = { quick: '██', fair: '▓▓', slow: '▒▒', unknown: '▓▓' }

/** Two cells for one pair. */
function cell(pair: MapPair | undefined): Span {
  if (pair === undefined) return span('  ')
  switch (pair.how) {
    case 'gap':
      return span('><', gapStyle)
    case 'relay':
      return span('::')
    case 'through':
      return span('~~')
    case 'direct': {
      const other = pair.isOwn ? pair.b : undefined
      return span(blocks[qualityOf(pair.rttMs)], other === undefined ? dim : { color: personColor(other.author) })
    }
  }
}

function legendRows({ pairs }: MapFacts, columns: number): readonly Row[] {
  const has = (test: (pair: MapPair) => boolean): boolean => pairs.some(test)
  const direct = (pair: MapPair, ...qualities: readonly string[]): boolean =>
    pair.how === 'direct' && qualities.includes(qualityOf(pair.rttMs))
  const keys = [
    has((pair) => direct(pair, 'quick')) ? '██ direct' : '',
    has((pair) => direct(pair, 'fair', 'unknown')) ? `▓▓ direct, above ${quickMs} ms` : '',
    has((pair) => direct(pair, 'slow')) ? `▒▒ direct, ${slowMs} ms and more` : '',
    has(({ how }) => how === 'relay') ? ':: by relay' : '',
    has(({ how }) => how === 'through') ? '~~ through a member' : '',
    has(({ how }) => how === 'gap') ? '>< no link' : '',
  ]
  return wrap([span(keys.filter((key) => key !== '').join('   '), dim)], columns)
}

/** One's own links and every gap, in words. */
function linkRows({ pairs }: MapFacts): readonly Row[] {
  const told = pairs.filter(({ isOwn, isGap }) => isOwn || isGap)
  const lines = told.map((pair): { readonly who: readonly Span[]; readonly how: string; readonly ms: string } => ({
    who: pair.isOwn ? [nameSpan(pair.b)] : [nameSpan(pair.a), span(' – ', dim), nameSpan(pair.b)],
    how: howText(pair),
    ms: pair.rttMs === undefined ? '' : `${Math.round(pair.rttMs)} ms`,
  }))
  const whoCells = Math.max(0, ...lines.map(({ who }) => rowWidth(who)))
  const howCells = Math.max(0, ...lines.map(({ how }) => textWidth(how)))
  return lines.map(({ who, how, ms }, i): Row => [
    ...who,
    span(' '.repeat(whoCells - rowWidth(who) + 2)),
    span(how, told[i]?.how === 'gap' ? gapStyle : {}),
    span(ms === '' ? '' : `${' '.repeat(howCells - textWidth(how))}${ms.padStart(8)}`, dim),
  ])
}

function howText({ how, through, isGap, a, b }: MapPair): string {
  if (how === 'gap') return 'no link'
  const marks = [how === 'through' ? carriedBy(nodeName(through)) : pathWord(how)]
  if (isGap) marks.push('no direct link')
  const keepers = [a, b].flatMap(({ keeper }) =>
    keeper === undefined ? [] : [keeper === 'blind' ? 'keeper, cannot read' : 'keeper that can read'],
  )
  const roots = [a, b].flatMap(({ root, isSelf }) => (root === undefined || isSelf ? [] : [rootText(root)]))
  return [...marks, ...keepers, ...roots, ...(b.hidden ? ['in the background'] : [])].join(', ')
}

function rootText(root: number | 'hot'): string {
  return root === 'hot' ? 'speaks much' : `root of tree ${root + 1}`
}

function treeRows({ trees }: RoomMap, { nodeBySession }: MapFacts, columns: number): readonly Row[] {
  const nameOf = (session: string): string => nodeName(nodeBySession.get(session))
  return trees.flatMap(({ root, slot, hops, parent, children }) => {
    const name = slot === 'hot' ? 'Tree of a speaker' : `Tree ${slot + 1}`
    const from =
      hops === 0 ? 'begins with you' : `from ${nameOf(root)}, ${hops === 1 ? '1 link' : `${hops} links`} away`
    const by = parent === undefined || hops < 2 ? '' : `, comes from ${nameOf(parent)}`
    const to = children.length === 0 ? ', ends with you' : `, you pass it on to ${children.map(nameOf).join(', ')}`
    return wrap([span(`${name}: `, { bold: true }), span(`${from}${by}${to}`)], columns)
  })
}

const madeSure = { pin: 'by a PIN', sas: 'by comparing numbers', link: 'by the invite alone' } as const

/** Who answers for whom, one line for each who does. */
function vouchRows(vouches: readonly MapVouch[], columns: number): readonly Row[] {
  const givers = [...new Set(vouches.map(({ by }) => by))]
  return givers.flatMap((giver) => {
    const given = vouches.filter(({ by }) => by === giver)
    const names = given.map(({ for: subject, method }) => `${nodeName(subject)} (${madeSure[method]})`).join(', ')
    return wrap([nameSpan(giver), span(giver.isSelf ? ' vouch for ' : ' vouches for ', dim), span(names)], columns)
  })
}

function sideBySide(left: readonly Row[], right: readonly Row[], at: number): readonly Row[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i): Row => {
    const row = left[i] ?? []
    const other = right[i]
    return other === undefined ? row : [...row, span(' '.repeat(at - rowWidth(row))), ...other]
  })
}

/** Rows as text, for a pipe. */
export function rowsText(rows: readonly Row[]): string {
  return rows
    .map((row) =>
      row
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n')
}
