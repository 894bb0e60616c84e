import { describe, expect, it, vi } from 'vitest'
import { openTold } from './told-worker.ts'

const scope = 'https://kith.example/'

function scene(pages: readonly { visibilityState: string; refusing?: boolean }[], data: unknown = { room: 'ab12' }) {
  const close = vi.fn()
  const openWindow = vi.fn(async () => undefined)
  const open = pages.map(({ visibilityState, refusing }) => ({
    visibilityState,
    focus: vi.fn(async () => {
      if (refusing) throw new Error('not allowed')
    }),
    postMessage: vi.fn(),
  }))
  const done = openTold({ notification: { data, close } }, { matchAll: async () => open, openWindow }, scope)
  return { done, close, openWindow, open }
}

describe('a press on a notification', () => {
  it('TEL9 brings the visible page to the front and names the room to it', async () => {
    const { done, close, open, openWindow } = scene([{ visibilityState: 'hidden' }, { visibilityState: 'visible' }])
    await done
    expect(close).toHaveBeenCalledOnce()
    expect(open[0]?.focus).not.toHaveBeenCalled()
    expect(open[1]?.focus).toHaveBeenCalledOnce()
    expect(open[1]?.postMessage).toHaveBeenCalledWith({ room: 'ab12' })
    expect(openWindow).not.toHaveBeenCalled()
  })

  it('TEL9 shows the room also where the front is refused', async () => {
    const { done, open } = scene([{ visibilityState: 'hidden', refusing: true }])
    await done
    expect(open[0]?.postMessage).toHaveBeenCalledWith({ room: 'ab12' })
  })

  it('TEL9 opens a page at the room without one, and nowhere else than at our own', async () => {
    const { done, openWindow } = scene([])
    await done
    expect(openWindow).toHaveBeenCalledWith('https://kith.example/#n-ab12')
    for (const data of [null, {}, 'x', { room: 7 }, { room: '../evil' }, { room: 'a'.repeat(65) }]) {
      const other = scene([], data)
      await other.done
      expect(other.openWindow).toHaveBeenCalledWith(scope)
    }
  })
})
