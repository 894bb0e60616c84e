import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { Chat, Opener } from '@kith/peer'
import { StorageLocked } from '@kith/peer'
import { FakeChat } from '@kith/peer/testing/fake-chat'
import { askPassphrase } from '../app/mount.tsx'
import { violations } from '../testing/axe.ts'
import { openApp, openPage, type OpenApp, until } from '../testing/open-app.tsx'

let clear = (): void => {}

afterEach(() => {
  clear()
  clear = (): void => {}
})

describe('the unlock page', () => {
  interface Asked {
    readonly chat: FakeChat
    readonly opened: Promise<Chat>
    readonly given: (Opener | undefined)[]
    /** Another tab was unlocked. */
    openElsewhere(): void
    /** Lets an attempt end. */
    release(): void
  }

  async function ask(): Promise<Asked> {
    await page.viewport(390, 844)
    const element = document.createElement('div')
    element.id = 'kith'
    document.body.append(element)
    clear = (): void => element.remove()
    const chat = new FakeChat({ passphrase: 'four good words here' })
    const given: (Opener | undefined)[] = []
    let isOpen = false
    let release = (): void => {}
    const opened = askPassphrase(element, async (passphrase) => {
      given.push(passphrase)
      if (isOpen) return chat
      if (passphrase === undefined) throw new StorageLocked('passphraseNeeded')
      await new Promise<void>((resolve) => (release = resolve))
      if (passphrase !== 'four good words here') throw new StorageLocked('passphraseWrong')
      return chat
    })
    await until(() => document.querySelector('.start') !== null, 'the page')
    return { chat, opened, given, openElsewhere: () => (isOpen = true), release: () => release() }
  }

  it('says kindly that a passphrase is wrong, says that it takes a second, and opens with the right one', async () => {
    const { chat, opened, release } = await ask()
    const field = page.getByLabelText('Passphrase')
    await expect.element(field).toHaveFocus()
    await expect.element(page.getByRole('button', { name: 'Open' })).toBeDisabled()
    await userEvent.fill(field, 'nonsense')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByRole('button', { name: 'Opening, takes a second…' })).toBeVisible()
    release()
    await expect.element(page.getByRole('alert')).toHaveTextContent('This passphrase does not open it.')
    await userEvent.fill(field, 'four good words here')
    await expect.element(page.getByRole('alert')).toHaveTextContent('')
    await userEvent.click(page.getByRole('button', { name: 'Open' }))
    await expect.element(page.getByRole('button', { name: 'Opening, takes a second…' })).toBeVisible()
    release()
    expect(await opened).toBe(chat)
    expect(document.querySelector('.start')).toBeNull()
  })

  it('opens by itself when another tab was unlocked and one looks here again', async () => {
    const { chat, opened, given, openElsewhere } = await ask()
    await until(() => {
      document.dispatchEvent(new Event('visibilitychange'))
      return given.length > 0
    }, 'it looked')
    await expect.element(page.getByLabelText('Passphrase')).toBeVisible()
    openElsewhere()
    document.dispatchEvent(new Event('visibilitychange'))
    expect(await opened).toBe(chat)
    expect(new Set(given)).toEqual(new Set([undefined]))
  })

  it('axe finds nothing', async () => {
    const { release } = await ask()
    expect(await violations()).toEqual([])
    await userEvent.fill(page.getByLabelText('Passphrase'), 'nonsense')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByRole('button', { name: 'Opening, takes a second…' })).toBeVisible()
    release()
    await expect.element(page.getByText(/does not open it/)).toBeVisible()
    expect(await violations()).toEqual([])
  })
})

describe('the lock in the settings', () => {
  let app: OpenApp

  async function openSettings(): Promise<void> {
    app = await openApp('rooms', { at: 'start', kept: false })
    clear = (): void => app.close()
    await openPage('Settings', 'Privacy and lock')
  }

  it('is set, changed and removed, and says what is wrong', async () => {
    await openSettings()
    await userEvent.click(page.getByRole('button', { name: 'Set a passphrase' }))
    await userEvent.fill(page.getByLabelText('New passphrase, four words or more'), 'one')
    await userEvent.fill(page.getByLabelText('The new one once more'), 'two')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByText(/are not the same/)).toBeVisible()
    expect(app.chat.state.atRest).toBe('key')
    await userEvent.fill(page.getByLabelText('The new one once more'), 'one')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByText(/asks for the passphrase/)).toBeVisible()
    expect(app.chat.state.atRest).toBe('passphrase')

    await expect.element(page.getByRole('button', { name: 'Change it' })).toHaveFocus()
    await userEvent.click(page.getByRole('button', { name: 'Change it' }))
    await userEvent.fill(page.getByLabelText('Present passphrase'), 'no')
    await userEvent.fill(page.getByLabelText('New passphrase, four words or more'), 'three')
    await userEvent.fill(page.getByLabelText('The new one once more'), 'three')
    await userEvent.click(page.getByRole('button', { name: 'Change it' }))
    await expect.element(page.getByText(/not the present passphrase/)).toBeVisible()
    await userEvent.fill(page.getByLabelText('Present passphrase'), 'one')
    await userEvent.click(page.getByRole('button', { name: 'Change it' }))
    await expect.element(page.getByText(/asks for the passphrase/)).toBeVisible()

    await userEvent.click(page.getByRole('button', { name: 'Remove it' }))
    await userEvent.fill(page.getByLabelText('Present passphrase'), 'three')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByText(/without a passphrase from now on/)).toBeVisible()
    expect(app.chat.state.atRest).toBe('key')
  })

  it('axe finds nothing', async () => {
    await openSettings()
    await app.chat.setPassphrase('one')
    await userEvent.click(page.getByRole('button', { name: 'Change it' }))
    await userEvent.fill(page.getByLabelText('Present passphrase'), 'no')
    await userEvent.fill(page.getByLabelText('New passphrase, four words or more'), 'a')
    await userEvent.fill(page.getByLabelText('The new one once more'), 'b')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByText(/are not the same/)).toBeVisible()
    expect(await violations()).toEqual([])
  })
})
