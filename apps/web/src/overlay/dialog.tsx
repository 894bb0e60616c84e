/**
 * A dialog on the platform's own <dialog>: it traps focus, closes on Escape and gives focus back, so none of that is
 * ours. On a phone it rises from the bottom edge.
 */
import { useEffect, useId, useRef, type ReactElement, type ReactNode } from 'react'
import { ChevronLeft, X } from 'lucide-react'
import { useMessages } from '../messages/messages.tsx'
import { useSheet } from './use-sheet.ts'
import './overlay.css'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** A question that is answered by its own buttons needs no other way out. */
  readonly small?: boolean
  /** As much of the window as a picture wants. */
  readonly wide?: boolean
  /** From one of several pages to their list. */
  readonly onBack?: (() => void) | undefined
  /** Of several pages: see `sections.tsx`. */
  readonly sectioned?: boolean
}

export function Dialog(props: DialogProps): ReactElement {
  const { title, onClose, children, small = false, wide = false, onBack, sectioned = false } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const words = useMessages()
  useSheet(dialog, onClose)
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    // What is drawn before a dialog is shown cannot take the focus by itself.
    element?.querySelector<HTMLElement>('[data-focus]')?.focus()
    return () => {
      element?.close()
      // React removes the element in the same turn, before the platform gives focus back.
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className={`dialog${small ? ' small' : ''}${wide ? ' wide' : ''}${sectioned ? ' sectioned' : ''}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return
        event.preventDefault()
        if (onBack === undefined) onClose()
        else onBack()
      }}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      <div className="dialog-body">
        <header className={`dialog-head${onBack === undefined ? '' : ' has-back'}`}>
          {onBack !== undefined && (
            <button type="button" className="icon-button" aria-label={words.app.oneBack} autoFocus onClick={onBack}>
              <ChevronLeft size={24} aria-hidden />
            </button>
          )}
          <h2 id={heading}>{title}</h2>
          {!small && (
            <button type="button" className="icon-button" aria-label={words.app.close} onClick={onClose}>
              <X size={20} aria-hidden />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly body: string
  readonly confirm: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** A question about something that cannot be taken back. The way out has the focus. */
export function Confirm({ title, body, confirm, onConfirm, onClose }: ConfirmProps): ReactElement {
  const words = useMessages()
  return (
    <Dialog title={title} onClose={onClose} small>
      <p className="dialog-text">{body}</p>
      <div className="dialog-buttons">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {words.app.cancel}
        </button>
        <button
          type="button"
          className="button primary danger"
          onClick={() => {
            onConfirm()
            onClose()
          }}
        >
          {confirm}
        </button>
      </div>
    </Dialog>
  )
}
