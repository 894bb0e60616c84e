/** If drawing breaks, the page says so instead of going blank. Nothing is reported anywhere. */
import { Component, useSyncExternalStore, type ReactElement, type ReactNode } from 'react'
import { en } from '../messages/en.ts'
import { useMessages } from '../messages/messages.tsx'
import { isReloading, subscribeRenewed } from './renewed.ts'

interface State {
  readonly broken: boolean
}

export class Boundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { broken: false }

  static getDerivedStateFromError(): State {
    return { broken: true }
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children
  }
}

/** What could not be loaded because there is a newer version is nothing broken. */
function Broken(): ReactElement {
  const words = useMessages()
  const reloading = useSyncExternalStore(subscribeRenewed, isReloading)
  if (!reloading) return <Stopped text={words.app.broken} />
  return (
    <p className="page-note" role="status">
      {words.app.renewed}
    </p>
  )
}

export function Stopped({ text, help }: { readonly text: string; readonly help?: string }): ReactElement {
  return (
    <div className="page-note" role="alert">
      <p>{text}</p>
      {help !== undefined && <p>{help}</p>}
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {en.app.reload}
      </button>
    </div>
  )
}
