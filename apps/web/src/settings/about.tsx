/** What this is, where it came from, and what it promises. */
import type { ReactElement } from 'react'
import { version } from '../app/program.ts'
import { useMessages } from '../messages/messages.tsx'
import { Logo } from '../ring/ring.tsx'

export function About({ onProtection }: { readonly onProtection: () => void }): ReactElement {
  const words = useMessages()
  const say = words.about
  return (
    <>
      <div className="about">
        <Logo size={56} />
        <div>
          <p className="about-name">{words.app.name}</p>
          <p className="about-claim">{words.app.claim}</p>
        </div>
      </div>
      <dl className="facts">
        <dt>{say.version}</dt>
        <dd>{version}</dd>
        <dt>{say.relay}</dt>
        <dd>{say.relayAt(location.host)}</dd>
        <dt>{say.licence}</dt>
        <dd>{say.licenceIs}</dd>
      </dl>
      <p className="setting-hint">
        {words.start.protection}{' '}
        <button type="button" className="link-button" onClick={onProtection}>
          {words.start.protectionMore}
        </button>
      </p>
    </>
  )
}
