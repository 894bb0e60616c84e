/** A QR code as one SVG path. Loaded when a link is shown. */
import { useMemo, type ReactElement } from 'react'
import { encode } from 'uqr'

interface QrProps {
  readonly text: string
  readonly label: string
  readonly size: number
}

/** Runs of dark modules become one rectangle each: a tenth of the path. */
export function qrPath(text: string): { readonly path: string; readonly modules: number } {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  let path = ''
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      if (row[x] !== true) continue
      let run = 1
      while (row[x + run] === true) run++
      path += `M${x} ${y}h${run}v1h-${run}z`
      x += run
    }
  })
  return { path, modules: size }
}

export default function Qr({ text, label, size }: QrProps): ReactElement {
  const { path, modules } = useMemo(() => qrPath(text), [text])
  return (
    <svg
      className="qr"
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`-2 -2 ${modules + 4} ${modules + 4}`}
    >
      <path d={path} shapeRendering="crispEdges" />
    </svg>
  )
}
