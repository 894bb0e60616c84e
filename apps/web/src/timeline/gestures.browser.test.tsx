import { afterEach, describe, expect, it } from 'vitest'
import { page } from 'vitest/browser'
import { openApp, rows, until, type OpenApp } from '../testing/open-app.tsx'
import { pulled } from './use-gestures.ts'

let app: OpenApp

afterEach(() => app.close())

function touch(target: Element, name: string, x: number, y: number): void {
  const event = { pointerType: 'touch', pointerId: 7, isPrimary: true, clientX: x, clientY: y, bubbles: true }
  target.dispatchEvent(new PointerEvent(name, event))
}

/** Pulls from (100, 300) by so much and lets go. */
function pull(target: Element, across: number, down: number): void {
  touch(target, 'pointerdown', 100, 300)
  for (let step = 1; step <= 4; step++) touch(target, 'pointermove', 100 + (across * step) / 4, 300 + (down * step) / 4)
  touch(target, 'pointerup', 100 + across, 300 + down)
}

async function lastText(): Promise<Element> {
  app = await openApp('full', { size: 'phone' })
  await until(() => rows().length > 3, 'the room is open')
  const text = rows().at(-1)?.querySelector('.row-text')
  if (text === null || text === undefined) throw new Error('the newest message has no text')
  return text
}

describe('a thumb on a message', () => {
  it('answers it by pulling it far enough to the right', async () => {
    const text = await lastText()
    pull(text, 90, 10)
    await expect.element(page.getByText(/^Replying to/)).toBeVisible()
    expect(rows().at(-1)?.classList.contains('pulled')).toBe(false)
  })

  it('does nothing when it scrolls, pulls the other way, or lets go too early', async () => {
    const text = await lastText()
    pull(text, 90, 80)
    pull(text, -90, 0)
    pull(text, 50, 0)
    await expect.element(page.getByText(/^Replying to/)).not.toBeInTheDocument()
  })

  it('is shown everything one can do by holding it', async () => {
    const text = await lastText()
    touch(text, 'pointerdown', 100, 300)
    await expect.element(page.getByRole('menuitem', { name: 'Copy text' })).toBeVisible()
    await expect.element(page.getByRole('menuitem', { name: '👍' })).toBeVisible()
  })

  it('keeps that open when the finger is lifted, until something else is pressed', async () => {
    const text = await lastText()
    const menu = (): Element | null => document.querySelector('[role="menu"]')
    touch(text, 'pointerdown', 100, 300)
    await until(() => menu()?.matches(':popover-open') === true, 'the menu')
    // The platform closes its own kind when a finger is lifted that came down before it was open.
    expect(menu()?.getAttribute('popover')).toBe('manual')
    touch(text, 'pointerup', 100, 300)
    expect(menu()).not.toBeNull()
    touch(document.body, 'pointerdown', 5, 5)
    await until(() => menu() === null, 'the menu is gone')
  })

  it('can select a part of it, by itself', async () => {
    const text = await lastText()
    touch(text, 'pointerdown', 100, 300)
    await page.getByRole('menuitem', { name: 'Select text' }).click()
    await expect.element(page.getByRole('dialog', { name: 'Select text' })).toBeVisible()
    await expect.poll(() => window.getSelection()?.toString().trim()).toBe(text.textContent?.trim())
  })

  it('can hold a picture as well, which opens only when it is pressed', async () => {
    app = await openApp('files', { size: 'phone' })
    await until(() => document.querySelector('.picture-open') !== null, 'a picture')
    const picture = document.querySelector<HTMLElement>('.picture-open')
    if (picture === null) throw new Error('no picture is shown')
    touch(picture, 'pointerdown', 100, 300)
    await expect.element(page.getByRole('menuitem', { name: 'Reply' })).toBeVisible()
    touch(picture, 'pointerup', 100, 300)
    picture.click()
    expect(document.querySelector('dialog')).toBeNull()
    touch(picture, 'pointerdown', 100, 300)
    touch(picture, 'pointerup', 100, 300)
    picture.click()
    await until(() => document.querySelector('dialog') !== null, 'the picture, large')
  })

  it('pulls it less and less the further it goes', () => {
    expect(pulled(-10)).toBe(0)
    expect(pulled(40)).toBe(40)
    expect(pulled(1_000)).toBe(72)
  })
})
