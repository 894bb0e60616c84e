/** A person's disc: their colour, and one of 64 marks (8 shapes × 8 ways to draw them). */
import { memo, type CSSProperties, type ReactElement } from 'react'
import { markOf } from './colour.ts'
import './person.css'

/** Paths around (0, 0), about 10 across. */
const shapes: readonly string[] = [
  'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z',
  'M-4.4-4.4h8.8v8.8h-8.8z',
  'M0-6 6 0 0 6-6 0z',
  'M0-5.6 5.6 4.2H-5.6z',
  'M0-6.2C3 -2 5 -.2 5 1.8A5 5 0 0 1-5 1.8C-5-.2-3-2 0-6.2z',
  'M5 0 2.5 4.4h-5L-5 0-2.5-4.4h5z',
  'M-5.4 2.6a5.4 5.4 0 0 1 10.8 0z',
  'M-1.8-5.4h3.6v3.6h3.6v3.6H1.8v3.6h-3.6V1.8h-3.6v-3.6h3.6z',
]

function draw(shape: string, way: number): ReactElement {
  const outline = <path d={shape} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" />
  switch (way) {
    case 0:
      return <path d={shape} />
    case 1:
      return outline
    case 2:
      return (
        <>
          {outline}
          <circle r="1.7" />
        </>
      )
    case 3:
      return (
        <>
          <path d={shape} />
          <circle r="2" className="glyph-hole" />
        </>
      )
    case 4:
      return (
        <>
          <path d={shape} transform="translate(-1.4 1.4) scale(.8)" />
          <circle cx="5" cy="-5" r="2" />
        </>
      )
    case 5:
      return (
        <>
          <path d={shape} transform="translate(-3.2 3.2) scale(.5)" />
          <path d={shape} transform="translate(3.2 -3.2) scale(.5)" />
        </>
      )
    case 6:
      return (
        <>
          <path d={shape} transform="translate(0 -2) scale(.74)" />
          <path d="M-5 6h10" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
        </>
      )
    default:
      return (
        <>
          <path d={shape} transform="scale(.55)" />
          <path
            d="M-5 -5l1.6 1.6M5 -5l-1.6 1.6M-5 5l1.6-1.6M5 5l-1.6-1.6"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.8"
            strokeLinecap="round"
          />
        </>
      )
  }
}

/** The disc alone, for drawings that have an <svg> of their own. */
export function GlyphMark({ author, scale }: { readonly author: string; readonly scale: number }): ReactElement {
  const { glyph } = markOf(author)
  return (
    <g transform={`scale(${scale.toFixed(3)})`}>
      <circle r="12" className="glyph-disc" />
      <g className="glyph-mark">{draw(shapes[glyph % 8] ?? '', Math.floor(glyph / 8))}</g>
    </g>
  )
}

export function hueStyle(author: string): CSSProperties {
  return { '--hue': markOf(author).hue } as CSSProperties
}

/** Decoration: wherever it stands, the name stands beside it. */
export const Glyph: React.NamedExoticComponent<{
  readonly author: string
  readonly size?: number
  readonly away?: boolean
}> = memo(function Glyph({ author, size = 32, away = false }): ReactElement {
  const { glyph } = markOf(author)
  return (
    <svg
      className={`person glyph${away ? ' away' : ''}`}
      style={hueStyle(author)}
      width={size}
      height={size}
      viewBox="-12 -12 24 24"
      aria-hidden="true"
    >
      <circle r="12" className="glyph-disc" />
      <g className="glyph-mark">{draw(shapes[glyph % 8] ?? '', Math.floor(glyph / 8))}</g>
    </svg>
  )
})
