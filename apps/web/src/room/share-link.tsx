/** The link of a room with everything one does with it: look, copy, share, scan. */
import { lazy, useEffect, useRef, useState, type ReactElement } from 'react'
import { Check, Copy, Share2 } from 'lucide-react'
import { Part } from '../app/boundary.tsx'
import { useMessages } from '../messages/messages.tsx'
import './share-link.css'

const Qr = lazy(() => import('./qr.tsx'))

interface ShareProps {
  readonly link: string
  readonly qrSize: number
  /** What to be careful about, where it is not a room's link. */
  readonly care?: string
}

export function ShareLink({ link, qrSize, care }: ShareProps): ReactElement {
  const words = useMessages()
  const field = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState<'copied' | 'select'>()
  useEffect(() => {
    if (said !== 'copied') return undefined
    const timer = window.setTimeout(() => setSaid(undefined), 2500)
    return () => window.clearTimeout(timer)
  }, [said])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link)
      setSaid('copied')
    } catch {
      // Not allowed here (no secure context, or the person said no): the selected text is the next best.
      field.current?.select()
      setSaid('select')
    }
  }
  const share = (): void => {
    // A person who closes the system's sheet rejects the promise; that is an answer, not a failure.
    navigator.share({ text: words.invite.shareText, url: link }).catch(() => undefined)
  }
  return (
    <div className="share">
      <div className="share-qr" data-size={qrSize}>
        <Part>
          <Qr text={link} label={words.invite.qr} size={qrSize} />
        </Part>
      </div>
      <div className="share-line">
        <input
          ref={field}
          className="field share-link"
          readOnly
          value={link}
          aria-label={words.invite.link}
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
      <div className="share-buttons">
        <button type="button" className="button primary large" onClick={() => void copy()}>
          {said === 'copied' ? <Check size={20} aria-hidden /> : <Copy size={20} aria-hidden />}
          {said === 'copied' ? words.invite.copied : words.invite.copy}
        </button>
        {typeof navigator.share === 'function' && (
          <button type="button" className="button large" onClick={share}>
            <Share2 size={20} aria-hidden />
            {words.invite.share}
          </button>
        )}
      </div>
      <p className="share-said" role="status">
        {said === 'select' ? words.invite.selectIt : (care ?? words.invite.care)}
      </p>
    </div>
  )
}
