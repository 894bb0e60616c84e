import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { openApp, rowOf, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

const line = (): HTMLElement | null => document.querySelector<HTMLElement>('.pin-newest')
const items = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.message-item')]

describe('pins', () => {
  it('leads to the newest from under the header, and to each from the list, where one is taken off', async () => {
    app = await openApp('full')
    const [newest, other] = app.room.state.pins
    await until(() => line()?.textContent.includes('timetable') === true, 'the newest pin stands there')
    await userEvent.click(page.getByRole('button', { name: /Go to what is pinned/u }))
    await until(() => document.activeElement === rowOf(newest ?? ''), 'the message has the focus')
    await userEvent.click(page.getByRole('button', { name: 'Show all 2 pinned messages' }))
    await until(() => items().length === 2, 'both are listed')
    await userEvent.click(page.getByRole('button', { name: 'Unpin' }).first())
    await until(() => items().length === 1, 'one is left')
    items()[0]?.click()
    await until(() => document.activeElement === rowOf(other ?? ''), 'the other has the focus')
    expect(document.querySelector('dialog')).toBeNull()
    expect(app.room.state.pins).toEqual([other])
  })

  it('is set and taken off in the menu of a message', async () => {
    app = await openApp('full')
    const { timeline } = app.room
    const { id } = timeline.at(timeline.length - 1)
    const choose = async (name: string): Promise<void> => {
      rowOf(id)?.focus()
      await until(() => rowOf(id)?.querySelector('[aria-haspopup="menu"]') !== null, 'the toolbar is there')
      rowOf(id)?.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click()
      await userEvent.click(page.getByRole('menuitem', { name }))
    }
    await choose('Pin for everybody')
    await until(() => app.room.state.pins[0] === id, 'it is the newest pin')
    await until(() => rowOf(id)?.querySelector('.row-pinned') !== null, 'its row says so')
    await choose('Unpin')
    await until(() => !app.room.state.pins.includes(id), 'it is none any more')
  })
})
