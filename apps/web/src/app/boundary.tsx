/** If drawing breaks, the page says so instead of going blank. Nothing is reported anywhere. */
import { Component, Suspense, useEffect, useSyncExternalStore, type ReactElement, type ReactNode } from 'react'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { isPartFailure, partsNow, reloadForParts, subscribeParts, type Parts } from './parts.ts'

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

interface PartState {
  readonly failure: { readonly reason: unknown; readonly isMissing: boolean } | undefined
}

/** What could not be loaded is nothing broken; anything else is a mistake of ours, for the boundary of the page. */
function partFailed(reason: unknown): PartState {
  return { failure: { reason, isMissing: isPartFailure(reason) } }
}

interface PartProps {
  readonly children: ReactNode
  /** Until it is loaded. */
  readonly fallback?: ReactNode
}

/** A part of a page that is loaded when it is first shown. If it cannot be, its place stays as it was. */
export class Part extends Component<PartProps, PartState> {
  override state: PartState = { failure: undefined }

  static getDerivedStateFromError: (reason: unknown) => PartState = partFailed

  override render(): ReactNode {
    const { children, fallback = null } = this.props
    const { failure } = this.state
    if (failure === undefined) return <Suspense fallback={fallback}>{children}</Suspense>
    if (!failure.isMissing) throw failure.reason
    return fallback
  }
}

interface OverlaysProps extends PartProps {
  /** Whatever is open over the page is closed. */
  readonly onClose: () => void
}

/** What opens over a page is loaded when it is opened. If it cannot be, that is said, and the page below goes on. */
export class Overlays extends Component<OverlaysProps, PartState> {
  override state: PartState = { failure: undefined }

  static getDerivedStateFromError: (reason: unknown) => PartState = partFailed

  override render(): ReactNode {
    const { children, fallback = null, onClose } = this.props
    const { failure } = this.state
    if (failure === undefined) return <Suspense fallback={fallback}>{children}</Suspense>
    if (!failure.isMissing) throw failure.reason
    return (
      <MissingDialog
        onClose={() => {
          onClose()
          this.setState({ failure: undefined })
        }}
      />
    )
  }
}

function MissingDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const words = useMessages()
  const missing = useMissing()
  return (
    <Dialog title={words.app.missing} onClose={onClose} small>
      <p className="dialog-text" role="status">
        {missing ?? words.app.broken}
      </p>
      <div className="dialog-buttons">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {words.app.close}
        </button>
        {missing === undefined && <Reload />}
      </div>
    </Dialog>
  )
}

/** For a place where something is missing: it comes by itself when it can be had. */
function useParts(): Parts {
  const parts = useSyncExternalStore(subscribeParts, partsNow)
  useEffect(() => {
    if (parts === 'back') reloadForParts()
  }, [parts])
  return parts
}

/** What is said of the part that is missing. Undefined if none is. */
function useMissing(): string | undefined {
  const words = useMessages()
  switch (useParts()) {
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

/** In the place of the whole app: why there is no chat. */
export function NoChat({ reason }: { readonly reason: unknown }): ReactElement {
  const { app } = useMessages()
  useParts()
  if (isPartFailure(reason)) return <Stopped text={app.notLoaded} help={app.notLoadedHelp} again={app.tryAgain} />
  return <Stopped text={app.cannotStart} help={app.cannotStartHelp} />
}

interface StoppedProps {
  readonly text: string
  readonly help?: string
  readonly again?: string | undefined
}

function Stopped({ text, help, again }: StoppedProps): ReactElement {
  return (
    <div className="page-note" role="alert">
      <p>{text}</p>
      {help !== undefined && <p>{help}</p>}
      <Reload label={again} />
    </div>
  )
}

function Reload({ label }: { readonly label?: string | undefined }): ReactElement {
  const words = useMessages()
  return (
    <button type="button" className="button" onClick={() => window.location.reload()}>
      {label ?? words.app.reload}
    </button>
  )
}
