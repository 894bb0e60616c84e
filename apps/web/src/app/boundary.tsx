/** If drawing breaks, the page says so instead of going blank. Nothing is reported anywhere. */
import { Component, type ReactElement, type ReactNode } from 'react'
import { en } from '../messages/en.ts'

interface State {
  readonly broken: boolean
}

export class Boundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { broken: false }

  static getDerivedStateFromError(): State {
    return { broken: true }
  }

  override render(): ReactNode {
    return this.state.broken ? <Stopped text={en.app.broken} /> : this.props.children
  }
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
