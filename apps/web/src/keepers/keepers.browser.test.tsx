import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { keeperTicketOf } from '@kith/peer'
import type { Situation } from '@kith/peer/testing/fake-fixtures'
import { createNobleCrypto } from '@kith/protocol'
import { violations } from '../testing/axe.ts'
import { openApp, openPage, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

const section = () => page.getByRole('region', { name: 'Keepers', exact: true })
const command = () => section().getByRole('textbox', { name: 'Command that runs a keeper of this room' })

async function openSettings(situation: Situation): Promise<void> {
  app = await openApp(situation)
  await openPage('Room settings', 'Relay and keepers')
  await expect.element(section()).toBeVisible()
}

describe('keepers in the settings of a room', () => {
  it('KEE7 an open room tells which are here, what they see, and the command with its own ticket', async () => {
    await openSettings('keepers')
    await expect.element(section().getByText(/3 keepers are here; 1 was given the link and can read/)).toBeVisible()
    await expect.element(section().getByText(/It sees when somebody is here/)).toBeVisible()
    await userEvent.click(section().getByRole('button', { name: 'Show how' }))
    const ticket = keeperTicketOf(
      createNobleCrypto(() => {
        throw new Error('a ticket is not random')
      }),
      app.room.state.link,
    )
    expect(ticket).toMatch(/^kith-keep:/)
    await expect.element(command()).toHaveValue(`npx kith keep '${ticket ?? ''}'`)
    await expect.element(section().getByText(/it cannot be taken back/)).toBeVisible()
    expect(await violations('.keepers')).toEqual([])
  })

  it('KEE12 a members room shows its ticket, takes it back, and makes another', async () => {
    await openSettings('membersKeepers')
    const tickets = () => app.room.state.members?.keeperTickets.length
    await userEvent.click(section().getByRole('button', { name: 'Show how' }))
    await expect.poll(() => (command().element() as HTMLTextAreaElement).value).toMatch(/^npx kith keep 'kith-keep:/)
    await expect.element(section().getByText('made by Mara')).toBeVisible()
    await userEvent.click(section().getByRole('button', { name: 'Take back' }).first())
    await expect.poll(tickets).toBe(1)
    await userEvent.click(section().getByRole('button', { name: 'Make a ticket' }))
    await expect.element(command()).toBeVisible()
    expect(tickets()).toBe(2)
    await expect.element(section().getByText('made by you')).toBeVisible()
  })

  it('KEE1 who reads alone learns that what is here came from keepers, and that none is missing', async () => {
    await openSettings('keepersAlone')
    await expect.element(section().getByText(/came from keepers\. 214 entries, and none is missing/)).toBeVisible()
  })
})
