import axe from 'axe-core'
import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { openApp, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp | undefined

afterEach(() => {
  app?.close()
  app = undefined
})

const offered = (): readonly string[] =>
  [...document.querySelectorAll('.mentions [role=option]')].map((option) => option.textContent)

describe('calling somebody by name', () => {
  it('VIE11 offers who is meant while an @ is typed, and sends what was chosen', async () => {
    app = await openApp('full')
    const field = page.getByRole('textbox', { name: /^Message to/ })
    await userEvent.type(field, 'look @')
    await until(() => offered().length > 3, 'everybody is offered')
    expect(offered()).not.toContain('Robin')
    // Who is not here comes last.
    expect(offered().at(-1)).toBe('Wren')
    const { violations } = await axe.run(document.querySelector('.composer') ?? document, {
      resultTypes: ['violations'],
    })
    expect(violations.map(({ id }) => id)).toEqual([])
    await userEvent.keyboard('m')
    await until(() => offered().length === 1, 'one is left')
    expect(document.activeElement?.getAttribute('aria-activedescendant')).toBe(
      document.querySelector('.mentions [aria-selected=true]')?.id,
    )
    await userEvent.keyboard('{Enter}')
    await expect.element(field).toHaveValue('look @Mara ')
    expect(offered()).toEqual([])
    await userEvent.keyboard('here{Enter}')
    await until(() => app?.room.state.newest?.text === 'look @Mara here', 'it is sent')
    await until(() => document.querySelector('.mention')?.textContent === '@Mara', 'it is shown')
  })

  it('is a key further, or away, without leaving the field', async () => {
    app = await openApp('full', { size: 'phone' })
    const field = page.getByRole('textbox', { name: /^Message to/ })
    await userEvent.type(field, '@')
    await until(() => offered().length > 3, 'everybody is offered')
    // Whole and on top of everything: each can be pressed.
    for (const option of document.querySelectorAll('.mentions [role=option]')) {
      const { left, top, width, height } = option.getBoundingClientRect()
      expect(option.contains(document.elementFromPoint(left + width / 2, top + height / 2))).toBe(true)
      expect(left >= 0 && left + width <= window.innerWidth).toBe(true)
    }
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}')
    const second = offered()[1] ?? ''
    await userEvent.keyboard('{Tab}')
    await expect.element(field).toHaveValue(`@${second} `)
    await userEvent.keyboard('@{Escape}')
    expect(offered()).toEqual([])
    expect(document.activeElement?.tagName).toBe('TEXTAREA')
  })

  it('VIE12 one’s own name stands out, and so does the room where one was called', async () => {
    app = await openApp('full')
    app.room.say('Mara', 'and @robin, of course')
    await until(() => document.querySelector('.mention.me')?.textContent === '@robin', 'it stands out')
    app.close()
    app = await openApp('rooms', { at: 'start' })
    app.room.say('Mara', 'are you there, @Robin?')
    await until(
      () => document.querySelector('.room-item.unread .badge')?.textContent.includes('you are mentioned') === true,
      'the list says it',
    )
  })
})
