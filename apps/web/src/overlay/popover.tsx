/** Something small beside what it belongs to, on the platform's own popover: top layer, light dismiss, Escape. */
import { useLayoutEffect, useRef, type KeyboardEvent, type ReactElement, type ReactNode } from 'react'
import './overlay.css'

interface PopoverProps {
  readonly anchor: HTMLElement
  readonly label: string
  readonly role?: 'menu' | 'dialog'
  /** It opened under a finger that still rests: lifting it is no press beside it. */
  readonly underFinger?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

const gap = 4
const margin = 8

/** Below the anchor when there is room, else above; never beyond the window. */
function place(box: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = box
  const below = at.bottom + gap + height <= window.innerHeight - margin
  const top = below ? at.bottom + gap : Math.max(margin, at.top - gap - height)
  // What hangs on the left of the window opens to the right, and the other way round.
  const wanted = at.left + at.width / 2 < window.innerWidth / 2 ? at.left : at.right - width
  const left = Math.min(Math.max(margin, wanted), Math.max(margin, window.innerWidth - width - margin))
  box.style.top = `${top}px`
  box.style.left = `${left}px`
}

export function Popover(props: PopoverProps): ReactElement {
  const { anchor, label, role = 'dialog', underFinger = false, onClose, children } = props
  const box = useRef<HTMLDivElement>(null)
  const close = useRef(onClose)
  close.current = onClose
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    element.showPopover()
    place(element, anchor)
    const resized = new ResizeObserver(() => place(element, anchor))
    resized.observe(element)
    element.querySelector<HTMLElement>('[autofocus], [data-focus], button, input')?.focus()
    const toggled = (event: Event): void => {
      if ((event as ToggleEvent).newState === 'closed') close.current()
    }
    element.addEventListener('toggle', toggled)
    return () => {
      resized.disconnect()
      element.removeEventListener('toggle', toggled)
      const focused = document.activeElement
      const inside = focused instanceof HTMLElement && element.contains(focused)
      // React hears of no focus that moves while it draws, so the platform is not left to give it back: a moment later,
      // unless something else has taken it by then.
      if (inside) focused.blur()
      if (element.matches(':popover-open')) element.hidePopover()
      if (!inside) return
      queueMicrotask(() => {
        if (document.activeElement === document.body && anchor.isConnected) anchor.focus()
      })
    }
  }, [anchor])
  // The platform's own would close it when the finger is lifted.
  useLayoutEffect(() => {
    if (!underFinger) return undefined
    const pressed = ({ target }: Event): void => {
      if (target instanceof Node && box.current?.contains(target) === false) close.current()
    }
    document.addEventListener('pointerdown', pressed, true)
    return () => document.removeEventListener('pointerdown', pressed, true)
  }, [underFinger])
  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (underFinger && event.key === 'Escape') return close.current()
    if (role !== 'menu' || !['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key))
      return
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('button')]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const step = event.key === 'ArrowDown' || event.key === 'ArrowRight' ? 1 : -1
    const next =
      event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : (at + step + items.length) % items.length
    items[next]?.focus()
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      ref={box}
      popover={underFinger ? 'manual' : 'auto'}
      className="popover"
      role={role}
      aria-label={label}
      onKeyDown={walk}
    >
      {children}
    </div>
  )
}
