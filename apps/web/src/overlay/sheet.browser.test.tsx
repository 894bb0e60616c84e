import { afterEach, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { openApp, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

function pull(head: Element, down: number): void {
  for (const [name, y] of [
    ['pointerdown', 200],
    ['pointermove', 200 + down],
    ['pointerup', 200 + down],
  ] as const) {
    const event = { pointerType: 'touch', pointerId: 3, isPrimary: true, clientX: 150, clientY: y, bubbles: true }
    head.dispatchEvent(new PointerEvent(name, event))
  }
}

it('a dialog on a phone goes when it is pulled down by its head, and stays when it is let go early', async () => {
  app = await openApp('full', { size: 'phone' })
  await userEvent.click(page.getByRole('button', { name: 'Invite' }))
  await expect.element(page.getByRole('dialog')).toBeVisible()
  const dialog = document.querySelector('dialog')
  const head = dialog?.querySelector('.dialog-head h2')
  if (dialog === null || head === null || head === undefined) throw new Error('no dialog')
  pull(head, 60)
  expect(dialog.style.getPropertyValue('--down')).toBe('')
  expect(dialog.open).toBe(true)
  pull(head, 160)
  await until(() => document.querySelector('dialog') === null, 'the dialog is gone')
})
