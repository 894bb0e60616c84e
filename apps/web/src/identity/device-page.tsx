/** `/#d-…`: a QR code of another device was scanned here. */
import type { ReactElement } from 'react'
import { useIdentityMessages } from '../messages/identity.tsx'
import { Logo } from '../ring/ring.tsx'
import { BecomeDevice } from './become-device.tsx'

export default function DevicePage(props: {
  readonly code: string
  readonly relay: string | undefined
  readonly onBack: () => void
}): ReactElement {
  const say = useIdentityMessages()
  return (
    <div className="start">
      <div className="start-page device-page">
        <header className="start-head">
          <Logo size={72} />
          <h1>{say.becomeTitle}</h1>
        </header>
        <BecomeDevice code={props.code} relay={props.relay} onDone={props.onBack} />
      </div>
    </div>
  )
}
