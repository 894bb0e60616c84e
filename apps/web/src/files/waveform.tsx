/** Loudness over time as rounded strokes; what was heard is in the accent colour. */
import { useMemo, type ReactElement } from 'react'

const strokes = 48
const height = 32
const gap = 4

export function Waveform({
  peaks,
  part,
}: {
  readonly peaks: Uint8Array | undefined
  readonly part: number
}): ReactElement {
  const bars = useMemo(() => spread(peaks ?? new Uint8Array(), strokes), [peaks])
  return (
    <svg className="waveform" viewBox={`0 0 ${strokes * gap} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {bars.map((loud, index) => {
        const half = Math.max(1, (loud / 255) * (height / 2 - 2))
        const x = index * gap + gap / 2
        return (
          <line
            // Strokes have no identity but their place.
            key={index}
            className={(index + 0.5) / strokes <= part ? 'heard' : undefined}
            x1={x}
            x2={x}
            y1={height / 2 - half}
            y2={height / 2 + half}
          />
        )
      })}
    </svg>
  )
}

/** `count` values from any number of them: the loudest of each stretch. */
export function spread(peaks: Uint8Array, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * peaks.length) / count)
    const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / count))
    return Math.max(0, ...peaks.subarray(from, to))
  })
}
