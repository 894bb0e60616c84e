/** One person on two devices, with the real programs: a browser shows a code, another opens it, a terminal is linked, too. */
import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

const kith = new URL('../apps/cli/bin/kith.mjs', import.meta.url).pathname

/** Two devices look for each other anew when a link of theirs moves, so a step may take several rounds. */
const patienceMs = 60_000

describe('devices of one person', () => {
  const stage = setStage()

  it('DEV8 DEV10 TRM45 a phone and a terminal are linked by code and digits, have the room, and the phone is taken back', async () => {
    const desk = await Person.arrive(stage.browser, 'Ada')
    desk.context.setDefaultTimeout(patienceMs)
    await desk.makeRoom(stage.relay.origin)
    await desk.say('from the desk')
    const settings = desk.page.getByRole('button', { name: 'Settings', exact: true })
    await settings.click()
    await desk.page.getByRole('button', { name: 'Devices' }).click()
    await desk.page.getByRole('button', { name: 'Link another device' }).click()
    const shown = desk.page.locator('.device-linking .share-link')
    const link = await shown.inputValue()
    expect(link).toMatch(/#d-[0-9A-Z]{24}$/)

    const phone = await Person.arrive(stage.browser, 'Phone')
    phone.context.setDefaultTimeout(patienceMs)
    await phone.page.goto(link)
    await phone.page.getByLabel('What this device is called').fill('Phone')
    await phone.page.getByRole('button', { name: 'Find my other device' }).click()
    const digitsOf = (person: Person) => person.page.locator('.identity-digits.short')
    await digitsOf(phone).waitFor()
    await digitsOf(desk).waitFor()
    expect(await digitsOf(phone).innerText()).toBe(await digitsOf(desk).innerText())
    await desk.page.getByRole('button', { name: 'Yes, it is mine' }).click()
    await phone.page.getByText(/This is your device now/).waitFor()
    await phone.page.getByRole('button', { name: 'Good' }).click()
    await phone.page.getByText('Notes to myself').first().waitFor()

    // A terminal, by the letters.
    await desk.page.getByText(/Phone is linked/).waitFor()
    await desk.page.getByRole('button', { name: 'Good' }).click()
    await desk.page.getByRole('button', { name: 'Link another device' }).click()
    const letters = await desk.page.locator('.device-code').innerText()
    const args = [
      'device',
      ...letters.split(' '),
      '--relay',
      stage.relay.origin,
      '--name',
      'Desk',
      '--data',
      `${stage.folder}/t`,
    ]
    const child = spawn(process.execPath, [kith, ...args])
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
    await digitsOf(desk).waitFor()
    const digits = (await digitsOf(desk).innerText()).trim()
    await until(`the terminal to show ${digits}`, patienceMs, () => said.includes(digits))
    await desk.page.getByRole('button', { name: 'Yes, it is mine' }).click()
    expect(await code).toBe(0)
    expect(said).toContain('your device now')
    await desk.page.getByText(/Desk is linked/).waitFor()

    // One that is away would be told by nobody: it would only find that nobody answers.
    await desk.page.locator('.device', { hasText: 'Phone' }).getByText('here now').waitFor()
    await desk.page.getByRole('button', { name: 'Remove Phone' }).click()
    await desk.page.getByRole('button', { name: 'Remove it' }).click()
    await phone.page.getByRole('button', { name: 'Settings' }).first().click()
    await phone.page.getByRole('button', { name: 'Devices' }).click()
    await phone.page.getByText(/Your main device removed this one/).waitFor()
    expect([...desk.complaints, ...phone.complaints]).toEqual([])
  }, 240_000)
})
