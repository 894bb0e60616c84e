/**
 * What a thumb does to a message without aiming: pulled to the right it is answered, held it shows everything one can do.
 *
 * Listens once for the whole log. A row is moved by a style of its own and never rendered for it. What has gestures itself (a
 * link, a player, a block of code that scrolls sideways) keeps them; a picture or a quote can be held like any text.
 */
import { useEffect, useRef, type RefObject } from 'react'

/** Further than this a finger means it. */
const startPx = 12
/** The edge of the screen is the system's way back. */
const edgePx = 24
/** From here on letting go answers. */
const answerPx = 56
const maxPx = 72
const holdMs = 450
const tickMs = 8

const ownGestures =
  'a, button:not(.picture-open, .quote), input, video, audio, pre, .md-table, [role="slider"], [role="toolbar"]'

interface Gestures {
  onAnswer(id: string): void
  onHold(id: string, row: HTMLElement): void
}

interface Hand {
  readonly row: HTMLElement
  readonly id: string
  readonly pointer: number
  readonly x: number
  readonly y: number
  readonly holding: number
  pulling: boolean
  far: boolean
}

/** A finger slows down towards the end, as if something held the row. */
export function pulled(distance: number): number {
  if (distance <= 0) return 0
  return distance <= answerPx ? distance : Math.min(maxPx, answerPx + (distance - answerPx) / 4)
}

export function useGestures(scroller: RefObject<HTMLElement | null>, gestures: Gestures): void {
  const latest = useRef(gestures)
  latest.current = gestures
  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    let hand: Hand | undefined
    /** What was held or pulled was not pressed. */
    let meant = false

    const letGo = (): Hand | undefined => {
      const was = hand
      hand = undefined
      if (was === undefined) return undefined
      window.clearTimeout(was.holding)
      was.row.classList.remove('pulled', 'far')
      was.row.style.removeProperty('--pull')
      return was
    }
    const down = (event: PointerEvent): void => {
      letGo()
      meant = false
      const { target } = event
      if (event.pointerType !== 'touch' || !event.isPrimary || event.clientX < edgePx) return
      if (!(target instanceof Element) || target.closest(ownGestures) !== null) return
      const row = target.closest<HTMLElement>('[data-id]')
      const id = row?.dataset['id']
      if (row === null || id === undefined) return
      const holding = window.setTimeout(() => {
        letGo()
        meant = true
        navigator.vibrate?.(tickMs)
        latest.current.onHold(id, row)
      }, holdMs)
      const { pointerId: pointer, clientX: x, clientY: y } = event
      hand = { row, id, pointer, x, y, holding, pulling: false, far: false }
    }
    const move = (event: PointerEvent): void => {
      if (hand === undefined || event.pointerId !== hand.pointer) return
      const [across, along] = [event.clientX - hand.x, Math.abs(event.clientY - hand.y)]
      if (Math.max(Math.abs(across), along) > startPx) window.clearTimeout(hand.holding)
      if (!hand.pulling) {
        if (along > startPx || across < -startPx) return void letGo()
        if (across <= startPx || across < along * 2) return
        hand.pulling = true
        meant = true
        hand.row.classList.add('pulled')
      }
      hand.row.style.setProperty('--pull', `${pulled(across - startPx)}px`)
      const far = across - startPx >= answerPx
      if (far !== hand.far) {
        hand.far = far
        hand.row.classList.toggle('far', far)
        if (far) navigator.vibrate?.(tickMs)
      }
    }
    const up = (event: PointerEvent): void => {
      if (event.pointerId !== hand?.pointer) return
      const was = letGo()
      if (was?.far === true) latest.current.onAnswer(was.id)
    }
    // A finger that rests would also bring the platform's own menu.
    const menu = (event: MouseEvent): void => {
      const isTouch = event instanceof PointerEvent && event.pointerType === 'touch'
      if (isTouch && event.target instanceof Element && event.target.closest(ownGestures) === null)
        event.preventDefault()
    }
    const click = (event: MouseEvent): void => {
      if (!meant) return
      meant = false
      event.preventDefault()
      event.stopPropagation()
    }
    element.addEventListener('click', click, true)
    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', move)
    element.addEventListener('pointerup', up)
    element.addEventListener('pointercancel', letGo)
    element.addEventListener('contextmenu', menu)
    return () => {
      letGo()
      element.removeEventListener('click', click, true)
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerup', up)
      element.removeEventListener('pointercancel', letGo)
      element.removeEventListener('contextmenu', menu)
    }
  }, [scroller])
}
