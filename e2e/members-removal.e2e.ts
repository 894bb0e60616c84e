/**
 * A members room as five people live in it: founded in a browser, entered through one another, one of them removed while
 * away and writing, and afterwards stricter than before. Two browsers, four terminals, one relay.
 */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, Person } from './harness/browser.ts'
import {
  about,
  command,
  enterPin,
  foundRoom,
  inviteFrom,
  inviteIn,
  knock,
  membersOf,
  namesIn,
  newest,
  phaseOf,
  pinFor,
  pinShown,
  shownIn,
  untilIn,
} from './harness/members.ts'
import { freePort, Relay, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

describe('a members room of people who come through one another', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let relay: Relay
  let browser: Browser
  let ana: Person
  const terminals: Terminal[] = []

  const arrive = (invite: string, name: string): Terminal => {
    const terminal = new Terminal(['join', invite, '--name', name, '--data', `${folder.path}/${name}`])
    terminals.push(terminal)
    return terminal
  }
  const comesBack = (name: string): Terminal => {
    const terminal = new Terminal(['--data', `${folder.path}/${name}`])
    terminals.push(terminal)
    return terminal
  }
  const shows = (person: Person, text: string): Promise<void> =>
    person.page.getByRole('log').getByText(text, { exact: true }).waitFor({ timeout: 60_000 })

  beforeAll(async () => {
    folder = await temporaryFolder()
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await relay.start()
    browser = await launchChromium()
    ana = await Person.arrive(browser, 'Ana')
  })

  afterAll(async () => {
    await Promise.all(terminals.map((terminal) => terminal.kill()))
    await browser?.close()
    await relay?.kill()
    await folder?.remove()
  })

  let ben: Terminal

  it('MEM14 MEM16 EPO5 removes somebody who is away and writing, with whom is there through them, and keeps whom it says', async () => {
    await foundRoom(ana, relay.origin)
    ben = arrive(await inviteIn(ana), 'Ben')
    const forBen = await pinShown(ana)
    await until('Ben to be asked', 60_000, () => phaseOf(ben)?.phase === 'pinWanted')
    command(ben, `pin ${forBen}`)
    await untilIn(ben, 'Ben')

    const cleo = await Person.arrive(browser, 'Cleo')
    await knock(cleo, await inviteFrom(ben))
    await enterPin(cleo, await pinFor(ben, 'Cleo'))
    const dan = arrive(await inviteIn(cleo, false), 'Dan')
    await untilIn(dan, 'Dan')
    const eve = arrive(await inviteIn(cleo, false), 'Eve')
    await untilIn(eve, 'Eve')
    await cleo.say('said while I was one of you')
    await shows(ana, 'said while I was one of you')
    await ana.until(/Members: 5/u)

    // Eve is away, too, and has not heard of the removal when she meets Cleo again.
    await eve.leave()
    await cleo.context.setOffline(true)
    await cleo.pullWebRtc(true)
    await cleo.say('said behind your backs')
    await shows(cleo, 'said behind your backs')

    const dialog = await about(ana, 'Cleo')
    await dialog.getByRole('button', { name: 'Remove from the room…' }).click()
    const removing = ana.page.getByRole('dialog', { name: 'Remove Cleo?' })
    await removing.getByText('2 people are here only because of them:').waitFor()
    await removing.getByRole('checkbox', { name: /Eve/u }).uncheck()
    await removing.getByRole('button', { name: 'Remove 2 people' }).click()
    await removing.waitFor({ state: 'detached' })
    await ana.say('said without Cleo')
    await until('Ben to read on', 60_000, () => ben.texts().includes('said without Cleo'))
    expect(await namesIn(ben)).toEqual(['Ana', 'Ben', 'Eve'])
    await until('Dan to be told', 60_000, async () => (await membersOf(dan)).standing === 'removed')

    await cleo.pullWebRtc(false)
    await cleo.context.setOffline(false)
    const again = comesBack('Eve')
    await until('Eve to read on', 60_000, () => again.texts().includes('said without Cleo'))
    again.send('I am back')
    await shows(ana, 'I am back')
    ben.send('so we are three')
    await shows(ana, 'so we are three')
    await until('Eve to hear that', 60_000, () => again.texts().includes('so we are three'))
    expect(await namesIn(again)).toEqual(['Ana', 'Ben', 'Eve'])

    const inside = [await shownIn(ben), await shownIn(again), (await ana.readAll()).map(({ text }) => text)]
    for (const texts of inside) {
      expect(texts).not.toContain('said behind your backs')
      expect(texts).toContain('said while I was one of you')
      expect(texts).toContain('so we are three')
    }
    const cleoReads = (await cleo.readAll()).map(({ text }) => text)
    for (const texts of [cleoReads, dan.texts()]) {
      expect(texts).not.toContain('said without Cleo')
      expect(texts).not.toContain('I am back')
      expect(texts).not.toContain('so we are three')
    }
    expect(cleoReads).toContain('said while I was one of you')
    expect([ana.complaints, cleo.complaints]).toEqual([[], []])
    await cleo.context.close()
  })

  it('INV6 asks for a second voucher where the rules say so: one is not enough, two are', async () => {
    await ana.page.keyboard.press('Escape')
    await ana.page.getByRole('button', { name: 'Room settings' }).click()
    const settings = ana.page.getByRole('dialog')
    await settings.getByRole('combobox', { name: 'Vouchers for a newcomer' }).selectOption('2')
    await settings.getByRole('button', { name: 'Close' }).click()
    await until('Ben to know the rule', 20_000, async () => {
      const { policy } = (await membersOf(ben)) as { policy?: { vouches?: number } }
      return policy?.vouches === 2
    })
    const finn = arrive(await inviteIn(ana), 'Finn')
    const byAna = await pinShown(ana)
    await until('Finn to be asked', 60_000, () => phaseOf(finn)?.phase === 'pinWanted')
    command(finn, `pin ${byAna}`)
    const half = await until('one word for Finn', 60_000, () => {
      const line = phaseOf(finn)
      return line?.phase === 'vouchesWanted' && line.have === 1 ? line : undefined
    })
    expect(half).toMatchObject({ have: 1, need: 2 })
    expect(await namesIn(ben)).not.toContain('Finn')
    ben.send('who is that at the door?')
    await shows(ana, 'who is that at the door?')
    expect(finn.texts()).toEqual([])

    await until('Finn at the door of Ben', 60_000, () =>
      newest(ben, ({ type, name, state }) => type === 'newcomer' && name === 'Finn' && state === 'here'),
    )
    command(ben, 'pin Finn')
    const byBen = await pinFor(ben, 'Finn')
    await until('Finn to be asked again', 60_000, () => phaseOf(finn)?.phase === 'pinWanted')
    command(finn, `pin ${byBen}`)
    await untilIn(finn, 'Finn')
    await until('what was said before', 60_000, () => finn.texts().includes('who is that at the door?'))
    expect(await namesIn(ben)).toContain('Finn')
    await ana.until(/Members: 4/u)
    expect(ana.complaints).toEqual([])
  })
})
