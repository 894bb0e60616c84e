/** If drawing breaks, the page says so instead of going blank. Nothing is reported anywhere. */
import { Component, Suspense, useEffect, useSyncExternalStore, type ReactElement, type ReactNode } from 'react'
import { en } from '../messages/en.ts'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { partsNow, reloadForParts, subscribeParts } from './parts.ts'

interface State {
  readonly failure: { readonly reason: unknown } | undefined
}

export class Boundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { failure: undefined }

  static getDerivedStateFromError(reason: unknown): State {
    return { failure: { reason } }
  }

  override render(): ReactNode {
    return this.state.failure === undefined ? this.props.children : <Broken />
  }
}

interface OverlaysProps {
  readonly children: ReactNode
  /** Whatever is open over the page is closed. */
  readonly onClose: () => void
}

/** What opens over a page is loaded when it is opened. If it cannot be, the page below goes on. */
export class Overlays extends Component<OverlaysProps, State> {
  override state: State = { failure: undefined }

  static getDerivedStateFromError(reason: unknown): State {
    return { failure: { reason } }
  }

  override render(): ReactNode {
    const { failure } = this.state
    if (failure === undefined) return <Suspense fallback={null}>{this.props.children}</Suspense>
    // A mistake of ours, not a part that is missing.
    if (partsNow() === 'whole') throw failure.reason
    return (
      <MissingDialog
        onClose={() => {
          this.props.onClose()
          this.setState({ failure: undefined })
        }}
      />
    )
  }
}

function MissingDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const words = useMessages()
  return (
    <Dialog title={words.app.missing} onClose={onClose} small>
      <p className="dialog-text" role="status">
        {useMissing() ?? words.app.broken}
      </p>
      <div className="dialog-buttons">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {words.app.close}
        </button>
      </div>
    </Dialog>
  )
}

/** What is said of the part that is missing; it comes by itself when it can be had. Undefined if none is. */
function useMissing(): string | undefined {
  const words = useMessages()
  const parts = useSyncExternalStore(subscribeParts, partsNow)
  useEffect(() => {
    if (parts === 'back') reloadForParts()
  }, [parts])
  switch (parts) {
    case 'whole':
      return undefined
    case 'away':
      return words.app.partAway
    case 'renewed':
      return words.app.renewed
    case 'looking':
    case 'back':
      return words.app.opening
  }
}

/** What could not be loaded is nothing broken. */
function Broken(): ReactElement {
  const words = useMessages()
  const missing = useMissing()
  if (missing === undefined) return <Stopped text={words.app.broken} />
  return (
    <p className="page-note" role="status">
      {missing}
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
