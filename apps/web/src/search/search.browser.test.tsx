import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { manyMessages } from '@kith/peer/testing/fake-conversation'
import { fakeLink } from '@kith/peer/testing/fake-fixtures'
import { openApp, rowOf, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

const field = () => page.getByRole('searchbox', { name: 'Words to look for' })
const hits = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.message-item')]

describe('search', () => {
  it('finds by words, shows them marked, and leads to the message', async () => {
    app = await openApp('full')
    await userEvent.keyboard('{Control>}f{/Control}')
    await expect.element(field()).toHaveFocus()
    await userEvent.fill(field(), 'tomas SEAT')
    await until(() => hits().length === 1, 'the message is found')
    expect(hits()[0]?.querySelector('mark')?.textContent).toBe('seat')
    await expect.element(page.getByRole('status').getByText('1 message')).toBeVisible()
    await userEvent.keyboard('{ArrowDown}')
    expect(document.activeElement).toBe(hits()[0])
    const { timeline } = app.room
    const ids = Array.from({ length: timeline.length }, (_, i) => timeline.at(i))
    const wanted = ids.find(({ text }) => text.includes('my seat'))?.id ?? ''
    await userEvent.keyboard('{Enter}')
    await until(() => document.activeElement === rowOf(wanted), 'the message has the focus')
    expect(document.querySelector('dialog')).toBeNull()
  })

  it('says when nothing is found, and goes on into older messages when asked', async () => {
    const messages = manyMessages(300, ['Mara', 'Jonas'])
    app = await openApp('full', { rooms: [{ title: 'Lake', link: fakeLink('L'), messages }] })
    await userEvent.click(page.getByRole('button', { name: 'Search' }))
    await userEvent.fill(field(), 'zeppelin')
    await until(() => document.body.textContent.includes('Nothing here says “zeppelin”.'), 'nothing is said')
    await userEvent.fill(field(), '·')
    await until(() => hits().length === 40, 'the newest forty')
    await userEvent.click(page.getByRole('button', { name: 'Look further back' }))
    await until(() => hits().length === 80, 'forty more')
  })
})
