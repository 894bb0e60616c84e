import axe from 'axe-core'
import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { noContacts, unverified } from '@kith/peer'
import { fakeLink } from '@kith/peer/testing/fake-fixtures'
import { fakeKey } from '@kith/peer/testing/fake-keys'
import { openApp, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp | undefined

afterEach(() => {
  app?.close()
  app = undefined
})

const room = fakeKey(`room ${fakeLink('L')}`).slice(0, 32)
const mara = { room, who: fakeKey('Mara 103'), name: 'Mara' }

async function violations(where: string): Promise<readonly string[]> {
  const found = await axe.run(document.querySelector(where) ?? document, { resultTypes: ['violations'] })
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 90)).join(' ')}`)
}

describe('what somebody of a room asks', () => {
  it('to be a contact: is said in the room where they asked, and answered there', async () => {
    app = await openApp('full', { contacts: { ...noContacts, requests: [mara] } })
    await expect.element(page.getByText('Mara would like to keep you as a contact.')).toBeVisible()
    expect(await violations('.asked-here')).toEqual([])
    await userEvent.click(page.getByRole('button', { name: 'Accept' }))
    await until(() => document.querySelector('.asked-here') === null, 'the question is gone')
    expect(app.chat.state.contacts.list).toMatchObject([{ name: 'Mara' }])
  })

  it('to compare six digits: leads to them, and stands nowhere twice', async () => {
    app = await openApp('full', { size: 'phone' })
    await app.room.verify({ type: 'startSas', who: mara.who })
    await expect.element(page.getByText('Mara and you have six digits to compare.')).toBeVisible()
    expect(await violations('.asked-here')).toEqual([])
    await userEvent.click(page.getByRole('button', { name: 'Compare numbers' }))
    await expect.element(page.getByText('271828')).toBeVisible()
    expect(document.querySelector('.asked-here')).toBeNull()
    await userEvent.click(page.getByRole('button', { name: 'They are the same' }))
    await until(() => app?.room.state.comparing.length === 0, 'it is answered')
  })
})

describe('a contact', () => {
  const contact = {
    id: 'ab'.repeat(32),
    name: 'Mara',
    room,
    since: 0,
    blocked: true,
    verification: unverified,
    here: undefined,
  }

  it('that is blocked is said in the room of the two, in place of the field, with the way back', async () => {
    app = await openApp('full', { contacts: { ...noContacts, list: [contact] } })
    await expect.element(page.getByText(/You blocked Mara/)).toBeVisible()
    expect(document.querySelector('.composer')).toBeNull()
    expect(await violations('.room-foot')).toEqual([])
    await userEvent.click(page.getByRole('button', { name: 'Unblock Mara' }))
    await expect.element(page.getByRole('textbox', { name: /^Message to/ })).toBeVisible()
  })

  it('is not removed, and its room not erased, by one press', async () => {
    app = await openApp('rooms', { at: 'start', contacts: { ...noContacts, list: [contact] } })
    await userEvent.click(page.getByRole('button', { name: 'Remove Mara and your room' }))
    expect(app.chat.state.contacts.list).toHaveLength(1)
    await userEvent.click(page.getByRole('button', { name: 'Remove and erase' }))
    await until(() => app?.chat.state.contacts.list.length === 0, 'it is done')
  })
})
