import { useLayoutEffect, useRef, type ReactElement } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, expect, it } from 'vitest'
import { until } from '../testing/open-app.tsx'
import { useEnd, type End } from './use-end.ts'

const element = document.createElement('div')
let root: Root
let end: End

function Page(): ReactElement {
  const scroller = useRef<HTMLDivElement>(null)
  const ours = useEnd(scroller, false)
  useLayoutEffect(() => {
    end = ours
    ours.toEnd()
  }, [ours])
  return (
    <div ref={scroller} role="log" style={{ height: 300, overflow: 'auto' }}>
      <div style={{ height: 2_000 }} />
    </div>
  )
}

async function open(): Promise<HTMLElement> {
  document.body.append(element)
  root = createRoot(element)
  root.render(<Page />)
  await until(() => element.querySelector('[role="log"]') !== null, 'the page')
  return element.querySelector<HTMLElement>('[role="log"]') as HTMLElement
}

afterEach(() => {
  root.unmount()
  element.remove()
})

it('leaves alone whoever has scrolled up, also before the scroll is heard of', async () => {
  const log = await open()
  expect(log.scrollTop).toBe(1_700)
  log.dispatchEvent(new WheelEvent('wheel', { deltaY: -500, bubbles: true }))
  log.scrollTop -= 500
  expect(end.follow()).toBe(false)
  expect(log.scrollTop).toBe(1_200)
})

it('follows the end when the page has grown, or was moved by itself', async () => {
  const log = await open()
  log.firstElementChild?.setAttribute('style', 'height: 2400px')
  expect(end.follow()).toBe(true)
  expect(log.scrollTop).toBe(2_100)
  log.scrollTop -= 500
  expect(end.follow()).toBe(true)
  expect(log.scrollTop).toBe(2_100)
})
