import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { frame, log, openApp, rowOf, rows, settled, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

const count = 100_000

/** The row at the top of the window, and where it stands. */
function topRow(): { readonly id: string; readonly top: number } {
  const edge = log().getBoundingClientRect().top
  const row = rows().find((candidate) => candidate.getBoundingClientRect().bottom > edge + 1)
  if (row === undefined) throw new Error('no rows in the window')
  return { id: row.dataset['id'] ?? '', top: row.getBoundingClientRect().top }
}

describe('100,000 messages', () => {
  it('opens at the newest and keeps the page small wherever one is', async () => {
    app = await openApp('huge')
    const { timeline } = app.room
    await until(() => rows().at(-1)?.dataset['id'] === timeline.at(count - 1).id, 'the newest message')
    expect(rows().length).toBeLessThan(80)

    rows().at(-1)?.focus()
    await userEvent.keyboard('{Home}')
    await until(
      () => document.activeElement === document.querySelector(`[data-id="${timeline.at(0).id}"]`),
      'the oldest',
    )
    await expect.element(page.getByRole('heading', { name: /This is where Ten years of us begins/ })).toBeVisible()

    log().scrollTop = log().scrollHeight / 2
    await until(() => {
      const at = timeline.indexOf(rows().at(rows().length >> 1)?.dataset['id'] ?? '')
      return at > count * 0.3 && at < count * 0.7
    }, 'the middle')
    expect(rows().length).toBeLessThan(80)

    await userEvent.click(page.getByRole('button', { name: 'Jump to the newest message' }))
    await until(() => rows().at(-1)?.dataset['id'] === timeline.at(count - 1).id, 'the newest again')
  })

  it('never draws the timeline for a keystroke', async ({ annotate }) => {
    app = await openApp('huge')
    await until(() => rows().length > 5, 'the room is open')
    const field = document.querySelector('textarea')
    if (field === null) throw new Error('no field')
    field.focus()
    await settled()
    let drawn = 0
    const watch = new MutationObserver((changes) => (drawn += changes.length))
    watch.observe(log(), { childList: true, subtree: true, attributes: true, characterData: true })
    const times: number[] = []
    for (const key of 'the boat comes along and nobody minds the rain') {
      const start = performance.now()
      field.setRangeText(key, field.selectionEnd, field.selectionEnd, 'end')
      field.dispatchEvent(new InputEvent('input', { bubbles: true, data: key, inputType: 'insertText' }))
      // React answers a keystroke in the same turn, at the latest in a microtask.
      await Promise.resolve()
      times.push(performance.now() - start)
    }
    await frame()
    watch.disconnect()
    times.sort((a, b) => a - b)
    const median = times[times.length >> 1] ?? Infinity
    const p95 = times[Math.floor(times.length * 0.95)] ?? Infinity
    await annotate(`keystroke at 100,000 messages: median ${median.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`)
    expect(drawn).toBe(0)
  })

  it('takes a new message without drawing the others again', async () => {
    app = await openApp('huge')
    await until(() => rows().length > 5, 'the room is open')
    await settled()
    const kept = rows()
      .slice(-6)
      .map((row) => ({ row, text: row.querySelector('.md') }))
    const id = app.room.say('Mara', 'one more')
    await until(() => rows().at(-1)?.dataset['id'] === id, 'the message is shown')
    for (const { row, text } of kept) {
      expect(row.isConnected).toBe(true)
      expect(row.querySelector('.md')).toBe(text)
    }
  })

  it('scrolls through thousands of messages and always shows some', async () => {
    app = await openApp('huge')
    await until(() => rows().length > 5, 'the room is open')
    await settled()
    for (let step = 0; step < 60; step++) {
      log().scrollTop -= 400
      await frame()
      const edge = log().getBoundingClientRect()
      const shown = rows().filter((row) => {
        const box = row.getBoundingClientRect()
        return box.bottom > edge.top && box.top < edge.bottom
      })
      expect(shown.length).toBeGreaterThan(3)
    }
  })
})

describe('a reader’s place', () => {
  it('stays put when older history comes in front, also together with news at the end', async () => {
    app = await openApp('full')
    log().scrollTop = 300
    await settled()
    const before = topRow()
    app.room.prepend(Array.from({ length: 200 }, (_, i) => ({ by: 'Mara', text: `old ${i}`, agoMs: 9e8 - i * 1000 })))
    app.room.say('Jonas', 'news at the end')
    await settled()
    expect(rowOf(before.id).getBoundingClientRect().top).toBeCloseTo(before.top, -1)
    app.room.prepend(Array.from({ length: 50 }, (_, i) => ({ by: 'Aiko', text: `older ${i}`, agoMs: 19e8 - i * 1000 })))
    await settled()
    expect(rowOf(before.id).getBoundingClientRect().top).toBeCloseTo(before.top, -1)
  })

  it('stays put when a merge brings messages into the middle', async () => {
    app = await openApp('huge')
    await until(() => rows().length > 5, 'the room is open')
    await settled()
    log().scrollTop -= 4000
    await settled()
    const before = topRow()
    const { timeline } = app.room
    const above = timeline.at(timeline.indexOf(before.id) - 30)
    const agoMs = Date.now() - above.time - 500
    app.room.prepend([0, 1, 2, 3].map((i) => ({ by: 'Priya', text: `late ${i}`, agoMs: agoMs - i })))
    await settled()
    expect(app.room.timeline.indexOf(before.id)).toBe(timeline.indexOf(before.id) + 4)
    expect(rowOf(before.id).getBoundingClientRect().top).toBeCloseTo(before.top, -1)
  })

  it('goes first to where the unread begin, then to the newest', async () => {
    app = await openApp('huge', { size: 'phone' })
    await until(() => rows().length > 5, 'the room is open')
    // Before that it still goes to the newest, whatever one does.
    await settled()
    log().scrollTop -= 3000
    await settled()
    const first = app.room.say('Mara', 'what came meanwhile begins here')
    for (let i = 0; i < 30; i++) app.room.say('Jonas', `and goes on, ${i}`)
    await userEvent.click(page.getByRole('button', { name: '31 new messages' }))
    const beginning = (): Element | null | undefined => document.querySelector('.unread-mark')?.nextElementSibling
    await until(() => beginning()?.getAttribute('data-id') === first, 'where the unread begin')
    expect(app.room.state.unread).toBe(31)
    await userEvent.click(page.getByRole('button', { name: '31 new messages' }))
    await until(() => app?.room.state.unread === 0, 'the newest is read')
  })

  it('is found again when one comes back to a room', async () => {
    app = await openApp('full')
    log().scrollTop = 250
    await settled()
    const before = topRow()
    await userEvent.click(page.getByRole('link', { name: /Band practice/ }))
    await until(() => document.title.includes('Band practice'), 'the other room')
    await userEvent.click(page.getByRole('link', { name: /Lake weekend/ }))
    await until(() => document.title.includes('Lake weekend'), 'back again')
    await settled()
    expect(topRow().id).toBe(before.id)
    expect(rowOf(before.id).getBoundingClientRect().top).toBeCloseTo(before.top, -1)
  })
})
