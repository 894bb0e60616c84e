import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { ComingChat, type Chat } from '@kith/peer'
import { FakeChat } from '@kith/peer/testing/fake-chat'
import { relay, until } from '../testing/open-app.tsx'
import { mount } from './mount.tsx'
import { navigate } from './route.ts'

let close = (): void => {}

afterEach(() => {
  close()
  navigate(undefined, 'replace')
})

/** The app of somebody who was never here; answers what brings their chat. */
async function openFirst(): Promise<(chat: Chat) => void> {
  await page.viewport(390, 844)
  const element = document.createElement('div')
  element.id = 'kith'
  document.body.append(element)
  let comes: (chat: Chat) => void = () => {}
  const root = await mount(element, new ComingChat(new Promise((resolve) => (comes = resolve))), relay)
  close = (): void => {
    root.unmount()
    element.remove()
  }
  return comes
}

describe('the first page of somebody who was never here', () => {
  it('stays as it is when the chat comes: what is typed, and where', async () => {
    const comes = await openFirst()
    const name = page.getByLabelText('Your name')
    await userEvent.fill(name, 'Ad')
    const field = name.element()
    const chat = new FakeChat({ name: 'Quiet Fox' })
    comes(chat)
    await Promise.resolve()
    await userEvent.keyboard('a')
    expect(name.element()).toBe(field)
    await expect.element(name).toHaveFocus()
    await expect.element(name).toHaveValue('Ada')
    await userEvent.click(page.getByRole('button', { name: 'New room' }))
    await until(() => chat.state.rooms.length === 1, 'the room')
    expect(chat.state.settings.name).toBe('Ada')
  })

  it('takes a press before the chat is there, says that it waits, and goes where it was to go', async () => {
    const comes = await openFirst()
    await userEvent.click(page.getByRole('button', { name: 'New room' }))
    const waiting = page.getByRole('button', { name: 'Opening…' })
    await expect.element(waiting).toBeDisabled()
    comes(new FakeChat())
    await until(() => document.querySelector('[role="log"]') !== null, 'the room')
  })

  it('enters the room of an opened link once the chat is there', async () => {
    navigate('A'.repeat(43), 'replace')
    const comes = await openFirst()
    await until(() => document.querySelector('.room-outline') !== null, 'the outline')
    const chat = new FakeChat()
    comes(chat)
    await until(() => document.querySelector('[role="log"]') !== null, 'the room')
    expect(chat.state.rooms).toHaveLength(1)
  })
})
