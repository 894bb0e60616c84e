/**
 * A file from a browser to a browser and on to a terminal, over everything that interrupts it: the receiving page is
 * loaded anew half-way, then the one who gave it leaves, and the terminal gets it from the one who is left.
 */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, Person } from './harness/browser.ts'
import { freePort, Relay, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

const bytes = randomBytes(12_000_000)

describe('a file among two browsers and a terminal', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let relay: Relay
  let browser: Browser
  let ana: Person
  let ben: Person
  let link: string

  beforeAll(async () => {
    folder = await temporaryFolder()
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await relay.start()
    browser = await launchChromium()
    ana = await Person.arrive(browser, 'Ana')
    ben = await Person.arrive(browser, 'Ben')
    link = await ana.makeRoom(relay.origin)
    await ben.join(link)
  })

  afterAll(async () => {
    await browser.close()
    await relay.kill()
    await folder.remove()
  })

  it('BLB1 BLB9 arrives as it was: reloaded half-way, then passed on by who received it', async () => {
    const path = `${folder.path}/garden.bin`
    await writeFile(path, bytes)
    await ana.page.getByTestId('file-picker').setInputFiles(path)
    const own = ana.page.getByRole('log').getByRole('button', { name: 'Save garden.bin' })
    await until('Ana to have sent it', 60_000, async () => {
      // It goes when it is sealed.
      await ana.composer().press('Enter')
      return own.isVisible()
    })

    const save = ben.page.getByRole('button', { name: 'Save garden.bin' })
    const fetch = ben.page.getByRole('button', { name: /^Fetch garden\.bin/ })
    const stop = ben.page.getByRole('button', { name: /garden\.bin/ })
    await stop.first().waitFor()
    if (await fetch.isVisible()) await fetch.click()
    await ben.page.reload()
    await ben.composer().waitFor()
    await until('Ben to have all of it', 60_000, async () => {
      if (await fetch.isVisible()) await fetch.click()
      return save.isVisible()
    })

    await ana.page.close()
    const cleo = new Terminal(['join', link, '--data', `${folder.path}/cleo`, '--name', 'Cleo'])
    await cleo.link()
    const file = await until('Cleo to hear of the file', 60_000, () => cleo.messages.values().next().value)
    expect(file).toBeDefined()
    cleo.write({ type: 'save', id: 'last', path: `${folder.path}/saved.bin` })
    await until(`Cleo to have saved it (${JSON.stringify(cleo.lines.at(-1))})`, 60_000, () =>
      cleo.lines.some((line) => (line.type as string) === 'saved'),
    )
    expect(Buffer.compare(await readFile(`${folder.path}/saved.bin`), bytes)).toBe(0)
    expect([...ana.complaints, ...ben.complaints]).toEqual([])
    await cleo.leave()
  }, 180_000)
})
