/** A block of code: plain at once, coloured when the highlighter has arrived, copied with one press. */
import { useEffect, useState, type ReactElement } from 'react'
import { Check, Copy } from 'lucide-react'
import { useTabStop } from '../app/tab-stop.ts'
import { useMessages } from '../messages/messages.tsx'
import type { CodeSpan } from './highlight.ts'

/** Longer blocks stay plain: colouring them would hold up the page. */
const maxHighlightedLength = 20_000

export function CodeBlock({ language, text }: { readonly language: string; readonly text: string }): ReactElement {
  const words = useMessages()
  const tabIndex = useTabStop()
  const [spans, setSpans] = useState<readonly CodeSpan[]>()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (language === '' || text.length > maxHighlightedLength) return undefined
    let current = true
    import('./highlight.ts').then(
      ({ highlight }) => current && setSpans(highlight(language, text)),
      // Without the highlighter (offline, first visit) the block stays plain.
      () => undefined,
    )
    return () => {
      current = false
    }
  }, [language, text])
  useEffect(() => {
    if (!copied) return undefined
    const timer = window.setTimeout(() => setCopied(false), 2000)
    return () => window.clearTimeout(timer)
  }, [copied])
  return (
    <div className="md-code">
      <pre tabIndex={0}>
        <code>
          {spans === undefined
            ? text
            : spans.map((span, index) => (
                <span key={index} className={span.scope === undefined ? undefined : `hl-${span.scope}`}>
                  {span.text}
                </span>
              ))}
        </code>
      </pre>
      <button
        type="button"
        className="icon-button small md-copy"
        tabIndex={tabIndex}
        aria-label={copied ? words.timeline.copied : words.timeline.copyCode}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
      </button>
    </div>
  )
}
