/** The map of a real room: two pages and a terminal see the same links, and each is told how the others are reached. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

const stage = setStage()
let ana: Person
let ben: Person
let cleo: Terminal
let bensName: string

interface MapLine {
  readonly type: 'map'
  readonly self: string
  readonly mode: string
  readonly online: number
  readonly nodes: readonly { readonly session: string; readonly name: string; readonly isSelf: boolean }[]
  readonly links: readonly { readonly a: string; readonly b: string; readonly path: string }[]
  readonly gaps: readonly (readonly [string, string])[]
}

interface WhyLine {
  readonly type: 'why'
  readonly name: string
  readonly verdict: string
  readonly attempts: readonly { readonly way: string; readonly state: string }[]
  readonly report: string
}

beforeAll(async () => {
  ana = await Person.arrive(stage.browser, 'Ana')
  ben = await Person.arrive(stage.browser, 'Ben')
  const link = await ana.makeRoom(stage.relay.origin)
  cleo = new Terminal(['join', link, '--data', `${stage.folder}/cleo`, '--name', 'Cleo'])
  await Promise.all([ben.join(link), cleo.link()])
  for (const person of [ana, ben]) await person.until(/3 people here/)
})

afterAll(async () => {
  await cleo.kill()
})

/** The answer to a line of input. */
async function ask<T>(line: { readonly type: string; readonly name?: string }): Promise<T> {
  const before = cleo.lines.length
  cleo.write(line)
  return (await until(`the answer to ${line.type}`, 5_000, () =>
    cleo.lines.slice(before).find(({ type }) => type === (line.type as string)),
  )) as T
}

describe('the map', () => {
  it('shows the same three links in both pages and in the terminal, all of them direct', async () => {
    const map = await until('the terminal to know every link', 60_000, async () => {
      const told = await ask<MapLine>({ type: 'map' })
      return told.links.filter(({ path }) => path === 'direct').length === 3 ? told : undefined
    })
    expect(map).toMatchObject({ mode: 'small', online: 3, gaps: [] })
    const names = map.nodes.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['Ana', 'Cleo']))
    // Ben came by the link and was given a friendly name.
    bensName = names.find((name) => name !== 'Ana' && name !== 'Cleo') ?? ''
    expect(bensName).not.toBe('')
    expect(map.nodes.find(({ isSelf }) => isSelf)).toMatchObject({ name: 'Cleo', session: map.self })
    const pairs = map.links.map(({ a, b }) => [a, b].sort().join(' ')).sort()

    for (const { page, name } of [ana, ben]) {
      await page.getByRole('button', { name: 'Map of the room' }).first().click()
      await page.getByRole('group', { name: /^Picture of who is linked with whom: 3 people/ }).waitFor()
      const drawn = async (): Promise<string[]> =>
        page
          .locator('.map-link.direct')
          .evaluateAll((lines) =>
            lines.map((line) => (line.getAttribute('data-pair') ?? '').split(' ').sort().join(' ')),
          )
      await until(`${name}'s map to have all links`, 15_000, async () => (await drawn()).length === 3)
      expect((await drawn()).sort()).toEqual(pairs)
      expect(await page.locator('.map-gap').count()).toBe(0)
      expect((await page.locator('.map-name').allInnerTexts()).sort()).toEqual(
        ['You', ...names].filter((shown) => shown !== (name === 'Ben' ? bensName : name)).sort(),
      )
    }
  })

  it('tells how somebody is reached, and hides who it is in the report to give away', async () => {
    const { page } = ana
    await page.locator('.map-person', { hasText: bensName }).click()
    await page.getByRole('button', { name: `How do I reach ${bensName}?` }).click()
    const report = page.getByRole('dialog', { name: `How do I reach ${bensName}?` })
    await report.getByText(`You and ${bensName} are directly connected.`).waitFor()
    await report.locator('.reach-way.up', { hasText: 'Directly (WebRTC)' }).getByText('In use').waitFor()
    await report.getByText('A report to give away').click()
    const text = await report.getByRole('textbox').inputValue()
    expect(text).toMatch(/^path: direct, \d+ ms$/m)
    expect(text).toMatch(/^ {2}webrtc: up/m)

    const why = await ask<WhyLine>({ type: 'why', name: 'Ana' })
    expect(why).toMatchObject({ name: 'Ana', verdict: 'direct' })
    expect(why.attempts).toContainEqual(expect.objectContaining({ way: 'webrtc', state: 'up' }))
    const { nodes } = await ask<MapLine>({ type: 'map' })
    for (const told of [text, why.report])
      for (const { name, session } of nodes)
        for (const secret of [name, session.slice(0, 8)]) expect(told).not.toContain(secret)
    expect([...ana.complaints, ...ben.complaints]).toEqual([])
  })

  it('shows who has gone', async () => {
    await cleo.leave()
    for (const { page, name } of [ana, ben]) {
      await until(`${name}'s map to have one link`, 10_000, async () => (await page.locator('.map-link').count()) === 1)
      expect(await page.locator('.map-person').count()).toBe(2)
    }
  })
})
