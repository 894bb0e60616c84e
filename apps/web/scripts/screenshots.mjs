/**
 * Draws the app in every state that was designed, into docs/images: `node apps/web/scripts/screenshots.mjs [name…]`.
 *
 * States come from the fake chat (packages/peer/src/testing/fake-fixtures.ts), under the headers a relay sends; looking at
 * the pictures is part of changing the interface.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build } from 'vite'
import { serve } from './serve.mjs'
import { shrinkPng } from './shrink-png.mjs'

const web = fileURLToPath(new URL('../', import.meta.url))
const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url))
const maxBytes = 150_000

const desktop = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }

const click =
  (name, role = 'button') =>
  (page) =>
    page.getByRole(role, { name, exact: true }).click()
const pageOf = (button, section) => async (page) => {
  await click(button)(page)
  await page.getByRole('dialog').getByRole('button', { name: section }).click()
}
const scroll = (top) => async (page) => {
  // Rows above are measured as they come; the second time stays.
  for (let i = 0; i < 2; i++) {
    await page.getByRole('log').evaluate((log, wanted) => (log.scrollTop = wanted), top)
    await page.waitForTimeout(200)
  }
}

const map = (page) => page.getByTitle('Map of the room').first().click()
const about = (name) => async (page) => {
  await map(page)
  await page.locator('.map-person', { hasText: name }).click()
  await page.getByRole('button', { name: /reach .*\?$/ }).click()
}

const remove = (name) => async (page) => {
  await page.getByTitle('People and paths').click()
  await page.getByRole('button', { name: `About ${name}` }).click()
  await page.getByRole('button', { name: 'Remove from the room…' }).click()
}

const pictures = [
  { name: 'start-light', situation: 'empty', at: 'start', device: desktop, theme: 'light' },
  { name: 'start-phone-dark', situation: 'empty', at: 'start', device: phone, theme: 'dark' },
  { name: 'rooms-phone-light', situation: 'rooms', at: 'start', device: phone, theme: 'light' },
  { name: 'alone-dark', situation: 'alone', device: desktop, theme: 'dark' },
  { name: 'alone-phone-light', situation: 'alone', device: phone, theme: 'light' },
  { name: 'room-light', situation: 'full', device: desktop, theme: 'light' },
  { name: 'room-dark', situation: 'full', device: desktop, theme: 'dark', act: scroll(1150) },
  { name: 'room-phone-light', situation: 'full', device: phone, theme: 'light' },
  { name: 'room-phone-dark', situation: 'full', device: phone, theme: 'dark', act: scroll(0) },
  {
    name: 'people-light',
    situation: 'full',
    device: desktop,
    theme: 'light',
    act: (page) => page.getByTitle('People and paths').click(),
  },
  {
    name: 'people-phone-dark',
    situation: 'full',
    device: phone,
    theme: 'dark',
    act: (page) => page.getByTitle('People and paths').click(),
  },
  {
    name: 'crowd-dark',
    situation: 'crowd',
    device: desktop,
    theme: 'dark',
    act: (page) => page.getByTitle('People and paths').click(),
  },
  { name: 'map-light', situation: 'map8', device: desktop, theme: 'light', act: map },
  { name: 'map-dark', situation: 'map16', device: desktop, theme: 'dark', act: map },
  { name: 'map-phone-dark', situation: 'map2000', device: phone, theme: 'dark', act: map },
  { name: 'reach-phone-light', situation: 'map8', device: phone, theme: 'light', act: about('Priya') },
  { name: 'unread-light', situation: 'unread', device: desktop, theme: 'light' },
  { name: 'catching-up-dark', situation: 'catchingUp', device: desktop, theme: 'dark', act: scroll(0) },
  { name: 'joining-light', situation: 'joining', device: desktop, theme: 'light' },
  { name: 'relay-away-phone-dark', situation: 'relayAway', device: phone, theme: 'dark' },
  { name: 'offline-phone-light', situation: 'offline', device: phone, theme: 'light' },
  { name: 'notices-light', situation: 'failing', device: desktop, theme: 'light' },
  { name: 'invite-phone-light', situation: 'full', device: phone, theme: 'light', act: click('Invite') },
  {
    name: 'search-light',
    situation: 'full',
    device: desktop,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Control+f')
      await page.getByRole('searchbox').fill('boat')
    },
  },
  { name: 'room-settings-light', situation: 'full', device: desktop, theme: 'light', act: click('Room settings') },
  {
    name: 'settings-dark',
    situation: 'full',
    device: desktop,
    theme: 'dark',
    act: pageOf('Settings', 'Privacy and lock'),
  },
  {
    name: 'members-light',
    situation: 'members',
    device: desktop,
    theme: 'light',
    act: (page) => page.getByTitle('People and paths').click(),
  },
  {
    name: 'members-phone-dark',
    situation: 'members',
    device: phone,
    theme: 'dark',
    act: (page) => page.getByTitle('People and paths').click(),
  },
  { name: 'door-dark', situation: 'membersDoor', device: desktop, theme: 'dark' },
  { name: 'door-phone-light', situation: 'membersDoor', device: phone, theme: 'light' },
  { name: 'pin-phone-light', situation: 'enteringPin', device: phone, theme: 'light' },
  { name: 'changed-key-phone-dark', situation: 'membersChanged', device: phone, theme: 'dark' },
  { name: 'remove-light', situation: 'members', device: desktop, theme: 'light', act: remove('Priya') },
  { name: 'members-invite-phone-dark', situation: 'members', device: phone, theme: 'dark', act: click('Invite') },
  {
    name: 'rules-dark',
    situation: 'members',
    device: desktop,
    theme: 'dark',
    act: pageOf('Room settings', 'Who comes in'),
  },
  {
    name: 'settings-phone-light',
    situation: 'rooms',
    at: 'start',
    device: phone,
    theme: 'light',
    act: click('Settings'),
  },
  { name: 'files-light', situation: 'files', device: desktop, theme: 'light' },
  { name: 'files-phone-dark', situation: 'filesComing', device: phone, theme: 'dark' },
  { name: 'emoji-dark', situation: 'full', device: desktop, theme: 'dark', act: click('Emoji') },
]

const wanted = new Set(process.argv.slice(2))
await build({ root: web, configFile: `${web}vite.config.ts`, mode: 'fixtures', logLevel: 'warn' })
const { origin, close } = await serve(`${web}dist/fixtures`)
const browser = await chromium.launch({
  executablePath: process.env.KITH_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
})
mkdirSync(images, { recursive: true })
let complaints = 0
for (const { name, situation, at = 'room', device, theme, act } of pictures) {
  if (wanted.size > 0 && !wanted.has(name)) continue
  const context = await browser.newContext({
    ...device,
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    complaints++
    process.stderr.write(`${name}: ${message.text()}\n`)
  })
  // An ordinary evening, so that pictures differ only where the interface does.
  await page.clock.setFixedTime(new Date('2026-11-20T18:45:00+01:00'))
  await page.goto(`${origin}/fixtures.html?situation=${situation}`)
  if (at === 'room') {
    const { id, link, isEntering } = await page.evaluate(() => {
      const { id, link, entering } = window.kithFake.first.state
      return { id, link, isEntering: entering !== undefined }
    })
    const hash = link === '' ? `#m-${id}` : link.slice(link.indexOf('#'))
    await page.evaluate((wanted) => (window.location.hash = wanted), hash)
    await page.locator(isEntering ? '.entering' : '[role=log]').waitFor()
  }
  await page.waitForTimeout(500)
  await act?.(page)
  await page.waitForTimeout(act === undefined ? 100 : 700)
  const png = shrinkPng(await page.screenshot({ animations: 'disabled' }))
  writeFileSync(`${images}${name}.png`, png)
  const note = png.length > maxBytes ? ` — more than ${maxBytes / 1000} kB` : ''
  if (note !== '') complaints++
  process.stdout.write(`${name}.png ${(png.length / 1000).toFixed(0)} kB${note}\n`)
  await context.close()
}
await browser.close()
await close()
process.exitCode = complaints > 0 ? 1 : 0
