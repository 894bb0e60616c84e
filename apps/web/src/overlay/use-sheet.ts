/** On a phone a dialog is a sheet: pulled down by its head it goes where it came from. */
import { useEffect, useRef, type RefObject } from 'react'
import { phone } from '../app/use-media.ts'

/** Pulled further than this, letting go closes it. */
const closePx = 96
const leaveMs = 160

export function useSheet(dialog: RefObject<HTMLElement | null>, onClose: () => void): void {
  const close = useRef(onClose)
  close.current = onClose
  useEffect(() => {
    const element = dialog.current
    if (element === null) return undefined
    let from: { readonly pointer: number; readonly y: number } | undefined

    const place = (down: number): void => {
      if (down > 0) element.style.setProperty('--down', `${down}px`)
      else element.style.removeProperty('--down')
    }
    const down = (event: PointerEvent): void => {
      const { target } = event
      if (event.pointerType !== 'touch' || !event.isPrimary || !window.matchMedia(phone).matches) return
      if (!(target instanceof Element) || target.closest('.dialog-head') === null || target.closest('button') !== null)
        return
      from = { pointer: event.pointerId, y: event.clientY }
      element.classList.add('in-hand')
    }
    const move = (event: PointerEvent): void => {
      if (event.pointerId === from?.pointer) place(Math.max(0, event.clientY - from.y))
    }
    const up = (event: PointerEvent): void => {
      if (event.pointerId !== from?.pointer) return
      const far = event.type === 'pointerup' && event.clientY - from.y >= closePx
      from = undefined
      element.classList.remove('in-hand')
      if (!far) return place(0)
      place(window.innerHeight)
      window.setTimeout(() => close.current(), leaveMs)
    }
    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', move)
    element.addEventListener('pointerup', up)
    element.addEventListener('pointercancel', up)
    return () => {
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerup', up)
      element.removeEventListener('pointercancel', up)
    }
  }, [dialog])
}
