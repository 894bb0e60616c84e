/** The report to give away: what is shown is what is copied, and it names nobody. */
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import { Check, Copy } from 'lucide-react'
import { redactReport, type ReachReport, type RoomMap } from '@kith/peer'
import { platformOf, version } from '../app/program.ts'
import type { MapMessages } from '../messages/map.tsx'

export interface Told {
  readonly report: ReachReport
  readonly map: RoomMap
  /** When it was asked for. */
  readonly at: number
}

export function CopyReport({ told, words }: { readonly told: Told; readonly words: MapMessages }): ReactElement {
  const say = words.reach
  const text = useMemo(
    () =>
      redactReport(told.report, told.map, { version, platform: platformOf(globalThis.navigator.userAgent) }, told.at),
    [told],
  )
  const shown = useRef<HTMLTextAreaElement>(null)
  // What is shown stands still while it is read or selected.
  const [kept, setKept] = useState<string>()
  const [said, setSaid] = useState<'copied' | 'select'>()
  useEffect(() => {
    if (said !== 'copied') return undefined
    const timer = window.setTimeout(() => setSaid(undefined), 2500)
    return () => window.clearTimeout(timer)
  }, [said])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(kept ?? text)
      setSaid('copied')
    } catch {
      shown.current?.select()
      setSaid('select')
    }
  }
  return (
    <details
      className="reach-report"
      onToggle={(event) => {
        setKept(event.currentTarget.open ? text : undefined)
        if (event.currentTarget.open) event.currentTarget.scrollIntoView({ block: 'nearest' })
      }}
    >
      <summary>{say.report}</summary>
      <p className="reach-soft">{say.reportLead}</p>
      <textarea
        ref={shown}
        className="reach-text"
        readOnly
        aria-label={say.report}
        rows={Math.min(18, (kept ?? text).split('\n').length)}
        value={kept ?? text}
      />
      <button type="button" className="button" onClick={() => void copy()}>
        {said === 'copied' ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
        {said === 'copied' ? say.copied : say.copy}
      </button>
      <p className="reach-soft" role="status">
        {said === 'select' ? say.selectIt : ''}
      </p>
    </details>
  )
}
