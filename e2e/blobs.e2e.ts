/**
 * A file from a browser to a browser and on to a terminal, over everything that interrupts it: the receiving page is
 * loaded anew half-way, then the one who gave it leaves, and the terminal gets it from the one who is left.
 */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

const bytes = randomBytes(12_000_000)

describe('a file among two browsers and a terminal', () => {
  const stage = setStage()
  let ana: Person
  let ben: Person
  let link: string

  beforeAll(async () => {
    ana = await Person.arrive(stage.browser, 'Ana')
    ben = await Person.arrive(stage.browser, 'Ben')
    link = await ana.makeRoom(stage.relay.origin)
    await ben.join(link)
  })

  it('BLB1 BLB9 arrives as it was: reloaded half-way, then passed on by who received it', async () => {
    const path = `${stage.folder}/garden.bin`
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
    const cleo = new Terminal(['join', link, '--data', `${stage.folder}/cleo`, '--name', 'Cleo'])
    await cleo.link()
    const file = await until('Cleo to hear of the file', 60_000, () => cleo.messages.values().next().value)
    expect(file).toBeDefined()
    cleo.write({ type: 'save', id: 'last', path: `${stage.folder}/saved.bin` })
    await until(`Cleo to have saved it (${JSON.stringify(cleo.lines.at(-1))})`, 60_000, () =>
      cleo.lines.some((line) => (line.type as string) === 'saved'),
    )
    expect(Buffer.compare(await readFile(`${stage.folder}/saved.bin`), bytes)).toBe(0)
    expect([...ana.complaints, ...ben.complaints]).toEqual([])
    await cleo.leave()
  }, 180_000)
})
