import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Situation } from '@kith/peer/testing/fake-fixtures'
import { fakeLink } from '@kith/peer/testing/fake-fixtures'
import { violations } from '../testing/axe.ts'
import { approach, openApp, openPage, rows, until, type OpenApp } from '../testing/open-app.tsx'
import { secretOf } from './route.ts'

let app: OpenApp

afterEach(() => app.close())

describe('the first page', () => {
  it('makes a room with one press; the secret is in the fragment and nowhere else', async () => {
    app = await openApp('empty', { at: 'start' })
    await userEvent.fill(page.getByRole('textbox', { name: 'Your name' }), 'Sam')
    await userEvent.click(page.getByRole('button', { name: 'New room' }))
    await expect.element(page.getByRole('heading', { name: 'You are the first one here' })).toBeVisible()
    const secret = secretOf(app.room.state.link)
    expect(window.location.hash).toBe(`#${secret}`)
    expect(window.location.pathname + window.location.search).not.toContain(secret)
    expect(document.title).toBe('New room · Kith')
    expect(app.chat.state.settings.name).toBe('Sam')
    expect(app.room.state.relayHost).toBe('kith.example')
  })

  it('goes on from the name with Enter', async () => {
    app = await openApp('empty', { at: 'start' })
    await userEvent.fill(page.getByRole('textbox', { name: 'Your name' }), 'Sam')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByRole('button', { name: 'New room' })).toHaveFocus()
    expect(app.chat.state.rooms).toHaveLength(0)
    await until(() => app.chat.state.settings.name === 'Sam', 'the name is kept')
  })

  it('offers a friendly name, and another', async () => {
    app = await openApp('empty', { at: 'start', name: '' })
    const name = page.getByRole('textbox', { name: 'Your name' })
    await expect.element(name).toHaveValue(expect.stringMatching(/^[A-Z][a-z]+ [A-Z][a-z]+$/))
    const first = (name.element() as HTMLInputElement).value
    await until(() => {
      page
        .getByRole('button', { name: 'Suggest another name' })
        .element()
        .dispatchEvent(new MouseEvent('click', { bubbles: true }))
      return (name.element() as HTMLInputElement).value !== first
    }, 'another name')
  })

  it('joins by a pasted link with words around it', async () => {
    app = await openApp('empty', { at: 'start' })
    await userEvent.fill(page.getByRole('textbox', { name: 'Have a link?' }), `come: ${fakeLink('Q')} !`)
    await userEvent.keyboard('{Enter}')
    await until(() => window.location.hash === `#${secretOf(fakeLink('Q'))}`, 'the room')
    expect(app.room.state.link).toBe(fakeLink('Q'))
  })

  it('says kindly what is wrong with a link', async () => {
    app = await openApp('empty', { at: 'start' })
    await userEvent.fill(page.getByRole('textbox', { name: 'Have a link?' }), 'https://kith.example/#short')
    await userEvent.click(page.getByRole('button', { name: 'Join' }))
    await expect.element(page.getByText(/not the link of a room/)).toBeVisible()
  })

  it('says what to do when a room cannot be made', async () => {
    app = await openApp('empty', { at: 'start', failing: true })
    await userEvent.click(page.getByRole('button', { name: 'New room' }))
    await expect.element(page.getByText(/no space left/)).toBeVisible()
  })

  it('enters the room of an opened link under a friendly name', async () => {
    app = await openApp('empty', { at: 'start', name: '' })
    window.location.hash = secretOf(fakeLink('P'))
    await until(() => app.chat.state.rooms.length === 1, 'joined')
    expect(app.room.state.link).toBe(fakeLink('P'))
    expect(app.chat.state.settings.name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
    await expect.element(page.getByText(/^You are [A-Z]/)).toBeVisible()
  })
})

describe('moving between rooms', () => {
  it('with Alt and arrows, and home with the back button on a phone', async () => {
    app = await openApp('full', { size: 'phone' })
    await until(() => rows().length > 3, 'the room')
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}')
    await until(() => document.title.includes('Band practice'), 'the next room')
    await userEvent.click(page.getByRole('button', { name: 'Back to your rooms' }))
    await expect.element(page.getByRole('heading', { name: 'Your rooms' })).toBeVisible()
    expect(window.location.hash).toBe('')
    await userEvent.click(page.getByRole('link', { name: /Lake weekend/ }))
    await until(() => document.title.includes('Lake weekend'), 'the room again')
    window.history.back()
    await until(() => window.location.hash === '', 'the browser’s own way back')
  })
})

describe('settings', () => {
  it('take effect at once', async () => {
    app = await openApp('rooms', { at: 'start' })
    await openPage('Settings', 'Look and language')
    await userEvent.click(page.getByRole('radio', { name: 'Dark' }))
    expect(document.documentElement.dataset['theme']).toBe('dark')
    expect(getComputedStyle(document.documentElement).colorScheme).toBe('dark')
    await userEvent.click(page.getByRole('radio', { name: 'System' }))
    expect(document.documentElement.dataset['theme']).toBeUndefined()
    const pages = page.getByRole('navigation', { name: 'Settings' })
    await userEvent.click(pages.getByRole('button', { name: 'Privacy and lock' }))
    await userEvent.click(page.getByRole('switch', { name: 'Hide my address from other members' }))
    expect(app.chat.state.settings.relayOnly).toBe(true)
    await userEvent.click(pages.getByRole('button', { name: 'Files and storage' }))
    await expect.element(page.getByText(/3.4 MB in use/)).toBeVisible()
  })
})

describe('axe finds nothing', () => {
  const open = async (situation: Situation, at: 'start' | 'room', size: 'phone' | 'desktop'): Promise<void> => {
    app = await openApp(situation, { at, size })
  }

  it.each([
    ['empty', 'start', 'desktop'],
    ['rooms', 'start', 'phone'],
    ['full', 'room', 'desktop'],
    ['full', 'room', 'phone'],
    ['alone', 'room', 'desktop'],
    ['catchingUp', 'room', 'desktop'],
    ['relayAway', 'room', 'phone'],
    ['offline', 'room', 'desktop'],
    ['failing', 'room', 'desktop'],
    ['unread', 'room', 'desktop'],
  ] as const)('%s, %s, %s', async (situation, at, size) => {
    await open(situation, at, size)
    expect(await violations()).toEqual([])
  })

  it('in a message that is near, its menu, the people, and the emoji', async () => {
    await open('full', 'room', 'desktop')
    await approach(app.room.timeline.at(app.room.timeline.length - 1).id)
    expect(await violations()).toEqual([])
    await userEvent.click(page.getByRole('button', { name: 'More' }))
    expect(await violations()).toEqual([])
    await userEvent.keyboard('{Escape}')
    await userEvent.click(page.getByTitle('People and paths'))
    expect(await violations()).toEqual([])
    await userEvent.click(page.getByRole('button', { name: 'Emoji' }))
    await expect.element(page.getByText('Smileys and feelings').first()).toBeVisible()
    expect(await violations()).toEqual([])
  })

  it.each([
    ['Search', 'Search this room'],
    ['Room settings', 'Room settings'],
    ['Settings', 'Settings'],
    ['Keyboard and help', 'Keyboard'],
    ['Invite', 'Invite'],
  ] as const)('in what %s opens', async (button, dialog) => {
    await open('full', 'room', 'desktop')
    await userEvent.click(page.getByRole('button', { name: button, exact: true }))
    await expect.element(page.getByRole('dialog', { name: dialog })).toBeVisible()
    expect(await violations()).toEqual([])
  })
})
