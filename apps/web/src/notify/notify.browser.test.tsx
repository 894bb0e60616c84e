import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { keyOf, navigate } from '../app/route.ts'
import { violations } from '../testing/axe.ts'
import { openApp, openPage, until, type OpenApp } from '../testing/open-app.tsx'

interface Told {
  readonly title: string
  readonly body: string
  readonly tag: string
  readonly silent: boolean
  closed: boolean
  press(): void
}

let app: OpenApp
let told: Told[] = []
const standing = (): readonly Told[] => told.filter(({ closed }) => !closed)
let isHidden = false
const real = window.Notification
const realFocus = document.hasFocus.bind(document)

/** The system’s notifications, as a page without a service worker sees them. */
class FakeNotification extends EventTarget {
  static permission: NotificationPermission = 'default'
  static asked = 0
  static async requestPermission(): Promise<NotificationPermission> {
    this.asked++
    this.permission = 'granted'
    return 'granted'
  }

  constructor(title: string, { body = '', tag = '', silent }: NotificationOptions = {}) {
    super()
    for (const before of told) if (before.tag === tag) before.closed = true
    this.#told = {
      title,
      body,
      tag,
      silent: silent === true,
      closed: false,
      press: () => this.dispatchEvent(new Event('click')),
    }
    told.push(this.#told)
  }

  readonly #told: Told

  close(): void {
    this.#told.closed = true
  }
}

function lookAway(away: boolean): void {
  isHidden = away
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  told = []
  isHidden = false
  FakeNotification.permission = 'default'
  FakeNotification.asked = 0
  Object.defineProperty(window, 'Notification', { value: FakeNotification, configurable: true })
  Object.defineProperty(document, 'visibilityState', {
    get: () => (isHidden ? 'hidden' : 'visible'),
    configurable: true,
  })
  document.hasFocus = () => !isHidden
})

afterEach(() => {
  app.close()
  Object.defineProperty(window, 'Notification', { value: real, configurable: true })
  Reflect.deleteProperty(document, 'visibilityState')
  document.hasFocus = realFocus
})

/** Long ways; what takes its time on a busy machine is no fault. */
const patienceMs = 90_000

const icon = (): string | null | undefined => document.querySelector('link[rel="icon"]')?.getAttribute('href')

describe('notifications', () => {
  it(
    'TEL4 TEL6 TEL8 TEL9 TEL10 are turned on by hand, told while hidden, quieter by room, and gone when read',
    async () => {
      const link = document.head.appendChild(document.createElement('link'))
      link.rel = 'icon'
      link.setAttribute('href', './icon.svg')
      app = await openApp('full')
      const { room } = app
      for (const { id } of app.chat.state.rooms) app.chat.room(id)?.markRead()
      expect(FakeNotification.asked).toBe(0)
      await openPage('Settings', 'Notifications')
      await userEvent.click(page.getByRole('switch', { name: 'Tell me of new messages' }))
      await expect.poll(() => app.chat.state.settings.notifying.on).toBe(true)
      expect(FakeNotification.asked).toBe(1)
      await expect.element(page.getByRole('radio', { name: 'Name and message' })).toBeChecked()
      expect(await violations('dialog')).toEqual([])
      await userEvent.click(page.getByRole('button', { name: 'Close' }))

      // Seen: nothing is told, and not afterwards.
      room.say('Mara', 'while you look')
      await until(() => room.state.unread === 0, 'it is read')
      lookAway(true)
      room.say('Mara', 'the **boat** is there')
      await until(() => standing().length === 1, 'it is told')
      expect(standing()[0]).toMatchObject({ title: 'Lake weekend', body: 'Mara: the boat is there', silent: true })
      await expect.poll(() => document.title).toBe('(1) Lake weekend · Kith')
      expect(icon()).toBe('./icon-news.svg')
      room.say('Jonas', 'two tents or three?')
      await until(() => told.length === 2, 'it is replaced')
      expect(standing()).toMatchObject([{ title: 'Lake weekend (2 new)', body: 'Jonas: two tents or three?' }])

      // Without words.
      await app.chat.setNotifying({ show: 'nothing' })
      await until(() => standing().length === 0, 'the one with words is gone')
      room.say('Mara', 'three')
      await until(() => standing().length === 1, 'a number is told')
      expect(standing()[0]).toMatchObject({ title: 'Kith', body: '3 new messages' })

      // Only what means me.
      await app.chat.setNotifying({ show: 'message' })
      await room.setTelling('called')
      await until(() => standing().length === 0, 'nobody was called')
      room.say('Mara', 'hm')
      room.say('Mara', '@Robin are you there?')
      await until(() => standing().length === 1, 'a call is told')
      expect(standing()[0]).toMatchObject({ title: 'Lake weekend', body: 'Mara: @Robin are you there?' })

      // A press leads there, and reading takes it away.
      const band = app.chat.state.rooms.find(({ title }) => title === 'Band practice')
      navigate(band === undefined ? undefined : keyOf(band))
      await until(() => document.title.includes('Band practice'), 'another room')
      standing()[0]?.press()
      await until(() => document.title.includes('Lake weekend'), 'the room of the notification')
      room.say('Mara', 'hello @Robin')
      await until(() => standing().length === 1, 'told again')
      // In another tab, which this one only hears of.
      room.markRead()
      await until(() => standing().length === 0, 'read, so taken away')
      await expect.poll(() => document.title).toBe('Lake weekend · Kith')
      expect(icon()).toBe('./icon.svg')
      link.remove()
    },
    patienceMs,
  )

  it(
    'TEL4 are offered once to who comes back to messages, and to who waits alone',
    async () => {
      app = await openApp('full')
      lookAway(true)
      app.room.say('Mara', 'where are you?')
      await expect.element(page.getByText(/came while you looked elsewhere/)).toBeVisible()
      expect(FakeNotification.asked).toBe(0)
      expect(await violations('.notify-offer')).toEqual([])
      await userEvent.click(page.getByRole('button', { name: 'Not now' }))
      await expect.element(page.getByText(/came while you looked elsewhere/)).not.toBeInTheDocument()
      expect(app.chat.state.settings.notifying.on).toBe(false)
      // It can be had later, where one looks for it.
      await openPage('Room settings', 'Notifications')
      await userEvent.click(page.getByRole('button', { name: 'Turn on' }))
      await expect.poll(() => app.chat.state.settings.notifying.on).toBe(true)
      await userEvent.click(page.getByRole('radio', { name: 'Mentions' }))
      expect(app.room.state.telling).toBe('called')
      app.close()
      FakeNotification.permission = 'default'
      isHidden = false
      app = await openApp('alone', { size: 'phone' })
      await userEvent.click(page.getByRole('button', { name: 'Tell me when somebody writes' }))
      await expect.element(page.getByText('You will be told when somebody writes.')).toBeVisible()
      expect(app.chat.state.settings.notifying.on).toBe(true)
    },
    patienceMs,
  )
})
